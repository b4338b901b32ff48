"""Boxes and polygons in picture coordinates. Pure functions on numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""Boxes as rows x1, y1, x2, y2 in pixels, shape (n, 4)."""
BoxXyxy = tuple[float, float, float, float]
Polygon = NDArray[np.float64]
"""Corners in order, shape (n, 2), pixels."""


def as_boxes(boxes: Sequence[BoxXyxy] | NDArray[np.floating]) -> Boxes:
    """Return boxes as an array of shape (n, 4), also for n = 0."""
    return np.asarray(boxes, dtype=np.float64).reshape(-1, 4)


def rounded(box_xyxy_px: BoxXyxy) -> BoxXyxy:
    """Return a box to a tenth of a pixel, as messages tell it."""
    x1, y1, x2, y2 = (round(value, 1) for value in box_xyxy_px)
    return x1, y1, x2, y2


def area(boxes: Boxes) -> NDArray[np.float64]:
    """Areas in square pixels, shape (n,); empty boxes count 0."""
    size = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.asarray(size[:, 0] * size[:, 1])


def intersection(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Areas shared by every pair, shape (len(a), len(b)), square pixels."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=2))


def iou(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Intersection over union of every pair, shape (len(a), len(b)).

    >>> iou(as_boxes([(0, 0, 2, 2)]), as_boxes([(1, 0, 3, 2)])).round(3).tolist()
    [[0.333]]
    """
    shared = intersection(a, b)
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def covered_share(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Share of each box of `a` that each box of `b` covers, shape (len(a), len(b)), 0..1."""
    own = area(a)[:, None]
    return np.divide(intersection(a, b), own, out=np.zeros((len(a), len(b))), where=own > 0)


def grow(box_xyxy_px: BoxXyxy, share: float) -> BoxXyxy:
    """Grow a box on every side by a share of its width and height."""
    x1, y1, x2, y2 = box_xyxy_px
    dx, dy = (x2 - x1) * share, (y2 - y1) * share
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy


def clip(box_xyxy_px: BoxXyxy, resolution_wh: tuple[int, int]) -> BoxXyxy:
    """Cut a box to the picture."""
    w, h = resolution_wh
    x1, y1, x2, y2 = box_xyxy_px
    return min(max(x1, 0), w), min(max(y1, 0), h), min(max(x2, 0), w), min(max(y2, 0), h)


def scale(box_xyxy_px: BoxXyxy, factor: float) -> BoxXyxy:
    """Scale a box with its picture."""
    x1, y1, x2, y2 = box_xyxy_px
    return x1 * factor, y1 * factor, x2 * factor, y2 * factor


def stretch(box_xyxy_px: BoxXyxy, by_xy: tuple[float, float]) -> BoxXyxy:
    """Scale a box with a picture that changes its width and its height by a factor each."""
    x1, y1, x2, y2 = box_xyxy_px
    return x1 * by_xy[0], y1 * by_xy[1], x2 * by_xy[0], y2 * by_xy[1]


def contains(polygon: Polygon, points: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which points lie inside a polygon (even-odd rule), shape (n,).

    Args:
        polygon: shape (m, 2), pixels.
        points: shape (n, 2), pixels.
    """
    x, y = points[:, 0][:, None], points[:, 1][:, None]
    x1, y1 = polygon[:, 0][None], polygon[:, 1][None]
    x2, y2 = np.roll(x1, -1, axis=1), np.roll(y1, -1, axis=1)
    straddles = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing_x = (x2 - x1) * (y - y1) / (y2 - y1) + x1
    return np.asarray((straddles & (x < crossing_x)).sum(axis=1) % 2 == 1)


def footprint(box_xyxy_px: BoxXyxy, height_share: float = 0.6) -> NDArray[np.float64]:
    """Sample points of the ground under a box: a grid over its lower part, shape (63, 2), pixels.

    A street camera looks down at 20 to 45 degrees; what it shows of a vehicle or a heap below the upper two fifths of
    the box lies over the ground that the thing stands on.
    """
    x1, y1, x2, y2 = box_xyxy_px
    xs = np.linspace(x1 + 0.1 * (x2 - x1), x2 - 0.1 * (x2 - x1), 7)
    ys = np.linspace(y2 - height_share * (y2 - y1), y2 - 1e-6, 9)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
