"""What the API reads: values and the protocol that gives them. Reading takes no turn among the writers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from dispatch.accounts.values import EVERYWHERE, Scope
from dispatch.case import Case, Record
from dispatch.closure import Check
from dispatch.config import Names
from dispatch.contract import CameraHealth, CaseState, Evidence, Location, Sight
from dispatch.due import Due
from dispatch.looks import Look
from dispatch.report import Report
from dispatch.supervision import HotSpot, Order

T = TypeVar("T")

MAX_PAGE = 500
"""Items of one page at most."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a list, newest first. `next` is where the next page begins, None at the end."""

    items: tuple[T, ...]
    next: int | None


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; every field narrows.

    Attributes:
        since, until: of opening.
        changed_since: of the last change.
        due_from, due_before: of the next deadline that runs.
        has_due: whether a deadline runs.
    """

    states: tuple[CaseState, ...] = ()
    is_open: bool | None = None
    matter: str | None = None
    camera_id: str | None = None
    grid: str | None = None
    department: str | None = None
    case_ids: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    has_due: bool | None = None
    changed_since: datetime | None = None
    scope: Scope = EVERYWHERE


@dataclass(frozen=True)
class EventFilter:
    """Which events; every field narrows. Times are those of confirmation."""

    matter: str | None = None
    camera_id: str | None = None
    case_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    case_ids: tuple[str, ...] | None = None
    scope: Scope = EVERYWHERE


@dataclass(frozen=True)
class LoadFilter:
    """Whose open cases are counted; every field narrows. `now`: those with a deadline before it are overdue."""

    layer: str | None = None
    matter: str | None = None
    department: str | None = None
    scope: Scope = EVERYWHERE
    since: datetime | None = None
    now: datetime | None = None


@dataclass(frozen=True)
class CellLoad:
    """Open cases of one cell; `repeated` are those that follow an earlier case at their place."""

    layer: str
    code: str
    open: int
    repeated: int
    overdue: int = 0


@dataclass(frozen=True)
class EventView:
    """A report, the case it went to, and when its camera saw it gone."""

    report: Report
    case_id: str
    relation: str
    received_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True)
class CaseView:
    """A case with all that is known of it, everything in order of time."""

    case: Case
    events: tuple[EventView, ...]
    history: tuple[Record, ...]
    checks: tuple[Check, ...]
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True)
class ZoneInfo:
    """A zone as configured; the polygon is in pixels of a picture of `resolution_wh`."""

    id: str
    purpose: str
    resolution_wh: tuple[int, int]
    polygon_px: tuple[tuple[float, float], ...]
    names: Names | None = None


@dataclass(frozen=True)
class CameraInfo:
    """A camera as configured, and what it has done since the node started.

    Attributes:
        model: that looks at its pictures now; empty when none does.
        look_s: seconds that a look takes this machine, mean of the latest.
        gap_s: seconds between two looks, mean of the latest.
    """

    camera_id: str
    name_en: str
    name_zh: str
    location: Location
    matters: tuple[str, ...] = ()
    zones: tuple[ZoneInfo, ...] = ()
    mode: str = "continuous"
    look_interval_s: float = 2.0
    looks: int = 0
    last_look_at: datetime | None = None
    model: str = ""
    look_s: float | None = None
    gap_s: float | None = None

    @property
    def load(self) -> float | None:
        """Share of the looking thread that this camera takes; all cameras together cannot have more than 1."""
        return self.look_s / self.gap_s if self.look_s is not None and self.gap_s else None


@dataclass(frozen=True)
class RuleInfo:
    """When a matter is an incident, before a camera's own values.

    Attributes:
        kind: of the rule.
        zones, outside: purposes of the zones in which it applies, and in which nothing counts.
        classes: of the detector that count.
        values: the numbers for which a camera may have its own; None where the rule has none.
        closure_looks, closure_interval_s, closure_patience_s: how a camera verifies that an incident is gone.
    """

    matter: str
    kind: str
    zones: tuple[str, ...]
    outside: tuple[str, ...]
    classes: tuple[str, ...]
    values: Mapping[str, float | None]
    closure_looks: int
    closure_interval_s: float
    closure_patience_s: float


class Views(Protocol):
    """Reads cases, events and camera states."""

    def cases(self, wanted: CaseFilter, *, before: int | None = None, limit: int = 100) -> Page[Case]:
        """Return a page of cases."""
        ...

    def count_cases(self, wanted: CaseFilter, ends: Mapping[Due, datetime]) -> Mapping[tuple[CaseState, Due], int]:
        """Return how many cases there are by state and by how soon they are due (`dispatch.due.due_ends`)."""
        ...

    def pictures_of(self, case_ids: Sequence[str]) -> Mapping[str, Evidence]:
        """Return for each case that has one the picture of its first report that shows the thing best."""
        ...

    def case(self, case_id: str) -> CaseView:
        """Return a case with all that is known of it. Raises NotFound."""
        ...

    def case_head(self, case_id: str) -> Case:
        """Return a case as it stands. Raises NotFound."""
        ...

    def events(self, wanted: EventFilter, *, before: int | None = None, limit: int = 100) -> Page[EventView]:
        """Return a page of events."""
        ...

    def event(self, event_id: str) -> EventView:
        """Return an event. Raises NotFound."""
        ...

    def look(self, look_id: str) -> Look:
        """Return a look that was asked of a camera. Raises NotFound."""
        ...

    def looks(self, camera_id: str, *, before: int | None = None, limit: int = 100) -> Page[Look]:
        """Return a page of the looks that were asked of a camera."""
        ...

    def order(self, order_id: str) -> Order:
        """Return an order. Raises NotFound."""
        ...

    def orders(
        self,
        *,
        departments: Collection[str] = (),
        is_open: bool | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Page[Order]:
        """Return a page of orders, of some departments or all; open ones are those that nobody has checked in."""
        ...

    def hot_spot(self, spot_id: str) -> HotSpot:
        """Return a hot spot. Raises NotFound."""
        ...

    def hot_spots(
        self,
        *,
        matter: str | None = None,
        is_open: bool | None = None,
        scope: Scope = EVERYWHERE,
        before: int | None = None,
        limit: int = 100,
    ) -> Page[HotSpot]:
        """Return a page of hot spots in a part of the grid; open ones are those that are not settled."""
        ...

    def camera_states(self) -> Sequence[CameraHealth]:
        """Return the last word of every camera that has said one, in order of id."""
        ...

    def cases_by_state(self, scope: Scope = EVERYWHERE) -> Mapping[tuple[str, CaseState], int]:
        """Return how many cases there are by (matter, state)."""
        ...

    def overdue(self, now: datetime, scope: Scope = EVERYWHERE) -> int:
        """Return how many open cases have a deadline before a time."""
        ...

    def cell_loads(self, wanted: LoadFilter) -> Sequence[CellLoad]:
        """Return the cells that have open cases, in order of layer and code."""
        ...

    def events_by_relation(self) -> Mapping[tuple[str, str], int]:
        """Return how many events there are by (matter, relation)."""
        ...


class CameraControl(Protocol):
    """Reaches the running cameras. The node implements it; `NoCameras` stands in where there are none."""

    def cameras(self) -> Sequence[CameraInfo]:
        """Return every configured camera."""
        ...

    def snapshot(self, camera_id: str) -> bytes | None:
        """Return the latest picture as JPEG; None when there is none yet."""
        ...

    def sight(self, camera_id: str) -> Sight | None:
        """Return what the detector found on the latest picture; None when there is none yet."""
        ...

    def rules(self) -> Sequence[RuleInfo]:
        """Return what the cameras look for, a rule a matter."""
        ...


class NoCameras:
    """A desk without cameras of its own."""

    def cameras(self) -> Sequence[CameraInfo]:
        """Return none."""
        return ()

    def snapshot(self, camera_id: str) -> bytes | None:
        """Return None."""
        return None

    def sight(self, camera_id: str) -> Sight | None:
        """Return None."""
        return None

    def rules(self) -> Sequence[RuleInfo]:
        """Return none."""
        return ()
