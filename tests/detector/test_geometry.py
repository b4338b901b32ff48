from __future__ import annotations

import numpy as np
import pytest

from detector.geometry import BoxXyxy, area, as_boxes, clip, contains, covered_share, footprint, grow, iou, scale

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], dtype=np.float64)
L_SHAPE = np.array([[0, 0], [10, 0], [10, 4], [4, 4], [4, 10], [0, 10]], dtype=np.float64)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0.0),
        ((0, 0, 10, 10), (30, 30, 40, 40), 0.0),
        ((0, 0, 10, 10), (2, 2, 4, 4), 0.04),
        ((5, 5, 5, 5), (5, 5, 5, 5), 0.0),
        ((0, 0, -4, -4), (-4, -4, 0, 0), 0.0),
    ],
)
def test_iou(a: BoxXyxy, b: BoxXyxy, expected: float) -> None:
    assert iou(as_boxes([a]), as_boxes([b]))[0, 0] == pytest.approx(expected)
    assert iou(as_boxes([b]), as_boxes([a]))[0, 0] == pytest.approx(expected)


def test_every_pair_has_its_place() -> None:
    a = as_boxes([(0, 0, 10, 10), (100, 100, 110, 110)])
    b = as_boxes([(100, 100, 110, 110), (0, 0, 10, 5), (50, 50, 60, 60)])
    assert iou(a, b).round(2).tolist() == [[0, 0.5, 0], [1, 0, 0]]


def test_no_boxes_are_an_empty_table() -> None:
    assert as_boxes([]).shape == (0, 4)
    assert iou(as_boxes([]), as_boxes([(0, 0, 1, 1)])).shape == (0, 1)
    assert covered_share(as_boxes([(0, 0, 1, 1)]), as_boxes([])).shape == (1, 0)
    assert area(as_boxes([])).shape == (0,)


def test_covered_share_is_of_the_first() -> None:
    small, large = as_boxes([(2, 2, 4, 4)]), as_boxes([(0, 0, 10, 10)])
    assert covered_share(small, large)[0, 0] == 1.0
    assert covered_share(large, small)[0, 0] == pytest.approx(0.04)


def test_grow_clip_scale() -> None:
    assert grow((10, 20, 20, 40), 0.1) == pytest.approx((9, 18, 21, 42))
    assert clip((-5, 10, 700, 500), (640, 480)) == (0, 10, 640, 480)
    assert clip((650, 10, 700, 20), (640, 480)) == (640, 10, 640, 20)
    assert scale((1, 2, 3, 4), 2.5) == (2.5, 5.0, 7.5, 10.0)


@pytest.mark.parametrize(
    ("polygon", "point", "inside"),
    [
        (SQUARE, (5, 5), True),
        (SQUARE, (15, 5), False),
        (SQUARE, (5, -1), False),
        (L_SHAPE, (2, 8), True),
        (L_SHAPE, (8, 2), True),
        (L_SHAPE, (8, 8), False),
        (L_SHAPE[::-1], (8, 8), False),
        (L_SHAPE[::-1], (2, 8), True),
    ],
)
def test_contains(polygon: np.ndarray, point: tuple[float, float], inside: bool) -> None:
    assert contains(polygon, np.array([point], dtype=np.float64)).tolist() == [inside]


def test_a_footprint_lies_in_the_lower_part_of_its_box() -> None:
    points = footprint((100, 200, 200, 300))
    assert points.shape == (63, 2)
    assert points[:, 0].min() > 100
    assert points[:, 0].max() < 200
    assert points[:, 1].min() == pytest.approx(240)
    assert points[:, 1].max() <= 300
