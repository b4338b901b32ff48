"""Which looks are kept to learn from, what is on them, and that there are never too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision as sv

from detector.frame import Frame
from detector.keeping import KeepingPipeline
from detector.looks import KeptLook, LookStore, Occasion
from detector.observation import Sighting
from detector.pipeline import LookResult
from dispatch.contract import EventReport, Location, Message, Verdict, VerificationRequest, VerificationResult
from tests.detector.looks import resting

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BOX = (100.0, 100.0, 160.0, 140.0)


@dataclass(frozen=True)
class Seen:
    """Reading of a usable view."""

    usable: bool = True
    detail: str = ""
    repeated: bool = False
    faults: tuple[()] = ()


class Said:
    """A pipeline that answers what it was told to."""

    def __init__(self, *messages: Message, sightings: Sequence[Sighting] = ()) -> None:
        self.result = LookResult(messages, Seen(), False, (resting(event_id="e-1"),), tuple(sightings))

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        return self.result

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        return ()

    def verify(self, request: VerificationRequest) -> None:
        raise AssertionError("not asked here")


def event() -> EventReport:
    return EventReport(
        event_id="e-1",
        matter="goods_occupation",
        camera_id="cam",
        zone="z",
        zone_purpose="pavement",
        class_name="suitcase",
        first_seen_at=START,
        confirmed_at=START,
        box_xyxy_px=BOX,
        resolution_wh=(320, 240),
        confidence=0.6,
        location=Location(lon=114.1, lat=22.5, error_m=2),
    )


def answer(verdict: Verdict) -> VerificationResult:
    return VerificationResult(
        request_id="r",
        case_id="c",
        event_id="e-1",
        camera_id="cam",
        matter="goods_occupation",
        verdict=verdict,
        reason="",
        looks=3,
        asked_at=START,
        decided_at=START,
    )


def taken(pipeline: Said, store: LookStore, *, after: timedelta = timedelta()) -> KeepingPipeline:
    keeping = KeepingPipeline(pipeline, store, lambda: "city@1")
    picture = np.full((240, 320, 3), 90, np.uint8)
    picture[::2] = 200
    keeping.look(Frame("cam", picture, START + after, after.total_seconds()), sv.Detections.empty())
    return keeping


def test_a_report_is_kept_bare_with_all_that_the_model_saw_and_without_heads(tmp_path: Path) -> None:
    store = LookStore(tmp_path)
    person = Sighting((10, 20, 60, 200), "person", 0.9)
    taken(Said(event(), sightings=[Sighting(BOX, "suitcase", 0.6), person]), store)
    ((look, path),) = store.looks()
    assert (look.occasion, look.event_id, look.class_name, look.model) == (
        Occasion.reported, "e-1", "suitcase", "city@1"
    )  # fmt: skip
    assert [(seen.class_name, seen.confidence) for seen in look.seen] == [("suitcase", 0.6), ("person", 0.9)]
    picture = cv2.imread(str(path))
    assert picture is not None
    assert picture.shape == (240, 320, 3), "no strip below it"
    assert np.ptp(picture[100:140, 100:160]) > 80, "nothing is drawn over or taken from the thing"
    assert np.ptp(picture[22:40, 15:55]) < 40, "the head cannot be made out"


@pytest.mark.parametrize(
    ("pipeline", "occasion"),
    [
        (Said(answer(Verdict.present)), Occasion.still_there),
        (Said(answer(Verdict.absent)), None),
        (Said(sightings=[Sighting(BOX, "stall", 0.3)]), Occasion.unsure),
        (Said(sightings=[Sighting(BOX, "stall", 0.8)]), None),
        (Said(), None),
    ],
)
def test_occasions(pipeline: Said, occasion: Occasion | None, tmp_path: Path) -> None:
    store = LookStore(tmp_path)
    taken(pipeline, store)
    assert [look.occasion for look, _ in store.looks()] == ([occasion] if occasion else [])


def test_one_unsure_look_an_hour(tmp_path: Path) -> None:
    store = LookStore(tmp_path)
    keeping = taken(Said(sightings=[Sighting(BOX, "stall", 0.3)]), store)
    picture = np.zeros((240, 320, 3), np.uint8)
    for minute in (1, 59, 61, 62):
        at = START + timedelta(minutes=minute)
        keeping.look(Frame("cam", picture, at, minute * 60.0), sv.Detections.empty())
    assert [look.at - START for look, _ in store.looks()] == [timedelta(), timedelta(minutes=61)]


def test_old_ones_and_those_beyond_the_number_go(tmp_path: Path) -> None:
    store = LookStore(tmp_path, keep=timedelta(days=2), most=3)
    for day in range(6):
        look = KeptLook(
            camera_id="cam",
            at=START + timedelta(hours=20 * day),
            occasion=Occasion.unsure,
            model="m",
            event_id=str(day),
        )
        store.save(look, np.zeros((8, 8, 3), np.uint8))
    assert [look.event_id for look, _ in store.looks()] == ["3", "4", "5"]
    assert len(list(tmp_path.iterdir())) == 6
    late = look.model_copy(update={"at": START + timedelta(days=30), "event_id": "late"})
    store.save(late, np.zeros((8, 8, 3), np.uint8))
    assert [look.event_id for look, _ in store.looks()] == ["late"]


def test_a_full_disk_costs_the_look_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    in_the_way = tmp_path / "looks"
    in_the_way.write_text("a file")
    taken(Said(event()), LookStore(in_the_way))
    assert "a look to learn from was not kept" in caplog.text


def test_a_damaged_look_is_named_and_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = LookStore(tmp_path)
    taken(Said(event()), store)
    (tmp_path / "20260302T080000-x.json").write_text("{")
    assert len(list(store.looks())) == 1
    assert "not a kept look" in caplog.text
