"""What operations staff write about a camera and a matter's rule: the camera side's share of the configuration."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PointPx = tuple[float, float]


class Settings(BaseModel):
    """Base of all configuration models: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Settings):
    """A name in the two languages of the operators."""

    en: str = Field(description="English name")
    zh: str = Field(description="Chinese name")


class Purpose(StrEnum):
    """What a zone is for; rules name the purposes they run in."""

    no_parking = "no_parking"
    fire_lane = "fire_lane"
    pavement = "pavement"
    frontage = "frontage"
    bike_bay = "bike_bay"
    bin_point = "bin_point"
    road = "road"


class Zone(Settings):
    """A polygon on a camera's picture with a purpose."""

    id: str = Field(min_length=1, description="name of the zone, unique on its camera")
    purpose: Purpose
    names: Names | None = Field(default=None, description="name shown to operators; the id when absent")
    resolution_wh: tuple[int, int] = Field(description="size of the snapshot on which the polygon was drawn, pixels")
    polygon_px: tuple[PointPx, ...] = Field(min_length=3, description="corners in order, pixels of that snapshot")


class Source(Settings):
    """Where a camera's pictures come from."""

    url: str = Field(
        description="rtsp(s)://, http(s):// (JPEG or MJPEG), sim://SCENE?seed=N, or a path relative to this file"
    )
    fps: float | None = Field(
        default=None, gt=0, description="frames a second, only where a recording's own pace is wrong"
    )
    credentials: str | None = Field(
        default=None,
        description="NAME of the user:password kept in GRIDPATROL_SECRET_<NAME> or the secrets file",
    )
    connect_timeout_s: float = Field(
        default=10.0, gt=0, le=60, description="give up connecting after this many seconds"
    )
    read_timeout_s: float = Field(default=10.0, gt=0, le=120, description="a live stream silent for this long is lost")


class WatchMode(StrEnum):
    """Two ways of watching."""

    continuous = "continuous"
    patrol = "patrol"


class Watch(Settings):
    """How often a camera is looked at."""

    mode: WatchMode = Field(
        default=WatchMode.continuous, description="continuous keeps the connection, patrol connects for each look"
    )
    look_interval_s: float = Field(
        default=2.0, gt=0, le=3600, description="seconds between looks when nothing is being timed"
    )
    busy_interval_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="patrol: seconds between looks while something is timed or verified; default a quarter of it",
    )


class Position(Settings):
    """Where the camera stands; used as the event's place where there is no calibration."""

    lon: float = Field(description="longitude in degrees, or east in metres of a projection")
    lat: float = Field(description="latitude in degrees, or north in metres of a projection")
    crs: str = Field(
        description="EPSG code such as EPSG:4326, EPSG:4490 (CGCS2000), or GCJ-02; converted to WGS84 on reading"
    )
    error_m: float = Field(
        default=50.0, gt=0, description="radius around the position that holds all the camera sees, metres"
    )


class CalibrationPoint(Settings):
    """A point on the ground seen in the picture and found on the map."""

    px: PointPx = Field(description="where it is seen, x and y in pixels of the snapshot")
    lon: float = Field(description="where it is, longitude, or east in metres of a projection")
    lat: float = Field(description="latitude, or north in metres of a projection")


class Calibration(Settings):
    """Ground points that tie the picture to the map."""

    resolution_wh: tuple[int, int] = Field(description="size of the snapshot on which the points were marked, pixels")
    crs: str = Field(default="EPSG:4326", description="coordinate reference system of the points")
    points: tuple[CalibrationPoint, ...] = Field(
        min_length=4, description="spread over the ground: near and far, left and right"
    )


class ClosurePlan(Settings):
    """How the camera verifies that an incident is gone."""

    looks: int = Field(default=3, ge=1, le=50, description="valid looks that must agree")
    interval_s: float = Field(default=20.0, gt=0, description="seconds between them")
    patience_s: float = Field(
        default=900.0, gt=0, description="after this many seconds without a verdict the answer is inconclusive"
    )


class DwellRule(Settings):
    """A known class at rest in a zone."""

    kind: Literal["dwell"]
    classes: tuple[str, ...] = Field(min_length=1, description="class names that count")
    zones: tuple[Purpose, ...] = Field(min_length=1, description="purposes of the zones in which it applies")
    stopped_s: float = Field(default=10.0, ge=0, description="at rest for this long counts as stopped")
    dwell_s: float = Field(gt=0, description="at rest for this long is an incident (the tolerance; includes stopped_s)")
    min_confidence: float = Field(default=0.35, ge=0, le=1, description="less sure detections do not count")
    min_overlap: float = Field(
        default=0.67, gt=0, le=1, description="share of the ground under the object that must lie in the zone"
    )
    attended_by: tuple[str, ...] = Field(
        default=(), description="classes that must stand beside it (a stall needs a vendor)"
    )


class ResidueRule(Settings):
    """Something appeared in a zone and stays, whatever its class, with nobody beside it."""

    kind: Literal["residue"]
    classes: tuple[str, ...] = Field(
        default=(),
        description="class names that make a residue this matter",
    )
    zones: tuple[Purpose, ...] = Field(min_length=1, description="purposes of the zones in which it applies")
    dwell_s: float = Field(gt=0, description="there and unattended for this long is an incident")
    unnamed: bool = Field(
        default=False, description="this matter also takes residues that the detector has no name for"
    )
    min_area_m2: float = Field(
        default=0.05, ge=0, description="smaller residues are ignored where the camera is calibrated"
    )
    min_side_px: float = Field(
        default=12.0, gt=0, description="smaller residues are ignored, pixels of a 720-line picture"
    )
    min_confidence: float = Field(default=0.2, ge=0, le=1, description="of the class name")


class DensityRule(Settings):
    """Too much of a class in a zone."""

    kind: Literal["density"]
    classes: tuple[str, ...] = Field(min_length=1, description="class names that count")
    zones: tuple[Purpose, ...] = Field(min_length=1, description="purposes of the zones in which it applies")
    dwell_s: float = Field(gt=0, description="too much for this long is an incident")
    min_count: int | None = Field(default=None, ge=1, description="at least this many objects")
    min_share: float | None = Field(
        default=None, gt=0, le=1, description="at least this share of the zone's area covered by their boxes"
    )
    outside: tuple[Purpose, ...] = Field(
        default=(), description="objects whose ground lies in such a zone do not count (bays)"
    )
    min_confidence: float = Field(default=0.35, ge=0, le=1, description="less sure detections do not count")

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Self:
        if self.min_count is None and self.min_share is None:
            raise ValueError("a density rule needs min_count or min_share")
        return self


Rule = Annotated[DwellRule | ResidueRule | DensityRule, Field(discriminator="kind")]


class Override(Settings):
    """A camera's own values for one matter."""

    dwell_s: float | None = Field(default=None, gt=0, description="in place of the rule's dwell_s")
    stopped_s: float | None = Field(default=None, ge=0, description="in place of a dwell rule's stopped_s")
    min_confidence: float | None = Field(default=None, ge=0, le=1, description="in place of the rule's min_confidence")
    min_count: int | None = Field(default=None, ge=1, description="in place of a density rule's min_count")
    min_share: float | None = Field(default=None, gt=0, le=1, description="in place of a density rule's min_share")
    closure: ClosurePlan | None = Field(default=None, description="in place of the matter's closure")


class Watched(Settings):
    """A matter as the camera side sees it: what to look for and how to verify that it is gone."""

    code: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,63}$", description="name of the matter, by which cameras and cases call it"
    )
    names: Names
    rule: Rule = Field(description="when it is an incident")
    closure: ClosurePlan = ClosurePlan()
    keep_plate: bool = Field(default=False, description="number plates stay readable in this matter's evidence")

    def with_override(self, override: Override | None) -> Self:
        """Return this matter with a camera's own values in place of the defaults."""
        if override is None:
            return self
        values = override.model_dump(exclude_none=True, exclude={"closure"})
        unknown = sorted(set(values) - set(type(self.rule).model_fields))
        if unknown:
            raise ValueError(f"{self.code} has a {self.rule.kind} rule, which has no {', '.join(unknown)}")
        rule = type(self.rule).model_validate({**self.rule.model_dump(), **values})
        return self.model_copy(update={"rule": rule, "closure": override.closure or self.closure})


class Camera(Settings):
    """One camera file."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="stable identifier")
    names: Names
    source: Source
    watch: Watch = Watch()
    position: Position
    calibration: Calibration | None = None
    zones: tuple[Zone, ...] = ()
    matters: tuple[str, ...] | None = Field(
        default=None, description="matters that run here; default: all whose zones exist"
    )
    overrides: dict[str, Override] = Field(default_factory=dict, description="by matter code")

    @model_validator(mode="after")
    def _zone_ids_are_unique(self) -> Self:
        ids = [zone.id for zone in self.zones]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"zone ids must be unique, twice: {', '.join(twice)}")
        return self
