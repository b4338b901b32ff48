from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from detector.errors import SourceEnded, SourceUnreachable
from detector.sources.sim.source import SimSource
from tests.detector.sources.sim.small import SPEC

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, at: datetime, step_s: float = 0.0) -> None:
        self.at = at
        self.step_s = step_s
        self.waits: list[float] = []

    def now(self) -> datetime:
        self.at += timedelta(seconds=self.step_s)
        return self.at

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)
        return False


@pytest.fixture
def url(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    return f"sim://{path}?width=320&seed=3"


def live(url: str, clock: FakeClock, interval_s: float = 2.0) -> SimSource:
    return SimSource("c", url, interval_s, START, now=clock.now, wait=clock.wait)


def test_a_recording_yields_every_look_with_its_time(url: str) -> None:
    frames = list(SimSource("c", url, 2.0, START, live=False, duration_s=6.0).frames())
    assert [f.media_s for f in frames] == [0, 2, 4, 6]
    assert [f.captured_at for f in frames] == [START + timedelta(seconds=s) for s in (0, 2, 4, 6)]
    assert frames[0].resolution_wh == (320, 180) and frames[0].camera_id == "c"


def test_the_address_may_say_how_long(url: str) -> None:
    source = SimSource("c", url + "&duration=3", 1.0, START, live=False)
    assert source.duration_s == 3
    assert len(list(source.frames())) == 4


def test_a_recording_leaves_out_what_the_lost_connection_missed(url: str) -> None:
    frames = SimSource("c", url, 1.0, START, live=False, duration_s=86.0, from_s=78.0).frames()
    assert [f.media_s for f in frames] == [78, 79, 84, 85, 86]


def test_live_frames_come_at_the_clocks_pace(url: str) -> None:
    clock = FakeClock(START + timedelta(seconds=1.5))
    frames = list(islice(live(url, clock).frames(), 3))
    assert [f.media_s for f in frames] == [1.5, 2.0, 4.0]
    assert clock.waits[0] == pytest.approx(0.5)


def test_looks_that_were_missed_are_not_caught_up(url: str) -> None:
    clock = FakeClock(START, step_s=1.5)
    frames = list(islice(live(url, clock).frames(), 3))
    assert all(b.media_s - a.media_s >= 2.0 for a, b in pairwise(frames))


def test_a_restart_goes_on_with_the_same_world(url: str) -> None:
    at = START + timedelta(seconds=30)
    first, again = (next(live(url, FakeClock(at)).frames()) for _ in range(2))
    assert np.array_equal(first.image, again.image)
    recorded = next(SimSource("c", url, 1.0, START, live=False, from_s=30.0).frames())
    assert np.array_equal(first.image, recorded.image)


def test_a_dropped_connection_ends_the_stream_and_refuses_the_next(url: str) -> None:
    frames = live(url, FakeClock(START + timedelta(seconds=78))).frames()
    assert next(frames).media_s == 78
    with pytest.raises(SourceEnded, match="c: "):
        next(frames)
    with pytest.raises(SourceUnreachable):
        next(live(url, FakeClock(START + timedelta(seconds=81))).frames())
    assert next(live(url, FakeClock(START + timedelta(seconds=84))).frames()).media_s == 84


def test_close_ends_the_frames_and_may_come_twice(url: str) -> None:
    source = SimSource("c", url, 60.0, datetime.now(UTC))
    frames = source.frames()
    next(frames)
    source.close()
    source.close()
    assert list(frames) == []


def test_the_world_may_run_faster(url: str) -> None:
    fast = next(SimSource("c", url + "&speed=10", 1.0, START, live=False, from_s=3.0).frames())
    slow = next(SimSource("c", url, 1.0, START, live=False, from_s=30.0).frames())
    assert fast.media_s == 3.0
    assert np.array_equal(fast.image, slow.image)
