"""Statements of the way in and of every move of a case, built once: building one costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, bindparam, insert, select, union_all, update

from dispatch.contract import CaseState
from dispatch.store.schema import EVERY_TABLE, CaseGridRow, CaseRow, CheckRow, EventRow, HotSpotRow, InboxRow

_CASES, _EVENTS, _CHECKS = (EVERY_TABLE.tables[name] for name in ("cases", "events", "checks"))

ADD_CASE = insert(CaseRow)
ADD_EVENT = insert(EventRow)
CASE_OF_EVENT = select(EventRow.case_id).where(EventRow.event_id == bindparam("of_event"))
IS_TAKEN = select(InboxRow.source).where(
    InboxRow.source == bindparam("of_source"), InboxRow.message_id == bindparam("of_message")
)
CASE = select(CaseRow).where(CaseRow.case_id == bindparam("of_case"))
GRID = select(CaseGridRow).where(CaseGridRow.case_id == bindparam("of_case")).order_by(CaseGridRow.rank)
SAVE_CASE = update(_CASES).where(_CASES.c.case_id == bindparam("of_case"), _CASES.c.version == bindparam("was_version"))
END_EVENTS = update(_EVENTS).where(_EVENTS.c.case_id == bindparam("of_case"))
REPORTERS = (
    select(EventRow.report, EventRow.cleared_at)
    .where(EventRow.case_id == bindparam("of_case"), EventRow.camera_id.is_not(None))
    .order_by(EventRow.number)
)
EVENTS_OF = select(EventRow).where(EventRow.case_id == bindparam("of_case")).order_by(EventRow.number)
CHECK = select(CheckRow).where(CheckRow.request_id == bindparam("of_request"))
CHECKS = (
    select(CheckRow)
    .where(CheckRow.case_id == bindparam("of_case"), CheckRow.round == bindparam("of_round"))
    .order_by(CheckRow.camera_id)
)
OPEN_CHECKS = (
    select(CheckRow)
    .where(CheckRow.case_id == bindparam("of_case"), CheckRow.decided_at.is_(None))
    .order_by(CheckRow.request_id)
)
CHANGE_CHECK = update(_CHECKS).where(_CHECKS.c.request_id == bindparam("of_request"))
ADD_CHECK = insert(CheckRow)
CLEARED = update(_EVENTS).where(_EVENTS.c.event_id == bindparam("of_event"), _EVENTS.c.cleared_at.is_(None))

FIRST_REPORT = (
    select(EventRow.report).where(EventRow.case_id == bindparam("of_case")).order_by(EventRow.number).limit(1)
)
NEVER_FILED = [
    state.value
    for state in (CaseState.reported, CaseState.review, CaseState.grace, CaseState.not_filed, CaseState.voided)
]


def _in_square(row: type[CaseRow | EventRow | HotSpotRow]) -> ColumnElement[bool]:
    return and_(
        row.lat.between(bindparam("south"), bindparam("north")),
        row.lon.between(bindparam("west"), bindparam("east")),
    )


CASES_NEAR = (
    select(CaseRow.case_id, CaseRow.lon, CaseRow.lat, CaseRow.error_m, CaseRow.opened_at)
    .where(
        CaseRow.matter == bindparam("of_matter"),
        _in_square(CaseRow),
        CaseRow.opened_at >= bindparam("since"),
        CaseRow.state.not_in(NEVER_FILED),
    )
    .order_by(CaseRow.number)
)
SPOTS_NEAR = (
    select(HotSpotRow)
    .where(HotSpotRow.matter == bindparam("of_matter"), _in_square(HotSpotRow))
    .order_by(HotSpotRow.number.desc())
)


def _known_statement() -> CompoundSelect[Any]:
    """Like reports by the same camera and near the place, of open cases and of lately ended ones: a lookup each.

    Said as one condition with OR, SQLite would read all open reports of the matter.
    """
    columns = (
        EventRow.event_id,
        EventRow.report,
        EventRow.camera_id,
        EventRow.case_id,
        EventRow.cleared_at,
        EventRow.ended_at,
    )
    of_matter = select(*columns).where(EventRow.matter == bindparam("of_matter"))
    is_open, has_ended = EventRow.ended_at.is_(None), EventRow.ended_at >= bindparam("since")
    of_camera = EventRow.camera_id == bindparam("of_camera")
    near = _in_square(EventRow)
    return union_all(*(of_matter.where(when, where) for when in (is_open, has_ended) for where in (of_camera, near)))


KNOWN = _known_statement()
