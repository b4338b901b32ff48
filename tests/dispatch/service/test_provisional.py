"""Deadlines in a year whose public holidays are not known yet: provisional until the calendar learns the year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest

from dispatch.calendar import Uncovered, WorkCalendar
from dispatch.case import deadlines_of
from dispatch.config import MatterRules
from dispatch.contract import CaseChanged, Deadline, Stage
from dispatch.policy import Policy
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.builders import OneCell, outgoing, report, sent

YEAR = max(day.year for day in chinese_calendar.holidays) + 1
"""The first year that the national tables lack."""
LATE = datetime(YEAR - 1, 12, 30, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, two days before that year."""
DAYS_OFF = frozenset(date(YEAR, 1, day) for day in range(1, 9))
KNOWN = WorkCalendar(own_years=frozenset({YEAR}), holidays=DAYS_OFF)


def a_desk(store: SqlStore, calendar: WorkCalendar, clock: str = "work_day", value: float = 3) -> Desk:
    handling = {"department": "sanitation", "limit": {"value": value, "clock": clock}}
    rules = MatterRules.model_validate({"handling": handling})
    return Desk(store, matters={"litter_exposed": rules}, grid=OneCell(), policy=Policy(calendar=calendar))


def filed(desk: Desk) -> str:
    now = LATE - timedelta(minutes=2)
    return desk.receive(sent(report(first_seen_at=now, confirmed_at=LATE)), LATE).case_id or ""


def handle_of(desk: Desk, case_id: str) -> Deadline:
    return next(one for one in deadlines_of(desk.case(case_id)) if one.stage is Stage.handle)


def test_a_deadline_that_reaches_into_it_is_marked_and_moves_when_the_year_is_known(store: SqlStore) -> None:
    desk = a_desk(store, WorkCalendar())
    case_id = filed(desk)
    assumed = handle_of(desk, case_id)
    assert assumed.provisional
    assert assumed.due_at is not None
    assert assumed.due_at.astimezone(KNOWN.zone).date() < max(DAYS_OFF)
    told = [message for message in outgoing(store, CaseChanged) if message.case_id == case_id]
    assert [one.provisional for one in told[-1].deadlines] == [False, False, True]
    desk.policy = Policy(calendar=KNOWN)
    assert desk.recalculate(LATE + timedelta(hours=1)) == 1
    settled = handle_of(desk, case_id)
    assert not settled.provisional
    assert settled.due_at is not None
    assert settled.due_at.astimezone(KNOWN.zone).date() > max(DAYS_OFF)
    last = outgoing(store, CaseChanged)[-1]
    assert (last.action, "(provisional) ->" in last.reason) == ("recalculate", True)
    assert desk.recalculate(LATE + timedelta(hours=2)) == 0


def test_that_it_is_certain_now_is_told_even_when_it_does_not_move(store: SqlStore) -> None:
    desk = a_desk(store, WorkCalendar())
    case_id = filed(desk)
    assumed = handle_of(desk, case_id)
    desk.policy = Policy(calendar=WorkCalendar(own_years=frozenset({YEAR})))
    assert desk.recalculate(LATE + timedelta(hours=1)) == 1
    assert handle_of(desk, case_id) == assumed.model_copy(update={"provisional": False})


def test_a_refused_year_leaves_the_deadline_open_and_provisional(store: SqlStore) -> None:
    desk = a_desk(store, WorkCalendar(uncovered=Uncovered.refuse))
    case_id = filed(desk)
    found = handle_of(desk, case_id)
    assert (found.due_at, found.running, found.provisional) == (None, True, True)
    desk.policy = Policy(calendar=KNOWN)
    assert desk.recalculate(LATE + timedelta(hours=1)) == 1
    assert handle_of(desk, case_id).due_at is not None


@pytest.mark.parametrize(("clock", "value"), [("natural_day", 9), ("urgent_hour", 200), ("work_hour", 4)])
def test_clocks_that_need_no_holidays_and_limits_that_end_before_are_certain(
    store: SqlStore, clock: str, value: float
) -> None:
    desk = a_desk(store, WorkCalendar(), clock, value)
    assert not handle_of(desk, filed(desk)).provisional
