"""Reading cases, events and camera states from the SQL store (`dispatch.views.Views`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, Engine, Row, Select, case, func, literal, select, tuple_

from dispatch.accounts.values import EVERYWHERE, Scope
from dispatch.case import Case
from dispatch.contract import CameraHealth, CaseState, Evidence, EvidenceKind
from dispatch.due import Due
from dispatch.errors import NotFound
from dispatch.looks import Look
from dispatch.store import rows
from dispatch.store.look_rows import LookRow, looks_of, to_look
from dispatch.store.schema import CameraRow, CaseGridRow, CaseRow, CheckRow, EventRow, HistoryRow, HotSpotRow, OrderRow
from dispatch.store.statements import CASE, GRID
from dispatch.store.turn import snapshot
from dispatch.supervision import HotSpot, Order, SpotState
from dispatch.views import CaseFilter, CaseView, CellLoad, EventFilter, EventView, LoadFilter, Page

Selected = TypeVarTuple("Selected")


class SqlViews:
    """Reads from an engine; every call sees one consistent state."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases(self, wanted: CaseFilter, *, before: int | None = None, limit: int = 100) -> Page[Case]:
        """Return at most `limit` cases, newest first, older than the place `before`."""
        query = select(CaseRow).order_by(CaseRow.number.desc())
        if before is not None:
            query = query.where(CaseRow.number < before)
        with snapshot(self._engine) as connection:
            found = connection.execute(_matching(query, wanted).limit(limit + 1)).all()
            grids = _grids(connection, [row.case_id for row in found[:limit]])
        items = tuple(rows.to_case(row, grids[row.case_id]) for row in found[:limit])
        return Page(items, found[limit - 1].number if len(found) > limit else None)

    def count_cases(self, wanted: CaseFilter, ends: Mapping[Due, datetime]) -> Mapping[tuple[CaseState, Due], int]:
        """Return how many cases there are by state and by how soon they are due."""
        steps = case(
            (CaseRow.due_at.is_(None), Due.none.value),
            *((CaseRow.due_at < end, due.value) for due, end in ends.items()),
            else_=Due.later.value,
        ).label("due")
        # PostgreSQL takes the steps in the selection and in the grouping for two things, each with its own values.
        each = _matching(select(CaseRow.state, steps), wanted).subquery()
        counted = select(each.c.state, each.c.due, func.count()).group_by(each.c.state, each.c.due)
        with snapshot(self._engine) as connection:
            return {(CaseState(state), Due(due)): number for state, due, number in connection.execute(counted)}

    def pictures_of(self, case_ids: Sequence[str]) -> Mapping[str, Evidence]:
        """Return for each case that has one the picture of its first report that shows the thing best."""
        firsts = select(func.min(EventRow.number)).where(EventRow.case_id.in_(case_ids)).group_by(EventRow.case_id)
        query = select(EventRow.case_id, EventRow.report).where(EventRow.number.in_(firsts))
        with snapshot(self._engine) as connection:
            found = [(case_id, report.get("evidence", ())) for case_id, report in connection.execute(query)]
        return {case_id: _best(rows.to_evidence(pictures)) for case_id, pictures in found if pictures}

    def case(self, case_id: str) -> CaseView:
        """Return a case with all that is known of it. Raises NotFound."""
        with snapshot(self._engine) as connection:
            row = connection.execute(select(CaseRow).where(CaseRow.case_id == case_id)).one_or_none()
            if row is None:
                raise NotFound(f"there is no case {case_id}", "List the cases to find its number.")
            grids = _grids(connection, [case_id])
            events = select(EventRow).where(EventRow.case_id == case_id).order_by(EventRow.number)
            history = select(HistoryRow).where(HistoryRow.case_id == case_id).order_by(HistoryRow.sequence)
            checks = select(CheckRow).where(CheckRow.case_id == case_id)
            looks = connection.execute(looks_of(case_id=case_id)).all()
            return CaseView(
                rows.to_case(row, grids[case_id]),
                tuple(_event(event) for event in connection.execute(events)),
                tuple(rows.to_record(line) for line in connection.execute(history)),
                tuple(
                    rows.to_check(check)
                    for check in connection.execute(checks.order_by(CheckRow.round, CheckRow.camera_id))
                ),
                tuple(to_look(look) for look in reversed(looks)),
            )

    def case_head(self, case_id: str) -> Case:
        """Return a case as it stands. Raises NotFound."""
        with snapshot(self._engine) as connection:
            row = connection.execute(CASE, {"of_case": case_id}).one_or_none()
            if row is None:
                raise NotFound(f"there is no case {case_id}", "List the cases to find its number.")
            return rows.to_case(row, connection.execute(GRID, {"of_case": case_id}))

    def events(self, wanted: EventFilter, *, before: int | None = None, limit: int = 100) -> Page[EventView]:
        """Return at most `limit` events, newest first, older than the place `before`."""
        query = select(EventRow).order_by(EventRow.number.desc())
        for column, value in (
            (EventRow.matter, wanted.matter),
            (EventRow.camera_id, wanted.camera_id),
            (EventRow.case_id, wanted.case_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.case_ids is not None:
            query = query.where(EventRow.case_id.in_(wanted.case_ids))
        if wanted.since is not None:
            query = query.where(EventRow.confirmed_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(EventRow.confirmed_at < wanted.until)
        if before is not None:
            query = query.where(EventRow.number < before)
        if not wanted.scope.is_everywhere:
            query = query.where(EventRow.case_id.in_(_within(select(CaseRow.case_id), wanted.scope)))
        with snapshot(self._engine) as connection:
            found = connection.execute(query.limit(limit + 1)).all()
        return Page(
            tuple(_event(row) for row in found[:limit]), found[limit - 1].number if len(found) > limit else None
        )

    def event(self, event_id: str) -> EventView:
        """Return an event. Raises NotFound."""
        with snapshot(self._engine) as connection:
            row = connection.execute(select(EventRow).where(EventRow.event_id == event_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no event {event_id}", "List the events to find its number.")
        return _event(row)

    def look(self, look_id: str) -> Look:
        """Return a look that was asked of a camera. Raises NotFound."""
        with snapshot(self._engine) as connection:
            row = connection.execute(looks_of(look_id=look_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no look {look_id}", "Ask the camera for one.")
        return to_look(row)

    def looks(self, camera_id: str, *, before: int | None = None, limit: int = 100) -> Page[Look]:
        """Return at most `limit` looks that were asked of a camera, newest first."""
        query = looks_of(camera_id=camera_id)
        if before is not None:
            query = query.where(LookRow.number < before)
        with snapshot(self._engine) as connection:
            found = connection.execute(query.limit(limit + 1)).all()
        return Page(
            tuple(to_look(row) for row in found[:limit]), found[limit - 1].number if len(found) > limit else None
        )

    def order(self, order_id: str) -> Order:
        """Return an order. Raises NotFound."""
        with snapshot(self._engine) as connection:
            row = connection.execute(select(OrderRow).where(OrderRow.order_id == order_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no order {order_id}", "List the orders to find its number.")
        return rows.to_order(row)

    def orders(
        self,
        *,
        departments: Collection[str] = (),
        is_open: bool | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Page[Order]:
        """Return at most `limit` orders, newest first; open ones are those that nobody has checked in."""
        query = select(OrderRow).order_by(OrderRow.number.desc())
        if departments:
            query = query.where(OrderRow.department.in_(departments))
        if is_open is not None:
            query = query.where(OrderRow.checked_in_at.is_(None) == is_open)
        if before is not None:
            query = query.where(OrderRow.number < before)
        with snapshot(self._engine) as connection:
            found = connection.execute(query.limit(limit + 1)).all()
        items = tuple(rows.to_order(row) for row in found[:limit])
        return Page(items, found[limit - 1].number if len(found) > limit else None)

    def hot_spot(self, spot_id: str) -> HotSpot:
        """Return a hot spot. Raises NotFound."""
        with snapshot(self._engine) as connection:
            row = connection.execute(select(HotSpotRow).where(HotSpotRow.spot_id == spot_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no hot spot {spot_id}", "List the hot spots to find its number.")
        return rows.to_spot(row)

    def hot_spots(
        self,
        *,
        matter: str | None = None,
        is_open: bool | None = None,
        scope: Scope = EVERYWHERE,
        before: int | None = None,
        limit: int = 100,
    ) -> Page[HotSpot]:
        """Return at most `limit` hot spots, newest first; open ones are those that are not settled.

        A hot spot lies where the first of its cases lies; it belongs to no department.
        """
        query = select(HotSpotRow).order_by(HotSpotRow.number.desc())
        if scope.grid:
            query = query.where(HotSpotRow.case_ids[0].as_string().in_(_lying_in(scope)))
        if matter is not None:
            query = query.where(HotSpotRow.matter == matter)
        if is_open is not None:
            query = query.where((HotSpotRow.state != SpotState.settled.value) == is_open)
        if before is not None:
            query = query.where(HotSpotRow.number < before)
        with snapshot(self._engine) as connection:
            found = connection.execute(query.limit(limit + 1)).all()
        items = tuple(rows.to_spot(row) for row in found[:limit])
        return Page(items, found[limit - 1].number if len(found) > limit else None)

    def camera_states(self) -> Sequence[CameraHealth]:
        """Return the last word of every camera that has said one, in order of id."""
        with snapshot(self._engine) as connection:
            found = connection.execute(select(CameraRow).order_by(CameraRow.camera_id))
            return tuple(CameraHealth.model_validate(dict(row._mapping)) for row in found)

    def cases_by_state(self, scope: Scope = EVERYWHERE) -> Mapping[tuple[str, CaseState], int]:
        """Return how many cases there are by (matter, state)."""
        counted = select(CaseRow.matter, CaseRow.state, func.count()).group_by(CaseRow.matter, CaseRow.state)
        query = _within(counted, scope)
        with snapshot(self._engine) as connection:
            return {(matter, CaseState(state)): number for matter, state, number in connection.execute(query)}

    def overdue(self, now: datetime, scope: Scope = EVERYWHERE) -> int:
        """Return how many open cases have a deadline before a time."""
        query = _within(select(func.count()).select_from(CaseRow).where(CaseRow.due_at < now), scope)
        with snapshot(self._engine) as connection:
            return connection.scalar(query) or 0

    def cell_loads(self, wanted: LoadFilter) -> Sequence[CellLoad]:
        """Return the cells that have open cases, in order of layer and code."""
        place = (CaseGridRow.layer, CaseGridRow.code)
        late = literal(0) if wanted.now is None else func.count(case((CaseRow.due_at < wanted.now, 1)))
        query = (
            select(*place, func.count(), func.count(CaseRow.recurrence_of), late)
            .join(CaseRow, CaseRow.case_id == CaseGridRow.case_id)
            .where(CaseRow.is_open)
            .group_by(*place)
            .order_by(*place)
        )
        for column, value in (
            (CaseGridRow.layer, wanted.layer),
            (CaseRow.matter, wanted.matter),
            (CaseRow.department, wanted.department),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.since is not None:
            query = query.where(CaseRow.opened_at >= wanted.since)
        query = _within(query, wanted.scope)
        with snapshot(self._engine) as connection:
            return tuple(CellLoad(*row) for row in connection.execute(query))

    def events_by_relation(self) -> Mapping[tuple[str, str], int]:
        """Return how many events there are by (matter, relation)."""
        query = select(EventRow.matter, EventRow.relation, func.count()).group_by(EventRow.matter, EventRow.relation)
        with snapshot(self._engine) as connection:
            return {(matter, relation): number for matter, relation, number in connection.execute(query)}


def _best(pictures: Sequence[Evidence]) -> Evidence:
    """Return the close picture, the first one where there is none."""
    return next((picture for picture in pictures if picture.kind is EvidenceKind.close), pictures[0])


def _matching(query: Select[*Selected], wanted: CaseFilter) -> Select[*Selected]:
    for column, values in (
        (CaseRow.state, [state.value for state in wanted.states]),
        (CaseRow.case_id, wanted.case_ids),
        (CaseRow.matter, wanted.matters),
    ):
        if values:
            query = query.where(column.in_(values))
    for column, value in ((CaseRow.matter, wanted.matter), (CaseRow.department, wanted.department)):
        if value is not None:
            query = query.where(column == value)
    if wanted.is_open is not None:
        query = query.where(CaseRow.is_open == wanted.is_open)
    query = _in_time(query, wanted)
    if wanted.camera_id is not None:
        of_camera = select(EventRow.case_id).where(EventRow.camera_id == wanted.camera_id)
        query = query.where(CaseRow.case_id.in_(of_camera))
    if wanted.grid is not None:
        in_cell = select(CaseGridRow.case_id).where(CaseGridRow.code == wanted.grid)
        query = query.where(CaseRow.case_id.in_(in_cell))
    return _within(query, wanted.scope)


def _in_time(query: Select[*Selected], wanted: CaseFilter) -> Select[*Selected]:
    for column, begin, end in (
        (CaseRow.opened_at, wanted.since, wanted.until),
        (CaseRow.due_at, wanted.due_from, wanted.due_before),
        (CaseRow.updated_at, wanted.changed_since, None),
    ):
        if begin is not None:
            query = query.where(column >= begin)
        if end is not None:
            query = query.where(column < end)
    if wanted.has_due is not None:
        query = query.where(CaseRow.due_at.is_not(None) == wanted.has_due)
    return query


def _within(query: Select[*Selected], scope: Scope) -> Select[*Selected]:
    """Narrow a query of cases to those that a scope holds."""
    if scope.departments:
        query = query.where(CaseRow.department.in_(scope.departments))
    if scope.grid:
        query = query.where(CaseRow.case_id.in_(_lying_in(scope)))
    return query


def _lying_in(scope: Scope) -> Select[str]:
    """Return the query of the cases that lie in the cells of a scope."""
    cells = [(cell.layer, cell.code) for cell in scope.grid]
    return select(CaseGridRow.case_id).where(tuple_(CaseGridRow.layer, CaseGridRow.code).in_(cells))


def _grids(connection: Connection, case_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    grids: dict[str, list[Row[Any]]] = defaultdict(list)
    query = select(CaseGridRow).where(CaseGridRow.case_id.in_(case_ids)).order_by(CaseGridRow.rank)
    for cell in connection.execute(query):
        grids[cell.case_id].append(cell)
    return grids


def _event(row: Row[Any]) -> EventView:
    report = rows.to_report(row.report, row.camera_id)
    return EventView(report, row.case_id, row.relation, row.received_at, row.cleared_at)
