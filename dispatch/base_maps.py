"""Pictures of the ground, such as site plans, under the map on which cameras are calibrated. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

PointXy = tuple[float, float]
"""East before north (or longitude before latitude), in a coordinate system that is named beside it."""


@dataclass(frozen=True)
class Placement:
    """Where a picture lies.

    Attributes:
        crs: coordinate system of the numbers.
        corners_xy: of the picture's top left, top right and bottom left corner; None where `world_file` says it.
        world_file: the six numbers of a world file in their order (A, D, B, E, C, F).
    """

    crs: str
    corners_xy: tuple[PointXy, PointXy, PointXy] | None = None
    world_file: tuple[float, ...] | None = None


@dataclass(frozen=True)
class BaseMap:
    """A picture of the ground, turned so that north is up.

    Attributes:
        extent_m: west, south, east, north in web Mercator metres (EPSG:3857).
        bounds_lonlat: the same in WGS84 degrees.
        size_wh: in pixels.
    """

    id: str
    name: str
    extent_m: tuple[float, float, float, float]
    bounds_lonlat: tuple[float, float, float, float]
    size_wh: tuple[int, int]
    size_bytes: int
    by: str
    at: datetime


class BaseMaps(Protocol):
    """Keeps them."""

    def maps(self) -> Sequence[BaseMap]:
        """Return all, in order of their names."""
        ...

    def upload(self) -> Path:
        """Return a new file for the bytes of a picture."""
        ...

    def add(self, upload: Path, placement: Placement, *, name: str, by: str, at: datetime) -> BaseMap:
        """Keep an uploaded picture. Raises Faulty, Refused."""
        ...

    def picture(self, map_id: str) -> bytes:
        """Return a picture as WebP. Raises NotFound."""
        ...

    def remove(self, map_id: str) -> None:
        """Remove a picture. Raises NotFound."""
        ...
