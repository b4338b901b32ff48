from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import supervision as sv

from detector.config import Camera
from detector.errors import ConfigError, SourceDenied, SourceEnded, SourceUnreachable
from detector.frame import Frame, FrameSource, Image
from detector.pipeline import LookResult
from detector.vision.health import Fault, Reading
from detector.watched import Limits
from detector.worker import Worker
from dispatch.contract import CameraHealth, CameraState, FaultType, LookRequest, Message, VerificationRequest


def now() -> datetime:
    return datetime.now(UTC)


def camera(camera_id: str, *, mode: str = "continuous", interval_s: float = 0.05) -> Camera:
    return Camera.model_validate(
        {
            "id": camera_id,
            "names": {"en": camera_id, "zh": camera_id},
            "source": {"url": f"rtsp://10.0.0.1/{camera_id}"},
            "watch": {"mode": mode, "look_interval_s": interval_s},
            "position": {"lon": 114.0, "lat": 22.5, "crs": "EPSG:4326"},
        }
    )


class Lens:
    """A camera that shows one grey level, until it is told to fail."""

    def __init__(self, camera_id: str, *, error: Exception | None = None, ends: bool = False) -> None:
        self.camera_id = camera_id
        self.error = error
        self.ends = ends
        self.opened = 0
        self.closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        self.opened += 1
        while not self.closed.wait(0.02):
            if self.error is not None:
                raise self.error
            yield Frame(self.camera_id, np.full((8, 8, 3), 100, np.uint8), now(), 0.0)
            if self.ends:
                return

    def close(self) -> None:
        self.closed.set()


class Eye:
    """A detector that finds nothing, and refuses black pictures."""

    name = "none 1"
    class_names = ("car",)

    def __init__(self) -> None:
        self.batches: list[int] = []

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        self.batches.append(len(images))
        if any(image.max() == 0 for image in images):
            raise RuntimeError("a black picture")
        return [sv.Detections.empty() for _ in images]


@dataclass
class Judge:
    """A pipeline that notes what it is given."""

    reading: Reading = field(default_factory=lambda: Reading((), True))
    error: Exception | None = None
    looks: int = 0
    requests: list[VerificationRequest] = field(default_factory=list)
    wishes: list[tuple[LookRequest, datetime]] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        self.threads.add(threading.current_thread().name)
        if self.error is not None:
            raise self.error
        self.looks += 1
        return LookResult((), self.reading, busy=False)

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        self.waits.append(reason)
        return ()

    def verify(self, request: VerificationRequest) -> None:
        self.threads.add(threading.current_thread().name)
        self.requests.append(request)

    def ask(self, request: LookRequest, since: datetime) -> None:
        self.threads.add(threading.current_thread().name)
        self.wishes.append((request, since))


class Memory:
    """A store that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[CameraHealth] = []
        self.forgotten: list[str] = []
        self.requests: dict[str, VerificationRequest] = {}
        self.wishes: dict[str, LookRequest] = {}

    def commit_look(
        self,
        camera_id: str,
        *,
        state: str | None,
        blobs: Mapping[str, bytes | None],
        messages: Sequence[Message],
        at: datetime,
    ) -> None:
        self.told += [m for m in messages if isinstance(m, CameraHealth)]

    def remember_request(self, request: VerificationRequest) -> bool:
        is_new = request.request_id not in self.requests
        self.requests[request.request_id] = request
        return is_new

    def remember_look(self, request: LookRequest) -> bool:
        is_new = request.look_id not in self.wishes
        self.wishes[request.look_id] = request
        return is_new

    def forget(self, camera_id: str) -> None:
        self.forgotten.append(camera_id)

    def states(self, camera_id: str) -> list[tuple[CameraState, FaultType | None]]:
        return [(m.state, m.fault) for m in self.told if m.camera_id == camera_id]


class Street:
    """Cameras, pipelines and a worker over them."""

    def __init__(self, *cameras: Camera, clock: Callable[[], datetime] = now, **judges: Judge) -> None:
        self.judges = {c.id: judges.get(c.id.replace("-", "_"), Judge()) for c in cameras}
        self.lenses = {c.id: Lens(c.id) for c in cameras}
        self.memory = Memory()
        self.eye = Eye()
        self.worker = Worker(
            cameras,
            open_source=self.open,
            make_pipeline=lambda c: self.judges[c.id],
            detector=self.eye,
            store=self.memory,
            clock=clock,
            limits=Limits(batch=4, patrols=4),
            rng=random.Random(1),
        )

    def open(self, camera: Camera) -> FrameSource:
        lens = self.lenses[camera.id]
        lens.closed.clear()
        return lens

    @contextmanager
    def running(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self.worker.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(6)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], Any], timeout_s: float = 8.0) -> None:
    until_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > until_s:
            raise AssertionError("waited in vain")
        time.sleep(0.02)


def request(camera_id: str) -> VerificationRequest:
    return VerificationRequest(
        request_id="r1",
        case_id="c1",
        event_id="e1",
        camera_id=camera_id,
        matter="litter_exposed",
        box_xyxy_px=(0, 0, 1, 1),
        asked_at=now(),
    )


def wish(camera_id: str) -> LookRequest:
    return LookRequest(look_id="l1", camera_id=camera_id, asked_at=now(), until=now() + timedelta(minutes=2))


def test_all_cameras_are_looked_at_in_one_thread_and_batched() -> None:
    street = Street(*(camera(f"cam-{n}") for n in range(6)))
    with street.running():
        wait_for(lambda: all(judge.looks >= 3 for judge in street.judges.values()))
    assert {name for judge in street.judges.values() for name in judge.threads} == {"looks"}
    assert max(street.eye.batches) > 1
    assert all(street.memory.states(c) == [(CameraState.watching, None)] for c in street.judges)
    assert all(lens.closed.is_set() for lens in street.lenses.values())
    frame = street.worker.last_frame("cam-0")
    assert frame is not None
    assert frame.camera_id == "cam-0"


def test_what_goes_wrong_with_one_camera_stops_no_other() -> None:
    street = Street(camera("good"), camera("bad"), camera("dark"), bad=Judge(error=ValueError("broken")))
    dark = Lens("dark")
    dark.frames = lambda: iter(  # type: ignore[method-assign]
        [Frame("dark", np.zeros((8, 8, 3), np.uint8), now(), 0.0)]
    )
    street.lenses["dark"] = dark
    with street.running():
        wait_for(lambda: street.judges["good"].looks >= 5)
        wait_for(lambda: street.memory.states("bad") and street.memory.states("dark"))
    by_id = {status.camera.id: status for status in street.worker.statuses()}
    assert street.memory.states("bad") == [(CameraState.degraded, None)]
    assert by_id["bad"].errors >= 1
    assert "broken" in by_id["bad"].last_error
    assert by_id["dark"].errors >= 1
    assert by_id["good"].errors == 0


def test_a_fault_of_the_view_is_reported_as_blind() -> None:
    moved = Reading((Fault(FaultType.moved, now(), "by 5 %"),), usable=False)
    street = Street(camera("cam"), cam=Judge(reading=moved))
    with street.running():
        wait_for(lambda: street.memory.states("cam"))
    assert street.memory.states("cam") == [(CameraState.blind, FaultType.moved)]


def test_a_camera_that_hangs_up_is_connected_again() -> None:
    street = Street(camera("cam"))
    with street.running():
        wait_for(lambda: street.judges["cam"].looks >= 1)
        street.lenses["cam"].error = SourceEnded("hung up")
        wait_for(lambda: (CameraState.degraded, None) in street.memory.states("cam"))
        street.lenses["cam"].error = None
        looks = street.judges["cam"].looks
        wait_for(lambda: street.judges["cam"].looks > looks)
    assert street.lenses["cam"].opened >= 2
    assert street.memory.states("cam")[-1] == (CameraState.watching, None)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(SourceDenied("refused"), 1), (ConfigError("no such scheme"), 1), (SourceUnreachable("no route"), 2)],
)
def test_refused_and_impossible_cameras_are_not_tried_again_soon(error: Exception, attempts: int) -> None:
    street = Street(camera("cam"))
    street.lenses["cam"].error = error
    with street.running():
        wait_for(lambda: street.lenses["cam"].opened >= 1)
        street.worker.look(wish("cam"))
        time.sleep(1.5)
    assert street.lenses["cam"].opened >= attempts
    if attempts == 1:
        assert street.lenses["cam"].opened == 1
        assert street.memory.states("cam") == [(CameraState.blind, FaultType.lost)]


def test_a_lost_camera_is_told_and_its_verifications_do_not_wait_for_ever() -> None:
    started = now()
    ahead = timedelta(0)
    street = Street(camera("cam"), clock=lambda: now() + ahead)
    street.lenses["cam"].error = SourceUnreachable("no route")
    with street.running():
        wait_for(lambda: street.lenses["cam"].opened >= 1)
        ahead = timedelta(seconds=16)
        wait_for(lambda: street.judges["cam"].waits)
    assert street.memory.states("cam") == [(CameraState.blind, FaultType.lost)]
    assert street.judges["cam"].waits[0] == "no route"
    assert now() - started < timedelta(seconds=10)


def test_a_recording_is_played_once() -> None:
    street = Street(camera("cam"))
    street.lenses["cam"].ends = True
    with street.running():
        wait_for(lambda: (CameraState.blind, FaultType.lost) in street.memory.states("cam"))
        time.sleep(1.5)
    assert street.lenses["cam"].opened == 1


def test_patrolled_cameras_are_visited_and_left() -> None:
    street = Street(*(camera(f"cam-{n}", mode="patrol", interval_s=0.3) for n in range(10)))
    with street.running():
        wait_for(lambda: all(judge.looks >= 2 for judge in street.judges.values()))
    for camera_id, judge in street.judges.items():
        assert street.lenses[camera_id].opened >= judge.looks


def test_a_verification_is_kept_and_brings_a_look_forward() -> None:
    street = Street(camera("cam", mode="patrol", interval_s=3600))
    with street.running():
        assert street.worker.verify(request("cam"))
        wait_for(lambda: street.judges["cam"].looks == 1 and street.judges["cam"].requests)
        assert not street.worker.verify(request("cam"))
    assert street.memory.requests.keys() == {"r1"}
    assert street.judges["cam"].threads == {"looks"}


def test_a_wish_to_look_is_kept_and_brings_a_patrolled_camera_forward() -> None:
    street = Street(camera("cam", mode="patrol", interval_s=3600))
    with street.running():
        assert street.worker.look(wish("cam"))
        wait_for(lambda: street.judges["cam"].looks == 1 and street.judges["cam"].wishes)
        assert not street.worker.look(wish("cam"))
        with pytest.raises(ConfigError, match="nobody"):
            street.worker.look(wish("nobody"))
    assert street.memory.wishes.keys() == {"l1"}
    assert street.judges["cam"].wishes[0][1] <= now()
    assert street.judges["cam"].threads == {"looks"}


def test_pausing_resuming_and_replacing_a_camera() -> None:
    street = Street(camera("cam"), camera("other"))
    with street.running():
        wait_for(lambda: street.judges["cam"].looks >= 1)
        street.worker.pause("cam")
        time.sleep(0.3)
        looks, others = street.judges["cam"].looks, street.judges["other"].looks
        time.sleep(0.4)
        assert street.judges["cam"].looks == looks
        assert street.judges["other"].looks > others
        street.worker.resume("cam")
        wait_for(lambda: street.judges["cam"].looks > looks)
        opened = street.lenses["other"].opened
        street.judges["cam"] = Judge()
        street.worker.watch(camera("cam"))
        wait_for(lambda: street.judges["cam"].looks >= 1)
        assert street.lenses["other"].opened == opened
        street.worker.unwatch("cam")
    assert [s.camera.id for s in street.worker.statuses()] == ["other"]
    assert street.memory.states("cam")[:3] == [
        (CameraState.watching, None),
        (CameraState.paused, None),
        (CameraState.watching, None),
    ]


def test_another_zone_keeps_the_connection_and_another_address_does_not() -> None:
    street = Street(camera("cam"))
    with street.running():
        wait_for(lambda: street.judges["cam"].looks >= 1)
        looks = street.worker.statuses()[0].looks
        street.judges["cam"] = Judge()
        zone = {"id": "z", "purpose": "road", "resolution_wh": (8, 8), "polygon_px": [(0, 0), (8, 0), (8, 8)]}
        street.worker.watch(changed := Camera.model_validate({**camera("cam").model_dump(), "zones": [zone]}))
        wait_for(lambda: street.judges["cam"].looks >= 2)
        assert (street.lenses["cam"].opened, street.memory.forgotten) == (1, [])
        street.judges["cam"] = Judge()
        moved = Camera.model_validate({**changed.model_dump(), "source": {"url": "rtsp://10.0.0.2/cam"}})
        street.worker.watch(moved, anew=True)
        wait_for(lambda: street.judges["cam"].looks >= 2)
        assert (street.lenses["cam"].opened, street.memory.forgotten) == (2, ["cam"])
        (status,) = street.worker.statuses()
        assert status.camera == moved and status.looks > looks, "looks are counted on"


@pytest.mark.parametrize("url", ["rtsp://10.0.0.1/cam", "rtsp://10.0.0.2/cam"])
def test_a_paused_camera_that_is_changed_stays_paused(url: str) -> None:
    street = Street(camera("cam"))
    with street.running():
        wait_for(lambda: street.judges["cam"].looks >= 1)
        street.worker.pause("cam", "roadworks")
        street.worker.watch(Camera.model_validate({**camera("cam").model_dump(), "source": {"url": url}}))
        looks = street.judges["cam"].looks
        time.sleep(0.6)
        assert street.judges["cam"].looks == looks
        (status,) = street.worker.statuses()
        assert (status.condition.state, status.condition.detail) == (CameraState.paused, "roadworks")
        street.worker.resume("cam")
        wait_for(lambda: street.judges["cam"].looks > looks)


def test_unknown_cameras_are_refused_by_name() -> None:
    street = Street(camera("cam"))
    with pytest.raises(ConfigError, match="'gate' is not watched here; known: cam"):
        street.worker.verify(request("gate"))
    with pytest.raises(ConfigError, match="gate"):
        street.worker.last_frame("gate")
