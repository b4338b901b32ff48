"""One unit of work on the SQL store (`dispatch.ports.Transaction`).

Lines of history, outbox, inbox and grid rows are not read inside the unit of work that writes them; they are collected
and written in bulk at its end, which is what makes a batch of reports cheap. New cases and reports are collected too,
and written before the first statement that might have to see them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dispatch.case import Case, Record
from dispatch.closure import Check, Reporter
from dispatch.contract import CameraHealth, IncidentCleared, Location
from dispatch.dedup import Known, Sighting
from dispatch.errors import Conflict, NotFound
from dispatch.ports import NearCase, StoredEvent
from dispatch.report import camera_of
from dispatch.store import rows, statements
from dispatch.store.catalogue import SqlCatalogue
from dispatch.store.deskrows import DeskRowsOnSql, square
from dispatch.store.look_rows import LookRowsOnSql
from dispatch.store.outbox import first_state
from dispatch.store.schema import (
    Base,
    CameraRow,
    CaseGridRow,
    CaseRow,
    CheckRow,
    EventRow,
    HistoryRow,
    InboxRow,
    OutgoingRow,
)


class SqlTransaction(DeskRowsOnSql, LookRowsOnSql):
    """One unit of work on a connection that has begun a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._bare = connection
        self.catalogue = SqlCatalogue(connection)
        self._bulk: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self._taken: set[tuple[str, str]] = set()
        self._untaken: set[tuple[str, str]] = set()
        self._unreported: set[str] = set()
        self._new_cases: list[dict[str, Any]] = []
        self._new_cells: list[dict[str, Any]] = []
        self._new_events: list[StoredEvent] = []

    @property
    def _connection(self) -> Connection:
        self._settle()
        return self._bare

    def _settle(self) -> None:
        """Write new cases with their cells, and reports."""
        if self._new_cases:
            self._bare.execute(statements.ADD_CASE, self._new_cases)
            self._new_cases = []
        if self._new_cells:
            self._bare.execute(insert(CaseGridRow), self._new_cells)
            self._new_cells = []
        if self._new_events:
            self._bare.execute(statements.ADD_EVENT, [rows.event_values(event) for event in self._new_events])
            self._new_events = []

    def flush(self) -> None:
        """Write what was collected. Called once, at the end."""
        for table, values in self._bulk.items():
            self._connection.execute(insert(table), values)
        self._bulk.clear()

    # Reports

    def case_of_event(self, event_id: str) -> str | None:
        """Return the case of a report, None when there is none of that id."""
        if event_id in self._unreported:
            return None
        return self._connection.scalar(statements.CASE_OF_EVENT, {"of_event": event_id})

    def known_near(self, matter: str, sighting: Sighting, *, reach_m: float, since: datetime) -> Sequence[Known]:
        """Return earlier reports of a matter: the same camera's, and those in a square around the place.

        Args:
            reach_m: half the side of the square, metres.
            since: reports whose case ended earlier are left out.
        """
        area = square(matter, sighting.location, reach_m) | {"of_camera": sighting.camera_id, "since": since}
        written = {row.event_id: rows.to_known(row) for row in self._bare.execute(statements.KNOWN, area)}
        return (*written.values(), *(rows.known_of(event) for event in self._new_events if _is_near(event, area)))

    def cases_near(self, matter: str, location: Location, *, reach_m: float, since: datetime) -> Sequence[NearCase]:
        """Return cases of a matter that were opened since a time in a square around a place, oldest first.

        What was void or has not been filed is left out.
        """
        area = square(matter, location, reach_m) | {"since": since}
        written = self._bare.execute(statements.CASES_NEAR, area).mappings()
        new = (case for case in self._new_cases if _is_case_near(case, area))
        return tuple(
            NearCase(c["case_id"], Location(lon=c["lon"], lat=c["lat"], error_m=c["error_m"]), c["opened_at"])
            for c in (*written, *new)
        )

    def add_event(self, event: StoredEvent) -> None:
        """Keep a report."""
        self._unreported.discard(event.report.event_id)
        self._new_events.append(event)

    def mark_cleared(self, cleared: IncidentCleared) -> None:
        """Note that the camera saw the incident gone; the first such word counts."""
        self._connection.execute(statements.CLEARED, {"of_event": cleared.event_id, "cleared_at": cleared.cleared_at})

    def mark_seen(self, event_id: str, at: datetime) -> None:
        """Note that the camera saw the incident there: an earlier word that it was gone no longer holds."""
        self._connection.execute(
            update(EventRow).where(EventRow.event_id == event_id, EventRow.cleared_at < at).values(cleared_at=None)
        )

    def reporters(self, case_id: str) -> Sequence[Reporter]:
        """Return the cameras' reports of a case."""
        return tuple(
            rows.to_reporter(row) for row in self._connection.execute(statements.REPORTERS, {"of_case": case_id})
        )

    def events_of(self, case_id: str) -> Sequence[StoredEvent]:
        """Return the reports of a case, oldest first."""
        found = self._connection.execute(statements.EVENTS_OF, {"of_case": case_id})
        return tuple(rows.to_event(row) for row in found)

    # Cases

    def case(self, case_id: str) -> Case:
        """Return a case. Raises NotFound."""
        row = self._connection.execute(statements.CASE, {"of_case": case_id}).one_or_none()
        if row is None:
            raise NotFound(f"there is no case {case_id}", "List the cases to find its number.")
        return rows.to_case(row, self._connection.execute(statements.GRID, {"of_case": case_id}))

    def add_case(self, case: Case) -> None:
        """Keep a new case."""
        self._new_cases.append(rows.case_values(case))
        self._new_cells.extend(rows.grid_values(case))

    def save_case(self, case: Case, *, was_version: int) -> None:
        """Keep a changed case, and its end with its reports. Raises Conflict when its version is not `was_version`."""
        values = rows.case_values(case) | {"of_case": case.case_id, "was_version": was_version}
        if self._connection.execute(statements.SAVE_CASE, values).rowcount != 1:
            raise Conflict(
                f"case {case.case_id} is no longer at version {was_version}",
                "Read the case again and decide on what it says now.",
            )
        if case.closed_at is not None:
            self._connection.execute(statements.END_EVENTS, {"of_case": case.case_id, "ended_at": case.closed_at})

    def append(self, case_id: str, record: Record) -> None:
        """Append one line of history."""
        self._bulk[HistoryRow].append(rows.history_values(case_id, record))

    def checks(self, case_id: str, *, round: int) -> Sequence[Check]:
        """Return the checks of one round, in order of camera id."""
        found = self._connection.execute(statements.CHECKS, {"of_case": case_id, "of_round": round})
        return tuple(rows.to_check(row) for row in found)

    def open_checks(self, case_id: str) -> Sequence[Check]:
        """Return the unanswered checks of a case, of any round."""
        return tuple(
            rows.to_check(row) for row in self._connection.execute(statements.OPEN_CHECKS, {"of_case": case_id})
        )

    def check(self, request_id: str) -> Check | None:
        """Return one check."""
        row = self._connection.execute(statements.CHECK, {"of_request": request_id}).one_or_none()
        return rows.to_check(row) if row is not None else None

    def put_check(self, check: Check) -> None:
        """Keep a check, new or answered."""
        values = rows.check_values(check)
        changed = self._connection.execute(statements.CHANGE_CHECK, values | {"of_request": check.request.request_id})
        if changed.rowcount == 0:
            self._connection.execute(statements.ADD_CHECK, values)

    def cases_to_sweep(self, now: datetime) -> Sequence[str]:
        """Return the ids of cases with a request overdue, a round due or a clock that has a say, in order of id."""
        overdue = select(CheckRow.case_id).where(CheckRow.decided_at.is_(None), CheckRow.due_at <= now)
        due = select(CaseRow.case_id).where(CaseRow.ask_at <= now)
        timed = select(CaseRow.case_id).where(CaseRow.attention_at <= now)
        return tuple(sorted(self._connection.scalars(overdue.union(due, timed))))

    def running_cases(self) -> Sequence[str]:
        """Return the ids of open cases, whose clocks may run, in order of arrival."""
        query = select(CaseRow.case_id).where(CaseRow.is_open.is_(True)).order_by(CaseRow.number)
        return tuple(self._connection.scalars(query))

    # Messages

    def foresee(self, messages: Sequence[tuple[str, str]], event_ids: Sequence[str]) -> None:
        """Look up at once which of these messages (source, id) and reports are new, before they are asked for."""
        ids = [message_id for _, message_id in messages]
        query = select(InboxRow.source, InboxRow.message_id).where(InboxRow.message_id.in_(ids))
        self._untaken = set(messages) - {(row.source, row.message_id) for row in self._connection.execute(query)}
        known = select(EventRow.event_id).where(EventRow.event_id.in_(list(event_ids)))
        self._unreported = set(event_ids) - set(self._connection.scalars(known))

    def is_taken(self, source: str, message_id: str) -> bool:
        """Whether a message was received before."""
        if (source, message_id) in self._taken:
            return True
        if (source, message_id) in self._untaken:
            return False
        return self._connection.scalar(statements.IS_TAKEN, {"of_source": source, "of_message": message_id}) is not None

    def take(self, source: str, message_id: str, now: datetime) -> None:
        """Mark a message as received."""
        self._taken.add((source, message_id))
        self._bulk[InboxRow].append({"source": source, "message_id": message_id, "received_at": now})

    def put_out(self, stream: str, key: str, message_id: str, payload: str, now: datetime) -> None:
        """Put a message into the outbox."""
        self._bulk[OutgoingRow].append(
            {
                "stream": stream,
                "key": key,
                "message_id": message_id,
                "payload": payload,
                "created_at": now,
                "state": first_state(stream),
                "entry_id": None,
            }
        )

    def put_health(self, health: CameraHealth) -> bool:
        """Keep a camera's state; False when a newer one is known."""
        known = self._connection.scalar(select(CameraRow.at).where(CameraRow.camera_id == health.camera_id))
        if known is not None and known > health.at:
            return False
        values = health.model_dump()
        if known is None:
            self._connection.execute(insert(CameraRow), values)
        else:
            self._connection.execute(update(CameraRow).where(CameraRow.camera_id == health.camera_id).values(values))
        return True


def _is_near(event: StoredEvent, area: Mapping[str, Any]) -> bool:
    """What `KNOWN` asks, of a report that is not written yet."""
    place = event.report.location
    if event.report.matter != area["of_matter"] or (event.ended_at is not None and event.ended_at < area["since"]):
        return False
    near = area["south"] <= place.lat <= area["north"] and area["west"] <= place.lon <= area["east"]
    return bool(near or camera_of(event.report) == area["of_camera"])


def _is_case_near(case: Mapping[str, Any], area: Mapping[str, Any]) -> bool:
    """What `statements.CASES_NEAR` asks, of a case that is not written yet."""
    return (
        case["matter"] == area["of_matter"]
        and area["south"] <= case["lat"] <= area["north"]
        and area["west"] <= case["lon"] <= area["east"]
        and case["opened_at"] >= area["since"]
        and case["state"] not in statements.NEVER_FILED
    )
