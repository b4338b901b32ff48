"""Answering who wants to see what a camera shows now: out of turn, with the next picture that comes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import supervision as sv

from detector.config import Camera
from detector.errors import EvidenceError
from detector.frame import Frame
from detector.geometry import rounded
from detector.observation import Sighting
from detector.pipeline import LookResult, sightings_of
from detector.ports import EvidenceKeeper, Keeper, Reading
from detector.teller import private_boxes
from detector.watched import Pipeline
from dispatch.contract import (
    Evidence,
    EvidenceKind,
    LookAnswer,
    LookRequest,
    Message,
    SeenObject,
    Sight,
    VerificationRequest,
)

log = logging.getLogger(__name__)

MAX_WAITING = 16
"""Requests that wait for one camera's next picture; one beyond them is answered that there are too many."""
MAX_TOLD = 200
"""Objects of one answer, the most sure first."""
RECONNECT = timedelta(seconds=15)
"""A camera that shows nothing gets this long to come back before it is told that it does not."""
CAPTION = "查看 look"


class LookKeeper(Keeper, Protocol):
    """The part of `detector.store.DetectorStore` that keeps requests until they are answered."""

    def open_looks(self, camera_id: str) -> list[LookRequest]:
        """Return a camera's requests without an answer, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request, and since when pictures count; all do for what an earlier run has left."""

    request: LookRequest
    since: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    frame_at: datetime
    resolution_wh: tuple[int, int]
    sightings: Sequence[Sighting]
    reading: Reading
    model: str


class AskingPipeline:
    """A camera's pipeline that also answers requests for a look; itself a
    `detector.watched.AskedPipeline`.

    Args:
        pipeline: does the work.
        camera: whose.
        store: keeps requests and answers; what an earlier run has left unanswered is taken up.
        evidence: stores the pictures; None leaves them out.
        model_name: tells which model is in service.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        camera: Camera,
        *,
        store: LookKeeper,
        evidence: EvidenceKeeper | None,
        model_name: Callable[[], str],
    ) -> None:
        self._pipeline = pipeline
        self._camera = camera
        self._store = store
        self._evidence = evidence
        self._model_name = model_name
        self._waiting = [_Waiting(request, None) for request in store.open_looks(camera.id)]
        self._seen: _Seen | None = None

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        """Take in one picture and show it to whoever waits for one."""
        try:
            result = self._pipeline.look(frame, detections)
        except Exception as error:
            self._tell_all(frame.captured_at, f"a look failed: {type(error).__name__}: {error}")
            raise
        self._seen = _Seen(
            frame.captured_at, frame.resolution_wh, sightings_of(detections), result.reading, self._model_name()
        )
        self._show(frame)
        return result

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        """No picture comes: whoever has waited long enough is told so."""
        for waiting in [w for w in self._waiting if w.since is None or at - w.since >= RECONNECT]:
            self._answer(waiting, at, reason=reason or "no picture comes")
        return self._pipeline.without_picture(at, reason)

    def verify(self, request: VerificationRequest) -> None:
        """Take up a verification."""
        self._pipeline.verify(request)

    def ask(self, request: LookRequest, since: datetime) -> None:
        """Answer with the next picture that is taken from now on. A repeated request changes nothing.

        Args:
            since: the present time by the clock of the pictures, aware.
        """
        if any(w.request.look_id == request.look_id for w in self._waiting):
            return
        waiting = _Waiting(request, since)
        self._waiting.append(waiting)
        if len(self._waiting) > MAX_WAITING:
            self._answer(waiting, since, reason=f"{MAX_WAITING} requests wait for this camera already")

    @property
    def sight(self) -> Sight | None:
        """What the latest look showed; None before the first. Safe from any thread."""
        seen = self._seen
        return None if seen is None else _sight(seen)

    def _show(self, frame: Frame) -> None:
        waiting = [w for w in self._waiting if w.since is None or frame.captured_at >= w.since]
        if not waiting or self._seen is None:
            return
        if frame.corrupt:
            for late in [w for w in waiting if frame.captured_at >= w.request.until]:
                self._answer(late, frame.captured_at, reason="only damaged pictures come")
            return
        sight, reason = _sight(self._seen), ""
        evidence: tuple[Evidence, ...] = ()
        try:
            evidence = self._pictures(frame, self._seen.sightings)
        except EvidenceError as error:
            reason = str(error)
            log.warning("camera %s: the picture of a look was not kept: %s", self._camera.id, error)
        for one in waiting:
            self._answer(one, frame.captured_at, sight=sight, reason=reason, evidence=evidence)

    def _pictures(self, frame: Frame, sightings: Sequence[Sighting]) -> tuple[Evidence, ...]:
        if self._evidence is None:
            return ()
        picture = self._evidence.save(
            frame,
            camera=self._camera,
            kind=EvidenceKind.wide,
            box_xyxy_px=None,
            zone=None,
            hide_boxes_xyxy_px=private_boxes(sightings, keep_plate=False),
            caption=CAPTION,
        )
        return (picture,)

    def _tell_all(self, at: datetime, reason: str) -> None:
        for waiting in list(self._waiting):
            self._answer(waiting, at, reason=reason)

    def _answer(
        self,
        waiting: _Waiting,
        at: datetime,
        *,
        sight: Sight | None = None,
        reason: str = "",
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        request = waiting.request
        answer = LookAnswer(
            look_id=request.look_id,
            camera_id=request.camera_id,
            case_id=request.case_id,
            asked_at=request.asked_at,
            answered_at=at,
            sight=sight,
            reason=reason,
            evidence=evidence,
        )
        self._store.commit_look(self._camera.id, state=None, blobs={}, messages=[answer], at=at)
        self._waiting.remove(waiting)


def _sight(seen: _Seen) -> Sight:
    most_sure = sorted(seen.sightings, key=lambda s: -s.confidence)[:MAX_TOLD]
    return Sight(
        taken_at=seen.frame_at,
        resolution_wh=seen.resolution_wh,
        usable=seen.reading.usable,
        faults=tuple(fault.type for fault in seen.reading.faults),
        detail=seen.reading.detail,
        detections=tuple(
            SeenObject(class_name=s.class_name, confidence=round(s.confidence, 3), box_xyxy_px=rounded(s.box_xyxy_px))
            for s in most_sure
        ),
        model=seen.model,
    )
