"""Deadlines reckoned a second way, from the messages alone, and what must hold of every history.

Working time is one increasing function over seconds (a table of all worked stretches with their running sum), looked up
forwards and backwards. Nothing of `dispatch.clocks`, `dispatch.calendar` or `dispatch.timing` is used.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import chinese_calendar

from dispatch.contract import CaseChanged

SHANGHAI = timezone(timedelta(hours=8))
BASE = datetime(2026, 10, 1, tzinfo=SHANGHAI)
DAYS = 1000
HOUR = 3600.0
KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.holidays)

RUNS_IN = {
    "dispatch": {"filed", "returned"},
    "accept": {"dispatched"},
    "handle": {"dispatched", "accepted", "rework"},
    "verify": {"handled", "verifying", "human_check"},
}
BEGINS = {"file": {"dispatch"}, "return": {"dispatch"}, "dispatch": {"accept", "handle"}, "handle": {"verify"}}
SAID = {
    "dispatch": {"overdue": 0.0, "escalate": 1.0},
    "accept": {"overdue": 0.0, "escalate": 1.0},
    "handle": {"warn_yellow": -0.5, "warn_red": -0.2, "overdue": 0.0, "remind": 0.5, "escalate": 1.0},
    "verify": {"overdue": 0.0},
}


class WorkTable:
    """Worked seconds since the base, as a function and back."""

    def __init__(self, holidays: frozenset[date]) -> None:
        self.begins: list[float] = []
        self.ends: list[float] = []
        self.sums: list[float] = []
        total = 0.0
        for number in range(DAYS):
            day = (BASE + timedelta(days=number)).date()
            if day in holidays or not _is_worked(day):
                continue
            for first, last in ((8, 12), (14, 18)):
                self.begins.append(number * 24 * HOUR + first * HOUR)
                self.ends.append(number * 24 * HOUR + last * HOUR)
                self.sums.append(total)
                total += (last - first) * HOUR

    def worked(self, at_s: float) -> float:
        index = bisect_right(self.begins, at_s) - 1
        if index < 0:
            return 0.0
        return self.sums[index] + min(at_s, self.ends[index]) - self.begins[index]

    def moved(self, at_s: float, by_s: float) -> float:
        """Return the earliest moment so much working time later, or the latest one so much earlier."""
        by_s = round(by_s, 3)
        if by_s == 0:
            return at_s
        wanted = round(self.worked(at_s) + by_s, 3)
        index = bisect_left(self.sums, wanted) - 1 if by_s > 0 else bisect_right(self.sums, wanted) - 1
        return self.begins[index] + wanted - self.sums[index]


@cache
def _is_worked(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@dataclass
class Clock:
    """One stage of one case, as the messages tell it."""

    limit_s: float
    is_work: bool
    runs: list[list[float]] = field(default_factory=list)
    running: bool = True
    extensions: int = 0

    def moved(self, table: WorkTable, at_s: float, by_s: float) -> float:
        return table.moved(at_s, by_s) if self.is_work else at_s + by_s

    def due_s(self, table: WorkTable) -> float | None:
        if not self.running:
            return None
        spent = sum(
            (table.worked(end) - table.worked(begin)) if self.is_work else end - begin for begin, end in self.runs[:-1]
        )
        return self.moved(table, self.runs[-1][0], self.limit_s * (1 + self.extensions) - spent)


def limits_of(matter: str, limits: dict[str, tuple[float, bool]]) -> dict[str, tuple[float, bool]]:
    """Return limit in seconds and whether it counts working time, by stage."""
    stages = {"dispatch": (900.0, False), "accept": (900.0, False), "verify": (1800.0, False)}
    return stages | ({"handle": limits[matter]} if matter in limits else {})


def advance(clocks: dict[str, Clock], told: CaseChanged, limits: dict[str, tuple[float, bool]]) -> None:
    """Take one message into the clocks of its case."""
    at_s = seconds(told.at)
    if told.action == "extend":
        clocks["handle"].extensions += 1
    for stage, states in RUNS_IN.items():
        clock = clocks.get(stage)
        if told.state.value not in states:
            if clock is not None and clock.running:
                clock.running = False
                clock.runs[-1].append(at_s)
            continue
        if clock is None or stage in BEGINS.get(told.action, ()):
            limit = limits_of(told.matter, limits).get(stage)
            if limit is not None:
                clocks[stage] = Clock(*limit, runs=[[at_s]])
        elif not clock.running:
            clock.running = True
            clock.runs.append([at_s])


def seconds(at: datetime) -> float:
    return (at - BASE).total_seconds()


def moment(at_s: float) -> datetime:
    return (BASE + timedelta(seconds=at_s)).astimezone(UTC)


def check_deadlines(
    messages: Sequence[tuple[CaseChanged, WorkTable]], limits: dict[str, tuple[float, bool]]
) -> tuple[dict[str, Clock], dict[str, set[str]]]:
    """Check every deadline that the messages of one case tell, and when warnings were said.

    Returns:
        The clocks at the end, and what was said around the present deadline of each stage.
    """
    clocks: dict[str, Clock] = {}
    said: dict[str, set[str]] = {}
    for told, table in messages:
        if told.stage is not None and told.action in SAID["handle"]:
            _check_mark(told, table, clocks, said)
        runs_before = {stage: clock.runs for stage, clock in clocks.items()}
        advance(clocks, told, limits)
        for stage, clock in clocks.items():
            if clock.runs is not runs_before.get(stage) or (told.action == "extend" and stage == "handle"):
                said[stage] = set()
        found = {deadline.stage.value: deadline for deadline in told.deadlines}
        assert set(found) == set(clocks), (told.case_id, told.sequence)
        for stage, clock in clocks.items():
            due_s = clock.due_s(table)
            wanted = (clock.running, clock.extensions, None if due_s is None else moment(due_s))
            deadline = found[stage]
            assert (deadline.running, deadline.extensions) == wanted[:2], (told, stage)
            assert (deadline.due_at is None) == (wanted[2] is None), (told, stage)
            if deadline.due_at is not None and wanted[2] is not None:
                assert abs(deadline.due_at - wanted[2]) < timedelta(milliseconds=1), (told, stage, wanted)
            assert deadline.provisional == _is_uncertain(clock, due_s), (told, stage)
    return clocks, said


def _is_uncertain(clock: Clock, due_s: float | None) -> bool:
    """Whether a deadline rests on days of a year that the national tables do not have."""
    if due_s is None or not clock.is_work:
        return False
    years = (moment(at_s).astimezone(SHANGHAI).year for at_s in (clock.runs[0][0], due_s))
    return any(year not in KNOWN_YEARS for year in years)


def _check_mark(told: CaseChanged, table: WorkTable, clocks: dict[str, Clock], said: dict[str, set[str]]) -> None:
    """A warning comes when its time has come, and once a deadline."""
    assert told.stage is not None
    stage = told.stage.value
    assert told.action not in said[stage], (told.case_id, told.sequence, "said twice")
    said[stage].add(told.action)
    assert mark_s(clocks[stage], SAID[stage][told.action], table) <= seconds(told.at) + 1e-3


def mark_s(clock: Clock, share: float, table: WorkTable) -> float:
    due_s = clock.due_s(table)
    assert due_s is not None
    return clock.moved(table, due_s, share * clock.limit_s)


def check_nothing_is_overslept(
    clocks: dict[str, Clock], said: dict[str, set[str]], table: WorkTable, swept_at: datetime
) -> None:
    """After a sweep everything was said whose time had come."""
    for stage, clock in clocks.items():
        if clock.running:
            due = {m for m, share in SAID[stage].items() if mark_s(clock, share, table) <= seconds(swept_at) - 1e-3}
            assert due <= said[stage], (stage, due, said[stage])


def is_late(clock: Clock | None, table: WorkTable, as_of: datetime) -> bool:
    """Whether a stage has taken more than its limit and extensions."""
    if clock is None:
        return False
    spent = 0.0
    for run in clock.runs:
        begin, end = run[0], run[1] if len(run) > 1 else seconds(as_of)
        spent += table.worked(end) - table.worked(begin) if clock.is_work else end - begin
    return spent > clock.limit_s * (1 + clock.extensions) + 1e-6


def ratios(
    cases: Sequence[tuple[Sequence[CaseChanged], dict[str, Clock]]], table: WorkTable, as_of: datetime
) -> dict[str, tuple[int, int]]:
    """Return some indicators as (part, whole), from the messages of each case alone."""
    counts: dict[str, list[int]] = {}

    def count(name: str, among: bool, counted: bool) -> None:
        pair = counts.setdefault(name, [0, 0])
        pair[1] += among
        pair[0] += among and counted

    for messages, clocks in cases:
        state = messages[-1].state.value
        actions = {message.action for message in messages}
        filed = state not in {"reported", "review", "grace", "not_filed"}
        dispatched, handled, closed = filed and "dispatch" in actions, filed and "handle" in actions, state == "closed"
        late = is_late(clocks.get("handle"), table, as_of)
        count("filing_rate", True, filed)
        count("closing_rate", filed, closed)
        count("handling_rate", dispatched, handled or closed)
        count("on_time_handling", handled or (dispatched and late), handled and not late)
        count("rework_rate", handled, bool(actions & {"still_there", "reject"}))
        count("return_rate", dispatched, "return" in actions)
        count("extension_rate", dispatched, "extend" in actions)
    return {name: (part, whole) for name, (part, whole) in counts.items()}
