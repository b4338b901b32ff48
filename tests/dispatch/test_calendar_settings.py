"""The file calendar.yaml: what is taken and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from dispatch.calendar import Hours, Office, WorkCalendar, Works
from dispatch.calendar_settings import CalendarSettings
from dispatch.clocks import WarningShares


def test_nothing_has_to_be_said() -> None:
    assert CalendarSettings().calendar() == WorkCalendar()
    assert CalendarSettings().warnings.shares() == WarningShares()


def test_a_city_says_its_own() -> None:
    calendar = CalendarSettings.model_validate(
        {
            "time_zone": "Asia/Urumqi",
            "holidays": ["2026-11-20"],
            "working_days": [date(2026, 11, 21)],
            "own_years": [2027],
            "office": {"hours": ["09:30-13:30", "15:30-19:30"]},
            "departments": {"sanitation": {"hours": ["06:00-24:00"], "works": "every_day"}},
        }
    ).calendar()
    assert str(calendar.zone) == "Asia/Urumqi"
    assert [str(hours) for hours in calendar.office.hours] == ["09:30-13:30", "15:30-19:30"]
    assert calendar.of_department("sanitation").office == Office((Hours(360, 1440),), Works.every_day)
    assert calendar.is_covered(2027)
    assert calendar.is_working_day(date(2026, 11, 21))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time_zone": "Asia/Beijing"}, "no time zone; names are like Asia/Shanghai"),
        ({"time_zone": "../etc"}, "no time zone"),
        ({"holidays": ["2026-02-30"]}, "date"),
        ({"holidays": ["2026-11-20"], "working_days": ["2026-11-20"]}, "both as a holiday and as a working day"),
        ({"office": {"hours": ["8-12"]}}, "pattern"),
        ({"office": {"hours": ["12:00-08:00"]}}, "must begin before they end"),
        ({"office": {"hours": ["08:00-12:00", "11:00-18:00"]}}, "in order and apart"),
        ({"office": {"hours": []}}, "at least 1"),
        ({"departments": {"sanitation": {"works": "never"}}}, "every_day"),
        ({"warnings": {"yellow_before": 0.1}}, "red warning follows the yellow"),
        ({"warnings": {"red_after": -1}}, "greater than or equal to 0"),
        ({"uncovered": "guess"}, "weekdays"),
        ({"tz": "UTC"}, "Extra inputs"),
    ],
)
def test_a_mistake_is_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        CalendarSettings.model_validate(change)
