"""The part of the working picture in which residue is looked for: the box of its zones, with ground around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.geometry import BoxXyxy, Polygon
from detector.vision.background import LIGHT_CELL_PX, Background, Mask

Level = TypeVar("Level", np.uint8, np.bool_)

MARGIN_PX = 32
"""Ground kept around the zones, working pixels: what a thing at their edge is compared with, and light is told from."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where that part lies.

    Attributes:
        work_wh: size of the working picture.
        rows, columns: of the working picture, that make up the part.
        zone: where residue is looked for, bool, in the size of the part.
    """

    work_wh: tuple[int, int]
    rows: slice
    columns: slice
    zone: Mask

    @classmethod
    def around(cls, polygons: Sequence[tuple[tuple[int, int], Polygon]], work_wh: tuple[int, int]) -> Ground:
        """Lay it around zones.

        Args:
            polygons: (size of the snapshot that a zone was drawn on, its corners in that snapshot's pixels).
            work_wh: size of the working picture.
        """
        width, height = work_wh
        canvas = np.zeros((height, width), np.uint8)
        for (w, h), polygon in polygons:
            corners = polygon * np.array([width / w, height / h])
            cv2.fillPoly(canvas, [np.rint(corners).astype(np.int32)], 1)
        x, y, w, h = cv2.boundingRect(canvas)
        rows, columns = _stretch(y, y + h, height), _stretch(x, x + w, width)
        return cls(work_wh, rows, columns, np.ascontiguousarray(canvas[rows, columns] > 0))

    @property
    def corner_xy_px(self) -> tuple[int, int]:
        """Top left corner in the working picture."""
        return self.columns.start, self.rows.start

    def cut(self, picture: NDArray[Level]) -> NDArray[Level]:
        """The part of a working picture or of a mask of its size."""
        return np.ascontiguousarray(picture[self.rows, self.columns])

    def fits(self, background: Background) -> bool:
        """Whether a background is of this part."""
        return background.known.shape == self.zone.shape and background.corner_xy_px == self.corner_xy_px

    def inward(self, box_xyxy_px: BoxXyxy) -> BoxXyxy:
        """From the working picture's pixels to the part's."""
        (x, y), (x1, y1, x2, y2) = self.corner_xy_px, box_xyxy_px
        return x1 - x, y1 - y, x2 - x, y2 - y

    def outward(self, box_xyxy_px: BoxXyxy) -> BoxXyxy:
        """From the part's pixels to the working picture's."""
        (x, y), (x1, y1, x2, y2) = self.corner_xy_px, box_xyxy_px
        return x1 + x, y1 + y, x2 + x, y2 + y


def _stretch(begin: int, end: int, length: int) -> slice:
    """With ground around, on the grid in which light is told."""
    first, last = max(begin - MARGIN_PX, 0), min(end + MARGIN_PX, length)
    return slice(first // LIGHT_CELL_PX * LIGHT_CELL_PX, min(-(-last // LIGHT_CELL_PX) * LIGHT_CELL_PX, length))
