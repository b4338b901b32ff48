"""The working calendar of a city: which days are worked, at which hours, in which time zone.

Working days follow the national calendar of China with its shifted days (调休), from the tables of the package
`chinesecalendar`; a city adds its own holidays and working days, which come first. Pure: no IO and no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from types import MappingProxyType
from zoneinfo import ZoneInfo

import chinese_calendar

from dispatch.errors import Invalid, YearNotCovered

MINUTES_A_DAY = 24 * 60
MAX_DAYS = 40 * 366
"""Days that are searched for worked time; a limit that needs more is a mistake."""
AHEAD = timedelta(days=60)
"""So long before a year begins it is said that it is not covered."""
_REMEMBERED = 4096
"""Days whose hours a calendar remembers."""
_FRIDAY = 4
_FIRST, _LAST = (edge.replace(tzinfo=UTC) for edge in (datetime.min, datetime.max))
_TABLES = frozenset(day.year for day in chinese_calendar.holidays)


class National(StrEnum):
    """Whose public holidays are kept."""

    china = "china"
    none = "none"


class Uncovered(StrEnum):
    """What a year is that the national tables do not cover."""

    weekdays = "weekdays"
    refuse = "refuse"


class Works(StrEnum):
    """On which days an office works."""

    working_days = "working_days"
    every_day = "every_day"


@dataclass(frozen=True, order=True)
class Hours:
    """One stretch of office hours in local time, minutes after midnight: begin <= t < end, at most 24:00."""

    begin_min: int
    end_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.begin_min < self.end_min <= MINUTES_A_DAY:
            raise ValueError(f"office hours must begin before they end and lie within one day, got {self}")

    def __str__(self) -> str:
        return f"{_clock(self.begin_min)}-{_clock(self.end_min)}"


@dataclass(frozen=True)
class Office:
    """When an office works: stretches of hours in order, and on which days."""

    hours: tuple[Hours, ...] = (Hours(8 * 60, 12 * 60), Hours(14 * 60, 18 * 60))
    works: Works = Works.working_days

    def __post_init__(self) -> None:
        if not self.hours:
            raise ValueError("an office needs hours, otherwise no limit would ever run out")
        for earlier, later in zip(self.hours, self.hours[1:], strict=False):
            if later.begin_min < earlier.end_min:
                raise ValueError(f"office hours must be in order and apart, got {earlier} before {later}")


@dataclass(frozen=True)
class Span:
    """A stretch of worked time, aware UTC, begin <= t < end."""

    begin: datetime
    end: datetime


@dataclass(frozen=True)
class WorkCalendar:
    """Working days and office hours of a city, or of one department of it.

    Attributes:
        zone: time zone of the office hours. Where clocks are changed, the hour that is skipped is not worked.
        office: when this office works.
        departments: offices that differ, by department id (`of_department`).
        holidays: days off of the city, beside or against the national ones.
        working_days: days worked in the city, beside or against the national ones.
        own_years: years whose days off and shifted days the city lists completely.
        uncovered: what a year is that neither the national tables nor the city cover.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    office: Office = Office()
    departments: Mapping[str, Office] = field(default_factory=lambda: MappingProxyType({}))
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    national: National = National.china
    own_years: frozenset[int] = frozenset()
    uncovered: Uncovered = Uncovered.weekdays
    # What was found once: a day's hours in UTC, and the calendars of departments. They follow from the fields above.
    _hours: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _offices: dict[str, WorkCalendar] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        both = sorted(self.holidays & self.working_days)
        if both:
            raise ValueError(f"{both[0]} is given both as a holiday and as a working day")

    def of_department(self, department: str) -> WorkCalendar:
        """Return the calendar by which a department works: its own hours, where it has some, on the same days."""
        if department not in self.departments:
            return self
        if department not in self._offices:
            self._offices[department] = replace(self, office=self.departments[department])
        return self._offices[department]

    def is_covered(self, year: int) -> bool:
        """Whether it is known which days of a year are worked, and not only assumed."""
        return self.national is National.none or year in _TABLES or year in self.own_years

    def uncovered_years(self, begin: datetime, end: datetime) -> tuple[int, ...]:
        """Return the years of an interval that are not covered: what is counted in them is provisional."""
        first, last = (moment.astimezone(self.zone).year for moment in (begin, end))
        return tuple(year for year in range(first, last + 1) if not self.is_covered(year))

    def notice(self, now: datetime) -> str | None:
        """Return the words that a year which comes within `AHEAD` is not covered, and what to do; None when it is."""
        years = self.uncovered_years(now, utc(now) + AHEAD)
        if not years:
            return None
        meanwhile = "Monday to Friday count as working days in it" if self.uncovered is Uncovered.weekdays else ""
        return ". ".join(part for part in (coverage_notice(years[0]), meanwhile, COVERAGE_REMEDY) if part)

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked: the city's word first, then the national tables, then Monday to Friday.

        Raises:
            YearNotCovered: the tables do not have this year, and the calendar refuses such years.
        """
        if day in self.working_days:
            return True
        if day in self.holidays:
            return False
        if self.national is National.china and day.year in _TABLES and day.year not in self.own_years:
            # As chinese_calendar.is_workday does, which searches its tables for their first and last year at each call.
            return day in chinese_calendar.workdays or (
                day.weekday() <= _FRIDAY and day not in chinese_calendar.holidays
            )
        if not self.is_covered(day.year) and self.uncovered is Uncovered.refuse:
            raise YearNotCovered(coverage_notice(day.year), COVERAGE_REMEDY)
        return day.weekday() <= _FRIDAY

    def spans_around(self, begin: datetime, end: datetime) -> Iterator[Span]:
        """Yield the worked stretches that an interval touches, in their order."""
        last = _shifted(self._local_day(end), 1)
        for day in takewhile(lambda day: day <= last, _days(self._local_day(begin))):
            yield from self._worked(day, begin, end)

    def spans_after(self, moment: datetime) -> Iterator[Span]:
        """Yield the worked stretches that end after a moment, in their order; `MAX_DAYS` of them."""
        for day in islice(_days(self._local_day(moment)), MAX_DAYS):
            yield from self._worked(day, moment, _LAST)

    def spans_before(self, moment: datetime) -> Iterator[Span]:
        """Yield the worked stretches that begin before a moment, the latest first; `MAX_DAYS` of them."""
        for day in islice(_days(self._local_day(moment), -1), MAX_DAYS):
            yield from reversed(self._worked(day, _FIRST, moment))

    def _worked(self, day: date, begin: datetime, end: datetime) -> tuple[Span, ...]:
        """Return the stretches of a local day that touch an interval. Only then is it asked whether it is worked."""
        touching = tuple(span for span in self._hours_of(day) if span.begin < end and span.end > begin)
        if not touching or self.office.works is Works.every_day or self.is_working_day(day):
            return touching
        return ()

    def _hours_of(self, day: date) -> tuple[Span, ...]:
        """Return the office hours of a local day, whether it is worked or not; hours that clocks skip are left out."""
        if day not in self._hours:
            if len(self._hours) >= _REMEMBERED:
                self._hours.clear()
            spans = (
                Span(_moment(day, hours.begin_min, self.zone), _moment(day, hours.end_min, self.zone))
                for hours in self.office.hours
            )
            self._hours[day] = tuple(span for span in spans if span.begin < span.end)
        return self._hours[day]

    def _local_day(self, moment: datetime) -> date:
        return utc(moment).astimezone(self.zone).date()


COVERAGE_REMEDY = (
    "Update the package chinesecalendar (pip install -U chinesecalendar), or list the year's holidays and shifted "
    "working days in calendar.yaml and name the year in own_years."
)


def utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC.

    Raises:
        Invalid: it has no time zone.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise Invalid(f"{moment} has no time zone", "Pass an aware time.")
    return moment.astimezone(UTC)


def coverage_notice(year: int) -> str:
    """Return the words that a year's holidays are not known."""
    return f"the public holidays of {year} are not known: the national tables end with {max(_TABLES)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the first moment, UTC, at which local clocks show at least this time.

    A time that occurs twice is the first of the two; one that is skipped is the moment at which clocks jump over it.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            after = middle
        else:
            before = middle
    return after


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _days(day: date, step: int = 1) -> Iterator[date]:
    """Yield days from the one before `day` (in the direction of `step`) to the end of what a date can be.

    Where clocks are set back at midnight, a stretch of that day may still touch a moment of this one.
    """
    day = _shifted(day, -step)
    while True:
        yield day
        following = _shifted(day, step)
        if following == day:
            return
        day = following
