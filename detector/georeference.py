"""From a pixel to a place on the ground, with the radius that holds the true place.

A camera's calibration points tie the picture to the ground by a homography. Its fit and its error follow Hartley and
Zisserman, Multiple View Geometry, 2nd ed.: normalised DLT (algorithm 4.2), refinement by weighted Gauss-Newton and
propagation of the covariance (chapter 5). The stated radius sums what the points leave open and the error of the box's
foot, grows towards the horizon, and is widened where the points contradict each other more than assumed (each point is
predicted from the others). Positions are WGS84; metres are taken in the tangent plane of the ellipsoid at the points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.config import Calibration, Camera
from detector.errors import CalibrationError
from dispatch.contract import BoxXyxy, Location

Array = NDArray[np.float64]

POINT_ERROR_PX = 2.0
"""Assumed standard deviation of a calibration point in the picture, a coordinate, pixels of the calibration picture."""
POINT_ERROR_M = 0.3
"""Assumed standard deviation of a calibration point on the map, a coordinate, metres."""
FOOT_ERROR_PX = 2.0
"""Assumed standard deviation of a box's foot, pixels of the frame."""
FOOT_ERROR_SHARE = 0.02
"""What the box's own height adds to it, as a share of that height."""
MAX_CONTRADICTION = 8.0
"""Points that miss each other by more than this many times the assumed errors hold a mistake and are refused."""
_QUANTILE_LINE = 3.841
"""95 % quantile of chi-square with one degree of freedom."""
_QUANTILE_PLANE = 5.991
"""95 % quantile of chi-square with two degrees of freedom."""
_ITERATIONS = 30
_HORIZON_MARGIN = 0.02
"""The depth ratio w of a pixel, 1 at the middle of the calibration points, below which it counts as the horizon."""

_NO_PLANE = "the calibration points do not define a plane; spread them over the ground"

_WGS84_AXIS_M = 6378137.0
_WGS84_ECCENTRICITY_SQUARED = 0.00669437999014


@dataclass(frozen=True)
class GroundPoint:
    """A place in the ground plane, metres east and north of the plane's origin, and the radius that holds it."""

    east_m: float
    north_m: float
    error_m: float


@dataclass(frozen=True, eq=False)
class GroundPlane:
    """A homography from a picture to metric ground coordinates, with its covariance.

    Attributes:
        homography: normalised pixels to normalised metres, last entry 1, shape (3, 3).
        covariance: of its first eight entries, shape (8, 8), for the assumed point errors.
        px_middle, px_scale: a pixel p is normalised as (p - px_middle) * px_scale.
        m_middle, m_scale: the same for metres.
        contradiction: how many times larger than assumed the points' errors look; at least 1.
    """

    homography: Array
    covariance: Array
    px_middle: Array
    px_scale: float
    m_middle: Array
    m_scale: float
    contradiction: float = 1.0

    def locate(self, x_px: float, y_px: float, error_px: float) -> GroundPoint | None:
        """Return where a pixel lies on the ground, or None when it is at or above the horizon.

        Args:
            x_px, y_px: in the calibration picture.
            error_px: standard deviation of the pixel, a coordinate.
        """
        p = (np.array([x_px, y_px], dtype=np.float64) - self.px_middle) * self.px_scale
        depth = _depth(self.homography, p)
        if depth < _HORIZON_MARGIN:
            return None
        by_pixel, by_entries = _derivatives(self.homography, p)
        deviation_px = error_px * self.px_scale
        spread = self.contradiction**2 * by_entries @ self.covariance @ by_entries.T
        spread += deviation_px**2 * by_pixel @ by_pixel.T
        # Near the horizon the error is no longer proportional: a depth smaller by its own error stretches everything.
        row = np.array([p[0], p[1]])
        depth_variance = self.contradiction**2 * row @ self.covariance[6:, 6:] @ row
        depth_variance += deviation_px**2 * float(np.sum(self.homography[2, :2] ** 2))
        least_depth = depth - math.sqrt(_QUANTILE_PLANE * depth_variance)
        if least_depth < _HORIZON_MARGIN:
            return None
        radius = _radius_95(spread) * depth / least_depth
        east_m, north_m = _apply(self.homography, p) / self.m_scale + self.m_middle
        return GroundPoint(float(east_m), float(north_m), radius / self.m_scale)

    def pixel(self, east_m: float, north_m: float) -> tuple[float, float] | None:
        """Return where a place on the ground is seen in the calibration picture, None when it is behind the camera."""
        target = (np.array([east_m, north_m], dtype=np.float64) - self.m_middle) * self.m_scale
        x, y, w = np.linalg.solve(self.homography, np.append(target, 1.0))
        # Of a place seen from its front, w is the inverse of the depth.
        if w <= 0 or 1.0 / w < _HORIZON_MARGIN:
            return None
        x_px, y_px = np.array([x / w, y / w]) / self.px_scale + self.px_middle
        return float(x_px), float(y_px)


def fit_ground_plane(points_px: Array, points_m: Array) -> GroundPlane:
    """Return the homography that best maps pixels to metres.

    Args:
        points_px: shape (n, 2), n >= 4, pixels of the calibration picture.
        points_m: shape (n, 2), metres east and north.

    Raises:
        CalibrationError: the points do not define a plane, or contradict each other.
    """
    if len(points_px) < 4:
        raise CalibrationError(f"needs at least 4 points, got {len(points_px)}")
    _refuse_points_on_a_line(points_px, POINT_ERROR_PX, "in the picture")
    _refuse_points_on_a_line(points_m, POINT_ERROR_M, "on the map")
    try:
        plane = _fit(points_px, points_m)
    except np.linalg.LinAlgError as error:
        raise CalibrationError(_NO_PLANE) from error
    misses = _misses_when_left_out(points_px, points_m)
    if not misses:
        return plane
    contradiction = max(1.0, math.sqrt(sum(miss**2 for miss in misses.values()) / (2 * len(misses))))
    if contradiction > MAX_CONTRADICTION:
        worst = max(misses, key=lambda index: misses[index])
        raise CalibrationError(
            f"the points contradict each other, most of all point {worst + 1}; "
            "check that px and lon/lat of each point are the same spot on the ground, and the crs"
        )
    return GroundPlane(**{**vars(plane), "contradiction": contradiction})


def _refuse_points_on_a_line(points: Array, error: float, where: str) -> None:
    """A homography needs four points in general position: no line may hold all points but one."""
    for left_out in range(len(points)):
        rest = np.delete(points, left_out, axis=0)
        off_line = np.linalg.svd(rest - rest.mean(axis=0), compute_uv=False)[-1] / math.sqrt(len(rest))
        if off_line < error:
            raise CalibrationError(
                f"too many calibration points lie on one line {where}; "
                "spread them over the ground: near and far, left and right"
            )


def _fit(points_px: Array, points_m: Array) -> GroundPlane:
    px_middle, px_scale = _normalisation(points_px)
    m_middle, m_scale = _normalisation(points_m)
    p = (points_px - px_middle) * px_scale
    target = (points_m - m_middle) * m_scale
    homography = _direct_linear(p, target)
    px_error, m_error = POINT_ERROR_PX * px_scale, POINT_ERROR_M * m_scale
    for _ in range(_ITERATIONS):
        jacobian, residual = _whitened(homography, p, target, px_error, m_error)
        step = np.linalg.lstsq(jacobian, residual, rcond=None)[0]
        candidate = homography + np.append(step, 0.0).reshape(3, 3)
        if min(_depth(candidate, point) for point in p) <= 0:
            break
        homography = candidate
        if float(np.max(np.abs(step))) < 1e-10:
            break
    jacobian, _ = _whitened(homography, p, target, px_error, m_error)
    covariance: Array = np.linalg.inv(jacobian.T @ jacobian).astype(np.float64)
    return GroundPlane(homography, covariance, px_middle, px_scale, m_middle, m_scale)


def _misses_when_left_out(points_px: Array, points_m: Array) -> dict[int, float]:
    """Return how far each point lies from where the others put it, in standard deviations; empty below five points.

    A point without which the others define no plane, or put it nowhere, is left out.
    """
    misses: dict[int, float] = {}
    for index in range(len(points_px) if len(points_px) > 4 else 0):
        try:
            miss = _miss(points_px, points_m, index)
        except (CalibrationError, np.linalg.LinAlgError, ValueError):
            continue
        if miss is not None and math.isfinite(miss):
            misses[index] = miss
    return misses


def _miss(points_px: Array, points_m: Array, index: int) -> float | None:
    plane = _fit(np.delete(points_px, index, axis=0), np.delete(points_m, index, axis=0))
    p = (points_px[index] - plane.px_middle) * plane.px_scale
    if _depth(plane.homography, p) < _HORIZON_MARGIN:
        return None
    by_pixel, by_entries = _derivatives(plane.homography, p)
    spread = by_entries @ plane.covariance @ by_entries.T
    spread += (POINT_ERROR_PX * plane.px_scale) ** 2 * by_pixel @ by_pixel.T
    spread += (POINT_ERROR_M * plane.m_scale) ** 2 * np.eye(2)
    off = (points_m[index] - plane.m_middle) * plane.m_scale - _apply(plane.homography, p)
    return math.sqrt(float(off @ np.linalg.solve(spread, off)))


def _radius_95(spread: Array) -> float:
    """Return a radius that holds 95 % of a plane normal distribution: exact for a circle and a line, safe between."""
    least, most = np.linalg.eigvalsh(spread)
    return math.sqrt(_QUANTILE_LINE * float(most) + (_QUANTILE_PLANE - _QUANTILE_LINE) * max(float(least), 0.0))


def _normalisation(points: Array) -> tuple[Array, float]:
    """Return middle and scale that bring points to mean 0 and root-mean-square distance sqrt(2)."""
    middle = points.mean(axis=0)
    return middle, math.sqrt(2.0) / math.sqrt(float(np.mean(np.sum((points - middle) ** 2, axis=1))))


def _direct_linear(p: Array, target: Array) -> Array:
    rows = []
    for (x, y), (u, v) in zip(p, target, strict=True):
        rows.append([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, -u])
        rows.append([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, -v])
    entries = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    if abs(entries[2, 2]) < 1e-9:
        raise CalibrationError(_NO_PLANE)
    homography: Array = entries / entries[2, 2]
    if min(_depth(homography, point) for point in p) <= 0:
        raise CalibrationError(
            "the horizon would run between the calibration points: some are swapped, or not on the ground"
        )
    return homography


def _depth(homography: Array, p: Array) -> float:
    return float(homography[2, :2] @ p + homography[2, 2])


def _apply(homography: Array, p: Array) -> Array:
    image: Array = homography[:2, :2] @ p + homography[:2, 2]
    return image / _depth(homography, p)


def _derivatives(homography: Array, p: Array) -> tuple[Array, Array]:
    """Return how the mapped point moves with the pixel, shape (2, 2), and with the eight entries, shape (2, 8)."""
    depth = _depth(homography, p)
    u, v = _apply(homography, p)
    x, y = p
    by_pixel = (homography[:2, :2] - np.outer([u, v], homography[2, :2])) / depth
    by_entries = (
        np.array([[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y]]) / depth
    )
    return by_pixel, by_entries


def _whitened(homography: Array, p: Array, target: Array, px_error: float, m_error: float) -> tuple[Array, Array]:
    """Return Jacobian and residual with each point's rows divided by its expected error."""
    jacobians, residuals = [], []
    for point, wanted in zip(p, target, strict=True):
        by_pixel, by_entries = _derivatives(homography, point)
        root = np.linalg.cholesky(m_error**2 * np.eye(2) + px_error**2 * by_pixel @ by_pixel.T)
        jacobians.append(np.linalg.solve(root, by_entries))
        residuals.append(np.linalg.solve(root, wanted - _apply(homography, point)))
    return np.vstack(jacobians), np.concatenate(residuals)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Return the length in metres of a degree of longitude and of latitude on the WGS84 ellipsoid at latitude `lat`."""
    shrink = 1.0 - _WGS84_ECCENTRICITY_SQUARED * math.sin(math.radians(lat)) ** 2
    parallel_m = _WGS84_AXIS_M / math.sqrt(shrink) * math.cos(math.radians(lat))
    meridian_m = _WGS84_AXIS_M * (1.0 - _WGS84_ECCENTRICITY_SQUARED) / shrink**1.5
    return math.radians(parallel_m), math.radians(meridian_m)


@dataclass(frozen=True, eq=False)
class Georeference:
    """Places boxes of one camera on the map.

    Attributes:
        fallback: the camera's position with its own error, for what the calibration cannot place.
        plane: the calibrated ground, or None.
        resolution_wh: size of the calibration picture.
        origin_lonlat: where the plane's metres start.
    """

    fallback: Location
    plane: GroundPlane | None = None
    resolution_wh: tuple[int, int] = (1, 1)
    origin_lonlat: tuple[float, float] = (0.0, 0.0)

    def locate(self, box_xyxy_px: BoxXyxy, resolution_wh: tuple[int, int]) -> Location:
        """Return the place of the middle of the box's lower edge, WGS84, with the radius that holds it.

        Without calibration, at or above the horizon, and where the radius would exceed it, the camera's position with
        its own error is returned.

        Args:
            box_xyxy_px: in a frame of size `resolution_wh`.
        """
        x1, y1, x2, y2 = box_xyxy_px
        point = self._ground((x1 + x2) / 2, y2, y2 - y1, resolution_wh)
        if point is None or point.error_m >= self.fallback.error_m:
            return self.fallback
        lon_m, lat_m = metres_per_degree(self.origin_lonlat[1])
        return Location(
            lon=self.origin_lonlat[0] + point.east_m / lon_m,
            lat=self.origin_lonlat[1] + point.north_m / lat_m,
            error_m=point.error_m,
        )

    def area_m2(self, box_xyxy_px: BoxXyxy, resolution_wh: tuple[int, int]) -> float | None:
        """Return the size of what the box shows, square metres facing the camera at the distance of the box's foot.

        None where the ground under the box is unknown. A flat heap and an upright board of the same look measure alike:
        one picture cannot tell depth from height.
        """
        x1, y1, x2, y2 = box_xyxy_px
        left, right = (self._ground(x, y2, y2 - y1, resolution_wh) for x in (x1, x2))
        if left is None or right is None or x2 <= x1:
            return None
        width_m = math.hypot(right.east_m - left.east_m, right.north_m - left.north_m)
        scale_x, scale_y = self._to_calibration(resolution_wh)
        height_m = width_m * (y2 - y1) * scale_y / ((x2 - x1) * scale_x)
        return width_m * height_m

    def _ground(self, x_px: float, y_px: float, height_px: float, resolution_wh: tuple[int, int]) -> GroundPoint | None:
        if self.plane is None:
            return None
        scale_x, scale_y = self._to_calibration(resolution_wh)
        error_px = math.hypot(FOOT_ERROR_PX, FOOT_ERROR_SHARE * height_px) * max(scale_x, scale_y)
        return self.plane.locate(x_px * scale_x, y_px * scale_y, error_px)

    def _to_calibration(self, resolution_wh: tuple[int, int]) -> tuple[float, float]:
        return self.resolution_wh[0] / resolution_wh[0], self.resolution_wh[1] / resolution_wh[1]


def georeference(camera: Camera) -> Georeference:
    """Return how a camera's pixels map to the ground; its coordinates must be WGS84, as the loader leaves them.

    Raises:
        CalibrationError: the calibration points do not define a ground plane.
    """
    position = camera.position
    fallback = Location(lon=position.lon, lat=position.lat, error_m=position.error_m)
    if camera.calibration is None:
        return Georeference(fallback)
    origin, points_px, points_m = ground_points(camera.calibration)
    return Georeference(fallback, fit_ground_plane(points_px, points_m), camera.calibration.resolution_wh, origin)


def ground_points(calibration: Calibration) -> tuple[tuple[float, float], Array, Array]:
    """Return the calibration points as (origin lon/lat, pixels (n, 2), metres east and north of the origin (n, 2))."""
    origin = (_mean([point.lon for point in calibration.points]), _mean([point.lat for point in calibration.points]))
    lon_m, lat_m = metres_per_degree(origin[1])
    points_px = np.array([point.px for point in calibration.points], dtype=np.float64)
    points_m = np.array(
        [[(point.lon - origin[0]) * lon_m, (point.lat - origin[1]) * lat_m] for point in calibration.points],
        dtype=np.float64,
    )
    return origin, points_px, points_m


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
