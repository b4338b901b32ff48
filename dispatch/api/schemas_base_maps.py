"""What the API answers about base pictures, and how their place is written in an address."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Query
from pydantic import AwareDatetime, Field

from dispatch.api.schemas import Answer
from dispatch.base_maps import BaseMap, Placement, PointXy
from dispatch.errors import Invalid

_NUMBER = r"-?[0-9]{1,12}(\.[0-9]{0,20})?([eE][-+]?[0-9]{1,3})?"
_PAIR = rf"{_NUMBER},{_NUMBER}"

NameQuery = Annotated[str, Query(min_length=1, max_length=100, description="what people call the picture")]
CrsQuery = Annotated[
    str, Query(min_length=1, max_length=100, description="EPSG:4326, EPSG:4490, GCJ-02, or the code of a projection")
]
CornersQuery = Annotated[
    str | None,
    Query(
        pattern=rf"^{_PAIR};{_PAIR};{_PAIR}$",
        max_length=200,
        description="x,y;x,y;x,y of the top left, top right and bottom left corner, east before north",
    ),
]
WorldFileQuery = Annotated[
    str | None,
    Query(
        pattern=rf"^{_NUMBER}(,{_NUMBER}){{5}}$",
        max_length=200,
        description="the six numbers of a world file, in their order, with commas",
    ),
]


class BaseMapItem(Answer):
    """A picture of the ground, north up."""

    map_id: str
    name: str
    extent_m: tuple[float, float, float, float] = Field(description="west, south, east, north in EPSG:3857")
    bounds_lonlat: tuple[float, float, float, float] = Field(description="west, south, east, north in WGS84")
    size_wh: tuple[int, int]
    size_bytes: int
    by: str
    at: AwareDatetime

    @classmethod
    def of(cls, base: BaseMap) -> Self:
        """Return the answer for a picture."""
        return cls(map_id=base.id, **{name: getattr(base, name) for name in cls.model_fields if name != "map_id"})


def placement_of(crs: str, corners: str | None, world_file: str | None) -> Placement:
    """Return where a picture is to lie. Raises Invalid."""
    if (corners is None) == (world_file is None):
        raise Invalid("give either corners or world_file", "A world file comes with most maps; or read three corners.")
    if world_file is not None:
        return Placement(crs, world_file=tuple(float(number) for number in world_file.split(",")))
    first, right, below = (_pair(text) for text in str(corners).split(";"))
    return Placement(crs, corners_xy=(first, right, below))


def _pair(text: str) -> PointXy:
    x, y = text.split(",")
    return float(x), float(y)
