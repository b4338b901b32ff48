"""Which days and hours are worked: national tables, a city's own days, departments, years that are not covered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from dispatch.calendar import Hours, National, Office, Uncovered, WorkCalendar, Works
from dispatch.errors import Invalid, YearNotCovered

CITY = WorkCalendar()
CASES = [
    ("2026-02-14", True, "a Saturday worked before Spring Festival"),
    ("2026-02-15", False, "the first day of the festival"),
    ("2026-02-23", False, "its last, a Monday"),
    ("2026-02-24", True, "Tuesday after it"),
    ("2026-02-28", True, "a Saturday worked after it"),
    ("2026-03-01", False, "a Sunday as any other"),
    ("2026-09-20", True, "a Sunday worked before National Day"),
    ("2026-10-01", False, "National Day"),
    ("2026-10-07", False, "the last day off"),
    ("2026-10-08", True, "Thursday after it"),
    ("2026-10-10", True, "a Saturday worked after it"),
    ("2025-01-26", True, "a Sunday worked before Spring Festival"),
    ("2025-10-08", False, "the eighth day of the long holiday of 2025"),
]


@pytest.mark.parametrize(("day", "worked", "what"), CASES)
def test_national_days(day: str, worked: bool, what: str) -> None:
    assert CITY.is_working_day(date.fromisoformat(day)) is worked, what


def test_every_day_is_what_the_tables_say() -> None:
    days = [date(2004, 1, 1) + timedelta(days=count) for count in range((date(2026, 12, 31) - date(2004, 1, 1)).days)]
    assert [day for day in days if CITY.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_the_city_comes_first() -> None:
    city = WorkCalendar(
        holidays=frozenset({date(2026, 11, 20)}), working_days=frozenset({date(2026, 10, 2), date(2026, 11, 21)})
    )
    assert not city.is_working_day(date(2026, 11, 20))
    assert city.is_working_day(date(2026, 10, 2))
    assert city.is_working_day(date(2026, 11, 21))


def test_a_day_cannot_be_both() -> None:
    day = frozenset({date(2026, 11, 20)})
    with pytest.raises(ValueError, match="2026-11-20 is given both"):
        WorkCalendar(holidays=day, working_days=day)


def test_without_national_holidays_only_weekends_are_off() -> None:
    plain = WorkCalendar(national=National.none)
    assert plain.is_working_day(date(2026, 10, 1))
    assert not plain.is_working_day(date(2026, 10, 10))
    assert plain.is_covered(2099)


def test_a_year_that_is_not_covered_is_told() -> None:
    begin, end = datetime(2026, 12, 30, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    assert CITY.uncovered_years(begin, begin) == ()
    assert CITY.uncovered_years(begin, end)[-1] == 2100
    assert CITY.is_working_day(date(2099, 10, 1)), "a Thursday, taken as one"
    assert not CITY.is_working_day(date(2099, 10, 3))
    strict = WorkCalendar(uncovered=Uncovered.refuse, holidays=frozenset({date(2099, 10, 1)}))
    with pytest.raises(YearNotCovered, match="public holidays of 2099 are not known") as told:
        strict.is_working_day(date(2099, 10, 2))
    assert "chinesecalendar" in told.value.remedy
    assert "calendar.yaml" in told.value.remedy
    assert not strict.is_working_day(date(2099, 10, 1)), "the city's own word needs no table"


def test_a_year_is_asked_for_in_time() -> None:
    city = WorkCalendar(zone=CITY.zone, own_years=frozenset({2099}))
    far = datetime(2098, 12, 1, tzinfo=UTC)
    assert CITY.notice(datetime(2025, 12, 1, tzinfo=UTC)) is None
    said = CITY.notice(far)
    assert said is not None
    assert "2098 are not known" in said
    assert "Monday to Friday count" in said
    assert "own_years" in said
    assert city.is_covered(2099)
    assert not city.is_covered(2098)


def test_own_years_take_the_place_of_the_tables() -> None:
    city = WorkCalendar(own_years=frozenset({2026}), holidays=frozenset({date(2026, 10, 2)}))
    assert city.is_working_day(date(2026, 10, 1))
    assert not city.is_working_day(date(2026, 10, 2))
    assert not city.is_working_day(date(2026, 10, 10))


def test_only_days_that_count_are_asked_for() -> None:
    strict = WorkCalendar(uncovered=Uncovered.refuse)
    last = datetime(2026, 12, 31, 17, tzinfo=strict.zone)
    assert len(list(strict.spans_around(last, last.replace(hour=23)))) == 1


def test_departments_have_their_own_hours() -> None:
    night = Office((Hours(0, 360), Hours(1320, 1440)), Works.every_day)
    city = WorkCalendar(departments={"sanitation": night})
    holiday = datetime(2026, 10, 1, 0, tzinfo=city.zone)
    assert list(city.spans_around(holiday, holiday.replace(hour=23))) == []
    spans = list(city.of_department("sanitation").spans_around(holiday, holiday.replace(hour=23)))
    local = [(span.begin.astimezone(city.zone).hour, span.end.astimezone(city.zone).hour) for span in spans]
    assert local == [(0, 6), (22, 0)]
    assert city.of_department("traffic_police") is city


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ((), "needs hours"),
        ((Hours(480, 720), Hours(700, 800)), "in order and apart"),
        ((Hours(840, 900), Hours(480, 720)), "in order and apart"),
    ],
)
def test_impossible_offices(hours: tuple[Hours, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Office(hours)


@pytest.mark.parametrize(("begin", "end"), [(720, 480), (480, 480), (-1, 60), (0, 1441)])
def test_impossible_hours(begin: int, end: int) -> None:
    with pytest.raises(ValueError, match="must begin before they end"):
        Hours(begin, end)


def test_changed_clocks() -> None:
    """In Berlin 02:00 to 03:00 is skipped on 2026-03-29 and comes twice on 2026-10-25."""
    zone = ZoneInfo("Europe/Berlin")
    always = Office((Hours(0, 150), Hours(150, 1440)), Works.every_day)
    city = WorkCalendar(zone=zone, office=always, national=National.none)

    def worked_h(day: int, month: int) -> list[float]:
        begin = datetime(2026, month, day, tzinfo=zone)
        spans = city.spans_around(begin, datetime(2026, month, day, 23, 59, tzinfo=zone))
        return [(span.end - span.begin).total_seconds() / 3600 for span in spans]

    assert worked_h(29, 3) == [2, 21], "23 hours, the skipped ones not worked"
    assert worked_h(25, 10) == [2.5, 22.5], "25 hours, each once"


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(Invalid, match="no time zone"):
        list(CITY.spans_after(datetime(2026, 1, 1)))
