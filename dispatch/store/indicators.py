"""Reading what the indicators count: the cases reported in a period, with all that belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, select

from dispatch.config import HandlingMode
from dispatch.contract import CaseState, GridMembership, Resolution
from dispatch.errors import Invalid
from dispatch.indicators.facts import CaseRecord, CheckRecord, SeenRecord, Step
from dispatch.indicators.gathering import PeriodRows
from dispatch.indicators.known import CaseHead
from dispatch.moves import Action, Role
from dispatch.store.schema import CaseGridRow, CaseRow, CheckRow, EventRow, HistoryRow
from dispatch.store.turn import snapshot
from dispatch.timing import Watch

MAX_CASES = 200_000
"""Cases that are counted at a time."""
FEW = 500
"""So many cases are asked for by their ids; of more the whole period is read."""
_ROWS_A_FETCH = 2000

_COLUMNS = (
    CaseRow.case_id,
    CaseRow.version,
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

    def heads(self) -> Sequence[CaseHead]:
        """Return the cases in the order of their arrival, as far as it tells whether they are known."""
        query = select(CaseRow.case_id, CaseRow.version, CaseRow.department).where(self._cohort)
        return [CaseHead(*row) for row in self._connection.execute(query.order_by(CaseRow.number))]

    def cases(self, wanted: Collection[str]) -> Iterator[CaseRecord]:
        """Yield the cases of these ids in the order of their arrival."""
        if not wanted:
            return
        some = CaseRow.case_id.in_(wanted) if len(wanted) <= FEW else None
        cells: dict[tuple[str, str, str, bool], GridMembership] = {}
        grid: dict[str, list[GridMembership]] = defaultdict(list)
        of = CaseGridRow
        places = select(of.case_id, of.layer, of.code, of.name, of.ambiguous)
        for case_id, *cell in self._read(places, CaseGridRow.case_id, CaseGridRow.rank, some):
            layer, code, name, ambiguous = key = tuple(cell)
            if key not in cells:
                cells[key] = GridMembership(layer=layer, code=code, name=name, ambiguous=ambiguous)
            grid[case_id].append(cells[key])
        history: dict[str, list[Step]] = defaultdict(list)
        lines = select(HistoryRow.case_id, HistoryRow.action, HistoryRow.role, HistoryRow.state, HistoryRow.at)
        for case_id, action, role, state, at in self._read(lines, HistoryRow.case_id, HistoryRow.sequence, some):
            history[case_id].append(Step(Action(action), Role(role), CaseState(state), at))
        cases = select(*_COLUMNS).where(self._cohort).order_by(CaseRow.number)
        for row in self._run(cases if some is None else cases.where(some)):
            if row.case_id in wanted:
                yield _to_record(row, tuple(grid.pop(row.case_id, ())), tuple(history.pop(row.case_id, ())))

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

    def _read(
        self, query: Select[*tuple[Any, ...]], case_id: Any, order: Any, some: ColumnElement[bool] | None = None
    ) -> Iterator[Any]:
        """Run a query on what belongs to the cases of the period, or to some of them."""
        joined = query.join(CaseRow, CaseRow.case_id == case_id).where(self._cohort).order_by(CaseRow.number, order)
        yield from self._run(joined if some is None else joined.where(some))

    def _run(self, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
        yield from self._connection.execute(query, execution_options={"yield_per": _ROWS_A_FETCH})


def _to_record(row: Row[Any], grid: tuple[GridMembership, ...], history: tuple[Step, ...]) -> CaseRecord:
    return CaseRecord(
        case_id=row.case_id,
        version=row.version,
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
        grid=grid,
        camera_ids=tuple(row.camera_ids),
        history=history,
    )
