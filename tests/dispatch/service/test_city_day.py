"""A city's day replayed: every report is accounted for; deadlines and indicators agree with a second reckoning.

Small by default; `GRIDPATROL_NIGHTLY=1` for 5,000 events of 500 cameras over 2,060 cells and 200 people's reports.
"""

from __future__ import annotations

import os
from datetime import timedelta

from dispatch.contract import CaseChanged
from dispatch.indicators.formulas import By, Indicator, rows
from dispatch.indicators.gathering import gather
from dispatch.store import SqlStore
from tests.dispatch.service.city_day import LIMITS, MORNING, CityDay, accounts_for
from tests.dispatch.service.histories import check_history_and_closure
from tests.dispatch.service.quick import open_quick_store
from tests.dispatch.service.reckoning import Clock, WorkTable, check_deadlines, check_nothing_is_overslept, ratios

NIGHTLY = os.environ.get("GRIDPATROL_NIGHTLY") == "1"
CAMERAS, CELLS, EVENTS, PEOPLE = (500, 2060, 5000, 200) if NIGHTLY else (30, 200, 120, 12)


def test_a_day_of_a_city_adds_up(database: str) -> None:
    store = open_quick_store(database)
    day = CityDay(store, cameras=CAMERAS, cells=CELLS)
    day.run(EVENTS, PEOPLE)
    found = accounts_for(day)
    assert sum(found.values()) == len(day.sent_events) == EVENTS + PEOPLE
    assert all(number > 0 for number in found.values()), found
    assert day.repeats > 0
    table = WorkTable(frozenset())
    told: list[tuple[list[CaseChanged], dict[str, Clock]]] = []
    for case_id, messages in day.told.items():
        view = store.views.case(case_id)
        assert [message.sequence for message in messages] == [step.sequence for step in view.history]
        check_history_and_closure(view)
        clocks, said = check_deadlines([(message, table) for message in messages], LIMITS)
        check_nothing_is_overslept(clocks, said, table, day.now)
        told.append((messages, clocks))
    assert {"return", "extend", "undo", "merge_into", "overdue"} <= {m.action for messages, _ in told for m in messages}
    assert by_the_program(store, day) == ratios(told, table, day.now)
    store.close()


def by_the_program(store: SqlStore, day: CityDay) -> dict[str, tuple[int, int]]:
    """Return the same indicators as `ratios`, as the program's reports have them."""
    until = MORNING + timedelta(days=2)
    facts = gather(store.indicators, MORNING, until, as_of=day.now, calendar_of=day.desk.policy.calendar.of_department)
    (row,) = rows(facts.cases, By.all)
    wanted = (
        "filing_rate",
        "closing_rate",
        "handling_rate",
        "on_time_handling",
        "rework_rate",
        "return_rate",
        "extension_rate",
    )
    return {name: (row.ratios[Indicator(name)].part, row.ratios[Indicator(name)].whole) for name in wanted}
