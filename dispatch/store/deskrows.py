"""What a unit of work keeps and finds beside single cases: neighbours of a place, moved reports, the desk's log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from math import cos, radians
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dispatch.case import Role
from dispatch.contract import Evidence, Location
from dispatch.errors import NotFound
from dispatch.ports import LogEntry
from dispatch.store import rows, statements
from dispatch.store.schema import CaseRow, DeskLogRow, EventRow, HotSpotRow, OrderRow
from dispatch.supervision import HotSpot, Order

METRES_A_DEGREE = 111_320.0
"""Of latitude, and of longitude on the equator; 0.6 % too large at worst, which the search margin covers."""
_MARGIN = 1.05


def span_deg(place: Location, reach_m: float) -> tuple[float, float]:
    """Return half the height and half the width of a square around a place in degrees of latitude and longitude."""
    d_lat = reach_m * _MARGIN / METRES_A_DEGREE
    return d_lat, d_lat / max(0.01, cos(radians(place.lat)))


def square(matter: str, place: Location, reach_m: float) -> dict[str, Any]:
    """Return the parameters of a lookup of what of a matter is in a square around a place."""
    d_lat, d_lon = span_deg(place, reach_m)
    return {
        "of_matter": matter,
        "south": place.lat - d_lat,
        "north": place.lat + d_lat,
        "west": place.lon - d_lon,
        "east": place.lon + d_lon,
    }


class DeskRowsOnSql:
    """A share of `dispatch.store.transaction.SqlTransaction`."""

    @property
    def _connection(self) -> Connection:
        """The connection, with all that it must show written."""
        raise NotImplementedError

    def move_events(self, event_ids: Sequence[str], to_case: str) -> None:
        """Give reports to another case, which is open."""
        change = update(EventRow).where(EventRow.event_id.in_(event_ids))
        self._connection.execute(change.values(case_id=to_case, ended_at=None))

    def reopen_events(self, case_id: str) -> None:
        """Note that the case of these reports is open again."""
        self._connection.execute(update(EventRow).where(EventRow.case_id == case_id).values(ended_at=None))

    def evidence_of(self, case_id: str) -> tuple[Evidence, ...]:
        """Return the pictures of a case's first report, none when it has no report."""
        report = self._connection.scalar(statements.FIRST_REPORT, {"of_case": case_id})
        return rows.to_evidence(report.get("evidence", ())) if report else ()

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

    def order(self, order_id: str) -> Order:
        """Return an order. Raises NotFound."""
        row = self._connection.execute(select(OrderRow).where(OrderRow.order_id == order_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no order {order_id}", "List the orders to find its number.")
        return rows.to_order(row)

    def put_order(self, order: Order) -> None:
        """Keep an order, new or changed."""
        values = asdict(order)
        changed = update(OrderRow).where(OrderRow.order_id == order.order_id).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(OrderRow), values)

    def unanswered_orders(self, now: datetime) -> Sequence[Order]:
        """Return orders whose time is over, that nobody has checked in and of which that was not noted."""
        query = select(OrderRow).where(
            OrderRow.checked_in_at.is_(None), OrderRow.overdue_at.is_(None), OrderRow.check_in_by <= now
        )
        return tuple(rows.to_order(row) for row in self._connection.execute(query.order_by(OrderRow.number)))

    def spot(self, spot_id: str) -> HotSpot:
        """Return a hot spot. Raises NotFound."""
        row = self._connection.execute(select(HotSpotRow).where(HotSpotRow.spot_id == spot_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no hot spot {spot_id}", "List the hot spots to find its number.")
        return rows.to_spot(row)

    def spots_near(self, matter: str, location: Location, *, reach_m: float) -> Sequence[HotSpot]:
        """Return the hot spots of a matter in a square around a place, newest first."""
        found = self._connection.execute(statements.SPOTS_NEAR, square(matter, location, reach_m))
        return tuple(rows.to_spot(row) for row in found)

    def put_spot(self, spot: HotSpot) -> None:
        """Keep a hot spot, new or changed."""
        values = rows.spot_values(spot)
        changed = update(HotSpotRow).where(HotSpotRow.spot_id == spot.spot_id).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(HotSpotRow), values)

    def last_logged(self, kind: str, subject: str = "") -> LogEntry | None:
        """Return the newest line of a kind and subject."""
        query = select(DeskLogRow).where(DeskLogRow.kind == kind, DeskLogRow.subject == subject)
        row = self._connection.execute(query.order_by(DeskLogRow.number.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        return LogEntry(row.kind, row.subject, row.value, row.actor, Role(row.role), row.at, row.reason, row.number)
