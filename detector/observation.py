"""One valid look, reduced to what rules and association ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from detector.geometry import BoxXyxy


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detected object.

    Attributes:
        box_xyxy_px: source pixels.
        class_name: as the model calls it.
        confidence: 0..1.
        moving: nothing was detected at its place on the look before.
        passing: nor was anything near it; somebody who stands but shifts their weight is not passing.
    """

    box_xyxy_px: BoxXyxy
    class_name: str
    confidence: float
    moving: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Residue:
    """A place where something has come to rest in front of the background.

    Attributes:
        box_xyxy_px: source pixels.
        area_px: resting pixels, source pixels.
        rest_s: observed seconds at rest.
        evidence: > 0 when something has arrived, < 0 when something has left or only the light has changed.
        index: where to find its pixels in the look it came from.
    """

    box_xyxy_px: BoxXyxy
    area_px: float
    rest_s: float
    evidence: float
    index: int


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a remembered thing at its place, on one look.

    Attributes:
        similarity: correlation with how it looked, -1..1.
        changed: share of its pixels that do not look like the empty place; None where that is not known.
        same: share of its pixels that look like the thing; None where the empty place is not known.
        hidden: share of its box behind people or passing traffic, 0..1.
    """

    similarity: float
    changed: float | None
    same: float | None
    hidden: float


class Look(Protocol):
    """A valid look at a camera's view."""

    @property
    def at_s(self) -> float:
        """Unix seconds."""
        ...

    @property
    def elapsed_s(self) -> float:
        """Observed seconds since the last valid look; 0 after a gap."""
        ...

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """All detected objects."""
        ...

    @property
    def residues(self) -> tuple[Residue, ...]:
        """What has come to rest in the zones watched for it."""
        ...

    @property
    def recent(self) -> Sequence[tuple[float, float, tuple[Sighting, ...]]]:
        """(time, observed seconds, people) of the looks before, oldest first, and of this one; a few minutes long."""
        ...

    def remains(self, uid: str) -> Remains | None:
        """Compare a remembered thing with this look; None when its appearance is not known."""
        ...

    def likeness(self, uid: str, residue: Residue) -> float:
        """How alike the colours of a remembered thing and of a residue are, 0..1; 0 when it is not remembered."""
        ...
