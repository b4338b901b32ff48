from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from detector.clock import SteadyClock

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Clocks:
    """A wall clock that somebody sets, and a monotonic one."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.set_by_s = 0.0

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.passed_s + self.set_by_s)

    def monotonic_s(self) -> float:
        return 1000.0 + self.passed_s


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0, 86400.0 * 365, -0.5])
def test_a_jump_of_the_wall_clock_is_no_jump_of_time(jump_s: float) -> None:
    clocks = Clocks()
    clock = SteadyClock(clocks.wall, clocks.monotonic_s)
    seen = []
    for second in range(200):
        clocks.passed_s = second
        clocks.set_by_s = jump_s if second >= 100 else 0.0
        seen.append(clock())
    gaps_s = [(b - a).total_seconds() for a, b in pairwise(seen)]
    assert all(0.89 <= gap <= 1.11 for gap in gaps_s)


def test_a_difference_is_made_up_for() -> None:
    clocks = Clocks()
    clock = SteadyClock(clocks.wall, clocks.monotonic_s)
    clocks.set_by_s = 60.0
    for second in range(700):
        clocks.passed_s = second
        clock()
    assert abs((clock() - clocks.wall()).total_seconds()) < 1e-6
