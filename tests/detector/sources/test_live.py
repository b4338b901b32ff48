from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from detector.errors import SourceEnded
from detector.frame import Frame
from detector.sources.live import LiveSource, LookGrid
from tests.detector.sources.encode import START


@pytest.mark.parametrize(
    ("interval_s", "come_s", "taken_s"),
    [
        pytest.param(2, [0, 2, 4, 6], [0, 2, 4, 6], id="on time"),
        pytest.param(2, [0, 2.3, 4.0, 6.2, 7.95], [0, 2.3, 4.0, 6.2, 7.95], id="jitter does not cost looks"),
        pytest.param(2, [0, 1, 2, 3, 4, 5], [0, 2, 4], id="twice as many as wanted"),
        pytest.param(1, [0, 5, 5.1, 5.3, 6.2], [0, 5, 5.3, 6.2], id="a gap is not made up for in a burst"),
        pytest.param(0.5, [0, 0.04, 0.08, 0.46, 0.5, 0.96], [0, 0.46, 0.96], id="every frame decoded"),
    ],
)
def test_looks_stay_on_their_grid(interval_s: float, come_s: list[float], taken_s: list[float]) -> None:
    grid = LookGrid(interval_s)
    assert [at_s for at_s in come_s if grid.takes(at_s)] == taken_s


class Numbers(LiveSource):
    """Gives a picture every hundredth second, numbered by its media time, and then hangs up."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self.reader = ""

    def pictures(self) -> Iterator[Frame]:
        self.reader = threading.current_thread().name
        for number in range(self._count):
            if self._closed.wait(0.01):
                return
            yield Frame("cam", np.zeros((4, 4, 3), np.uint8), START, float(number))
        raise SourceEnded("hung up")


def test_the_latest_frame_wins_and_the_end_is_told() -> None:
    source = Numbers(100)
    frames = source.frames()
    assert next(frames).media_s < 20
    time.sleep(0.5)
    assert next(frames).media_s > 20
    with pytest.raises(SourceEnded, match="hung up"):
        for _ in frames:
            pass
    assert source.reader == "camera reader"


def test_close_from_another_thread_ends_the_frames() -> None:
    source = Numbers(10_000)
    threading.Timer(0.3, source.close).start()
    began_s = time.monotonic()
    assert sum(1 for _ in source.frames()) > 0
    assert time.monotonic() - began_s < 5
