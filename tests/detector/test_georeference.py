"""Pixels to ground: exactness without noise, honest radii with it, and clear refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.config import Calibration, CalibrationPoint, Camera, Names, Position, Source
from detector.errors import CalibrationError
from detector.georeference import Georeference, fit_ground_plane, georeference, metres_per_degree

Array = NDArray[np.float64]
WIDTH, HEIGHT = 1280, 720
LON, LAT = 114.1305, 22.5478


class PinholeCamera:
    """A true camera over flat ground, metres east and north of its foot."""

    def __init__(self, *, height_m: float, pitch_deg: float, view_deg: float, heading_deg: float = 0.0) -> None:
        self.height_m = height_m
        self.pitch = math.radians(pitch_deg)
        self.focal_px = WIDTH / 2 / math.tan(math.radians(view_deg) / 2)
        self.heading = math.radians(heading_deg)

    def ground_m(self, x_px: float, y_px: float) -> Array | None:
        right = (x_px - WIDTH / 2) / self.focal_px
        below = (y_px - HEIGHT / 2) / self.focal_px
        down = below * math.cos(self.pitch) + math.sin(self.pitch)
        if down <= 1e-6:
            return None
        stretch = self.height_m / down
        ahead = stretch * (math.cos(self.pitch) - below * math.sin(self.pitch))
        aside = stretch * right
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        return np.array([aside * cos + ahead * sin, ahead * cos - aside * sin])


CAMERA = PinholeCamera(height_m=6.0, pitch_deg=14.0, view_deg=65.0, heading_deg=40.0)
SIX_PX = [(150.0, 650.0), (1100.0, 680.0), (640.0, 420.0), (250.0, 330.0), (1050.0, 300.0), (700.0, 250.0)]


def _to_lonlat(ground_m: Array) -> tuple[float, float]:
    lon_m, lat_m = metres_per_degree(LAT)
    return LON + float(ground_m[0]) / lon_m, LAT + float(ground_m[1]) / lat_m


def _from_lonlat(lon: float, lat: float) -> Array:
    lon_m, lat_m = metres_per_degree(LAT)
    return np.array([(lon - LON) * lon_m, (lat - LAT) * lat_m])


def _camera(points: list[tuple[tuple[float, float], tuple[float, float]]] | None, *, error_m: float = 60.0) -> Camera:
    calibration = points and Calibration(
        resolution_wh=(WIDTH, HEIGHT),
        points=tuple(CalibrationPoint(px=px, lon=lon, lat=lat) for px, (lon, lat) in points),
    )
    return Camera(
        id="c1",
        names=Names(en="c", zh="c"),
        source=Source(url="sim://crossing"),
        position=Position(lon=LON, lat=LAT, crs="EPSG:4326", error_m=error_m),
        calibration=calibration or None,
    )


def _exact(pixels: list[tuple[float, float]], camera: PinholeCamera = CAMERA) -> Georeference:
    points = []
    for px in pixels:
        ground = camera.ground_m(*px)
        assert ground is not None
        points.append((px, _to_lonlat(ground)))
    return georeference(_camera(points))


def _foot_box(x: float, y: float) -> tuple[float, float, float, float]:
    return (x - 10, y - 20, x + 10, y)


@pytest.mark.parametrize("count", [4, 5, 6])
@pytest.mark.parametrize("pixel", [(640.0, 700.0), (400.0, 500.0), (900.0, 350.0), (640.0, 300.0)])
def test_exact_points_give_the_exact_place(count: int, pixel: tuple[float, float]) -> None:
    place = _exact(SIX_PX[:3] + SIX_PX[-(count - 3) :]).locate(_foot_box(*pixel), (WIDTH, HEIGHT))
    truth = CAMERA.ground_m(*pixel)
    assert truth is not None
    assert np.linalg.norm(_from_lonlat(place.lon, place.lat) - truth) < 0.02


def test_a_frame_of_another_size_is_scaled() -> None:
    geo = _exact(SIX_PX)
    full = geo.locate((600, 400, 640, 480), (WIDTH, HEIGHT))
    half = geo.locate((300, 200, 320, 240), (WIDTH // 2, HEIGHT // 2))
    assert (half.lon, half.lat) == pytest.approx((full.lon, full.lat), abs=1e-9)
    assert half.error_m > full.error_m


def test_the_radius_grows_with_distance() -> None:
    geo = _exact(SIX_PX)
    radii = [geo.locate(_foot_box(640, y), (WIDTH, HEIGHT)).error_m for y in (500, 400, 330, 280, 240)]
    assert radii == sorted(radii)
    assert radii[-1] > 2 * radii[0]


@pytest.mark.parametrize("y", [120.0, 100.0, 0.0])
def test_above_the_horizon_the_position_is_stated_with_its_own_error(y: float) -> None:
    assert CAMERA.ground_m(640, 100) is None
    place = _exact(SIX_PX).locate(_foot_box(640, y), (WIDTH, HEIGHT))
    assert (place.lon, place.lat, place.error_m) == (LON, LAT, 60.0)


def test_without_calibration_the_position_is_stated() -> None:
    geo = georeference(_camera(None))
    place = geo.locate(_foot_box(640, 500), (WIDTH, HEIGHT))
    assert (place.lon, place.lat, place.error_m) == (LON, LAT, 60.0)
    assert geo.area_m2(_foot_box(640, 500), (WIDTH, HEIGHT)) is None


def test_the_radius_is_never_worse_than_the_position() -> None:
    geo = _exact(SIX_PX)
    assert all(geo.locate(_foot_box(640, y), (WIDTH, HEIGHT)).error_m <= 60.0 for y in range(150, 720, 5))


@pytest.mark.parametrize("y", [650.0, 400.0, 300.0])
def test_area_is_what_the_camera_sees_at_the_foot(y: float) -> None:
    left, right = CAMERA.ground_m(600, y), CAMERA.ground_m(680, y)
    assert left is not None and right is not None
    width_m = float(np.linalg.norm(right - left))
    area = _exact(SIX_PX).area_m2((600, y - 40, 680, y), (WIDTH, HEIGHT))
    assert area == pytest.approx(width_m * width_m / 2, rel=0.02)


DEGENERATE = {
    "all on a line": [(100.0, 700.0), (300.0, 600.0), (500.0, 500.0), (700.0, 400.0), (900.0, 300.0)],
    "all but one on a line": [(100.0, 700.0), (300.0, 600.0), (500.0, 500.0), (900.0, 650.0)],
    "two the same": [(100.0, 700.0), (100.0, 700.0), (500.0, 500.0), (900.0, 650.0)],
    "all the same": [(500.0, 500.0)] * 4,
}


@pytest.mark.parametrize("pixels", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_points_on_a_line_are_refused(pixels: list[tuple[float, float]]) -> None:
    with pytest.raises(CalibrationError, match="line"):
        _exact(pixels)


def test_swapped_points_are_refused() -> None:
    grounds = [CAMERA.ground_m(*px) for px in SIX_PX]
    lonlats = [_to_lonlat(ground) for ground in grounds if ground is not None]
    lonlats[0], lonlats[4] = lonlats[4], lonlats[0]
    with pytest.raises(CalibrationError, match=r"contradict|swapped"):
        georeference(_camera(list(zip(SIX_PX, lonlats, strict=True))))


LEAVING_NO_PLANE = {
    "the rest is not positive definite": (
        [[500, 1250], [400, 1200], [1000, 1500], [100, 0], [800, 400]],
        [[25, -50], [20, -15], [50, -55], [5, 0], [40, -20]],
    ),
    "the rest has a negative variance": (
        [[100, 1050], [500, 1250], [1100, 1550], [0, 1000], [1000, 1000], [500, 1100]],
        [[5, -52.5], [25, -62.5], [55, -77.5], [0, -50], [50, -50], [25, -55]],
    ),
    "the rest is singular": (
        [[1000, 500], [500, 250], [600, 300], [100, 1200], [1100, 300]],
        [[50, -25], [25, -12.5], [30, -15], [5, -60], [55, -15]],
    ),
}


@pytest.mark.parametrize("points", LEAVING_NO_PLANE.values(), ids=LEAVING_NO_PLANE.keys())
def test_a_point_without_which_the_others_define_no_plane_is_no_failure(
    points: tuple[list[list[float]], list[list[float]]],
) -> None:
    pixels, metres = (np.array(side, dtype=np.float64) for side in points)
    try:
        plane = fit_ground_plane(pixels, metres)
    except CalibrationError:
        return
    assert math.isfinite(plane.contradiction)
    assert plane.contradiction >= 1.0


def test_a_point_some_metres_off_widens_the_radius() -> None:
    pixels = [*SIX_PX, (350.0, 480.0), (900.0, 520.0)]
    grounds = [CAMERA.ground_m(*px) for px in pixels]
    metres = np.array([ground for ground in grounds if ground is not None])
    honest = fit_ground_plane(np.array(pixels), metres)
    metres[6] += (1.5, -1.5)
    doubtful = fit_ground_plane(np.array(pixels), metres)
    assert honest.contradiction == 1.0
    assert doubtful.contradiction > 1.5


def _spread_px(rng: np.random.Generator, camera: PinholeCamera, count: int) -> list[tuple[float, float]]:
    """Pixels on the ground within 100 m, each far from those before it, as a person would choose them."""
    visible: list[tuple[float, float]] = []
    while len(visible) < 200:
        x, y = rng.uniform((0, 0), (WIDTH, HEIGHT))
        ground = camera.ground_m(x, y)
        if ground is not None and np.linalg.norm(ground) < 100:
            visible.append((float(x), float(y)))
    chosen = [visible[0]]
    for _ in range(count - 1):
        gaps = [min(math.dist(px, other) for other in chosen) for px in visible]
        chosen.append(visible[int(rng.choice(np.argsort(gaps)[-40:]))])
    return chosen


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_radius_covers_the_true_error_in_95_percent_of_trials(seed: int) -> None:
    """Six points with errors of 2 px and 0.3 m a coordinate, boxes' feet with 2 px, over many cameras and places."""
    rng = np.random.default_rng(seed)
    covered, radii, errors = [], [], []
    for _ in range(60):
        camera = PinholeCamera(
            height_m=rng.uniform(4, 15),
            pitch_deg=rng.uniform(10, 50),
            view_deg=rng.uniform(35, 95),
            heading_deg=rng.uniform(0, 360),
        )
        pixels = np.array(_spread_px(rng, camera, 6))
        metres = np.array([camera.ground_m(*px) for px in pixels])
        plane = fit_ground_plane(pixels + rng.normal(0, 2.0, (6, 2)), metres + rng.normal(0, 0.3, (6, 2)))
        for x, y in _spread_px(rng, camera, 10):
            truth = camera.ground_m(x, y)
            assert truth is not None
            off_x, off_y = rng.normal(0, 2.0, 2)
            place = plane.locate(x + off_x, y + off_y, 2.0)
            if place is not None:
                error = math.dist((place.east_m, place.north_m), truth)
                covered.append(error <= place.error_m)
                radii.append(place.error_m)
                errors.append(error)
    assert len(covered) > 550
    assert np.mean(covered) >= 0.95
    assert np.median(radii) < 4 * np.median(errors), "a radius that covers by being huge says nothing"
