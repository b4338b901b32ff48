"""From what is kept to what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from dispatch.calendar import WorkCalendar, utc
from dispatch.errors import Invalid
from dispatch.indicators.facts import CheckRecord, Facts, ReportFacts, SeenRecord
from dispatch.indicators.known import CaseRows, KnownFacts

MAX_DAYS = 92
"""Longest period that is counted at a time."""


class Kind(StrEnum):
    """How long the period of a report is."""

    daily = "daily"
    weekly = "weekly"


def period_of(kind: Kind, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the day, or the week from Monday on, that a local day lies in."""
    first = day if kind is Kind.daily else day - timedelta(days=day.weekday())
    last = first + timedelta(days=1 if kind is Kind.daily else 7)
    return datetime.combine(first, time(), zone), datetime.combine(last, time(), zone)


def last_whole(kind: Kind, now: datetime, zone: ZoneInfo) -> date:
    """Return a day of the last period that is over."""
    return now.astimezone(zone).date() - timedelta(days=1 if kind is Kind.daily else 7)


class PeriodRows(CaseRows, Protocol):
    """The cases reported in a period, with all that belongs to them."""

    def reports(self) -> Iterable[SeenRecord]:
        """Return the cameras' reports of these cases."""
        ...

    def checks(self) -> Iterable[CheckRecord]:
        """Return the requests to look again at these cases."""
        ...


class IndicatorRows(Protocol):
    """Where cases are kept."""

    def period(self, since: datetime, until: datetime) -> AbstractContextManager[PeriodRows]:
        """Begin to read the cases reported in [since, until). Raises Invalid when there are too many."""
        ...


def gather(
    rows: IndicatorRows,
    since: datetime,
    until: datetime,
    *,
    as_of: datetime,
    calendar_of: Callable[[str], WorkCalendar],
    known: KnownFacts | None = None,
    with_reports: bool = True,
) -> Facts:
    """Return what is counted of the cases reported in [since, until).

    Args:
        as_of: the moment at which running clocks are read.
        calendar_of: the calendar of a department.
        known: what was counted before, and is remembered for the next time; nothing when absent.
        with_reports: whether the cameras' reports and checks are read too.

    Raises:
        Invalid: the period ends before it begins or is longer than `MAX_DAYS`, or there are too many cases.
    """
    try:
        since, until = utc(since), utc(until)
    except OverflowError:
        raise Invalid(
            "the period lies outside of what a calendar has", "Give days on which there were cases."
        ) from None
    if until <= since:
        raise Invalid("the period ends before it begins", "Give an `until` after `since`.")
    if (until - since).days > MAX_DAYS:
        raise Invalid(f"the period has more than {MAX_DAYS} days", "Choose a shorter period.")
    remembered = known if known is not None else KnownFacts()
    with rows.period(since, until) as period:
        cases = remembered.of(period, as_of=as_of, calendar_of=calendar_of)
        if not with_reports:
            return Facts(tuple(cases.values()), (), ())
        reports = tuple(ReportFacts(seen, cases[seen.case_id]) for seen in period.reports())
        return Facts(tuple(cases.values()), reports, tuple(period.checks()))
