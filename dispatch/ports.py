"""What the services need from the outside, as protocols. Adapters: `dispatch.store`, `dispatch.grid`, the node."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch.case import Case, Record, Role
from dispatch.catalogue.book import CatalogueRows
from dispatch.closure import Check, Reporter
from dispatch.contract import CameraHealth, Evidence, GridMembership, IncidentCleared, Location
from dispatch.dedup import Known, Sighting
from dispatch.indicators.gathering import IndicatorRows
from dispatch.looks import Look
from dispatch.report import Report
from dispatch.retention import RetentionRows
from dispatch.routing import CellFacts
from dispatch.supervision import HotSpot, Order
from dispatch.views import Views

LOCAL_STREAM = "local"
"""Name in the outbox of what live views are told and no stream carries."""


class GridIndex(Protocol):
    """Finds the grid cells of a place."""

    def memberships(self, location: Location, at: datetime) -> tuple[GridMembership, ...]:
        """Return the cell of every layer that holds the place at this time."""
        ...

    def facts(self, cells: Sequence[GridMembership], at: datetime) -> tuple[CellFacts, ...]:
        """Return what the grid says of cells at this time."""
        ...


@dataclass(frozen=True)
class OutgoingMessage:
    """A message on its way out. `seq` grows over all streams; `entry_id` is its place in the stream once sent."""

    seq: int
    stream: str
    key: str
    message_id: str
    payload: str
    created_at: datetime
    entry_id: str | None = None


@dataclass(frozen=True)
class NearCase:
    """A case of a matter near a place."""

    case_id: str
    location: Location
    opened_at: datetime


@dataclass(frozen=True)
class LogEntry:
    """One line of the desk's own log: what was done that is no move of a case.

    Attributes:
        kind: profile, order or hot_spot.
        subject: which one; empty for the profile.
        value: what it is now.
        number: of the line, set when it is kept; greater than those of all lines before it.
    """

    kind: str
    subject: str
    value: str
    actor: str
    role: Role
    at: datetime
    reason: str = ""
    number: int = 0


@dataclass(frozen=True)
class StoredEvent:
    """A report, the case it went to, and when that case ended."""

    report: Report
    case_id: str
    relation: str
    received_at: datetime
    cleared_at: datetime | None = None
    ended_at: datetime | None = None


class EventRows(Protocol):
    """Reports, inside one unit of work."""

    def case_of_event(self, event_id: str) -> str | None:
        """Return the case of a report, None when there is none of that id."""
        ...

    def known_near(self, matter: str, sighting: Sighting, *, reach_m: float, since: datetime) -> Sequence[Known]:
        """Return earlier reports of a matter: the same camera's, and those within reach of the place."""
        ...

    def add_event(self, event: StoredEvent) -> None:
        """Keep a report."""
        ...

    def mark_cleared(self, cleared: IncidentCleared) -> None:
        """Note that the camera saw the incident gone."""
        ...

    def mark_seen(self, event_id: str, at: datetime) -> None:
        """Note that the camera saw the incident there: an earlier word that it was gone no longer holds."""
        ...

    def reporters(self, case_id: str) -> Sequence[Reporter]:
        """Return the cameras' reports of a case."""
        ...

    def events_of(self, case_id: str) -> Sequence[StoredEvent]:
        """Return the reports of a case, oldest first."""
        ...

    def move_events(self, event_ids: Sequence[str], to_case: str) -> None:
        """Give reports to another case, which is open."""
        ...

    def reopen_events(self, case_id: str) -> None:
        """Note that the case of these reports is open again."""
        ...

    def evidence_of(self, case_id: str) -> tuple[Evidence, ...]:
        """Return the pictures of a case's first report."""
        ...


class CaseRows(Protocol):
    """Cases, their history and their checks, inside one unit of work."""

    def case(self, case_id: str) -> Case:
        """Return a case. Raises NotFound."""
        ...

    def add_case(self, case: Case) -> None:
        """Keep a new case."""
        ...

    def save_case(self, case: Case, *, was_version: int) -> None:
        """Keep a changed case, and its end with its reports. Raises Conflict when its version is not `was_version`."""
        ...

    def append(self, case_id: str, record: Record) -> None:
        """Append one line of history."""
        ...

    def checks(self, case_id: str, *, round: int) -> Sequence[Check]:
        """Return the checks of one round."""
        ...

    def open_checks(self, case_id: str) -> Sequence[Check]:
        """Return the unanswered checks of a case, of any round."""
        ...

    def check(self, request_id: str) -> Check | None:
        """Return one check."""
        ...

    def put_check(self, check: Check) -> None:
        """Keep a check, new or answered."""
        ...

    def cases_to_sweep(self, now: datetime) -> Sequence[str]:
        """Return the ids of cases with a request overdue, a round due or a clock that has a say."""
        ...

    def cases_near(self, matter: str, location: Location, *, reach_m: float, since: datetime) -> Sequence[NearCase]:
        """Return cases of a matter that were opened since a time in a square around a place, oldest first.

        What was void or has not been filed is left out.
        """
        ...

    def follower(self, case_id: str) -> str | None:
        """Return the open case that follows a case at its place, None when there is none."""
        ...

    def running_cases(self) -> Sequence[str]:
        """Return the ids of open cases, whose clocks may run."""
        ...


class MessageRows(Protocol):
    """Inbox, outbox and camera states, inside one unit of work."""

    def foresee(self, messages: Sequence[tuple[str, str]], event_ids: Sequence[str]) -> None:
        """Look up at once which of these messages (source, id) and reports are new, before they are asked for."""
        ...

    def is_taken(self, source: str, message_id: str) -> bool:
        """Whether a message was received before."""
        ...

    def take(self, source: str, message_id: str, now: datetime) -> None:
        """Mark a message as received."""
        ...

    def put_out(self, stream: str, key: str, message_id: str, payload: str, now: datetime) -> None:
        """Put a message into the outbox."""
        ...

    def put_health(self, health: CameraHealth) -> bool:
        """Keep a camera's state; False when a newer one is known."""
        ...


class DeskRows(Protocol):
    """What the desk keeps beside the cases, inside one unit of work."""

    def log(self, entry: LogEntry) -> None:
        """Append one line to the desk's log."""
        ...

    def order(self, order_id: str) -> Order:
        """Return an order. Raises NotFound."""
        ...

    def put_order(self, order: Order) -> None:
        """Keep an order, new or changed."""
        ...

    def unanswered_orders(self, now: datetime) -> Sequence[Order]:
        """Return orders whose time is over, that nobody has checked in and of which that was not noted."""
        ...

    def spot(self, spot_id: str) -> HotSpot:
        """Return a hot spot. Raises NotFound."""
        ...

    def spots_near(self, matter: str, location: Location, *, reach_m: float) -> Sequence[HotSpot]:
        """Return the hot spots of a matter in a square around a place, newest first."""
        ...

    def put_spot(self, spot: HotSpot) -> None:
        """Keep a hot spot, new or changed."""
        ...

    def last_logged(self, kind: str, subject: str = "") -> LogEntry | None:
        """Return the newest line of a kind and subject."""
        ...


class LookRows(Protocol):
    """Looks that were asked of cameras, inside one unit of work."""

    def look(self, look_id: str) -> Look | None:
        """Return a look, None when there is none of that id."""
        ...

    def put_look(self, look: Look) -> None:
        """Keep a look, new or changed."""
        ...

    def open_look(self, camera_id: str, case_id: str | None) -> Look | None:
        """Return the look of a camera for a case, or for none, whose answer is awaited."""
        ...

    def cameras_asked_since(self, since: datetime) -> Sequence[str]:
        """Return the camera of every look that was asked for since a time."""
        ...

    def overdue_looks(self, now: datetime) -> Sequence[Look]:
        """Return looks whose answer should have come, oldest first, up to some hundreds."""
        ...


class Transaction(EventRows, CaseRows, MessageRows, DeskRows, LookRows, Protocol):
    """One unit of work: all of it is kept, or nothing."""

    @property
    def catalogue(self) -> CatalogueRows:
        """Versions of matters and the decisions on them."""
        ...


class Feed(Protocol):
    """All messages in their order, for live views."""

    def after(self, seq: int, limit: int = 500) -> Sequence[OutgoingMessage]:
        """Return messages of any stream after a place, sent or not."""
        ...

    def last_seq(self) -> int:
        """Return the place of the newest message, 0 when there is none."""
        ...

    def depth(self) -> int:
        """Return how many messages are unsent."""
        ...


class Store(Protocol):
    """Opens units of work."""

    @property
    def outbox(self) -> Feed:
        """Messages on their way out."""
        ...

    @property
    def views(self) -> Views:
        """What is kept, for reading."""
        ...

    @property
    def indicators(self) -> IndicatorRows:
        """What is counted, for reading."""
        ...

    def reading_catalogue(self) -> AbstractContextManager[CatalogueRows]:
        """Begin to read the catalogue of matters; takes no turn among the writers."""
        ...

    @property
    def retention(self) -> RetentionRows:
        """Pictures that were deleted."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a unit of work; leaving it commits, an exception rolls back."""
        ...
