"""Who wants to see what a camera shows now is answered with the next picture, or with why there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from detector.asking import MAX_TOLD, MAX_WAITING, RECONNECT, AskingPipeline
from detector.evidence import EvidenceStore
from detector.frame import Frame
from detector.pipeline import LookResult
from detector.store import DetectorStore
from detector.vision.health import Fault, Reading
from dispatch.contract import FaultType, LookAnswer, LookRequest, Message, VerificationRequest, parse
from tests.detector.test_worker import camera

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CAMERA = camera("gate")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def wish(look_id: str = "l1", case_id: str | None = None) -> LookRequest:
    return LookRequest(look_id=look_id, camera_id="gate", case_id=case_id, asked_at=NOW, until=at(120))


class Quiet:
    """A pipeline that sees the view it is told, or breaks."""

    def __init__(self) -> None:
        self.reading = Reading((), True)
        self.error: Exception | None = None

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        if self.error is not None:
            raise self.error
        return LookResult((), self.reading, busy=False)

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        return ()

    def verify(self, request: VerificationRequest) -> None:
        raise AssertionError("not asked here")


class Gate:
    """A camera with a store and pictures on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = DetectorStore(folder / "detector.sqlite")
        self.evidence = EvidenceStore(folder / "evidence")
        self.inner = Quiet()
        self.pipeline = self.begin()

    def begin(self) -> AskingPipeline:
        self.pipeline = AskingPipeline(
            self.inner, CAMERA, store=self.store, evidence=self.evidence, model_name=lambda: "street 1"
        )
        return self.pipeline

    def shows(self, seconds: float, *, objects: int = 2, corrupt: bool = False) -> None:
        picture = np.full((240, 320, 3), 90, np.uint8)
        found = sv.Detections(
            xyxy=np.array([[10.04, 20, 60, 200]] * objects, np.float64).reshape(-1, 4),
            confidence=np.linspace(0.4, 0.9, objects),
            class_id=np.zeros(objects, int),
            data={"class_name": np.array((["person", "car"] * objects)[:objects])},
        )
        self.pipeline.look(Frame("gate", picture, at(seconds), seconds, corrupt=corrupt), found)

    def answers(self) -> list[LookAnswer]:
        return [parse(row.payload).data for row in self.store.pending(100)]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_the_next_picture_answers_with_what_the_detector_saw(gate: Gate) -> None:
    assert gate.pipeline.sight is None
    gate.pipeline.ask(wish(case_id="c1"), at(1))
    gate.pipeline.ask(wish(case_id="c1"), at(1))
    gate.shows(0.5)
    assert gate.answers() == [], "a picture that was taken before is none of now"
    gate.shows(1.5)
    (answer,) = gate.answers()
    assert (answer.look_id, answer.case_id, answer.answered_at, answer.reason) == ("l1", "c1", at(1.5), "")
    sight = answer.sight
    assert sight is not None
    assert (sight.taken_at, sight.resolution_wh, sight.usable, sight.model) == (at(1.5), (320, 240), True, "street 1")
    assert [(s.class_name, s.confidence) for s in sight.detections] == [("car", 0.9), ("person", 0.4)]
    assert sight.detections[0].box_xyxy_px == (10.0, 20.0, 60.0, 200.0)
    (picture,) = answer.evidence
    assert gate.evidence.read(picture.key)[:2] == b"\xff\xd8"
    assert gate.pipeline.sight == sight
    gate.shows(2.5)
    assert len(gate.answers()) == 1, "once"
    assert gate.store.open_looks("gate") == []


def test_a_view_that_cannot_be_relied_on_is_shown_with_its_fault(gate: Gate) -> None:
    gate.inner.reading = Reading((Fault(FaultType.covered, NOW, "dark"),), usable=False, detail="dark")
    gate.pipeline.ask(wish(), NOW)
    gate.shows(1)
    sight = gate.answers()[0].sight
    assert sight is not None
    assert (sight.usable, sight.faults, sight.detail) == (False, (FaultType.covered,), "dark")


def test_a_camera_that_is_down_is_given_time_to_come_back_and_then_told(gate: Gate) -> None:
    gate.pipeline.ask(wish(), NOW)
    gate.pipeline.without_picture(NOW + RECONNECT / 2, "no route to 10.0.0.1")
    assert gate.answers() == []
    gate.pipeline.without_picture(NOW + RECONNECT, "no route to 10.0.0.1")
    (answer,) = gate.answers()
    assert (answer.sight, answer.reason, answer.evidence) == (None, "no route to 10.0.0.1", ())


def test_what_a_crash_left_unanswered_is_answered_after_it(gate: Gate) -> None:
    gate.store.remember_look(wish())
    gate.begin()
    gate.shows(60)
    assert [answer.look_id for answer in gate.answers()] == ["l1"]


def test_damaged_pictures_prove_nothing_and_are_not_waited_over_for_ever(gate: Gate) -> None:
    gate.pipeline.ask(wish(), NOW)
    gate.shows(1, corrupt=True)
    assert gate.answers() == []
    gate.shows(121, corrupt=True)
    assert (gate.answers()[0].sight, gate.answers()[0].reason) == (None, "only damaged pictures come")


def test_a_look_that_breaks_is_told_and_still_breaks(gate: Gate) -> None:
    gate.pipeline.ask(wish(), NOW)
    gate.inner.error = ValueError("no such zone")
    with pytest.raises(ValueError, match="no such zone"):
        gate.shows(1)
    assert "no such zone" in gate.answers()[0].reason


def test_requests_and_answers_are_bounded(gate: Gate) -> None:
    for number in range(MAX_WAITING + 1):
        gate.pipeline.ask(wish(f"l{number}"), NOW)
    (refused,) = gate.answers()
    assert refused.look_id == f"l{MAX_WAITING}"
    assert str(MAX_WAITING) in refused.reason
    gate.shows(1, objects=MAX_TOLD + 50)
    told = gate.answers()[1:]
    assert len(told) == MAX_WAITING
    assert all(answer.sight is not None and len(answer.sight.detections) == MAX_TOLD for answer in told)
    assert len({answer.evidence for answer in told}) == 1, "one picture for all"


def test_a_picture_that_cannot_be_kept_does_not_hold_the_answer_back(gate: Gate) -> None:
    (gate.folder / "evidence").write_text("a file in the place of the folder")
    gate.pipeline.ask(wish(), NOW)
    gate.shows(1)
    (answer,) = gate.answers()
    assert answer.sight is not None
    assert answer.evidence == ()
    assert answer.reason
