"""What a camera's looks cost and how often they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from detector.pace import Pace

T0 = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def after(gaps_s: list[float], spent_s: list[float]) -> Pace:
    pace, at = Pace(), T0
    for gap_s, spent in zip(gaps_s, spent_s, strict=True):
        at += timedelta(seconds=gap_s)
        pace.looked(at, spent)
    return pace


@pytest.mark.parametrize(
    ("gaps_s", "spent_s", "look_s", "gap_s"),
    [
        ([0], [0.1], 0.1, None),
        ([0, 2, 2, 2], [0.1] * 4, 0.1, 2.0),
        ([0, 2, 7], [0.1, 0.1, 0.6], 0.2, 3.0),
        ([0, 2, 0], [0.1, 0.1, 0.1], 0.1, 2.0),
    ],
)
def test_means_follow_the_latest_looks(
    gaps_s: list[float], spent_s: list[float], look_s: float, gap_s: float | None
) -> None:
    pace = after(gaps_s, spent_s)
    assert pace.look_s == pytest.approx(look_s)
    assert pace.gap_s == (None if gap_s is None else pytest.approx(gap_s))


def test_a_lasting_change_is_followed() -> None:
    pace = after([0] + [2.0] * 10 + [5.0] * 20, [0.1] * 11 + [0.4] * 20)
    assert pace.look_s == pytest.approx(0.4, rel=0.05)
    assert pace.gap_s == pytest.approx(5.0, rel=0.05)


def test_a_pause_is_no_gap() -> None:
    pace = after([0, 2, 2], [0.1] * 3)
    pace.forget_gap()
    pace.looked(T0 + timedelta(hours=9), 0.1)
    assert pace.gap_s is None
    pace.looked(T0 + timedelta(hours=9, seconds=2), 0.1)
    assert pace.gap_s == pytest.approx(2.0)
