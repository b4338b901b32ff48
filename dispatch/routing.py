"""Who handles a case, in which mode and by when, from its matter, its severity and the cell that it lies in. Pure.

The matter's handling is the beginning; the level of severity changes mode and limit; then the first route that fits
changes what it names. Mode self (巡办合一): the grid team of the cell; joint (巡办协同): the team and the department;
dispatched (巡办分离): the department. Where no team holds the place, the department's own people do the team's part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.areas import Team
from dispatch.config import Handling, HandlingMode, Limit, Route


@dataclass(frozen=True)
class CellFacts:
    """What the grid says of the cell that a case lies in, one a layer."""

    layer: str
    code: str
    kind: str = ""
    management_class: int | None = None


@dataclass(frozen=True)
class Assignment:
    """Where a case goes. `team` is empty in the mode dispatched; `limit` None: no limit for handling."""

    mode: HandlingMode
    department: str
    team: str
    limit: Limit | None
    level: str = ""

    def told(self) -> str:
        """Return it in words, for the history."""
        who = " and ".join(name for name in (self.team, self.department) if name)
        return f"{self.mode} handling by {who}" + (f", level {self.level}" if self.level else "")


def assign(handling: Handling, severity: float | None, cells: Sequence[CellFacts], team: Team | None) -> Assignment:
    """Return who handles a case.

    Args:
        severity: 0 to 1, None when unknown.
        cells: the cells that it lies in.
        team: the grid team that holds the place.
    """
    level = handling.level_of(severity)
    mode, department, limit = handling.mode, handling.department, handling.limit
    if level is not None:
        mode, limit = level.mode or mode, level.limit or limit
    route = next((r for r in handling.routes if _fits(r, level.id if level else "", cells)), None)
    if route is not None:
        mode, department, limit = route.mode or mode, route.department or department, route.limit or limit
    by_team = team.id if team is not None and mode is not HandlingMode.dispatched else ""
    return Assignment(mode, department, by_team, limit, level.id if level else "")


def _fits(route: Route, level: str, cells: Sequence[CellFacts]) -> bool:
    if route.levels and level not in route.levels:
        return False
    if not (route.codes or route.kinds or route.classes or route.layer):
        return True
    return any(_fits_cell(route, cell) for cell in cells)


def _fits_cell(route: Route, cell: CellFacts) -> bool:
    return (
        (route.layer is None or route.layer == cell.layer)
        and (not route.codes or cell.code.startswith(route.codes))
        and (not route.kinds or cell.kind in route.kinds)
        and (not route.classes or cell.management_class in route.classes)
    )
