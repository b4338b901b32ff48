"""A whole installation: cameras, matters, grid and departments, read together and checked against each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from detector.config import Camera
from dispatch.adapter import FieldMapping
from dispatch.calendar_settings import CalendarSettings
from dispatch.config import Department, DeskSettings, MatterRules, Settings
from dispatch.contract import Location
from dispatch.grid import GridIndex, Layer
from dispatch.policy import Policy
from gridpatrol.config.cameras import CameraFile, idle_matters, load_cameras
from gridpatrol.config.document import read_yaml, suggestion, validate
from gridpatrol.config.grids import load_grid
from gridpatrol.config.mappings import load_mappings
from gridpatrol.config.matters import Matter, load_matters
from gridpatrol.config.registers import Registers, load_registers
from gridpatrol.errors import UserError, problems_of, raise_all
from gridpatrol.shipped import SHIPPED_CONFIG

T = TypeVar("T")
_PASSWORD_IN_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)


class Departments(Settings):
    """The file `departments.yaml`."""

    departments: tuple[Department, ...] = Field(min_length=1, description="who handles cases")


@dataclass(frozen=True)
class Installation:
    """All that a node is configured with.

    Attributes:
        cameras: by id.
        matters: the catalogue, by code.
        grid: the layers, in the order of the file names.
        departments: by id.
        calendar: working days, office hours and warnings.
        desk: how the desk works.
        registers: who is where.
        mappings: field mappings of webhooks, by name.
        notices: what works but may not be meant, one line each, for the operator.
        files: the cameras' files, by camera.
    """

    cameras: Mapping[str, Camera]
    matters: Mapping[str, Matter]
    grid: tuple[Layer, ...]
    departments: Mapping[str, Department]
    calendar: CalendarSettings = field(default_factory=CalendarSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    registers: Registers = field(default_factory=Registers)
    notices: tuple[str, ...] = ()
    mappings: Mapping[str, FieldMapping] = field(default_factory=dict)
    files: Mapping[str, CameraFile] = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, MatterRules]:
        """The catalogue's dispatch share, by code."""
        return {code: matter.rules for code, matter in self.matters.items()}

    @property
    def policy(self) -> Policy:
        """What the desk goes by beside the matters."""
        return Policy(
            calendar=self.calendar.calendar(),
            warnings=self.calendar.warnings.shares(),
            settings=self.desk,
            departments=self.departments,
            controls=self.registers.controls,
            places=self.registers.places,
            responders=self.registers.responders,
            teams=self.registers.teams,
            profiles=self.registers.profiles,
        )

    def notices_at(self, now: datetime) -> tuple[str, ...]:
        """Return the notices, with what is true of the calendar at an aware time."""
        calendar = self.calendar.calendar().notice(now)
        return self.notices if calendar is None else (*self.notices, f"calendar: {calendar}")


def load_installation(folder: Path, *, grid_folder: Path | None = None) -> Installation:
    """Read a configuration folder: `cameras/`, `matters/`, `grid/`, `departments.yaml`, `calendar.yaml`, `desk.yaml`
    and the registers (`gridpatrol.config.registers`).

    Matters, departments and the calendar that the folder does not have are the shipped ones; without `grid/` there is
    no grid, and without `desk.yaml` the defaults hold.

    Args:
        folder: the configuration.
        grid_folder: read the grid from here instead.

    Raises:
        UserError: every fault of every file, each with its place.
    """
    if not folder.is_dir():
        raise UserError("there is no such folder", place=str(folder), remedy="Give the folder that holds cameras/")
    problems: list[UserError] = []

    def part(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except UserError as error:
            problems.extend(problems_of(error))
            return otherwise

    nothing: dict[str, Matter] = {}
    matters = part(lambda: load_matters(own_or_shipped(folder, "matters")), nothing)
    departments = part(lambda: load_departments(own_or_shipped(folder, "departments.yaml")), None)
    calendar = part(lambda: load_calendar(own_or_shipped(folder, "calendar.yaml"), departments), CalendarSettings())
    desk = DeskSettings()
    if (folder / "desk.yaml").exists():
        desk = part(lambda: validate(read_yaml(folder / "desk.yaml"), DeskSettings), desk)
    registers = part(lambda: load_registers(folder, matters=sorted(matters)), Registers())
    no_mappings: dict[str, FieldMapping] = {}
    mappings = part(lambda: load_mappings(folder / "mappings"), no_mappings)
    own_grid = grid_folder or folder / "grid"
    grid: tuple[Layer, ...] = ()
    if grid_folder or own_grid.is_dir():
        grid = part(lambda: load_grid(own_grid), grid)
    if departments is not None:
        problems += _unknown_departments(matters, departments)
    files: dict[str, CameraFile] = {}
    if matters:
        files = part(lambda: load_cameras(folder / "cameras", matters), files)
    raise_all(problems)
    cameras = {id: file.camera for id, file in files.items()}
    notices = tuple(_notices(cameras, matters, grid))
    return Installation(cameras, matters, grid, departments or {}, calendar, desk, registers, notices, mappings, files)


def load_departments(path: Path) -> dict[str, Department]:
    """Read the departments, by id.

    Raises:
        UserError: every fault of the file, each with its line.
    """
    document = read_yaml(path)
    departments: dict[str, Department] = {}
    problems: list[UserError] = []
    for index, department in enumerate(validate(document, Departments).departments):
        if department.id in departments:
            problems.append(document.error(("departments", index, "id"), f"{department.id!r} is given twice"))
        departments[department.id] = department
    raise_all(problems)
    return departments


def load_calendar(path: Path, departments: Mapping[str, Department] | None = None) -> CalendarSettings:
    """Read the working calendar; with the departments, its own hours of departments are checked against them.

    Raises:
        UserError: every fault of the file, each with its line.
    """
    document = read_yaml(path)
    calendar = validate(document, CalendarSettings)
    known = sorted(departments) if departments is not None else sorted(calendar.departments)
    raise_all(
        [
            document.error(("departments", name), f"{name!r} is not in departments.yaml", suggestion(name, known))
            for name in calendar.departments
            if name not in known
        ]
    )
    return calendar


def own_or_shipped(folder: Path, name: str) -> Path:
    """Return a part of a configuration folder, the shipped one where the folder has none."""
    own = folder / name
    return own if own.exists() else SHIPPED_CONFIG / name


def _unknown_departments(matters: Mapping[str, Matter], departments: Mapping[str, Department]) -> Iterator[UserError]:
    for matter in matters.values():
        wanted = matter.rules.handling.department
        if wanted not in departments:
            yield read_yaml(matter.path).error(
                ("handling", "department"),
                f"{wanted!r} is not in departments.yaml",
                suggestion(wanted, sorted(departments)),
            )


def _notices(cameras: Mapping[str, Camera], matters: Mapping[str, Matter], grid: tuple[Layer, ...]) -> Iterator[str]:
    if not grid:
        yield "there is no grid: cases will name no cell"
    if not cameras:
        yield "there are no cameras: add them in the console, or as files in cameras/"
    yield from camera_notices(cameras.values(), matters, GridIndex(grid) if grid else None)


def camera_notices(cameras: Iterable[Camera], matters: Mapping[str, Matter], grid: GridIndex | None) -> Iterator[str]:
    """Yield what works of some cameras but may not be meant, one line each; their places need a grid."""
    for camera in cameras:
        for code in idle_matters(camera, matters):
            wanted = " or ".join(purpose.value for purpose in matters[code].watched.rule.zones)
            yield f"camera {camera.id}: {code} is named but cannot run: it has no zone with purpose {wanted}"
        if not camera.zones:
            yield f"camera {camera.id}: it has no zones, so nothing is watched"
        if _PASSWORD_IN_ADDRESS.match(camera.source.url):
            yield f"camera {camera.id}: its address holds a password; name it in source.credentials instead"
        position = camera.position
        if grid is not None and not grid.touches(
            Location(lon=position.lon, lat=position.lat, error_m=position.error_m)
        ):
            yield f"camera {camera.id}: its position lies in no cell of the grid; check position and its crs"
