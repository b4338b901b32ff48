"""Places and hours that change what is filed: control areas, sensitive places, reaches of responders and teams. Pure.

A region is a polygon in WGS84 degrees (longitude first) or a set of grid cells by the beginnings of their codes. A
place belongs to a region when its centre does: its error says how well it is known, not how large it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import shapely

from dispatch.config import Names
from dispatch.contract import GridMembership, Location
from dispatch.dedup import distance_m

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days, Monday first."""


@dataclass(frozen=True)
class Region:
    """A part of the city. With neither polygon nor codes it is the whole of it.

    Attributes:
        polygon: shapely geometry in WGS84 degrees, longitude first.
        codes: beginnings of codes of grid cells, of any layer.
    """

    polygon: shapely.Geometry | None = None
    codes: tuple[str, ...] = ()

    def holds(self, location: Location, grid: Sequence[GridMembership]) -> bool:
        """Whether a place lies in it. The border belongs to it."""
        if self.polygon is None and not self.codes:
            return True
        if self.polygon is not None and shapely.intersects_xy(self.polygon, location.lon, location.lat):
            return True
        return any(cell.code.startswith(self.codes) for cell in grid) if self.codes else False


@dataclass(frozen=True)
class Window:
    """Hours of some days of the week, local time: begin <= t < end. One over midnight belongs to the day it begins on.

    Attributes:
        days: 0 is Monday.
    """

    days: frozenset[int]
    begin: time
    end: time

    def holds(self, local: datetime) -> bool:
        """Whether a local time lies in it."""
        day, clock = local.weekday(), local.time()
        if self.begin < self.end:
            return day in self.days and self.begin <= clock < self.end
        yesterday = (local - timedelta(days=1)).weekday()
        return (day in self.days and clock >= self.begin) or (yesterday in self.days and clock < self.end)


@dataclass(frozen=True)
class ControlArea:
    """A place or hours in which some matters are not reported: an approved market, loading hours, a bin collection.

    Attributes:
        matters: by code.
        windows: at these hours only; at all hours when empty.
        until: first day on which it no longer holds.
        since: first day on which it holds; always before `until` when None.
    """

    id: str
    names: Names
    matters: frozenset[str]
    region: Region
    until: date
    since: date | None = None
    windows: tuple[Window, ...] = ()

    def excuses(
        self, matter: str, location: Location, grid: Sequence[GridMembership], at: datetime, zone: ZoneInfo
    ) -> bool:
        """Whether a matter at a place and an aware time is not to be reported."""
        local = at.astimezone(zone)
        if matter not in self.matters or not (self.since or date.min) <= local.date() < self.until:
            return False
        if self.windows and not any(window.holds(local) for window in self.windows):
            return False
        return self.region.holds(location, grid)


@dataclass(frozen=True)
class SensitivePlace:
    """A place where the same thing is worse: a school gate, a hospital, a metro exit. `sensitivity` is 0 to 1."""

    id: str
    names: Names
    region: Region
    sensitivity: float


@dataclass(frozen=True)
class Responder:
    """Who can put things right before they are filed: an estate head, a shop.

    Attributes:
        place: where they are; None for those of a region.
        reach_m: how far from their place they answer for, metres.
        matters: by code; any when empty.
    """

    id: str
    names: Names
    contact: str
    place: Location | None = None
    reach_m: float = 0.0
    region: Region | None = None
    matters: frozenset[str] = frozenset()

    def apart_m(self, matter: str, location: Location, grid: Sequence[GridMembership]) -> float | None:
        """Return how far an incident is from them, metres (0 inside their region); None when it is not theirs."""
        if self.matters and matter not in self.matters:
            return None
        if self.region is not None:
            return 0.0 if self.region.holds(location, grid) else None
        if self.place is None:
            return None
        apart = distance_m(self.place, location)
        return apart if apart <= self.reach_m else None


@dataclass(frozen=True)
class Team:
    """A grid team (网格队伍), which handles what lies in its cells."""

    id: str
    names: Names
    region: Region
    contact: str = ""
    leader: str = ""


def sensitivity_at(
    places: Sequence[SensitivePlace], location: Location, grid: Sequence[GridMembership]
) -> float | None:
    """Return the greatest sensitivity of the places that hold a location; 0 in none, None when none are known."""
    if not places:
        return None
    return max((place.sensitivity for place in places if place.region.holds(location, grid)), default=0.0)


def nearest_responder(
    responders: Sequence[Responder], matter: str, location: Location, grid: Sequence[GridMembership]
) -> Responder | None:
    """Return the nearest responder who answers for a place; the first listed of two equally near."""
    reached = [(apart, r) for r in responders if (apart := r.apart_m(matter, location, grid)) is not None]
    return min(reached, key=lambda pair: pair[0])[1] if reached else None


def team_of(teams: Sequence[Team], location: Location, grid: Sequence[GridMembership]) -> Team | None:
    """Return the first team whose cells hold a place."""
    return next((team for team in teams if team.region.holds(location, grid)), None)
