from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import supervision as sv

from detector.frame import Frame, Image
from detector.sparing import MAX_AGE_S, SparingDetector
from tests.detector.vision.variations import drawn_street

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Counting:
    """A detector that tells the pictures it was given."""

    name = "counting 1"
    class_names = ("car",)

    def __init__(self) -> None:
        self.seen = 0

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        self.seen += len(images)
        return [sv.Detections(xyxy=np.array([[self.seen, 0, 10, 10]], np.float32)) for _ in images]


def still(n: int, *, sigma: float = 4.0) -> Image:
    """A street without people, with sensor noise."""
    noise = np.random.default_rng(n).normal(0, sigma, (720, 1280, 3))
    base = np.repeat(np.repeat(drawn_street(0), 2, axis=0), 2, axis=1)
    return np.clip(base + noise, 0, 255).astype(np.uint8)


def frame(image: Image, at_s: float, *, camera_id: str = "cam", corrupt: bool = False) -> Frame:
    return Frame(camera_id, image, START + timedelta(seconds=at_s), at_s, corrupt)


def test_a_still_street_is_detected_once_and_answered_from_memory() -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    answers = [sparing.detect([frame(still(n), n)])[0] for n in range(8)]
    assert counting.seen == 1
    assert all(np.array_equal(a.xyxy, answers[0].xyxy) for a in answers)
    assert (sparing.asked, sparing.spared) == (1, 7)


def test_another_model_is_asked_anew() -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    sparing.detect([frame(still(0), 0)])
    counting.name = "counting 2"
    sparing.detect([frame(still(1), 1)])
    assert counting.seen == 2


@pytest.mark.parametrize("where", [(100, 80), (333, 611), (701, 1251)])
@pytest.mark.parametrize("contrast", [45, -45])
def test_a_small_new_thing_is_seen(where: tuple[int, int], contrast: int) -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    sparing.detect([frame(still(0), 0)])
    changed = still(1).astype(np.int16)
    changed[where[0] : where[0] + 14, where[1] : where[1] + 14] += contrast
    sparing.detect([frame(np.clip(changed, 0, 255).astype(np.uint8), 1)])
    assert counting.seen == 2


def test_slow_changes_add_up() -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    for n in range(20):
        sparing.detect([frame(np.clip(still(n).astype(np.int16) + n // 2, 0, 255).astype(np.uint8), n)])
    assert 2 <= counting.seen <= 8


@pytest.mark.parametrize(
    "second",
    [
        frame(still(1), MAX_AGE_S + 1),
        frame(still(1), -5.0),
        frame(still(1), 1.0, camera_id="other"),
        frame(still(1)[::2, ::2], 1.0),
    ],
    ids=["old", "time ran back", "another camera", "another size"],
)
def test_memory_is_not_trusted_where_it_may_be_wrong(second: Frame) -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    sparing.detect([frame(still(0), 0)])
    sparing.detect([second])
    assert counting.seen == 2


def test_nothing_is_looked_for_on_a_damaged_picture() -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    (nothing,) = sparing.detect([frame(still(0), 0, corrupt=True)])
    assert (counting.seen, len(nothing)) == (0, 0)
    sparing.detect([frame(still(0), 1)])
    assert counting.seen == 1


def test_only_what_changed_is_in_the_batch() -> None:
    counting = Counting()
    sparing = SparingDetector(counting)
    sparing.detect([frame(still(0), 0, camera_id=c) for c in "abc"])
    moved = np.roll(still(1), 40, axis=1)
    answers = sparing.detect([frame(still(2), 1, camera_id="a"), frame(moved, 1, camera_id="b")])
    assert counting.seen == 4
    assert answers[0].xyxy[0, 0] == 3
    assert answers[1].xyxy[0, 0] == 4
    sparing.forget("c")
    sparing.detect([frame(still(3), 2, camera_id="c")])
    assert counting.seen == 5
