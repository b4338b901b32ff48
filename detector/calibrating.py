"""What the points of a calibration make of the picture, for whoever is marking them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detector.config import Calibration, PointPx
from detector.georeference import FOOT_ERROR_PX, Array, GroundPlane, fit_ground_plane, ground_points

STEPS_M = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
LINES = 20
"""About so many lines each way."""
BEYOND = 0.6
"""The lines go on beyond the points by this share of their extent."""
SAMPLES = 60
"""Places along a line at which it is drawn."""
MAX_STEP_SHARE = 0.5
"""Two neighbours further apart than this share of the picture lie too near the horizon to be joined."""


@dataclass(frozen=True)
class PointFit:
    """How far a point lies from where the fit puts it, and the radius that holds a thing's place there.

    None: the point lies too near the horizon to be placed.
    """

    off_px: float | None
    off_m: float | None
    error_m: float | None


@dataclass(frozen=True)
class CalibrationFit:
    """The fit of all points.

    Attributes:
        points: in the order given.
        contradiction: how many times larger than assumed the points' errors look; at least 1.
        grid_step_m: between two lines.
        lines_px: lines on the ground, in pixels of the calibration picture.
    """

    points: tuple[PointFit, ...]
    contradiction: float
    grid_step_m: float
    lines_px: tuple[tuple[PointPx, ...], ...]


def fit(calibration: Calibration) -> CalibrationFit:
    """Fit the ground to the points, which must be WGS84.

    Raises:
        CalibrationError: they do not define a ground plane, or contradict each other.
    """
    _, points_px, points_m = ground_points(calibration)
    plane = fit_ground_plane(points_px, points_m)
    step_m = _step(points_m)
    return CalibrationFit(
        tuple(_point_fit(plane, px, m) for px, m in zip(points_px, points_m, strict=True)),
        plane.contradiction,
        step_m,
        tuple(_lines(plane, points_m, step_m, calibration.resolution_wh)),
    )


def _point_fit(plane: GroundPlane, px: Array, m: Array) -> PointFit:
    placed = plane.locate(float(px[0]), float(px[1]), FOOT_ERROR_PX)
    there = plane.locate(float(px[0]), float(px[1]), 0.0)
    seen = plane.pixel(float(m[0]), float(m[1]))
    off_m = None if there is None else math.hypot(there.east_m - m[0], there.north_m - m[1])
    off_px = None if seen is None else math.hypot(seen[0] - px[0], seen[1] - px[1])
    return PointFit(off_px, off_m, None if placed is None else placed.error_m)


def _step(points_m: Array) -> float:
    extent_m = float(np.max(points_m.max(axis=0) - points_m.min(axis=0))) * (1 + 2 * BEYOND)
    return next((step for step in STEPS_M if extent_m / step <= LINES), STEPS_M[-1])


def _lines(
    plane: GroundPlane, points_m: Array, step_m: float, resolution_wh: tuple[int, int]
) -> Iterator[tuple[PointPx, ...]]:
    least, most = points_m.min(axis=0), points_m.max(axis=0)
    beyond = BEYOND * float(np.max(most - least))
    for along in (0, 1):
        across = 1 - along
        first = math.ceil((least[across] - beyond) / step_m)
        last = min(math.floor((most[across] + beyond) / step_m), first + 4 * LINES)
        for number in range(first, last + 1):
            places = np.empty((SAMPLES, 2))
            places[:, along] = np.linspace(least[along] - beyond, most[along] + beyond, SAMPLES)
            places[:, across] = number * step_m
            yield from _runs(plane, places, resolution_wh)


def _runs(plane: GroundPlane, places_m: Array, resolution_wh: tuple[int, int]) -> Iterator[tuple[PointPx, ...]]:
    """Yield the parts of a line that the picture shows."""
    run: list[PointPx] = []
    for east_m, north_m in places_m.tolist():
        px = plane.pixel(east_m, north_m)
        is_shown = px is not None and all(-0.1 * s <= v <= 1.1 * s for v, s in zip(px, resolution_wh, strict=True))
        far = bool(run) and px is not None and math.dist(px, run[-1]) > MAX_STEP_SHARE * max(resolution_wh)
        if (not is_shown or far) and len(run) > 1:
            yield tuple(run)
        if not is_shown or far:
            run = []
        if px is not None and is_shown:
            run.append(px)
    if len(run) > 1:
        yield tuple(run)
