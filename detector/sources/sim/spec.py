"""What a scene file says: the street, who looks at it, what moves in it and what happens.

All places are metres in the scene frame (x right, y forward); bearings are degrees clockwise from its +y axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from detector.config import Names, Purpose, Settings
from detector.sources.sim.catalog import KINDS, PERSON

PointM = tuple[float, float]
Style = Literal["shops", "flats", "office", "wall"]


class Place(Settings):
    """Where the scene lies on the map."""

    lon: float = Field(ge=-180, le=180, description="WGS84 longitude of the scene's origin")
    lat: float = Field(ge=-90, le=90, description="WGS84 latitude of the scene's origin")
    bearing_deg: float = Field(default=0.0, description="compass bearing of the scene's +y axis")


class View(Settings):
    """A camera pose."""

    position_m: tuple[float, float, float] = Field(description="x, y and height of the lens")
    heading_deg: float = Field(default=0.0, description="where it looks, clockwise from +y")
    tilt_deg: float = Field(default=18.0, gt=0, lt=90, description="how far it looks down")
    roll_deg: float = Field(default=0.0, ge=-20, le=20)
    hfov_deg: float = Field(default=65.0, gt=10, lt=120, description="horizontal field of view")


class Material(StrEnum):
    """What the ground is made of."""

    asphalt = "asphalt"
    concrete = "concrete"
    paving = "paving"
    brick = "brick"
    tactile = "tactile"
    grass = "grass"


class Surface(Settings):
    """A part of the ground; later ones lie over earlier ones."""

    material: Material
    polygon_m: tuple[PointM, ...] = Field(min_length=3)
    kerb: bool = Field(default=False, description="edged by a kerb stone")
    tone: float = Field(default=1.0, gt=0.2, lt=2.0, description="brightness")


class Marking(Settings):
    """Paint on the road."""

    kind: Literal["line", "zebra", "hatch", "bay", "text", "box", "arrow"]
    from_m: PointM = Field(description="start of the line, or a corner of the area")
    to_m: PointM = Field(description="end of the line, or the opposite corner")
    width_m: float = Field(default=0.15, gt=0)
    dash_m: tuple[float, float] | None = Field(default=None, description="painted and bare lengths")
    colour: Literal["white", "yellow", "red"] = "white"
    text: str = Field(default="", description="for kind text")
    bearing_deg: float = Field(default=0.0, description="reading direction of a text or arrow")


class Building(Settings):
    """A block whose front stands on a line; seen from the street, the line runs from left to right."""

    from_m: PointM
    to_m: PointM
    depth_m: float = Field(default=8.0, gt=0)
    height_m: float = Field(default=12.0, gt=0)
    style: Style = "shops"
    variant: int = 0


class Item(Settings):
    """Something that always stands there."""

    what: str
    at_m: PointM
    bearing_deg: float = 0.0
    variant: int = 0

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        known_kind(self.what)
        return self


class ZoneOnGround(Settings):
    """A zone of the cameras that look at this scene, given on the ground."""

    id: str
    purpose: Purpose
    names: Names | None = None
    polygon_m: tuple[PointM, ...] = Field(min_length=3)


class Lane(Settings):
    """A path on which vehicles or people come by."""

    path_m: tuple[PointM, ...] = Field(min_length=2)
    kinds: Mapping[str, float] = Field(description="kinds and their shares")
    every_s: float = Field(gt=0, description="mean time between two of them")
    speed_mps: float = Field(gt=0)
    spread_m: float = Field(default=0.0, ge=0, description="standard deviation of how far beside the path they keep")
    jitter: float = Field(default=0.35, ge=0, lt=0.5, description="random shift of a start, share of every_s")
    green_s: tuple[float, float, float] | None = Field(
        default=None, description="cycle, start and end: they set out only in this part of each cycle"
    )

    @model_validator(mode="after")
    def _kinds_are_known(self) -> Self:
        for kind in self.kinds:
            known_kind(kind)
        return self


class How(StrEnum):
    """How a thing comes and goes."""

    set = "set"
    drives = "drives"
    carried = "carried"


class Happening(Settings):
    """Something that comes, stays and perhaps goes: an incident, or what must not be taken for one."""

    id: str = Field(min_length=1)
    what: str
    at_m: PointM
    bearing_deg: float = 0.0
    variant: int = 0
    arrives_s: float = Field(description="it stands from this moment; before 0: from the start")
    leaves_s: float | None = Field(default=None, description="it begins to go; absent: stays")
    how: How = How.set
    path_m: tuple[PointM, ...] = Field(default=(), description="way of the vehicle or carrier to the place")
    away_m: tuple[PointM, ...] = Field(default=(), description="way from it; the same way back when absent")
    speed_mps: float = Field(default=1.3, gt=0)
    linger_s: float = Field(default=1.5, ge=0, description="the carrier stays beside it for this long")
    matters: tuple[str, ...] = Field(default=(), description="matter codes it is an incident of; empty: none")

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        known_kind(self.what)
        if self.leaves_s is not None and self.leaves_s <= self.arrives_s:
            raise ValueError(f"{self.id}: leaves_s {self.leaves_s} must be after arrives_s {self.arrives_s}")
        if self.how is not How.set and not self.path_m:
            raise ValueError(f"{self.id}: {self.how} needs path_m")
        return self


class SimFaultKind(StrEnum):
    """What goes wrong with a simulated camera."""

    freeze = "freeze"
    cover = "cover"
    knock = "knock"
    blur = "blur"
    drop = "drop"


class SimFault(Settings):
    """A fault of one view, or of all."""

    kind: SimFaultKind
    from_s: float
    until_s: float
    view: str | None = None
    amount: float = Field(default=1.0, gt=0, description="strength: share of the default shift, blur or darkness")

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.until_s <= self.from_s:
            raise ValueError(f"fault {self.kind}: until_s {self.until_s} must be after from_s {self.from_s}")
        return self


class SceneSpec(Settings):
    """One scene file."""

    name: str
    names: Names
    place: Place
    extent_m: tuple[float, float, float, float] = Field(description="x1, y1, x2, y2 of the drawn ground")
    base: Material = Material.asphalt
    views: Mapping[str, View] = Field(min_length=1)
    hour: float = Field(default=14.0, ge=0, lt=24, description="local time that the pictures show")
    sun_bearing_deg: float = 0.0
    cloud: float = Field(default=0.15, ge=0, le=1)
    rain: float = Field(default=0.0, ge=0, le=1)
    surfaces: tuple[Surface, ...] = ()
    markings: tuple[Marking, ...] = ()
    buildings: tuple[Building, ...] = ()
    furniture: tuple[Item, ...] = ()
    zones: tuple[ZoneOnGround, ...] = ()
    lanes: tuple[Lane, ...] = ()
    happenings: tuple[Happening, ...] = ()
    faults: tuple[SimFault, ...] = ()
    loop_s: float | None = Field(default=None, gt=0, description="happenings and faults repeat after this time")


def known_kind(kind: str) -> str:
    """Return the kind.

    Raises:
        ValueError: nothing of that name can be drawn.
    """
    if kind != PERSON and kind not in KINDS:
        raise ValueError(f"{kind!r} cannot be drawn; known: {PERSON}, {', '.join(sorted(KINDS))}")
    return kind
