"""Coordinates as people give them, turned into the WGS84 longitude and latitude that the program stores.

CGCS2000 (EPSG:4490) equals WGS84 within decimetres here and is taken as it is. GCJ-02 is the obfuscated system of
Chinese web maps: its offset of 300-700 m lands in another grid cell, so it is converted on entry and never stored.
Every other system is named by its EPSG code and goes through pyproj, x (east) before y (north).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from detector.errors import ConfigError

WGS84 = "EPSG:4326"
_SAME_AS_WGS84 = frozenset({WGS84, "WGS84", "EPSG:4490", "CGCS2000"})
_GCJ02 = frozenset({"GCJ-02", "GCJ02"})

# Krasovsky 1940, the ellipsoid of the GCJ-02 offset.
_GCJ_AXIS_M = 6378245.0
_GCJ_ECCENTRICITY_SQUARED = 0.00669342162296594323
_INVERSE_ITERATIONS = 10
_INVERSE_TOLERANCE_DEG = 1e-9


def to_wgs84(crs: str, x: float, y: float) -> tuple[float, float]:
    """Return (lon, lat) in WGS84 degrees of a point given as (x, y) = (lon or east, lat or north) in `crs`.

    Raises:
        ConfigError: the system is unknown, or the point lies outside it.
    """
    name = crs.strip().upper()
    if name in _SAME_AS_WGS84:
        lon, lat = x, y
    elif name in _GCJ02:
        _refuse_off_the_globe(crs, x, y, x, y)
        lon, lat = gcj02_to_wgs84(x, y)
    else:
        lon, lat = _transformer(name).transform(x, y)
    _refuse_off_the_globe(crs, x, y, lon, lat)
    return lon, lat


def _refuse_off_the_globe(crs: str, x: float, y: float, lon: float, lat: float) -> None:
    if math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90:
        return
    hint = "longitude comes before latitude; are they swapped?" if abs(x) <= 90 < abs(y) <= 180 else "check the crs"
    raise ConfigError(f"({x}, {y}) is no place in {crs}: {hint}")


@lru_cache(maxsize=32)
def _transformer(name: str) -> Transformer:
    if re.fullmatch(r"EPSG:\d{4,6}", name) is None:
        raise ConfigError(_unknown(name))
    try:
        system = CRS.from_user_input(name)
    except CRSError as error:
        raise ConfigError(_unknown(name)) from error
    if not (system.is_geographic or system.is_projected):
        raise ConfigError(f"{name} ({system.name}) does not give positions on a map; {_KNOWN}")
    return Transformer.from_crs(system, WGS84, always_xy=True)


_KNOWN = "use EPSG:4326 (WGS84), EPSG:4490 (CGCS2000), GCJ-02, or the EPSG code of the map's projection"


def _unknown(name: str) -> str:
    return f"unknown coordinate reference system {name!r}; {_KNOWN}"


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return the GCJ-02 (lon, lat) of a WGS84 point, degrees; outside China's bounding box there is no offset.

    Formula: the published reverse engineering of the 2002 offset (as in eviltransform and every open map library).
    """
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    ripple = 20.0 * math.sin(6.0 * math.pi * x) + 20.0 * math.sin(2.0 * math.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (ripple + 20.0 * math.sin(math.pi * y) + 40.0 * math.sin(math.pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * math.sin(math.pi / 12.0 * y) + 320.0 * math.sin(math.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (ripple + 20.0 * math.sin(math.pi * x) + 40.0 * math.sin(math.pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * math.sin(math.pi / 12.0 * x) + 300.0 * math.sin(math.pi / 30.0 * x)) * 2.0 / 3.0
    latitude_rad = math.radians(lat)
    shrink = 1.0 - _GCJ_ECCENTRICITY_SQUARED * math.sin(latitude_rad) ** 2
    meridian_m = _GCJ_AXIS_M * (1.0 - _GCJ_ECCENTRICITY_SQUARED) / shrink**1.5
    parallel_m = _GCJ_AXIS_M / math.sqrt(shrink) * math.cos(latitude_rad)
    return lon + math.degrees(east / parallel_m), lat + math.degrees(north / meridian_m)


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Return the WGS84 (lon, lat) of a GCJ-02 point, degrees, to better than a centimetre.

    The offset has no closed inverse; it varies slowly, so repeated correction converges in a few steps.
    """
    guess_lon, guess_lat = lon, lat
    for _ in range(_INVERSE_ITERATIONS):
        there_lon, there_lat = wgs84_to_gcj02(guess_lon, guess_lat)
        step_lon, step_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + step_lon, guess_lat + step_lat
        if max(abs(step_lon), abs(step_lat)) < _INVERSE_TOLERANCE_DEG:
            break
    return guess_lon, guess_lat
