"""The clocks of a case: which stage runs when, when it must be over, and what is said around that moment.

A `Watch` is a stop watch on a clock of the calendar. A stage's clock runs while the case is in the states of `RUNS_IN`,
and stands still in all others, a suspension among them; `BEGUN_BY` says which moves begin it anew. The deadline is the
moment at which the running time reaches the limit times (1 + extensions). What is said around it (`Mark`) is said once
for a deadline. Pure: no IO and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from dispatch.calendar import WorkCalendar, Works
from dispatch.clocks import ALWAYS, add, amount, counted
from dispatch.config import Limit, Mark
from dispatch.contract import CaseState, Stage
from dispatch.errors import YearNotCovered
from dispatch.moves import Action

RUNS_IN: Mapping[Stage, frozenset[CaseState]] = MappingProxyType(
    {
        Stage.dispatch: frozenset({CaseState.filed, CaseState.returned}),
        Stage.accept: frozenset({CaseState.dispatched}),
        Stage.handle: frozenset({CaseState.dispatched, CaseState.accepted, CaseState.rework}),
        Stage.verify: frozenset({CaseState.handled, CaseState.verifying, CaseState.human_check}),
    }
)
"""States in which a stage's clock runs."""

BEGUN_BY: Mapping[Action, frozenset[Stage]] = MappingProxyType(
    {
        Action.file: frozenset({Stage.dispatch}),
        Action.send_back: frozenset({Stage.dispatch}),
        Action.dispatch: frozenset({Stage.accept, Stage.handle}),
        Action.handle: frozenset({Stage.verify}),
    }
)
"""Moves after which a stage's clock begins anew. Rework goes on with what was left of the handler's time."""


@dataclass(frozen=True)
class Watch:
    """The clock of one stage of one case.

    Attributes:
        limit: the original limit.
        runs: (begin, end) of each stretch in which it ran, in order; the end of the last is None while it runs.
        extensions: how many original limits were added.
        due_at: when it will have run out, while it runs and the calendar knows it.
        said: what was said around this deadline.
        provisional: whether the deadline counts days of a year whose holidays are not known.
    """

    stage: Stage
    limit: Limit
    runs: tuple[tuple[datetime, datetime | None], ...]
    extensions: int = 0
    due_at: datetime | None = None
    said: tuple[Mark, ...] = ()
    provisional: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it runs at the moment."""
        return bool(self.runs) and self.runs[-1][1] is None

    @property
    def budget(self) -> timedelta:
        """The running time after which it has run out."""
        return (1 + self.extensions) * amount(self.limit)


def used(watch: Watch, now: datetime, calendar: WorkCalendar) -> timedelta:
    """Return how much of its clock has run. Raises YearNotCovered when the calendar refuses the year."""
    total = timedelta()
    for begin, end in watch.runs:
        total += counted(begin, end if end is not None else now, watch.limit.clock, calendar)
    return total


def due(watch: Watch, calendar: WorkCalendar) -> datetime | None:
    """Return when a running watch will have run out; None when it stands still or the calendar refuses the year."""
    if not watch.is_running:
        return None
    began = watch.runs[-1][0]
    try:
        left = watch.budget - used(watch, began, calendar)
        return add(began, left, watch.limit.clock, calendar)
    except YearNotCovered:
        # The case must go on; the deadline is computed as soon as the calendar is completed.
        return None


def start(stage: Stage, limit: Limit, now: datetime, calendar: WorkCalendar) -> Watch:
    """Return a watch that begins to run now."""
    return recalculated(Watch(stage, limit, ((now, None),)), calendar)


def recalculated(watch: Watch, calendar: WorkCalendar) -> Watch:
    """Return a watch with its deadline as the calendar has it now, and whether that is provisional."""
    due_at = due(watch, calendar)
    return replace(watch, due_at=due_at, provisional=_is_provisional(watch, due_at, calendar))


def _is_provisional(watch: Watch, due_at: datetime | None, calendar: WorkCalendar) -> bool:
    if not watch.is_running or watch.limit.clock in ALWAYS or calendar.office.works is Works.every_day:
        return False
    # A running watch without a deadline waits for a year that the calendar refuses.
    return due_at is None or bool(calendar.uncovered_years(watch.runs[0][0], due_at))


def extended(watch: Watch, calendar: WorkCalendar) -> Watch:
    """Return a watch with one original limit more. The new deadline is warned of anew."""
    return recalculated(replace(watch, extensions=watch.extensions + 1, said=()), calendar)


def carried_on(
    watches: Sequence[Watch],
    action: Action,
    state: CaseState,
    now: datetime,
    *,
    limits: Mapping[Stage, Limit],
    calendar: WorkCalendar,
) -> tuple[Watch, ...]:
    """Return the watches of a case after a move: begun, stopped, gone on with, or extended.

    Args:
        state: the state after the move.
        limits: the limit of each stage that has one.
    """
    if action is Action.extend:
        return tuple(extended(watch, calendar) if watch.stage is Stage.handle else watch for watch in watches)
    known = {watch.stage: watch for watch in watches}
    anew = BEGUN_BY.get(action, frozenset())
    after: list[Watch] = []
    for stage in Stage:
        watch = known.get(stage)
        runs = state in RUNS_IN[stage]
        if runs and (watch is None or stage in anew):
            if stage in limits:
                after.append(start(stage, limits[stage], now, calendar))
        elif watch is not None:
            after.append(_gone_on(watch, now, calendar) if runs else _stopped(watch, now))
    return tuple(after)


def _gone_on(watch: Watch, now: datetime, calendar: WorkCalendar) -> Watch:
    if watch.is_running:
        return watch
    return recalculated(replace(watch, runs=(*watch.runs, (now, None))), calendar)


def _stopped(watch: Watch, now: datetime) -> Watch:
    if not watch.is_running:
        return watch
    return replace(watch, runs=(*watch.runs[:-1], (watch.runs[-1][0], now)), due_at=None, provisional=False)


def next_marks(watch: Watch, shares: Mapping[Mark, float], calendar: WorkCalendar) -> tuple[tuple[datetime, Mark], ...]:
    """Return what is still to be said around a watch's deadline, with its moment, in order of time.

    Args:
        shares: moment of each mark as a share of the original limit after the deadline; negative is before it.
    """
    if watch.due_at is None:
        return ()
    whole = amount(watch.limit)
    marks: list[tuple[datetime, Mark]] = []
    for mark, share in shares.items():
        if mark in watch.said:
            continue
        try:
            marks.append((add(watch.due_at, share * whole, watch.limit.clock, calendar), mark))
        except YearNotCovered:
            continue
    return tuple(sorted(marks, key=lambda pair: (pair[0], list(Mark).index(pair[1]))))
