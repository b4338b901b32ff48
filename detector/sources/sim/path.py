"""Ways through a scene: smooth lines on the ground, and how a vehicle brakes and sets off on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import atan2, degrees

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PointM = tuple[float, float]

BRAKE_S = 3.0
"""A vehicle takes this long to stop or to reach its speed."""


@dataclass(frozen=True)
class Way:
    """A line on the ground, corners rounded (Chaikin). `points_m` in driving order."""

    points_m: tuple[PointM, ...]

    @cached_property
    def _line(self) -> Floats:
        line = np.array(self.points_m, dtype=np.float64)
        for _ in range(3):
            if len(line) < 3:
                break
            early, late = line[:-1] * 0.75 + line[1:] * 0.25, line[:-1] * 0.25 + line[1:] * 0.75
            line = np.concatenate([line[:1], np.stack([early, late], 1).reshape(-1, 2)[1:-1], line[-1:]])
        return line

    @cached_property
    def _reach(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self._line, axis=0).T))])

    @property
    def length_m(self) -> float:
        """Length of the line."""
        return float(self._reach[-1])

    def at(self, along_m: float, beside_m: float = 0.0) -> tuple[PointM, float]:
        """Return the place so far along the line (clamped) and `beside_m` to its right, and the bearing there."""
        along = float(np.clip(along_m, 0.0, self.length_m))
        i = int(np.clip(np.searchsorted(self._reach, along, side="right") - 1, 0, len(self._line) - 2))
        step = self._line[i + 1] - self._line[i]
        long = max(float(np.hypot(*step)), 1e-9)
        place = self._line[i] + step * ((along - self._reach[i]) / long)
        right = np.array([step[1], -step[0]]) / long
        place = place + right * beside_m
        return (float(place[0]), float(place[1])), degrees(atan2(step[0], step[1]))


def way(points_m: Sequence[PointM]) -> Way:
    """Return the way through these points."""
    return Way(tuple((float(x), float(y)) for x, y in points_m))


def rolled_m(seconds: float, speed_mps: float, brake_s: float = BRAKE_S) -> float:
    """Return the distance to the halt of one who will stand still in `seconds` (or who set off so long ago)."""
    if seconds <= 0:
        return 0.0
    if seconds < brake_s:
        return speed_mps / (2 * brake_s) * seconds**2
    return speed_mps * (seconds - brake_s / 2)
