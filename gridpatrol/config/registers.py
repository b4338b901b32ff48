"""Reads who is where (`dispatch.registers`) and converts every place to WGS84. All files may be absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Protocol, TypeVar

import shapely

from detector.crs import to_wgs84
from detector.errors import ConfigError
from dispatch.areas import DAYS, ControlArea, Region, Responder, SensitivePlace, Team, Window
from dispatch.config import Settings
from dispatch.contract import Location
from dispatch.registers import (
    ControlAreas,
    ControlAreaSettings,
    Places,
    PlaceSettings,
    Profile,
    Profiles,
    RegionSettings,
    Responders,
    ResponderSettings,
    Teams,
    TeamSettings,
    WindowSettings,
)
from gridpatrol.config.document import Document, read_yaml, suggestion, validate
from gridpatrol.errors import UserError, problems_of, raise_all


class _Named(Protocol):
    @property
    def id(self) -> str: ...


File = TypeVar("File", bound=Settings)
Item = TypeVar("Item", bound=_Named)
Made = TypeVar("Made")


@dataclass(frozen=True)
class Registers:
    """Who is where, in WGS84."""

    controls: tuple[ControlArea, ...] = ()
    places: tuple[SensitivePlace, ...] = ()
    responders: tuple[Responder, ...] = ()
    teams: tuple[Team, ...] = ()
    profiles: tuple[Profile, ...] = ()


def load_registers(folder: Path, *, matters: Sequence[str]) -> Registers:
    """Read `control_areas.yaml`, `places.yaml`, `responders.yaml`, `teams.yaml` and `profiles.yaml` of a folder.

    Args:
        matters: codes of the catalogue, against which the files are checked.

    Raises:
        UserError: every fault of every file, each with its line.
    """
    problems: list[UserError] = []

    def listed(
        name: str, model: type[File], items: Callable[[File], Sequence[Item]], make: Callable[[Item], Made]
    ) -> tuple[Made, ...]:
        path = folder / f"{name}.yaml"
        if not path.exists():
            return ()
        try:
            document = read_yaml(path)
            return _made(document, name, items(validate(document, model)), make, matters)
        except UserError as error:
            problems.extend(problems_of(error))
            return ()

    registers = Registers(
        controls=listed("control_areas", ControlAreas, lambda file: file.control_areas, _control),
        places=listed("places", Places, lambda file: file.places, _place),
        responders=listed("responders", Responders, lambda file: file.responders, _responder),
        teams=listed("teams", Teams, lambda file: file.teams, _team),
        profiles=listed("profiles", Profiles, lambda file: file.profiles, lambda profile: profile),
    )
    raise_all(problems)
    return registers


def _made(
    document: Document, name: str, items: Sequence[Item], make: Callable[[Item], Made], matters: Sequence[str]
) -> tuple[Made, ...]:
    problems: list[UserError] = []
    made: list[Made] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            problems.append(document.error((name, index, "id"), f"{item.id!r} is given twice"))
        seen.add(item.id)
        problems += [
            document.error((name, index, "matters"), f"{code!r} is no matter", suggestion(code, sorted(matters)))
            for code in getattr(item, "matters", ())
            if code not in matters
        ]
        try:
            made.append(make(item))
        except ConfigError as error:
            problems.append(document.error((name, index), str(error)))
    raise_all(problems)
    return tuple(made)


def _region(given: RegionSettings) -> Region:
    if given.polygon is None or given.crs is None:
        return Region(codes=given.cells)
    polygon = shapely.Polygon([to_wgs84(given.crs, x, y) for x, y in given.polygon])
    if not polygon.is_valid or polygon.area == 0:
        raise ConfigError("region.polygon: its border crosses itself, or it has no area")
    shapely.prepare(polygon)
    return Region(polygon)


def _window(given: WindowSettings) -> Window:
    days = frozenset(DAYS.index(day) for day in given.days)
    return Window(days, time.fromisoformat(given.begin), time.fromisoformat(given.end))


def _control(given: ControlAreaSettings) -> ControlArea:
    return ControlArea(
        given.id,
        given.names,
        frozenset(given.matters),
        _region(given.region) if given.region else Region(),
        given.until,
        given.since,
        tuple(_window(window) for window in given.hours),
    )


def _place(given: PlaceSettings) -> SensitivePlace:
    return SensitivePlace(given.id, given.names, _region(given.region), given.sensitivity)


def _responder(given: ResponderSettings) -> Responder:
    place = None
    if given.place is not None:
        lon, lat = to_wgs84(given.place.crs, given.place.x, given.place.y)
        place = Location(lon=lon, lat=lat, error_m=0)
    region = _region(given.region) if given.region else None
    return Responder(given.id, given.names, given.contact, place, given.reach_m, region, frozenset(given.matters))


def _team(given: TeamSettings) -> Team:
    return Team(given.id, given.names, _region(given.region), given.contact, given.leader)
