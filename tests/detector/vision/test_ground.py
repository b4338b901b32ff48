from __future__ import annotations

import numpy as np
import pytest

from detector.vision.background import Background
from detector.vision.ground import MARGIN_PX, Ground

WORK_WH = (640, 360)


def square(x1: float, y1: float, x2: float, y2: float) -> tuple[tuple[int, int], np.ndarray]:
    """A zone drawn on a snapshot of twice the working size."""
    return (1280, 720), np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], dtype=np.float64)


@pytest.mark.parametrize(
    ("zones", "corner", "size_wh"),
    [
        ([square(400, 200, 800, 600)], (168, 64), (272, 272)),
        ([square(0, 0, 1279, 719)], (0, 0), (640, 360)),
        ([square(400, 200, 500, 300), square(700, 500, 800, 600)], (168, 64), (272, 272)),
    ],
    ids=["with ground around", "the whole picture", "all zones"],
)
def test_it_lies_around_the_zones(
    zones: list[tuple[tuple[int, int], np.ndarray]], corner: tuple[int, int], size_wh: tuple[int, int]
) -> None:
    ground = Ground.around(zones, WORK_WH)
    assert ground.corner_xy_px == corner
    assert (ground.zone.shape[1], ground.zone.shape[0]) == size_wh
    whole = np.zeros((360, 640), dtype=bool)
    whole[ground.rows, ground.columns] = ground.zone
    assert whole.sum() == ground.zone.sum()
    assert whole[100:300, 200:400].any()
    if corner != (0, 0):
        assert not ground.zone[: MARGIN_PX - 1].any()
        assert not ground.zone[:, : MARGIN_PX - 1].any()


def test_boxes_go_in_and_out_again() -> None:
    ground = Ground.around([square(400, 200, 800, 600)], WORK_WH)
    box = (250.0, 150.0, 260.0, 170.0)
    assert ground.inward(box) == (82.0, 86.0, 92.0, 106.0)
    assert ground.outward(ground.inward(box)) == box


def test_a_background_of_other_zones_does_not_fit() -> None:
    ground, other = (Ground.around([square(x, 200, x + 300, 600)], WORK_WH) for x in (400, 600))
    picture = np.zeros((360, 640, 3), np.uint8)
    background = Background.start(
        ground.cut(picture), np.zeros(ground.zone.shape, dtype=bool), corner_xy_px=ground.corner_xy_px
    )
    assert ground.fits(background)
    assert not other.fits(background)
