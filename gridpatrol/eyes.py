"""The cameras of a node: what watches them, and how the desk and the API reach them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import cv2

from detector.asking import AskingPipeline
from detector.config import Camera, Override, Watched, Zone
from detector.errors import ConfigError
from detector.evidence import EvidenceStore
from detector.inference import Detector
from detector.inference.reloading import ReloadingDetector
from detector.keeping import KeepingPipeline
from detector.looks import LookStore
from detector.store import DetectorStore
from detector.watched import CameraStatus
from detector.worker import Worker
from dispatch.config import Names
from dispatch.configuration import Pause
from dispatch.contract import Location, LookRequest, Sight
from dispatch.errors import NotFound
from dispatch.stream import Rejected
from dispatch.views import CameraInfo, RuleInfo, ZoneInfo
from gridpatrol.config import Installation, watched_on
from gridpatrol.configuring.inforce import InForce
from gridpatrol.photos import Photos
from gridpatrol.streets import Streets
from gridpatrol.transport import CameraRequest
from gridpatrol.watching import pipeline_for

SNAPSHOT_QUALITY = 85


class Eyes:
    """Watches the cameras in force. To the API it is `dispatch.views.CameraControl`.

    Args:
        in_force: cameras, matters and pauses, as they hold at the moment.
        detector: shared by all cameras.
        store: state, outbox and inbox of the camera side.
        evidence: stores pictures.
        looks: keeps looks from which a model can learn.
        streets: opens cameras.
        clock: time of looks, aware (`detector.clock.SteadyClock`).
    """

    def __init__(
        self,
        in_force: InForce,
        *,
        detector: Detector,
        store: DetectorStore,
        evidence: EvidenceStore,
        looks: LookStore,
        streets: Streets,
        clock: Callable[[], datetime],
    ) -> None:
        self._in_force = in_force
        self._detector = detector
        self.photos = Photos(detector, evidence)
        self._store = store
        self._evidence = evidence
        self._looks = looks
        self._streets = streets
        self._clock = clock
        self._worker: Worker | None = None
        self._asked: dict[str, AskingPipeline] = {}
        self._beginning = threading.Lock()

    @property
    def _installation(self) -> Installation:
        return self._in_force.installation

    def run(self, stop: threading.Event) -> None:
        """Watch every camera until `stop`. Each call begins with a worker of its own, from what the store holds."""
        with self._beginning:
            worker = Worker(
                self._installation.cameras.values(),
                open_source=self._streets.open,
                make_pipeline=self._pipeline,
                detector=self._detector,
                store=self._store,
                clock=self._clock,
            )
            for pause in self._in_force.pauses.values():
                if pause.camera_id in self._installation.cameras:
                    worker.pause(pause.camera_id, _reason(pause))
            self._worker = worker
        try:
            worker.run(stop)
        finally:
            self._worker = None

    def watch(self, camera: Camera, *, anew: bool) -> None:
        """Watch a new or changed camera in force; no other one notices.

        Args:
            anew: what is known of its view is forgotten.
        """
        with self._beginning:
            if anew and self._worker is None:
                self._store.forget(camera.id)
            elif self._worker is not None:
                self._worker.watch(camera, anew=anew)

    def unwatch(self, camera_id: str) -> None:
        """Stop watching a camera."""
        with self._beginning:
            self._asked.pop(camera_id, None)
            if self._worker is not None:
                with suppress(ConfigError):  # a worker that has begun since does not know it any more
                    self._worker.unwatch(camera_id)

    def pause(self, pause: Pause) -> None:
        """Leave a camera alone until `resume`."""
        with self._beginning:
            if self._worker is not None:
                self._worker.pause(pause.camera_id, _reason(pause))

    def resume(self, camera_id: str) -> None:
        """Watch a camera again."""
        with self._beginning:
            if self._worker is not None:
                self._worker.resume(camera_id)

    def take(self, request: CameraRequest) -> None:
        """Keep a request to look again, or to look now; the camera looks soon.

        Raises:
            Rejected: this node has no such camera.
        """
        if request.camera_id not in self._installation.cameras:
            raise Rejected(f"camera {request.camera_id!r} is not watched by this node")
        worker = self._worker
        # Without a worker it is kept, and taken up when that begins.
        if isinstance(request, LookRequest):
            worker.look(request) if worker else self._store.remember_look(request)
        else:
            worker.verify(request) if worker else self._store.remember_request(request)

    def cameras(self) -> Sequence[CameraInfo]:
        """Return every configured camera."""
        worker = self._worker
        done = {status.camera.id: status for status in worker.statuses()} if worker else {}
        return [self._info(camera, done.get(camera.id)) for camera in self._installation.cameras.values()]

    def snapshot(self, camera_id: str) -> bytes | None:
        """Return the latest picture of a camera as JPEG; None when there is none yet.

        Raises:
            NotFound: there is no such camera.
        """
        self._known(camera_id)
        worker = self._worker
        try:
            frame = worker.last_frame(camera_id) if worker else None
        except ConfigError:
            return None  # the worker is just being replaced
        if frame is None:
            return None
        done, data = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, SNAPSHOT_QUALITY])
        return data.tobytes() if done else None

    def sight(self, camera_id: str) -> Sight | None:
        """Return what the detector found on a camera's latest picture; None when there is none yet.

        Raises:
            NotFound: there is no such camera.
        """
        self._known(camera_id)
        pipeline = self._asked.get(camera_id)
        return None if pipeline is None else pipeline.sight

    def model(self) -> tuple[str, str]:
        """Return which model answers now, and why it is not the one in service; empty when it is."""
        detector = self._detector
        return detector.name, detector.fault if isinstance(detector, ReloadingDetector) else ""

    def classes(self) -> Sequence[str]:
        """Return the names of what the model that answers now can find."""
        return self._detector.class_names

    def _known(self, camera_id: str) -> None:
        if camera_id not in self._installation.cameras:
            raise NotFound(f"there is no camera {camera_id!r}", "List the cameras at /api/v1/cameras.")

    def rules(self) -> Sequence[RuleInfo]:
        """Return the rule of every matter of the catalogue, before a camera's own values."""
        return [rule_info(matter.watched) for matter in self._installation.matters.values()]

    def _pipeline(self, camera: Camera) -> AskingPipeline:
        pipeline = pipeline_for(
            camera,
            watched_on(camera, self._installation.matters),
            detector=self._detector,
            evidence=self._evidence,
            store=self._store,
        )

        def name() -> str:
            return self._detector.name

        asked = AskingPipeline(
            KeepingPipeline(pipeline, self._looks, name),
            camera,
            store=self._store,
            evidence=self._evidence,
            model_name=name,
        )
        self._asked[camera.id] = asked
        return asked

    def _info(self, camera: Camera, done: CameraStatus | None) -> CameraInfo:
        position = camera.position
        return CameraInfo(
            camera_id=camera.id,
            name_en=camera.names.en,
            name_zh=camera.names.zh,
            location=Location(lon=position.lon, lat=position.lat, error_m=position.error_m),
            matters=tuple(watched_on(camera, self._installation.matters)),
            zones=tuple(map(_zone, camera.zones)),
            mode=camera.watch.mode,
            look_interval_s=camera.watch.look_interval_s,
            looks=done.looks if done else 0,
            last_look_at=done.last_look_at if done else None,
            model=self._detector.name,
            look_s=done.look_s if done else None,
            gap_s=done.gap_s if done else None,
        )


def _reason(pause: Pause) -> str:
    return f"paused by {pause.paused_by}" + (f": {pause.reason}" if pause.reason else "")


def rule_info(watched: Watched) -> RuleInfo:
    """Return what the API tells of a matter's rule."""
    values = watched.rule.model_dump()
    own = set(Override.model_fields) & set(values)
    return RuleInfo(
        matter=watched.code,
        kind=watched.rule.kind,
        zones=tuple(watched.rule.zones),
        outside=tuple(values.get("outside", ())),
        classes=watched.rule.classes,
        values={name: values[name] for name in sorted(own)},
        closure_looks=watched.closure.looks,
        closure_interval_s=watched.closure.interval_s,
        closure_patience_s=watched.closure.patience_s,
    )


def _zone(zone: Zone) -> ZoneInfo:
    names = Names(en=zone.names.en, zh=zone.names.zh) if zone.names else None
    return ZoneInfo(zone.id, zone.purpose, zone.resolution_wh, zone.polygon_px, names)
