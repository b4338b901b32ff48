"""What a message carries: pictures, places, ids, and who is hidden on them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from detector.config import Camera, Zone
from detector.errors import EvidenceError
from detector.evidence import EvidenceStore
from detector.frame import Frame
from detector.geometry import BoxXyxy
from detector.observation import Sighting
from detector.teller import private_boxes
from dispatch.contract import Evidence, EvidenceKind, Verdict
from tests.detector.street import LITTER, PARKING, Watcher, bag, car, person, scene, there

BAG = bag(150, 120)


@dataclass
class Kept:
    """An evidence store that notes what it was given, and cannot make pairs."""

    saved: list[tuple[EvidenceKind, Frame, Sequence[BoxXyxy], str]] = field(default_factory=list)

    def save(
        self,
        frame: Frame,
        *,
        camera: Camera,
        kind: EvidenceKind,
        box_xyxy_px: BoxXyxy | None,
        zone: Zone | None,
        hide_boxes_xyxy_px: Sequence[BoxXyxy],
        caption: str,
    ) -> Evidence:
        assert zone is not None
        assert box_xyxy_px is not None
        self.saved.append((kind, frame, hide_boxes_xyxy_px, caption))
        return Evidence(
            key=str(len(self.saved)), kind=kind, sha256="0" * 64, captured_at=frame.captured_at, size_wh=(1, 1)
        )

    def save_pair(self, before: Evidence, after: Evidence, *, camera: Camera, caption: str = "") -> Evidence:
        raise EvidenceError("the earlier picture has been deleted")


def test_an_event_shows_how_it_began_and_how_it_was_confirmed(tmp_path: Path) -> None:
    pictures = EvidenceStore(tmp_path)
    watcher = Watcher(evidence=pictures)
    watcher.watch(scene(there(BAG, 6, 30)), 42, asks={26: 0})
    (event,) = watcher.events
    assert [e.kind for e in event.evidence] == [EvidenceKind.before, EvidenceKind.wide, EvidenceKind.close]
    assert event.evidence[0].captured_at < event.confirmed_at
    assert event.evidence[1].captured_at == event.confirmed_at
    assert [e.kind for e in watcher.answers[0].evidence] == [EvidenceKind.after, EvidenceKind.after]
    told = [*event.evidence, *watcher.answers[0].evidence]
    assert len({e.key for e in told}) == len(told)
    assert all(pictures.read(e.key).startswith(b"\xff\xd8") for e in told)


def test_a_clearance_shows_the_empty_place() -> None:
    kept = Kept()
    watcher = Watcher(evidence=kept)
    watcher.watch(scene(there(BAG, 6, 20)), 32)
    assert [e.kind for e in watcher.cleared[0].evidence] == [EvidenceKind.after]
    kind, frame, _, _ = kept.saved[-1]
    assert kind is EvidenceKind.after
    assert frame.captured_at == watcher.cleared[0].cleared_at


def test_a_verdict_stands_without_its_pair_of_pictures() -> None:
    watcher = Watcher(evidence=Kept())
    watcher.watch(scene(there(BAG, 6)), 30, asks={20: 0})
    assert watcher.verdicts == [Verdict.present]
    assert len(watcher.answers[0].evidence) == 1


class Full(Kept):
    """An evidence store whose disk is full for pictures of some kinds."""

    def __init__(self, *kinds: EvidenceKind) -> None:
        super().__init__()
        self.kinds = kinds

    def save(self, frame: Frame, *, kind: EvidenceKind, **about: Any) -> Evidence:
        if kind in self.kinds:
            raise EvidenceError("the disk is full")
        return super().save(frame, kind=kind, **about)


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        (tuple(EvidenceKind), []),
        ((EvidenceKind.wide,), [EvidenceKind.before, EvidenceKind.close]),
        ((EvidenceKind.before,), [EvidenceKind.wide, EvidenceKind.close]),
    ],
    ids=["all", "the wide one", "the first"],
)
def test_what_was_found_is_told_without_the_pictures_that_could_not_be_kept(
    lost: tuple[EvidenceKind, ...], kept: list[EvidenceKind]
) -> None:
    watcher = Watcher(evidence=Full(*lost))
    watcher.watch(scene(there(BAG, 6)), 30, asks={20: 0})
    (event,) = watcher.events
    assert [e.kind for e in event.evidence] == kept
    assert watcher.verdicts == [Verdict.present]
    assert bool(watcher.answers[0].evidence) is (EvidenceKind.after not in lost)


def test_a_clearance_is_told_without_its_picture() -> None:
    watcher = Watcher(evidence=Full(*EvidenceKind))
    watcher.watch(scene(there(BAG, 6, 20)), 32)
    assert [c.evidence for c in watcher.cleared] == [()]


def test_captions_name_the_matter_in_both_languages() -> None:
    kept = Kept()
    watcher = Watcher(evidence=kept)
    watcher.watch(scene(there(BAG, 6)), 20)
    assert all("测试" in caption and "test" in caption for *_, caption in kept.saved)


@pytest.mark.parametrize("keep_plate", [True, False])
def test_heads_are_always_hidden_and_plates_unless_the_matter_keeps_them(keep_plate: bool) -> None:
    kept = Kept()
    watcher = Watcher([PARKING.model_copy(update={"keep_plate": keep_plate})], evidence=kept)
    watcher.watch(scene(there(car(100), 2), there(person(250, 150), 0)), 14)
    assert len(watcher.events) == 1
    _, _, hidden, _ = next(s for s in kept.saved if s[0] is EvidenceKind.wide)
    assert any(x1 <= 250 <= x2 and y1 <= 115 <= y2 for x1, y1, x2, y2 in hidden)
    assert any(x1 >= 100 and x2 <= 160 for x1, _, x2, _ in hidden) is not keep_plate


def test_the_first_picture_hides_plates_whatever_comes_of_it() -> None:
    boxes = private_boxes([Sighting((100, 100, 200, 160), "car", 0.9)], keep_plate=False)
    assert len(boxes) == 1
    assert private_boxes([Sighting((100, 100, 200, 160), "car", 0.9)], keep_plate=True) == ()
    assert private_boxes([Sighting((100, 100, 200, 160), "bench", 0.9)], keep_plate=False) == ()


def test_ids_follow_from_what_was_seen() -> None:
    ids = []
    for _ in range(2):
        watcher = Watcher([LITTER])
        watcher.watch(scene(there(BAG, 6)), 18)
        ids.append(watcher.events[0].event_id)
    assert ids[0] == ids[1]
    uuid.UUID(ids[0])
    later = Watcher([LITTER])
    later.watch(scene(there(BAG, 8)), 20)
    assert later.events[0].event_id != ids[0]
