"""Zones on the picture at hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from detector.config import Purpose
from detector.config import Zone as ZoneSettings
from detector.geometry import BoxXyxy, Polygon, contains, footprint


@dataclass(frozen=True, slots=True, eq=False)
class ZoneArea:
    """A zone scaled from its snapshot to the pictures the camera delivers now; `polygon_px` in source pixels."""

    id: str
    purpose: Purpose
    polygon_px: Polygon

    def share(self, box_xyxy_px: BoxXyxy) -> float:
        """Share of the ground under a box that lies in the zone, 0..1."""
        return float(contains(self.polygon_px, footprint(box_xyxy_px)).mean())

    @property
    def area_px(self) -> float:
        """Area in square source pixels (shoelace formula)."""
        x, y = self.polygon_px[:, 0], self.polygon_px[:, 1]
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def scaled(zone: ZoneSettings, resolution_wh: tuple[int, int]) -> ZoneArea:
    """Scale a configured zone to a picture size."""
    factor = np.asarray(resolution_wh, dtype=np.float64) / np.asarray(zone.resolution_wh, dtype=np.float64)
    return ZoneArea(zone.id, zone.purpose, np.asarray(zone.polygon_px, dtype=np.float64) * factor)


def zone_under(
    box_xyxy_px: BoxXyxy, zones: Iterable[ZoneArea], purposes: Iterable[Purpose], min_overlap: float
) -> ZoneArea | None:
    """The zone of one of the purposes that holds most of the ground under a box, if it holds enough of it."""
    wanted = set(purposes)
    best = max(((zone.share(box_xyxy_px), zone.id, zone) for zone in zones if zone.purpose in wanted), default=None)
    return best[2] if best is not None and best[0] >= min_overlap else None
