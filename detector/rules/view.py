"""What a rule sees of one look, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from detector.geometry import BoxXyxy
from detector.observation import Look
from detector.thing import Thing
from detector.zone import ZoneArea


def _unknown(_: BoxXyxy) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class View:
    """One look with the camera's zones and the classes that its matters claim by name.

    Attributes:
        look: the look.
        zones: scaled to the picture.
        claimed: classes that some residue matter of this camera names.
        area_m2: size of what stands upright in a box, square metres; None where the camera is not calibrated.
    """

    look: Look
    zones: tuple[ZoneArea, ...]
    claimed: Collection[str] = ()
    area_m2: Callable[[BoxXyxy], float | None] = _unknown


@dataclass(frozen=True, slots=True)
class Finding:
    """An incident that a rule has completed: the thing, where, what it is called and how sure that is (0..1)."""

    thing: Thing
    zone: ZoneArea
    class_name: str | None
    confidence: float
