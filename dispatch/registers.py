"""The files in which a city says who is where: control areas, sensitive places, responders, grid teams, profiles.

Places are given in a named coordinate system; the composition converts them to WGS84 (`dispatch.areas`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from dispatch.config import Names, Settings

Id = r"^[a-z][a-z0-9_]{0,63}$"
Clock = r"^([01]\d|2[0-3]):[0-5]\d$"
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class RegionSettings(Settings):
    """A part of the city: a polygon, or cells of the grid."""

    crs: str | None = Field(default=None, description="coordinate system of the polygon, such as EPSG:4326 or GCJ-02")
    polygon: tuple[tuple[float, float], ...] | None = Field(
        default=None, min_length=3, max_length=2000, description="[longitude or east, latitude or north] of each corner"
    )
    cells: tuple[str, ...] = Field(default=(), max_length=5000, description="beginnings of codes of grid cells")

    @model_validator(mode="after")
    def _polygon_or_cells(self) -> Self:
        if (self.polygon is None) == (not self.cells):
            raise ValueError("give either polygon (with its crs) or cells")
        if (self.polygon is None) != (self.crs is None):
            raise ValueError("a polygon names its crs, such as EPSG:4326, and cells need none")
        return self


class PointSettings(Settings):
    """A point on the map."""

    crs: str = Field(description="coordinate system, such as EPSG:4326 or GCJ-02")
    x: float = Field(description="longitude, or east")
    y: float = Field(description="latitude, or north")


class WindowSettings(Settings):
    """Hours of some days, local time of the calendar. An end before the beginning is on the next day."""

    days: tuple[Day, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), min_length=1, description="days of the week"
    )
    begin: str = Field(pattern=Clock, description="HH:MM, belongs to it")
    end: str = Field(pattern=Clock, description="HH:MM, does not belong to it")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.begin == self.end:
            raise ValueError("begin and end are the same; leave the hours out for the whole day")
        return self


class ControlAreaSettings(Settings):
    """A place or hours in which some matters are not reported (管控区)."""

    id: str = Field(pattern=Id, description="stable identifier, shown in the history of what it excused")
    names: Names
    matters: tuple[str, ...] = Field(min_length=1, description="codes of the matters that it excuses")
    region: RegionSettings | None = Field(default=None, description="where; the whole city when absent")
    hours: tuple[WindowSettings, ...] = Field(default=(), max_length=50, description="when; always when absent")
    since: date | None = Field(default=None, description="first day on which it holds")
    until: date = Field(description="first day on which it no longer holds; every exception ends")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.since is not None and self.since >= self.until:
            raise ValueError(f"until ({self.until}) must come after since ({self.since})")
        return self


class ControlAreas(Settings):
    """The file `control_areas.yaml`."""

    control_areas: tuple[ControlAreaSettings, ...] = Field(default=(), max_length=5000)


class PlaceSettings(Settings):
    """A place where the same thing is worse."""

    id: str = Field(pattern=Id, description="stable identifier")
    names: Names
    region: RegionSettings
    sensitivity: float = Field(ge=0, le=1, description="0 as anywhere, 1 the worst place for it")


class Places(Settings):
    """The file `places.yaml`."""

    places: tuple[PlaceSettings, ...] = Field(default=(), max_length=5000)


class ResponderSettings(Settings):
    """Who can put things right before they are filed: an estate head, a shop."""

    id: str = Field(pattern=Id, description="stable identifier")
    names: Names
    contact: str = Field(min_length=1, description="how they are told")
    place: PointSettings | None = Field(default=None, description="where they are; with reach_m")
    reach_m: float = Field(default=50.0, gt=0, le=5000, description="how far from their place they answer for, metres")
    region: RegionSettings | None = Field(default=None, description="what they answer for, instead of place")
    matters: tuple[str, ...] = Field(default=(), description="codes of matters; any when absent")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.place is None) == (self.region is None):
            raise ValueError("give either place or region")
        return self


class Responders(Settings):
    """The file `responders.yaml`."""

    responders: tuple[ResponderSettings, ...] = Field(default=(), max_length=20000)


class TeamSettings(Settings):
    """A grid team (网格队伍)."""

    id: str = Field(pattern=Id, description="stable identifier")
    names: Names
    region: RegionSettings
    contact: str = Field(default="", description="how it is reached")
    leader: str = Field(default="", description="who is told when its cases stay undone; the contact when absent")


class Teams(Settings):
    """The file `teams.yaml`."""

    teams: tuple[TeamSettings, ...] = Field(default=(), max_length=5000)


class Profile(Settings):
    """A way of working, such as peace or emergency; what is absent stays as the matters have it."""

    id: str = Field(pattern=Id, description="name in interfaces")
    names: Names
    limit_factor: float = Field(default=1.0, gt=0, le=100, description="all limits that begin under it times this")
    min_confidence: float | None = Field(default=None, ge=0, le=1, description="for every matter's filing")
    review_below: float | None = Field(default=None, ge=0, le=1, description="for every matter's filing")
    grace: bool = Field(default=True, description="whether there are grace windows")

    @model_validator(mode="after")
    def _bands_are_in_order(self) -> Self:
        low, high = self.min_confidence, self.review_below
        if low is not None and high is not None and high < low:
            raise ValueError(f"review_below ({high}) must not be less than min_confidence ({low})")
        return self


class Profiles(Settings):
    """The file `profiles.yaml`. The first profile is in force until another is switched to."""

    profiles: tuple[Profile, ...] = Field(default=(), max_length=50)
