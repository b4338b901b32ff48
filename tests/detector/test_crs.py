"""Coordinates of every accepted system land where they should."""

from __future__ import annotations

import math

import pytest

from detector.crs import gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02
from detector.errors import ConfigError

PUBLISHED_WGS84_GCJ02 = [
    # lon, lat -> lon, lat; the test points of the eviltransform library
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = math.radians(one[0] - other[0]) * 6371000 * math.cos(math.radians(one[1]))
    return math.hypot(east, math.radians(one[1] - other[1]) * 6371000)


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED_WGS84_GCJ02)
def test_gcj02_agrees_with_published_points(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert _apart_m(wgs84_to_gcj02(*wgs84), gcj02) < 0.01
    assert _apart_m(gcj02_to_wgs84(*gcj02), wgs84) < 0.5


@pytest.mark.parametrize("lon", [75.0, 87.6, 104.1, 114.1305, 121.5, 135.0])
@pytest.mark.parametrize("lat", [4.0, 18.25, 22.5478, 31.2, 39.9, 53.5])
def test_gcj02_goes_there_and_back(lon: float, lat: float) -> None:
    assert _apart_m(gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat)), (lon, lat)) < 0.01


def test_gcj02_has_no_offset_abroad() -> None:
    assert wgs84_to_gcj02(2.35, 48.86) == (2.35, 48.86)


@pytest.mark.parametrize("crs", ["EPSG:4326", "epsg:4326", "WGS84", "EPSG:4490", "CGCS2000"])
def test_wgs84_and_cgcs2000_are_taken_as_they_are(crs: str) -> None:
    assert to_wgs84(crs, 114.1305, 22.5478) == (114.1305, 22.5478)


@pytest.mark.parametrize("crs", ["GCJ-02", "GCJ02", "gcj-02"])
def test_gcj02_by_name_moves_by_hundreds_of_metres(crs: str) -> None:
    assert 300 < _apart_m(to_wgs84(crs, 114.1305, 22.5478), (114.1305, 22.5478)) < 800


@pytest.mark.parametrize(
    ("crs", "east", "north", "expected"),
    [
        ("EPSG:4547", 500000.0, 2494460.51, (114.0, 22.5478)),  # CGCS2000, 3-degree Gauss-Krueger, meridian 114 E
        ("EPSG:32650", 500000.0, 2493462.72, (117.0, 22.5478)),  # UTM zone 50 N
    ],
)
def test_projected_systems_give_east_before_north(
    crs: str, east: float, north: float, expected: tuple[float, float]
) -> None:
    assert _apart_m(to_wgs84(crs, east, north), expected) < 0.5


@pytest.mark.parametrize("crs", ["", "WGS-99", "EPSG:99999", "EPSG:5773", "BD-09", "+proj=utm +zone=50", "/etc/passwd"])
def test_unknown_systems_are_refused_with_the_known_ones(crs: str) -> None:
    with pytest.raises(ConfigError, match=r"GCJ-02"):
        to_wgs84(crs, 114.0, 22.0)


@pytest.mark.parametrize("crs", ["EPSG:4326", "GCJ-02"])
def test_swapped_longitude_and_latitude_are_named(crs: str) -> None:
    with pytest.raises(ConfigError, match="swapped"):
        to_wgs84(crs, 22.5478, 114.1305)


@pytest.mark.parametrize(("x", "y"), [(math.nan, 22.0), (114.0, math.inf), (200.0, 22.0)])
def test_places_off_the_globe_are_refused(x: float, y: float) -> None:
    with pytest.raises(ConfigError, match="no place"):
        to_wgs84("EPSG:4326", x, y)
