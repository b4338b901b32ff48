"""The clocks of a case: when a stage's clock runs, begins anew, stands still, and what is said around its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.calendar import Uncovered, WorkCalendar
from dispatch.case import Action
from dispatch.config import ClockKind, Limit, Mark
from dispatch.contract import CaseState, Stage
from dispatch.policy import Policy
from dispatch.timing import Watch, carried_on, extended, next_marks, recalculated, start, used

MONDAY_9 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on a Monday that is worked."""
CALENDAR = WorkCalendar()
HOURS_2 = Limit(value=2, clock=ClockKind.work_hour)
QUARTER = Limit(value=0.25, clock=ClockKind.urgent_hour)
LIMITS = {Stage.dispatch: QUARTER, Stage.accept: QUARTER, Stage.handle: HOURS_2, Stage.verify: QUARTER}


def h(hours: float) -> datetime:
    return MONDAY_9 + timedelta(hours=hours)


Story = list[tuple[float, Action, CaseState]]
BEGUN: Story = [(0.0, Action.file, CaseState.filed), (0.1, Action.dispatch, CaseState.dispatched)]

STORIES: list[tuple[str, Story, dict[str, float | None]]] = [
    ("filed", BEGUN[:1], {"dispatch": 0.25}),
    ("dispatched", BEGUN, {"dispatch": None, "accept": 0.35, "handle": 2.1}),
    (
        "suspension stops the clock and resumption gives back what was left",
        [*BEGUN, (1.1, Action.suspend, CaseState.suspended), (1.6, Action.resume, CaseState.dispatched)],
        {"dispatch": None, "accept": 0.85, "handle": 2.6},
    ),
    (
        "an extension adds the original limit: the afternoon begins at 14:00",
        [*BEGUN, (0.5, Action.accept, CaseState.accepted), (0.6, Action.extend, CaseState.accepted)],
        {"dispatch": None, "accept": None, "handle": 6.1},
    ),
    (
        "while it is verified the handler's clock stands still, and rework goes on with what was left",
        [
            *BEGUN,
            (1.1, Action.handle, CaseState.handled),
            (1.1, Action.ask_camera, CaseState.verifying),
            (1.3, Action.still_there, CaseState.rework),
        ],
        {"dispatch": None, "accept": None, "handle": 2.3, "verify": None},
    ),
    (
        "a second feedback is verified on a clock of its own",
        [
            *BEGUN,
            (0.2, Action.handle, CaseState.handled),
            (0.3, Action.still_there, CaseState.rework),
            (0.5, Action.handle, CaseState.handled),
        ],
        {"dispatch": None, "accept": None, "handle": None, "verify": 0.75},
    ),
    (
        "a return begins the clock of dispatch anew, and the next handler has the whole limit",
        [
            *BEGUN,
            (1.0, Action.send_back, CaseState.returned),
            (1.2, Action.dispatch, CaseState.dispatched),
        ],
        {"dispatch": None, "accept": 1.45, "handle": 5.2},
    ),
    (
        "the end stops all",
        [*BEGUN, (1.0, Action.void, CaseState.voided)],
        dict.fromkeys(["dispatch", "accept", "handle"]),
    ),
]


@pytest.mark.parametrize(("steps", "expected"), [story[1:] for story in STORIES], ids=[story[0] for story in STORIES])
def test_clocks_follow_the_case(steps: Story, expected: dict[str, float | None]) -> None:
    watches: tuple[Watch, ...] = ()
    for hours, action, state in steps:
        watches = carried_on(watches, action, state, h(hours), limits=LIMITS, calendar=CALENDAR)
    found = {watch.stage.value: watch.due_at for watch in watches}
    assert {stage: due for stage, due in found.items() if due is None} == {
        stage: due for stage, due in expected.items() if due is None
    }
    for stage, hours_or_none in expected.items():
        if hours_or_none is not None:
            due_at = found[stage]
            assert due_at is not None
            assert abs(due_at - h(hours_or_none)) < timedelta(seconds=1), stage


def test_a_stage_without_a_limit_has_no_clock() -> None:
    assert carried_on((), Action.dispatch, CaseState.dispatched, h(0), limits={}, calendar=CALENDAR) == ()


def test_an_overdue_case_is_extended_from_its_deadline_and_not_from_now() -> None:
    watch = start(Stage.handle, HOURS_2, h(0), CALENDAR)
    assert watch.due_at == h(2)
    assert extended(watch, CALENDAR).due_at == h(6)  # 11:00 and two hours: one before noon, one from 14:00
    assert extended(extended(watch, CALENDAR), CALENDAR).due_at == h(8)
    assert used(watch, h(30), CALENDAR) == timedelta(hours=12)


def test_a_changed_calendar_moves_the_deadline_of_what_runs() -> None:
    watch = start(Stage.handle, Limit(value=1, clock=ClockKind.work_day), h(0), CALENDAR)
    assert watch.due_at == h(24)
    holiday = WorkCalendar(holidays=frozenset({h(24).date()}))
    assert recalculated(watch, holiday).due_at == h(48)
    assert recalculated(recalculated(watch, holiday), CALENDAR) == watch


def test_a_year_that_is_not_known_leaves_the_deadline_open_until_it_is() -> None:
    strict = WorkCalendar(uncovered=Uncovered.refuse)
    far = datetime(2090, 3, 1, 1, 0, tzinfo=UTC)
    watch = start(Stage.handle, HOURS_2, far, strict)
    assert (watch.is_running, watch.due_at) == (True, None)
    assert next_marks(watch, Policy().shares(Stage.handle), strict) == ()
    assert recalculated(watch, CALENDAR).due_at is not None


def test_marks_are_said_in_their_order_and_each_once() -> None:
    watch = start(Stage.handle, HOURS_2, h(0), CALENDAR)
    shares = Policy().shares(Stage.handle)
    assert [(at, mark.value) for at, mark in next_marks(watch, shares, CALENDAR)] == [
        (h(1), "warn_yellow"),
        (h(1.6), "warn_red"),
        (h(2), "overdue"),
        (h(3), "remind"),
        (h(6), "escalate"),
    ]
    said = Watch(watch.stage, watch.limit, watch.runs, 0, watch.due_at, (Mark.warn_yellow, Mark.overdue))
    assert [mark for _, mark in next_marks(said, shares, CALENDAR)] == [Mark.warn_red, Mark.remind, Mark.escalate]
    assert extended(said, CALENDAR).said == ()
