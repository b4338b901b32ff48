from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.due import Due, due_ends, due_span

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""10:00 in the city."""
LATE = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
"""23:30 in the city."""


@pytest.mark.parametrize(
    ("now", "due_in_min", "due"),
    [
        (MORNING, -1, Due.overdue),
        (MORNING, 0, Due.hour),
        (MORNING, 59, Due.hour),
        (MORNING, 60, Due.today),
        (MORNING, 14 * 60 - 1, Due.today),
        (MORNING, 14 * 60, Due.later),
        (LATE, 45, Due.hour),
        (LATE, 60, Due.later),
    ],
)
def test_every_deadline_is_in_one_step(now: datetime, due_in_min: int, due: Due) -> None:
    at = now + timedelta(minutes=due_in_min)
    spans = {each: due_span(each, now, SHANGHAI) for each in Due if each is not Due.none}
    holding = [
        each for each, (begin, end) in spans.items() if (begin is None or begin <= at) and (end is None or at < end)
    ]
    assert holding == [due]


@pytest.mark.parametrize(
    ("zone", "ends_utc"), [("Asia/Shanghai", "2026-11-21T16:00"), ("America/Los_Angeles", "2026-11-21T08:00")]
)
def test_a_day_ends_at_the_citys_midnight(zone: str, ends_utc: str) -> None:
    assert due_ends(MORNING, ZoneInfo(zone))[Due.today] == datetime.fromisoformat(ends_utc).replace(tzinfo=UTC)


def test_the_day_on_which_clocks_are_changed_ends_at_its_midnight_too() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due_ends(before, ZoneInfo("Europe/Berlin"))[Due.today] == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
