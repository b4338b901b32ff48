"""Looks without pictures: what a rule or an association is told, said by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from detector.geometry import BoxXyxy
from detector.observation import Remains, Residue, Sighting
from detector.thing import Kind, Thing

UNTOUCHED = Remains(similarity=0.95, changed=0.9, same=0.9, hidden=0.0)
EMPTY_PLACE = Remains(similarity=0.1, changed=0.02, same=0.0, hidden=0.0)
BEHIND_SOMEBODY = Remains(similarity=0.2, changed=0.8, same=0.1, hidden=0.6)
OTHER_THING = Remains(similarity=0.1, changed=0.9, same=0.05, hidden=0.0)


@dataclass(frozen=True, slots=True)
class SaidLook:
    """A look that says what it was made with. Implements `detector.observation.Look`."""

    at_s: float = 1000.0
    elapsed_s: float = 1.0
    sightings: tuple[Sighting, ...] = ()
    residues: tuple[Residue, ...] = ()
    recent: Sequence[tuple[float, float, tuple[Sighting, ...]]] = ()
    places: Mapping[str, Remains] = field(default_factory=dict)
    like: float = 0.0

    def remains(self, uid: str) -> Remains | None:
        return self.places.get(uid)

    def likeness(self, uid: str, residue: Residue) -> float:
        return self.like


def resting(
    box_xyxy_px: BoxXyxy = (100, 100, 160, 140),
    *,
    uid: str = "a",
    kind: Kind = "standing",
    names: Mapping[str, float] | None = None,
    rest_s: float = 5.0,
    event_id: str | None = None,
) -> Thing:
    """A thing last seen one second before the look."""
    thing = Thing(uid, kind, box_xyxy_px, 990.0, 999.0, rest_s=rest_s, looks=5, event_id=event_id)
    thing.votes = {name: 5 * confidence for name, confidence in (names or {"car": 0.8}).items()}
    return thing


def residue(box_xyxy_px: BoxXyxy, evidence: float = 0.8, rest_s: float = 2.0) -> Residue:
    x1, y1, x2, y2 = box_xyxy_px
    return Residue(box_xyxy_px, (x2 - x1) * (y2 - y1), rest_s, evidence, 0)
