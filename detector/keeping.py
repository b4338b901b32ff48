"""Keeping the looks of a camera from which a model can learn; where and how long is `detector.looks`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import supervision as sv

from detector.frame import Frame
from detector.looks import KeptLook, LookStore, Occasion, SeenBox
from detector.pipeline import LookResult
from detector.privacy import hidden
from detector.teller import private_boxes
from detector.watched import Pipeline
from dispatch.contract import EventReport, Message, Verdict, VerificationRequest, VerificationResult

log = logging.getLogger(__name__)

SURE_NAME = 0.2
"""How sure the name of a thing must be, as rules ask for residues."""
UNSURE = (0.25, 0.4)
"""Scores between which the model is unsure of a name."""
UNSURE_EVERY = timedelta(hours=1)
"""At most one unsure look a camera is kept in this time: most look alike."""


class KeepingPipeline:
    """A camera's pipeline that keeps looks from which a model can learn; itself a `detector.watched.Pipeline`.

    Args:
        pipeline: does the work.
        store: where looks are kept; where that fails, the log says so and the work goes on.
        model_name: tells which model is in service.
    """

    def __init__(self, pipeline: Pipeline, store: LookStore, model_name: Callable[[], str]) -> None:
        self._pipeline = pipeline
        self._store = store
        self._model_name = model_name
        self._unsure_at: datetime | None = None

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        """Take in one picture and keep it where something can be learnt from it."""
        result = self._pipeline.look(frame, detections)
        for look in self._worth_keeping(frame, result):
            try:
                self._store.save(look, hidden(frame.image, private_boxes(result.sightings, keep_plate=False)))
            except OSError as error:
                log.warning("camera %s: a look to learn from was not kept: %s", frame.camera_id, error)
        return result

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        """No picture comes; nothing is kept."""
        return self._pipeline.without_picture(at, reason)

    def verify(self, request: VerificationRequest) -> None:
        """Take up a verification."""
        self._pipeline.verify(request)

    def _worth_keeping(self, frame: Frame, result: LookResult) -> Iterator[KeptLook]:
        seen = tuple(
            SeenBox(class_name=s.class_name, box_xyxy_px=s.box_xyxy_px, confidence=s.confidence)
            for s in result.sightings
        )
        bare = KeptLook(
            camera_id=frame.camera_id,
            at=frame.captured_at,
            occasion=Occasion.unsure,
            model=self._model_name(),
            seen=seen,
        )
        incidents = list(_incidents(result))
        yield from (bare.model_copy(update=incident) for incident in incidents)
        rested = self._unsure_at is None or frame.captured_at - self._unsure_at >= UNSURE_EVERY
        if not incidents and rested and any(UNSURE[0] <= s.confidence < UNSURE[1] for s in result.sightings):
            self._unsure_at = frame.captured_at
            yield bare


def _incidents(result: LookResult) -> Iterator[dict[str, object]]:
    """Say what of each incident that this look reported, or found again at a re-check, is to be kept."""
    for message in result.messages:
        if isinstance(message, EventReport):
            yield {
                "occasion": Occasion.reported,
                **{name: getattr(message, name) for name in ("event_id", "matter", "class_name", "box_xyxy_px")},
            }
        elif isinstance(message, VerificationResult) and message.verdict is Verdict.present:
            thing = next((thing for thing in result.things if thing.event_id == message.event_id), None)
            if thing is not None:
                yield {
                    "occasion": Occasion.still_there,
                    "event_id": message.event_id,
                    "matter": message.matter,
                    "class_name": thing.named(SURE_NAME)[0],
                    "box_xyxy_px": thing.box_xyxy_px,
                }
