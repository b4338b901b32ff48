"""One camera's way from a picture to messages. `CameraPipeline.look` reads as the whole story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import supervision as sv

from detector import association, residue, rules
from detector.closeup import CloseUp
from detector.config import Camera, ClosurePlan, DensityRule, DwellRule, ResidueRule, Watched
from detector.frame import Frame
from detector.memory import Memory
from detector.observation import Sighting
from detector.ports import Keeper, Reading, ViewCheck, ViewFault
from detector.rules import View, density
from detector.teller import Teller, private_boxes
from detector.thing import VEHICLES, Thing
from detector.verification import Opinion, Verification, opinion_of
from detector.vision.scene import SceneLook
from detector.zone import scaled
from dispatch.contract import Message, Verdict, VerificationRequest, VerificationResult

GAP_LOOKS = 3.0
"""Valid looks further apart than so many intervals are a gap: nothing is timed across it."""
DROP_AFTER_MISSED = 2
"""Looks in a row after which a thing that was never reported is forgotten."""
DROP_AFTER_UNCLEAR = 60
MAX_THINGS = 300
"""Things remembered a camera; the least watched are forgotten first."""
CLEAR_LOOKS = 3
"""Looks in a row on which a reported thing must be gone before that is told unasked."""
FIRST_AFTER_S = 10.0
"""Seconds at rest after which the picture of a thing's first appearance is kept."""
GONE_KEPT_S = 24 * 3600.0
"""For so long a reported thing that has left is remembered, to answer a verification that comes late."""


@dataclass(frozen=True, slots=True)
class LookResult:
    """What one look led to.

    Attributes:
        messages: reports, clearances and verification results, already committed to the store.
        reading: what the check of the view said.
        busy: something is being timed or verified: look again soon.
        things: what is being watched, for drawing.
        sightings: what the detector found, for drawing; empty when the look was not usable.
    """

    messages: tuple[Message, ...]
    reading: Reading
    busy: bool
    things: tuple[Thing, ...] = ()
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class _NoPicture:
    """Reading of a look that could not be taken."""

    detail: str
    faults: tuple[ViewFault, ...] = ()
    usable: bool = False
    repeated: bool = False


class CameraPipeline:
    """Watches one camera. Not thread-safe: one look at a time."""

    def __init__(
        self,
        camera: Camera,
        matters: Mapping[str, Watched],
        *,
        health: ViewCheck,
        teller: Teller,
        memory: Memory,
        store: Keeper | None = None,
        close_up: CloseUp | None = None,
    ) -> None:
        self.camera = camera
        self.matters = {code: w.with_override(camera.overrides.get(code)) for code, w in matters.items()}
        self.health = health
        self.teller = teller
        self.memory = memory
        self.store = store
        self.close_up = close_up
        # Late enough to spare passing traffic the picture, early enough to show how the incident began.
        self._first_after_s = min([FIRST_AFTER_S, *(w.rule.dwell_s / 4 for w in self.matters.values())])
        self._claimed = frozenset(
            name for w in self.matters.values() if isinstance(w.rule, ResidueRule) for name in w.rule.classes
        )
        self._standable = frozenset(
            name
            for w in self.matters.values()
            if isinstance(w.rule, DwellRule | DensityRule)
            for name in w.rule.classes
        )

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        """Take in one picture: check the view, follow what rests, judge, verify, commit.

        Args:
            frame: the picture.
            detections: what the detector found on it, `data["class_name"]` set, pixels of the frame.
        """
        reading = self.health.check(frame)
        if not reading.usable:
            return self._unusable(frame, reading)
        look = self._observe(frame, detections)
        view = self._view(frame, look)
        self._follow(look, view)
        self._name(frame, look)
        self.memory.keep_first(frame, lambda: private_boxes(look.sightings, keep_plate=False), self._first_after_s)
        messages: list[Message] = [
            *self._report(frame, look, view),
            *self._verify(frame, look),
            *self._clear(frame, look),
        ]
        self._drop(look)
        self._commit(frame, messages)
        return LookResult(tuple(messages), reading, self.busy, tuple(self.memory.things), look.sightings)

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        """No picture comes, for this reason: as with a bad view, only the patience of verifications runs on."""
        nothing = Frame(self.camera.id, np.zeros((1, 1, 3), np.uint8), at, 0.0, corrupt=True)
        return self._unusable(nothing, _NoPicture(reason)).messages

    def verify(self, request: VerificationRequest) -> None:
        """Take up a verification; the next looks answer it. A repeated request changes nothing."""
        if all(v.request.request_id != request.request_id for v in self.memory.verifications):
            self.memory.verifications.append(Verification(request, request.asked_at.timestamp()))
            self.memory.look_again(request.event_id)
            self.memory.touched = True

    @property
    def busy(self) -> bool:
        """Whether something is being timed or verified."""
        return bool(self.memory.verifications) or any(not t.reported and t.looks > 1 for t in self.memory.things)

    def _unusable(self, frame: Frame, reading: Reading) -> LookResult:
        """A bad view times nothing and proves nothing; only the patience of verifications runs on."""
        # A picture that comes twice is no gap: what rests goes on being timed from one fresh picture to the next.
        self.memory.gap = self.memory.gap or not reading.repeated
        messages: list[Message] = []
        for verification in list(self.memory.verifications):
            plan = (
                self.matters[verification.request.matter].closure
                if verification.request.matter in self.matters
                else None
            )
            verification.last_reason = f"the view is not usable: {reading.detail}"
            opinion = verification.expire(frame.at_s, plan) if plan else Opinion(None, "matter not watched here")
            if opinion is not None:
                messages.append(self._answer(frame, verification, opinion, None))
        self._commit(frame, messages)
        return LookResult(tuple(messages), reading, self.busy, tuple(self.memory.things))

    def _observe(self, frame: Frame, detections: sv.Detections) -> SceneLook:
        memory = self.memory
        memory.fit(frame.resolution_wh)
        since = None if memory.last_look_at_s is None else frame.at_s - memory.last_look_at_s
        longest = GAP_LOOKS * self.camera.watch.look_interval_s + 2.0
        elapsed_s = since if since is not None and not memory.gap and 0 <= since <= longest else 0.0
        memory.last_look_at_s, memory.gap = frame.at_s, False
        keep = [t.box_xyxy_px for t in memory.things if t.kind == "residue" and not t.missed]
        return memory.scene.look(frame, sightings_of(detections), elapsed_s, keep)

    def _view(self, frame: Frame, look: SceneLook) -> View:
        zones = tuple(scaled(zone, frame.resolution_wh) for zone in self.camera.zones)
        locator, size_wh = self.teller.locator, frame.resolution_wh
        return View(look, zones, self._claimed, lambda box: locator.area_m2(box, size_wh))

    def _follow(self, look: SceneLook, view: View) -> None:
        memory = self.memory
        standing = [t for t in memory.things if t.kind == "standing"]
        candidates = association.distinct(s for s in look.sightings if s.class_name in self._standable)
        candidates = [s for s in candidates if any(zone.share(s.box_xyxy_px) > 0.2 for zone in view.zones)]
        for thing in association.associate(standing, look, candidates):
            memory.things.append(thing)
            memory.scene.remember(thing.uid, look, thing.box_xyxy_px)
        for thing in standing:
            if thing.last_seen_at_s == look.at_s and thing.uid not in memory.scene.appearances:
                memory.scene.remember(thing.uid, look, thing.box_xyxy_px)
                memory.unsaved.add(thing.uid)
        followed = residue.follow([t for t in memory.things if t.kind == "residue"], look)
        for thing, found in (*followed.born, *followed.renewed):
            if not any(t is thing for t in memory.things):
                memory.things.append(thing)
            else:
                thing.box_xyxy_px = residue.grown_box(thing, found)
                for piece in residue.swallow(thing, memory.things):
                    memory.forget(piece)
            memory.scene.remember(thing.uid, look, thing.box_xyxy_px, look.blobs[found.index])
            memory.unsaved.add(thing.uid)
        for watched in self.matters.values():
            if isinstance(watched.rule, DensityRule):
                memory.things.extend(density.count(watched, watched.rule, view, memory.things))
        memory.scene.refresh(
            [t.uid for t in memory.things if t.kind == "standing" and t.last_seen_at_s == look.at_s], look
        )

    def _name(self, frame: Frame, look: SceneLook) -> None:
        """Give residue the names that the detector gives to what lies at its place, enlarged if need be."""
        for thing in self.memory.things:
            if thing.kind != "residue" or thing.last_seen_at_s != look.at_s:
                continue
            for name, confidence in residue.names_at(thing.box_xyxy_px, look.sightings).items():
                thing.vote(name, confidence)
            if self.close_up is not None and not thing.reported:
                self.close_up.look(thing, frame)

    def _report(self, frame: Frame, look: SceneLook, view: View) -> list[Message]:
        reports: list[Message] = []
        for code, watched in self.matters.items():
            open_things = [t for t in self.memory.things if not t.reported]
            for finding in rules.judge(watched, view, open_things):
                if not self._told_already(finding.thing):
                    first = self.memory.first.get(finding.thing.uid)
                    reports.append(self.teller.event(code, finding, frame, look, first))
        return reports

    def _told_already(self, thing: Thing) -> bool:
        """Whether another thing at the same place has been reported: one problem is one event, whatever saw it.

        A standing vehicle also replaces the background; a heap may also be detected as an object.
        """
        others = [t for t in self.memory.things if t.reported and t.missed == 0 and t.uid != thing.uid]
        if any(residue.same_place(thing.box_xyxy_px, t.box_xyxy_px) and t.kind != thing.kind for t in others):
            return True
        if thing.kind != "residue":
            return False
        named_here, _ = thing.named(0.0)
        vehicles = [t for t in self.memory.things if t.kind == "standing" and t.missed == 0 and t.rest_s > 0]
        return (
            named_here in VEHICLES
            and any(residue.same_place(thing.box_xyxy_px, t.box_xyxy_px) for t in vehicles)
            and (named_here not in self._claimed)
        )

    def _verify(self, frame: Frame, look: SceneLook) -> list[Message]:
        answers: list[Message] = []
        for verification in list(self.memory.verifications):
            request = verification.request
            watched = self.matters.get(request.matter)
            thing = self.memory.of_event(request.event_id)
            if watched is None:
                opinion: Opinion | None = Opinion(None, f"{request.matter} is no longer watched on this camera")
            else:
                twin = None if thing is None else residue.twin(thing, self.memory.things, look)
                opinion = verification.count(opinion_of(thing, frame.at_s, twin), frame.at_s, watched.closure)
            if opinion is not None:
                answers.append(self._answer(frame, verification, opinion, look))
        return answers

    def _answer(
        self, frame: Frame, verification: Verification, opinion: Opinion, look: SceneLook | None
    ) -> VerificationResult:
        self.memory.verifications.remove(verification)
        thing = self.memory.of_event(verification.request.event_id)
        if thing is not None and opinion.verdict is Verdict.absent:
            self.memory.mark_gone(thing)
        return self.teller.answer(verification, opinion, frame, look, thing)

    def _clear(self, frame: Frame, look: SceneLook) -> list[Message]:
        """Tell of reported things that have left unasked."""
        cleared: list[Message] = []
        asked = {v.request.event_id for v in self.memory.verifications}
        missing = [t for t in self.memory.things if t.reported and t.missed and not t.unclear]
        for thing in [t for t in missing if t.event_id not in asked]:
            plan = self.matters[thing.matter].closure if thing.matter in self.matters else ClosurePlan()
            since = frame.at_s - (thing.first_missed_at_s or frame.at_s)
            if thing.missed < max(plan.looks, CLEAR_LOOKS) or since < 0.9 * plan.interval_s * (plan.looks - 1):
                continue
            if residue.twin(thing, self.memory.things, look) is None:
                self.memory.mark_gone(thing)
                cleared.append(self.teller.cleared(thing, frame, look))
        return cleared

    def _drop(self, look: SceneLook) -> None:
        """Forget what was never reported and is no longer there, and what left long ago."""
        crowds = [t.box_xyxy_px for t in self.memory.things if t.kind == "crowd" and t.reported]
        for thing in list(self.memory.things):
            # The members of a reported crowd are what tells whether it is still there: they are kept while hidden.
            unclear = thing.unclear >= DROP_AFTER_UNCLEAR and not density.belongs(thing, crowds)
            lost = thing.missed >= DROP_AFTER_MISSED or unclear
            if lost and not thing.reported:
                self.memory.forget(thing)
        for thing in sorted(self.memory.things, key=lambda t: (t.reported, t.rest_s))[: -MAX_THINGS or None]:
            self.memory.forget(thing)
        self.memory.forget_gone_before(look.at_s - GONE_KEPT_S)

    def _commit(self, frame: Frame, messages: Sequence[Message]) -> None:
        if self.store is None:
            return
        state, blobs = self.memory.changes(frame.at_s, self.health.snapshot)
        if state is not None or blobs or messages:
            self.store.commit_look(self.camera.id, state=state, blobs=blobs, messages=messages, at=frame.captured_at)


def sightings_of(detections: sv.Detections) -> tuple[Sighting, ...]:
    """Turn a detector's answer into sightings.

    Raises:
        ValueError: the detections carry no class names.
    """
    if len(detections) == 0:
        return ()
    names = detections.data.get("class_name")
    if names is None or detections.confidence is None:
        raise ValueError("detections need data['class_name'] and confidence")
    return tuple(
        Sighting((float(x1), float(y1), float(x2), float(y2)), str(name), float(confidence))
        for (x1, y1, x2, y2), name, confidence in zip(detections.xyxy, names, detections.confidence, strict=True)
    )
