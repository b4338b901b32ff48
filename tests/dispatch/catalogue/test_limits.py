"""Limit texts as cities write them."""

from __future__ import annotations

import pytest

from dispatch.catalogue.limits import limit_text, parse_limit
from dispatch.config import ClockKind, Limit
from dispatch.errors import Invalid


@pytest.mark.parametrize(
    ("text", "value", "clock"),
    [
        ("2紧急工作时", 2, "urgent_hour"),
        ("2 紧急工作小时", 2, "urgent_hour"),
        ("4小时", 4, "urgent_hour"),
        ("4时", 4, "urgent_hour"),
        ("1个工作日", 1, "work_day"),
        ("2工作时", 2, "work_hour"),
        ("2个工作小时", 2, "work_hour"),
        ("3天", 3, "natural_day"),
        ("7自然日", 7, "natural_day"),
        ("1周", 7, "natural_day"),
        ("30分钟", 0.5, "urgent_hour"),
        ("０．５个工作日", 0.5, "work_day"),
        ("半个工作日", 0.5, "work_day"),
        ("两小时内", 2, "urgent_hour"),
        ("十五天", 15, "natural_day"),
        ("二十四小时以内", 24, "urgent_hour"),
        ("一百二十天", 120, "natural_day"),
        ("不超过5个工作日", 5, "work_day"),
        ("2 urgent hours", 2, "urgent_hour"),
        ("4 work_hour".replace("_", " "), 4, "work_hour"),
        ("1 working day", 1, "work_day"),
        ("3 days", 3, "natural_day"),
    ],
)
def test_what_is_read(text: str, value: float, clock: str) -> None:
    limit = parse_limit(text)
    assert (limit.value, limit.clock) == (value, clock)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "立即",
        "2-4小时",
        "尽快处理",
        "-1天",
        "1个月",
        "1.2.3天",
        "二三天",
        "两个半小时",
        "4小时（夜间8小时）",
        "十",
        "3天²",
    ],
)
def test_what_is_refused_says_what_is_accepted(text: str) -> None:
    with pytest.raises(Invalid, match="cannot be read") as told:
        parse_limit(text)
    assert "2紧急工作时" in told.value.remedy


@pytest.mark.parametrize("text", ["0天", "0.0小时", "99999天"])
def test_a_limit_has_bounds(text: str) -> None:
    with pytest.raises(Invalid, match="not between 0 and"):
        parse_limit(text)


@pytest.mark.parametrize("clock", list(ClockKind))
@pytest.mark.parametrize("value", [0.5, 2, 24])
def test_what_is_written_is_read_again(clock: ClockKind, value: float) -> None:
    limit = Limit(value=value, clock=clock)
    assert parse_limit(limit_text(limit)) == limit
