"""Heads and number plates made unreadable before a picture is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from detector.frame import Image
from detector.geometry import BoxXyxy

_HEAD_SHARE = 0.28
"""A head reaches down to about a seventh of a standing person; twice that allows for boxes cut off and people bowed."""
_CUT_OFF_HEAD_SHARE = 0.5
_CUT_OFF_ASPECT = 0.75
"""A person's box wider than this share of its height shows only the upper body, or someone sitting."""
_PLATE_FROM, _PLATE_TO = 0.5, 0.97
"""Plates sit in the lower half of a vehicle's box, as shares of its height ..."""
_PLATE_MARGIN = 0.08
"""... and not at its outermost edges, as a share of its width."""
_PLATE_MIN_WIDTH_PX = 60.0
"""On a narrower vehicle a plate has fewer than 15 pixels and cannot be read."""
_CELLS = 5
"""A hidden region keeps so many colour cells along its longer side: a shape remains, no face and no character."""


def heads_and_plates(
    people_xyxy_px: Iterable[BoxXyxy], vehicles_xyxy_px: Iterable[BoxXyxy], *, keep_plate: bool = False
) -> tuple[BoxXyxy, ...]:
    """Return the regions to hide, given the boxes of people and of vehicles, all in source pixels.

    Args:
        people_xyxy_px: heads are taken from the upper part of each.
        vehicles_xyxy_px: plates are taken from the lower middle of each.
        keep_plate: the matter needs the plate (parking); heads are hidden all the same.
    """
    heads = [_head(box) for box in people_xyxy_px]
    plates = [] if keep_plate else [_plate(box) for box in vehicles_xyxy_px if box[2] - box[0] >= _PLATE_MIN_WIDTH_PX]
    return (*heads, *plates)


def _head(box: BoxXyxy) -> BoxXyxy:
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    share = _CUT_OFF_HEAD_SHARE if width > _CUT_OFF_ASPECT * height else _HEAD_SHARE
    return (x1, y1 - 0.04 * height, x2, y1 + share * height)


def _plate(box: BoxXyxy) -> BoxXyxy:
    x1, y1, x2, y2 = box
    aside = _PLATE_MARGIN * (x2 - x1)
    return (x1 + aside, y1 + _PLATE_FROM * (y2 - y1), x2 - aside, y1 + _PLATE_TO * (y2 - y1))


def hidden(image: Image, regions_xyxy_px: Sequence[BoxXyxy]) -> Image:
    """Return a copy of a picture in which each region is reduced to a few colour cells.

    The cells are means over many pixels, so the original cannot be computed back.
    """
    result = image.copy()
    height, width = image.shape[:2]
    for x1, y1, x2, y2 in regions_xyxy_px:
        left, top = max(0, int(x1)), max(0, int(y1))
        right, bottom = min(width, int(np.ceil(x2))), min(height, int(np.ceil(y2)))
        if right <= left or bottom <= top:
            continue
        region = result[top:bottom, left:right]
        cell_px = max(right - left, bottom - top) / _CELLS
        cells = (max(1, round((right - left) / cell_px)), max(1, round((bottom - top) / cell_px)))
        small = cv2.resize(region, cells, interpolation=cv2.INTER_AREA)
        result[top:bottom, left:right] = cv2.resize(small, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    return result
