from __future__ import annotations

import numpy as np
import pytest

from detector.sources.sim.camera import Anchor, Pinhole

CAMERA = Pinhole((2.0, -3.0, 6.0), heading_deg=12, tilt_deg=20, hfov_deg=60, resolution_wh=(1280, 720), roll_deg=3)


@pytest.mark.parametrize("point_m", [(0.0, 12.0), (5.0, 30.0), (-4.0, 8.0)])
def test_a_ground_point_comes_back_from_its_pixel(point_m: tuple[float, float]) -> None:
    px, depth = CAMERA.project(np.array([[*point_m, 0.0]]))
    assert depth[0] > 0
    assert CAMERA.ground_point_m((float(px[0, 0]), float(px[0, 1]))) == pytest.approx(point_m, abs=1e-6)


def test_the_view_axis_hits_the_middle_of_the_picture() -> None:
    level = Pinhole((0.0, 0.0, 5.0), heading_deg=90, tilt_deg=45, hfov_deg=60, resolution_wh=(640, 480))
    px, _ = level.project(np.array([[5.0, 0.0, 0.0]]))
    assert px[0] == pytest.approx((320, 240))


def test_right_is_right_and_up_is_up() -> None:
    camera = Pinhole((0.0, 0.0, 5.0), heading_deg=0, tilt_deg=20, hfov_deg=60, resolution_wh=(640, 480))
    px, _ = camera.project(np.array([[0.0, 20, 0], [3, 20, 0], [0, 20, 3]]))
    assert px[1, 0] > px[0, 0]
    assert px[2, 1] < px[0, 1]


def test_nothing_on_the_ground_is_seen_above_the_horizon() -> None:
    assert CAMERA.ground_point_m((640.0, -200.0)) is None


def test_homography_and_projection_agree() -> None:
    px, _ = CAMERA.project(np.array([[3.0, 17.0, 0.0]]))
    mapped = CAMERA.ground_homography @ np.array([3.0, 17.0, 1.0])
    assert mapped[:2] / mapped[2] == pytest.approx(px[0])


@pytest.mark.parametrize(("bearing_deg", "point_m", "east_m", "north_m"), [
    (0, (0.0, 100.0), 0.0, 100.0), (90, (0.0, 100.0), 100.0, 0.0), (90, (100.0, 0.0), 0.0, -100.0),
])  # fmt: skip
def test_lonlat_lies_where_bearing_and_distance_say(
    bearing_deg: float, point_m: tuple[float, float], east_m: float, north_m: float
) -> None:
    from pyproj import Geod

    lon, lat = Anchor(114.13, 22.548, bearing_deg).lonlat(*point_m)
    azimuth, _, distance = Geod(ellps="WGS84").inv(114.13, 22.548, lon, lat)
    assert distance == pytest.approx(100.0, abs=1e-3)
    assert np.array([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))]) * distance == pytest.approx(
        np.array([east_m, north_m]), abs=0.01
    )
