"""Time limits on the four clocks: tables worked by hand, and laws that hold for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatch.calendar import Hours, National, Office, WorkCalendar, Works
from dispatch.clocks import WarningShares, add, amount, counted, deadline
from dispatch.config import ClockKind, Limit
from dispatch.errors import Invalid

CITY = WorkCalendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY.zone)


@pytest.mark.parametrize(
    ("start", "value", "clock", "expected"),
    [
        # Within a day, over noon, over the night, over a weekend.
        ("2026-11-16 09:00", 2, "work_hour", "2026-11-16 11:00"),
        ("2026-11-16 11:00", 1, "work_hour", "2026-11-16 12:00"),
        ("2026-11-16 11:00", 2, "work_hour", "2026-11-16 15:00"),
        ("2026-11-16 12:30", 2, "work_hour", "2026-11-16 16:00"),
        ("2026-11-16 17:00", 2, "work_hour", "2026-11-17 09:00"),
        ("2026-11-20 17:30", 4, "work_hour", "2026-11-23 11:30"),
        ("2026-11-21 10:00", 1, "work_day", "2026-11-23 18:00"),
        ("2026-11-16 10:00", 1, "work_day", "2026-11-17 10:00"),
        ("2026-11-16 10:00", 0.5, "work_day", "2026-11-16 16:00"),
        # Spring Festival 2026: off from Sunday 15 to Monday 23 February, Saturdays 14 and 28 worked.
        ("2026-02-13 17:00", 2, "work_hour", "2026-02-14 09:00"),
        ("2026-02-14 17:00", 2, "work_hour", "2026-02-24 09:00"),
        ("2026-02-14 08:00", 2, "work_day", "2026-02-24 18:00"),
        ("2026-02-18 20:00", 1, "work_day", "2026-02-24 18:00"),
        ("2026-02-27 16:00", 1, "work_day", "2026-02-28 16:00"),
        ("2026-02-28 16:00", 1, "work_day", "2026-03-02 16:00"),
        # National Day 2026: off from Thursday 1 to Wednesday 7 October, Sunday 20 September and Saturday 10 worked.
        ("2026-09-18 17:00", 4, "work_hour", "2026-09-20 11:00"),
        ("2026-09-30 16:00", 4, "work_hour", "2026-10-08 10:00"),
        ("2026-10-09 10:00", 2, "work_day", "2026-10-12 10:00"),
        ("2026-10-03 03:00", 4, "work_hour", "2026-10-08 12:00"),
        # Clocks that never stop.
        ("2026-10-01 23:00", 2, "urgent_hour", "2026-10-02 01:00"),
        ("2026-02-14 17:00", 3, "natural_day", "2026-02-17 17:00"),
    ],
)
def test_deadlines(start: str, value: float, clock: str, expected: str) -> None:
    limit = Limit(value=value, clock=ClockKind(clock))
    assert deadline(at(start), limit, CITY) == at(expected)
    assert counted(at(start), at(expected), limit.clock, CITY) == amount(limit)


@pytest.mark.parametrize(
    ("start", "end", "clock", "hours"),
    [
        ("2026-11-16 07:00", "2026-11-16 20:00", "work_hour", 8),
        ("2026-11-16 11:30", "2026-11-16 14:15", "work_hour", 0.75),
        ("2026-11-20 18:00", "2026-11-23 08:00", "work_hour", 0),
        ("2026-02-13 08:00", "2026-03-01 00:00", "work_day", 7 * 8),
        ("2026-10-01 00:00", "2026-10-08 08:00", "work_hour", 0),
        ("2026-10-01 00:00", "2026-10-11 00:00", "work_hour", 3 * 8),
        ("2026-10-01 00:00", "2026-10-02 06:00", "urgent_hour", 30),
        ("2026-10-01 00:00", "2026-10-02 06:00", "natural_day", 30),
        ("2026-11-16 12:00", "2026-11-16 08:00", "work_hour", -4),
    ],
)
def test_counted_by_hand(start: str, end: str, clock: str, hours: float) -> None:
    assert counted(at(start), at(end), ClockKind(clock), CITY) == timedelta(hours=hours)


def test_a_department_that_works_on_holidays() -> None:
    office = Office((Hours(360, 840),), Works.every_day)
    calendar = WorkCalendar(departments={"sanitation": office}).of_department("sanitation")
    assert deadline(at("2026-10-01 13:00"), Limit(value=4, clock=ClockKind.work_hour), calendar) == at(
        "2026-10-02 09:00"
    )


def test_a_limit_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="further than any plan"):
        add(at("2026-11-16 09:00"), timedelta(days=9999999), ClockKind.work_day, CITY)
    with pytest.raises(Invalid, match="further than any plan"):
        add(at("2026-11-16 09:00"), timedelta(days=9999999), ClockKind.natural_day, CITY)


@pytest.mark.parametrize(
    ("shares", "said"), [((0.2, 0.5, 0, 1), "before the deadline"), ((0.5, 0.2, 1, 0), "after the")]
)
def test_warnings_in_the_wrong_order(shares: tuple[float, float, float, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        WarningShares(*shares)


ZONES = ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))
amounts = st.timedeltas(timedelta(0), timedelta(days=5))
clocks = st.sampled_from(ClockKind)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    edges = draw(st.lists(st.integers(0, 96).map(lambda n: 15 * n), min_size=2, max_size=6, unique=True).map(sorted))
    hours = tuple(Hours(*pair) for pair in zip(edges[::2], edges[1::2], strict=False))
    days = draw(st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=8, unique=True))
    return WorkCalendar(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        office=Office(hours, draw(st.sampled_from(Works))),
        holidays=frozenset(days[::2]),
        working_days=frozenset(days[1::2]),
        national=draw(st.sampled_from(National)),
    )


@settings(max_examples=120, deadline=None)
@given(start=moments, running=amounts, clock=clocks, calendar=calendars())
def test_adding_and_counting_are_inverse(
    start: datetime, running: timedelta, clock: ClockKind, calendar: WorkCalendar
) -> None:
    end = add(start, running, clock, calendar)
    back = add(start, -running, clock, calendar)
    assert counted(start, end, clock, calendar) == running
    assert counted(back, start, clock, calendar) == running
    if running:
        tick = timedelta(microseconds=1)
        assert counted(start, end - tick, clock, calendar) == running - tick, "no earlier moment would do"
        assert counted(back + tick, start, clock, calendar) == running - tick, "and no later one"


@settings(max_examples=120, deadline=None)
@given(marks=st.lists(moments, min_size=3, max_size=3), clock=clocks, calendar=calendars())
def test_an_interval_counts_what_its_parts_count(
    marks: list[datetime], clock: ClockKind, calendar: WorkCalendar
) -> None:
    first, middle, last = sorted(marks)
    parts = [counted(begin, end, clock, calendar) for begin, end in pairwise((first, middle, last))]
    assert sum(parts, timedelta()) == counted(first, last, clock, calendar)
    assert all(
        timedelta() <= part <= end - begin
        for part, (begin, end) in zip(parts, pairwise((first, middle, last)), strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(start=moments, less=amounts, more=amounts, clock=clocks)
def test_more_takes_longer(start: datetime, less: timedelta, more: timedelta, clock: ClockKind) -> None:
    less, more = sorted((less, more))
    assert add(start, less, clock, CITY) <= add(start, more, clock, CITY)
    assert add(add(start, less, clock, CITY), more - less, clock, CITY) == add(start, more, clock, CITY)


@settings(max_examples=120, deadline=None)
@given(moment=moments, calendar=calendars(), span_min=st.integers(1, 240))
def test_nothing_is_counted_outside_the_hours(moment: datetime, calendar: WorkCalendar, span_min: int) -> None:
    """A minute counts when, by the clock on the wall, it lies in the hours of a working day."""
    moment = moment.replace(second=0, microsecond=0)
    shifts = {(moment + timedelta(hours=hour)).astimezone(calendar.zone).utcoffset() for hour in range(-24, 29)}
    assume(len(shifts) == 1)  # which of two equal hours counts is told in test_calendar
    expected = 0
    for minute in range(span_min):
        wall = (moment + timedelta(minutes=minute)).astimezone(calendar.zone)
        in_hours = any(h.begin_min <= wall.hour * 60 + wall.minute < h.end_min for h in calendar.office.hours)
        on = calendar.office.works is Works.every_day or calendar.is_working_day(wall.date())
        expected += in_hours and on
    end = moment + timedelta(minutes=span_min)
    assert counted(moment, end, ClockKind.work_hour, calendar) == timedelta(minutes=expected)
