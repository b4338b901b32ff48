from __future__ import annotations

import random

import pytest

from detector.config import Watch, WatchMode
from detector.scheduler import Schedule, backoff_s, interval_s

CONTINUOUS = Watch(mode=WatchMode.continuous, look_interval_s=2)
PATROL = Watch(mode=WatchMode.patrol, look_interval_s=60)


def schedule(*cameras: tuple[str, Watch]) -> Schedule:
    made = Schedule(random.Random(1))
    for camera_id, watch in cameras:
        made.add(camera_id, watch, 0.0)
    return made


def test_patrolled_cameras_are_spread_and_come_back_after_their_interval() -> None:
    made = schedule(*((f"cam-{n}", PATROL) for n in range(100)))
    assert made.due(0.0, 1000) == []
    first_half = made.due(30.0, 1000)
    assert 30 < len(first_half) < 70
    assert len(first_half) + len(made.due(60.0, 1000)) == 100
    assert made.due(61.0, 1000) == []
    made.looked(first_half[0], 61.0, busy=False)
    assert made.due(120.0, 1000) == []
    assert made.due(121.0, 1000) == [first_half[0]]


def test_a_limit_leaves_the_rest_for_later_longest_due_first() -> None:
    made = schedule(("a", CONTINUOUS), ("b", CONTINUOUS), ("c", CONTINUOUS))
    assert made.due(1.0, 2) == ["a", "b"]
    assert made.due(1.0, 2) == ["c"]


@pytest.mark.parametrize(
    ("watch", "busy", "expected_s"),
    [
        (PATROL, False, 60.0),
        (PATROL, True, 15.0),
        (Watch(mode=WatchMode.patrol, look_interval_s=60, busy_interval_s=5), True, 5.0),
    ],
)
def test_a_busy_camera_is_looked_at_sooner(watch: Watch, busy: bool, expected_s: float) -> None:
    assert interval_s(watch, busy=busy) == expected_s


def test_waking_makes_a_waiting_camera_due_and_one_in_flight_due_right_after() -> None:
    made = schedule(("cam", PATROL))
    made.wake("cam", 1.0)
    assert made.due(1.0, 1) == ["cam"]
    made.wake("cam", 2.0)
    assert made.due(2.0, 1) == []
    made.looked("cam", 3.0, busy=False)
    assert made.due(3.6, 1) == ["cam"]


def test_a_connected_camera_is_not_due_until_it_fails() -> None:
    made = schedule(("cam", CONTINUOUS))
    assert made.due(0.0, 1) == ["cam"]
    made.looked("cam", 1.0, busy=False)
    assert made.due(1000.0, 1) == []
    made.failed("cam", 1000.0)
    assert made.due(1000.4, 1) == []
    assert made.due(1001.0, 1) == ["cam"]


def test_backoff_grows_is_bounded_and_jittered() -> None:
    rng = random.Random(2)
    waits = [[backoff_s(n, rng) for _ in range(50)] for n in (1, 2, 3, 10, 100)]
    assert [max(w) <= limit for w, limit in zip(waits, (1, 2, 4, 60, 60), strict=True)] == [True] * 5
    assert all(min(w) >= 0.5 * limit for w, limit in zip(waits, (1, 2, 4, 60, 60), strict=True))
    assert all(len(set(w)) > 40 for w in waits)


def test_success_resets_the_backoff() -> None:
    made = schedule(("cam", CONTINUOUS))
    made.due(0.0, 1)
    for _ in range(10):
        made.failed("cam", 0.0)
    made.looked("cam", 100.0, busy=False)
    made.failed("cam", 100.0)
    assert made.due(101.0, 1) == ["cam"]


def test_refused_credentials_are_tried_three_times_in_half_an_hour_at_most() -> None:
    made = schedule(("cam", CONTINUOUS))
    attempts_s = []
    for second in range(0, 4 * 3600):
        made.wake("cam", second)  # impatient operators do not lock the account either
        if made.due(second, 1):
            attempts_s.append(second)
            made.failed("cam", second, denied=True)
    assert all(sum(t <= s < t + 1800 for s in attempts_s) <= 3 for t in attempts_s)
    assert len(attempts_s) > 15


def test_a_paused_camera_is_left_alone() -> None:
    made = schedule(("cam", CONTINUOUS))
    made.pause("cam")
    assert made.due(100.0, 1) == []
    assert made.next_due_s() is None
    made.resume("cam", 200.0)
    assert made.due(200.0, 1) == ["cam"]
