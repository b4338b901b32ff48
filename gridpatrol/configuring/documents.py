"""The settings of a city as documents: their files, what reads them at a start, and their place in an installation.

Matters and field mappings, of which there are many files each, are in `gridpatrol.configuring.folders`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dispatch.calendar_settings import CalendarSettings
from dispatch.config import DeskSettings, Names
from dispatch.configuration import DocumentKind
from dispatch.registers import ControlAreas, Places, Profiles, Responders, Teams
from gridpatrol.config.document import read_yaml, suggestion, validate
from gridpatrol.config.installation import Departments, Installation, load_calendar, load_departments
from gridpatrol.config.registers import load_registers
from gridpatrol.errors import UserError, raise_all
from gridpatrol.shipped import SHIPPED_CONFIG

Taken = Callable[[Installation, Path], Installation]
"""Returns an installation with what a file says in it. Raises UserError, as a start does."""


@dataclass(frozen=True)
class Kind:
    """A document.

    Attributes:
        take: reads its file into an installation.
        drop: returns an installation without it; None where it cannot be taken away. Raises UserError.
        path: its file within a configuration directory, whether it is there or not.
        shipped: the file of the program's own that holds where a city has none; None: nothing does.
        moves_deadlines: the deadlines of open cases follow it.
    """

    name: str
    names: Names
    model: type[BaseModel]
    take: Taken
    path: Path
    shipped: Path | None = None
    drop: Callable[[Installation], Installation] | None = None
    sort: DocumentKind = DocumentKind.settings
    moves_deadlines: bool = False

    def own(self, folder: Path) -> Path:
        """Return its file in a configuration directory, whether it is there or not."""
        return folder / self.path

    @property
    def has_default(self) -> bool:
        """Whether something holds where a city has no file of its own."""
        return self.shipped is not None or self.sort is DocumentKind.settings

    def default(self) -> dict[str, Any] | None:
        """Return what holds where a city has no file of its own; None where there must be one."""
        if self.shipped is not None:
            return self.read(self.shipped)
        return {} if self.sort is DocumentKind.settings else None

    def read(self, path: Path) -> dict[str, Any]:
        """Return what a file of this kind says. Raises UserError."""
        return validate(read_yaml(path), self.model).model_dump(mode="json", by_alias=True, exclude_unset=True)


def _calendar(now: Installation, path: Path) -> Installation:
    return replace(now, calendar=load_calendar(path, now.departments))


def _departments(now: Installation, path: Path) -> Installation:
    departments = load_departments(path)
    document = read_yaml(path)
    known = sorted(departments)
    problems: list[UserError] = []
    for matter in now.matters.values():
        wanted = matter.rules.handling.department
        if wanted not in departments:
            what = f"matter {matter.code} goes to department {wanted!r}, which is missing"
            problems.append(document.error(("departments",), what, suggestion(wanted, known)))
    for wanted in now.calendar.departments:
        if wanted not in departments:
            what = f"the calendar has hours of department {wanted!r}, which is missing"
            problems.append(document.error(("departments",), what, suggestion(wanted, known)))
    raise_all(problems)
    return replace(now, departments=departments)


def _desk(now: Installation, path: Path) -> Installation:
    return replace(now, desk=validate(read_yaml(path), DeskSettings))


def _register(part: str) -> Taken:
    def take(now: Installation, path: Path) -> Installation:
        read = load_registers(path.parent, matters=sorted(now.matters))
        return replace(now, registers=replace(now.registers, **{part: getattr(read, part)}))

    return take


def _single(
    name: str, names: Names, model: type[BaseModel], take: Taken, *, is_shipped: bool = False, moves: bool = False
) -> Kind:
    path = Path(f"{name}.yaml")
    return Kind(name, names, model, take, path, SHIPPED_CONFIG / path if is_shipped else None, moves_deadlines=moves)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _single(
            "calendar", Names(en="Calendar", zh="工作日历"), CalendarSettings, _calendar, is_shipped=True, moves=True
        ),
        _single("departments", Names(en="Departments", zh="部门"), Departments, _departments, is_shipped=True),
        _single("desk", Names(en="Desk", zh="受理台"), DeskSettings, _desk, moves=True),
        _single("control_areas", Names(en="Control areas", zh="管控区"), ControlAreas, _register("controls")),
        _single("places", Names(en="Sensitive places", zh="敏感场所"), Places, _register("places")),
        _single("responders", Names(en="Responders", zh="自行整改责任人"), Responders, _register("responders")),
        _single("teams", Names(en="Grid teams", zh="网格队伍"), Teams, _register("teams")),
        _single("profiles", Names(en="Profiles", zh="工作模式"), Profiles, _register("profiles")),
    )
}
"""The documents of which there is one each, in the order in which they are listed."""
