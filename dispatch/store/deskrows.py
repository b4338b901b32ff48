"""What a unit of work keeps and finds beside single cases: neighbours of a place, moved reports, the desk's log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import cos, radians

from sqlalchemy import Connection, and_, insert, select, update

from dispatch.case import Role
from dispatch.contract import CaseState, Evidence, Location
from dispatch.ports import LogEntry, NearCase
from dispatch.store import rows
from dispatch.store.schema import CaseRow, DeskLogRow, EventRow

METRES_A_DEGREE = 111_320.0
"""Of latitude, and of longitude on the equator; 0.6 % too large at worst, which the search margin covers."""
_MARGIN = 1.05


def span_deg(place: Location, reach_m: float) -> tuple[float, float]:
    """Return half the height and half the width of a square around a place in degrees of latitude and longitude."""
    d_lat = reach_m * _MARGIN / METRES_A_DEGREE
    return d_lat, d_lat / max(0.01, cos(radians(place.lat)))


class DeskRowsOnSql:
    """A share of `dispatch.store.transaction.SqlTransaction`."""

    _connection: Connection

    def move_events(self, event_ids: Sequence[str], to_case: str) -> None:
        """Give reports to another case, which is open."""
        change = update(EventRow).where(EventRow.event_id.in_(event_ids))
        self._connection.execute(change.values(case_id=to_case, ended_at=None))

    def reopen_events(self, case_id: str) -> None:
        """Note that the case of these reports is open again."""
        self._connection.execute(update(EventRow).where(EventRow.case_id == case_id).values(ended_at=None))

    def evidence_of(self, case_id: str) -> tuple[Evidence, ...]:
        """Return the pictures of a case's first report, none when it has no report."""
        query = select(EventRow.report).where(EventRow.case_id == case_id).order_by(EventRow.number).limit(1)
        report = self._connection.scalar(query)
        return rows.to_evidence(report.get("evidence", ())) if report else ()

    def cases_near(self, matter: str, location: Location, *, reach_m: float, since: datetime) -> Sequence[NearCase]:
        """Return cases of a matter that were opened since a time in a square around a place, oldest first.

        What was void or never filed is left out.
        """
        d_lat, d_lon = span_deg(location, reach_m)
        near = and_(
            CaseRow.matter == matter,
            CaseRow.lat.between(location.lat - d_lat, location.lat + d_lat),
            CaseRow.lon.between(location.lon - d_lon, location.lon + d_lon),
            CaseRow.opened_at >= since,
            CaseRow.state.not_in([CaseState.voided.value, CaseState.not_filed.value]),
        )
        query = select(CaseRow.case_id, CaseRow.lon, CaseRow.lat, CaseRow.error_m, CaseRow.opened_at).where(near)
        return tuple(
            NearCase(row.case_id, Location(lon=row.lon, lat=row.lat, error_m=row.error_m), row.opened_at)
            for row in self._connection.execute(query.order_by(CaseRow.number))
        )

    def follower(self, case_id: str) -> str | None:
        """Return the open case that follows a case at its place, None when there is none."""
        query = select(CaseRow.case_id).where(CaseRow.recurrence_of == case_id, CaseRow.is_open.is_(True))
        return self._connection.scalar(query.order_by(CaseRow.number).limit(1))

    def log(self, entry: LogEntry) -> None:
        """Append one line to the desk's log."""
        self._connection.execute(
            insert(DeskLogRow),
            {
                "kind": entry.kind,
                "subject": entry.subject,
                "value": entry.value,
                "actor": entry.actor,
                "role": entry.role.value,
                "at": entry.at,
                "reason": entry.reason,
            },
        )

    def last_logged(self, kind: str, subject: str = "") -> LogEntry | None:
        """Return the newest line of a kind and subject."""
        query = select(DeskLogRow).where(DeskLogRow.kind == kind, DeskLogRow.subject == subject)
        row = self._connection.execute(query.order_by(DeskLogRow.number.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        return LogEntry(row.kind, row.subject, row.value, row.actor, Role(row.role), row.at, row.reason)
