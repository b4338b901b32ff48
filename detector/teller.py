"""Putting what a camera found into messages: places, pictures, reasons."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from detector.config import Camera, Names
from detector.errors import EvidenceError
from detector.frame import Frame
from detector.geometry import BoxXyxy, rounded
from detector.memory import FirstSeen
from detector.observation import Sighting
from detector.ports import EvidenceKeeper, Locator
from detector.privacy import heads_and_plates
from detector.rules import Finding
from detector.thing import VEHICLES, Thing
from detector.verification import Opinion, Verification
from detector.vision.scene import PERSON, SceneLook
from dispatch.contract import (
    EventReport,
    Evidence,
    EvidenceKind,
    IncidentCleared,
    Verdict,
    VerificationResult,
)

log = logging.getLogger(__name__)

FIRST_SEEN, CONFIRMED, CLEARED = "初见 first seen", "确认 confirmed", "已消失 gone"
VERIFIED = {
    Verdict.present: "核查:仍在 verified: still there",
    Verdict.absent: "核查:已消失 verified: gone",
    Verdict.inconclusive: "核查:无法判断 verified: cannot tell",
    None: "核查:无法判断 verified: cannot tell",
}
"""Captions of pictures, in both languages of the operators."""


class Teller:
    """Builds one camera's messages.

    Args:
        camera: whose.
        locator: places boxes on the ground.
        evidence: stores pictures; None leaves them out.
        model_name: tells which model is in service; it may change while the node runs.
        names: of the matters, in both languages, for the captions.
        keep_plate: matters whose pictures keep number plates readable.
    """

    def __init__(
        self,
        camera: Camera,
        locator: Locator,
        evidence: EvidenceKeeper | None,
        *,
        model_name: Callable[[], str] = str,
        names: Mapping[str, Names] | None = None,
        keep_plate: Sequence[str] = (),
    ) -> None:
        self.camera = camera
        self.locator = locator
        self.evidence = evidence
        self._model_name = model_name
        self._names = names or {}
        self._keep_plate = frozenset(keep_plate)
        self._zones = {zone.id: zone for zone in camera.zones}

    def event(
        self, matter: str, finding: Finding, frame: Frame, look: SceneLook, first: FirstSeen | None
    ) -> EventReport:
        """Report a finding; its thing is marked as reported. The event's id follows from camera and thing alone."""
        thing, zone = finding.thing, finding.zone
        thing.event_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"gridpatrol:{self.camera.id}:{thing.uid}"))
        thing.matter, thing.zone, thing.reported_at_s = matter, zone.id, frame.at_s
        confirmed = self._pictures(frame, look.sightings, thing, (EvidenceKind.wide, EvidenceKind.close), CONFIRMED)
        wide = next((picture for picture in confirmed if picture.kind is EvidenceKind.wide), None)
        thing.picture = None if wide is None else wide.model_dump(mode="json")
        return EventReport(
            event_id=thing.event_id,
            matter=matter,
            camera_id=self.camera.id,
            zone=zone.id,
            zone_purpose=zone.purpose.value,
            class_name=finding.class_name,
            first_seen_at=datetime.fromtimestamp(thing.first_seen_at_s, UTC),
            confirmed_at=frame.captured_at,
            box_xyxy_px=rounded(thing.box_xyxy_px),
            resolution_wh=frame.resolution_wh,
            confidence=round(finding.confidence, 3),
            location=self.locator.locate(thing.box_xyxy_px, frame.resolution_wh),
            area_m2=self.locator.area_m2(thing.box_xyxy_px, frame.resolution_wh),
            evidence=(*self._first(thing, first), *confirmed),
            model=self._model_name(),
        )

    def answer(
        self, verification: Verification, opinion: Opinion, frame: Frame, look: SceneLook | None, thing: Thing | None
    ) -> VerificationResult:
        """Answer a verification request, with a picture where there is a usable look."""
        request = verification.request
        pictures: list[Evidence] = []
        if look is not None and thing is not None:
            pictures = self._pictures(frame, look.sightings, thing, (EvidenceKind.after,), VERIFIED[opinion.verdict])
            pictures += self._pair(thing, pictures)
        return VerificationResult(
            request_id=request.request_id,
            case_id=request.case_id,
            event_id=request.event_id,
            camera_id=self.camera.id,
            matter=request.matter,
            verdict=opinion.verdict or Verdict.inconclusive,
            reason=opinion.reason,
            looks=len(verification.verdicts),
            asked_at=request.asked_at,
            decided_at=frame.captured_at,
            evidence=tuple(pictures),
        )

    def cleared(self, thing: Thing, frame: Frame, look: SceneLook) -> IncidentCleared:
        """Tell that a reported thing has left unasked."""
        pictures = self._pictures(frame, look.sightings, thing, (EvidenceKind.after,), CLEARED)
        return IncidentCleared(
            event_id=thing.event_id or "",
            matter=thing.matter or "",
            camera_id=self.camera.id,
            first_missed_at=datetime.fromtimestamp(thing.first_missed_at_s or frame.at_s, UTC),
            cleared_at=frame.captured_at,
            reason=f"its place was visible and empty on {thing.missed} looks in a row",
            evidence=(*pictures, *self._pair(thing, pictures)),
        )

    def _first(self, thing: Thing, first: FirstSeen | None) -> list[Evidence]:
        if self.evidence is None or first is None:
            return []
        hide = first.hide_boxes_xyxy_px
        return self._saved(first.frame(self.camera.id), thing, EvidenceKind.before, hide, FIRST_SEEN)

    def _pair(self, thing: Thing, after: Sequence[Evidence]) -> list[Evidence]:
        if self.evidence is None or thing.picture is None or not after:
            return []
        before = Evidence.model_validate(thing.picture)
        try:
            return [self.evidence.save_pair(before, after[0], camera=self.camera, caption=self._caption(thing, ""))]
        except EvidenceError as error:
            # The picture of the confirmation may have reached the end of its retention; the verdict stands without.
            log.warning("%s: no pair of pictures for %s: %s", self.camera.id, thing.event_id, error)
            return []

    def _caption(self, thing: Thing, what: str) -> str:
        names = self._names.get(thing.matter or "")
        matter = f"{names.zh} {names.en}" if names else (thing.matter or "")
        return f"{matter}  {what}".strip()

    def _pictures(
        self,
        frame: Frame,
        sightings: Sequence[Sighting],
        thing: Thing,
        kinds: Sequence[EvidenceKind],
        caption: str,
    ) -> list[Evidence]:
        hide = private_boxes(sightings, keep_plate=thing.matter in self._keep_plate)
        return [picture for kind in kinds for picture in self._saved(frame, thing, kind, hide, caption)]

    def _saved(
        self, frame: Frame, thing: Thing, kind: EvidenceKind, hide_boxes_xyxy_px: tuple[BoxXyxy, ...], caption: str
    ) -> list[Evidence]:
        """Keep one picture. Where that fails, as on a full disk, what it was to show is told without it."""
        if self.evidence is None:
            return []
        try:
            picture = self.evidence.save(
                frame,
                camera=self.camera,
                kind=kind,
                box_xyxy_px=thing.box_xyxy_px,
                zone=self._zones.get(thing.zone or ""),
                hide_boxes_xyxy_px=hide_boxes_xyxy_px,
                caption=self._caption(thing, caption),
            )
        except EvidenceError as error:
            log.warning("%s: no picture (%s) for %s: %s", self.camera.id, kind.value, thing.event_id, error)
            return []
        return [picture]


def private_boxes(sightings: Sequence[Sighting], *, keep_plate: bool) -> tuple[BoxXyxy, ...]:
    """Where heads and number plates are on a look, source pixels."""
    people = [s.box_xyxy_px for s in sightings if s.class_name == PERSON]
    vehicles = [s.box_xyxy_px for s in sightings if s.class_name in VEHICLES]
    return heads_and_plates(people, vehicles, keep_plate=keep_plate)
