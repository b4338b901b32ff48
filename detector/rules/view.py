"""What a rule sees of one look, and what it answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from detector.observation import Look
from detector.thing import Thing
from detector.zone import ZoneArea


@dataclass(frozen=True, slots=True)
class View:
    """One look with the camera's zones and the classes that its matters claim by name.

    Attributes:
        look: the look.
        zones: scaled to the picture.
        claimed: classes that some residue matter of this camera names.
    """

    look: Look
    zones: tuple[ZoneArea, ...]
    claimed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """An incident that a rule has completed: the thing, where, what it is called and how sure that is (0..1)."""

    thing: Thing
    zone: ZoneArea
    class_name: str | None
    confidence: float
