"""Time limits on the clocks of urban management: how much of a clock ran, and when it will have run so much.

urgent_hour (紧急工作时) and natural_day (自然日) run all the time; work_hour (工作时) and work_day (工作日, eight work
hours) run during the office hours of a `WorkCalendar`. Amounts are running time: a work day is 8 h of it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.calendar import WorkCalendar, utc
from dispatch.config import ClockKind, Limit
from dispatch.errors import Invalid

UNITS: dict[ClockKind, timedelta] = {
    ClockKind.urgent_hour: timedelta(hours=1),
    ClockKind.work_hour: timedelta(hours=1),
    ClockKind.work_day: timedelta(hours=8),
    ClockKind.natural_day: timedelta(hours=24),
}
"""Running time of one unit of each clock."""

ALWAYS = frozenset({ClockKind.urgent_hour, ClockKind.natural_day})
"""Clocks that never stop."""

_ZERO = timedelta()


def amount(limit: Limit) -> timedelta:
    """Return a limit as running time of its clock."""
    return limit.value * UNITS[limit.clock]


def deadline(start: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """Return when a limit that begins to run at `start` has run out, aware UTC. See `add` for the errors."""
    return add(start, amount(limit), limit.clock, calendar)


def counted(start: datetime, end: datetime, clock: ClockKind, calendar: WorkCalendar) -> timedelta:
    """Return how much of a clock ran between two aware moments; negative when `end` is before `start`.

    Raises:
        Invalid: a moment without time zone.
        YearNotCovered: the calendar refuses years whose holidays are not known.
    """
    begin, finish = utc(start), utc(end)
    if finish < begin:
        return -counted(finish, begin, clock, calendar)
    if clock in ALWAYS:
        return finish - begin
    worked = _ZERO
    for span in calendar.spans_around(begin, finish):
        worked += max(_ZERO, min(finish, span.end) - max(begin, span.begin))
    return worked


def add(start: datetime, running: timedelta, clock: ClockKind, calendar: WorkCalendar) -> datetime:
    """Return the earliest moment, UTC, by which so much of a clock has run since `start`.

    A negative amount goes back: the latest moment since which so much has run until `start`.

    Args:
        running: running time of the clock; a work day is 8 h of it.

    Raises:
        Invalid: a moment without time zone, or an amount that takes longer than anybody plans.
        YearNotCovered: the calendar refuses years whose holidays are not known.
    """
    begin = utc(start)
    if not running:
        return begin
    found: datetime | None = None
    try:
        if clock in ALWAYS:
            return begin + running
        found = _forwards(begin, running, calendar) if running > _ZERO else _backwards(begin, -running, calendar)
    except OverflowError:
        pass
    if found is None:
        raise Invalid(
            f"{running} of {clock} from {begin:%Y-%m-%d} reaches further than any plan does",
            "Give a shorter limit, or correct the working days of calendar.yaml.",
        )
    return found


def _forwards(begin: datetime, left: timedelta, calendar: WorkCalendar) -> datetime | None:
    for span in calendar.spans_after(begin):
        usable = span.end - max(begin, span.begin)
        if usable >= left:
            return max(begin, span.begin) + left
        left -= usable
    return None


def _backwards(end: datetime, left: timedelta, calendar: WorkCalendar) -> datetime | None:
    for span in calendar.spans_before(end):
        usable = min(end, span.end) - span.begin
        if usable >= left:
            return min(end, span.end) - left
        left -= usable
    return None


@dataclass(frozen=True)
class WarningShares:
    """When warnings are due, as shares of the limit: so much is left before the deadline, or has passed after it."""

    yellow_before: float = 0.5
    red_before: float = 0.2
    yellow_after: float = 0.0
    red_after: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.red_before <= self.yellow_before <= 1:
            raise ValueError(
                "before the deadline the red warning follows the yellow one: "
                f"0 <= red_before ({self.red_before:g}) <= yellow_before ({self.yellow_before:g}) <= 1"
            )
        if not 0 <= self.yellow_after <= self.red_after:
            raise ValueError(
                "after the deadline the red warning follows the yellow one: "
                f"0 <= yellow_after ({self.yellow_after:g}) <= red_after ({self.red_after:g})"
            )
