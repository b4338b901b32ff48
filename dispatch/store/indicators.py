"""Reading what the indicators count: the cases reported in a period, with all that belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from dispatch.config import HandlingMode
from dispatch.contract import CaseState, GridMembership, Resolution
from dispatch.errors import Invalid
from dispatch.indicators.facts import CaseRecord, CheckRecord, SeenRecord, Step
from dispatch.indicators.gathering import PeriodRows
from dispatch.moves import Action, Role
from dispatch.store.rows import to_membership
from dispatch.store.schema import CaseGridRow, CaseRow, CheckRow, EventRow, HistoryRow
from dispatch.store.turn import snapshot
from dispatch.timing import Watch

MAX_CASES = 200_000
"""Cases that are counted at a time."""

_COLUMNS = (
    CaseRow.case_id,
    CaseRow.matter,
    CaseRow.department,
    CaseRow.state,
    CaseRow.resolution,
    CaseRow.opened_at,
    CaseRow.closed_at,
    CaseRow.mode,
    CaseRow.extensions,
    CaseRow.recurrence_of,
    CaseRow.watches,
    CaseRow.camera_ids,
)
_WATCHES = TypeAdapter(tuple[Watch, ...])


class SqlIndicators:
    """Reads from an engine; one period is one consistent state."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def period(self, since: datetime, until: datetime) -> Iterator[PeriodRows]:
        """Begin to read the cases reported in [since, until).

        Raises:
            Invalid: there are more than `MAX_CASES`.
        """
        with snapshot(self._engine) as connection:
            rows = _SqlPeriod(connection, (CaseRow.opened_at >= since) & (CaseRow.opened_at < until))
            number = rows.count()
            if number > MAX_CASES:
                raise Invalid(
                    f"{number} cases were reported in this period, at most {MAX_CASES} are counted at a time",
                    "Choose a shorter period.",
                )
            yield rows


class _SqlPeriod:
    """The rows of one period on a connection."""

    def __init__(self, connection: Connection, cohort: ColumnElement[bool]) -> None:
        self._connection = connection
        self._cohort = cohort

    def count(self) -> int:
        return self._connection.scalar(select(func.count()).select_from(CaseRow).where(self._cohort)) or 0

    def cases(self) -> Iterator[CaseRecord]:
        """Yield the cases in the order of their arrival."""
        grid: dict[str, list[GridMembership]] = defaultdict(list)
        for cell in self._read(select(CaseGridRow), CaseGridRow.case_id, CaseGridRow.rank):
            grid[cell.case_id].append(to_membership(cell))
        history: dict[str, list[Step]] = defaultdict(list)
        lines = select(HistoryRow.case_id, HistoryRow.action, HistoryRow.role, HistoryRow.state, HistoryRow.at)
        for case_id, action, role, state, at in self._read(lines, HistoryRow.case_id, HistoryRow.sequence):
            history[case_id].append(Step(Action(action), Role(role), CaseState(state), at))
        for row in self._connection.execute(select(*_COLUMNS).where(self._cohort).order_by(CaseRow.number)):
            yield CaseRecord(
                case_id=row.case_id,
                matter=row.matter,
                department=row.department,
                state=CaseState(row.state),
                resolution=Resolution(row.resolution) if row.resolution else None,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
                mode=HandlingMode(row.mode) if row.mode else None,
                extensions=row.extensions,
                recurrence_of=row.recurrence_of,
                watches=_WATCHES.validate_python(row.watches, strict=False),
                grid=tuple(grid.pop(row.case_id, ())),
                camera_ids=tuple(row.camera_ids),
                history=tuple(history.pop(row.case_id, ())),
            )

    def reports(self) -> Iterator[SeenRecord]:
        """Yield the cameras' reports of these cases."""
        query = select(
            EventRow.case_id,
            EventRow.camera_id,
            EventRow.matter,
            EventRow.report["first_seen_at"].as_string(),
            EventRow.confirmed_at,
            EventRow.received_at,
            EventRow.cleared_at,
        ).where(EventRow.camera_id.is_not(None))
        for case_id, camera_id, matter, first_seen_at, *times in self._read(query, EventRow.case_id, EventRow.number):
            yield SeenRecord(case_id, camera_id, matter, datetime.fromisoformat(first_seen_at), *times)

    def checks(self) -> Iterator[CheckRecord]:
        """Yield the requests to look again at these cases."""
        query = select(
            CheckRow.case_id,
            CheckRow.camera_id,
            CheckRow.asked_at,
            CheckRow.due_at,
            CheckRow.decided_at,
            CheckRow.looks,
        )
        for row in self._read(query, CheckRow.case_id, CheckRow.request_id):
            yield CheckRecord(*row)

    def _read(self, query: Select[*tuple[Any, ...]], case_id: Any, order: Any) -> Iterator[Any]:
        """Run a query on what belongs to the cases of the period."""
        joined = query.join(CaseRow, CaseRow.case_id == case_id).where(self._cohort).order_by(CaseRow.number, order)
        yield from self._connection.execute(joined)
