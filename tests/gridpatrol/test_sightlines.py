"""Which cameras see a place, by where their zones lie on the ground."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.config import Camera
from dispatch.contract import Location
from gridpatrol.config import load_camera, load_matters
from gridpatrol.shipped import SHIPPED_CONFIG
from gridpatrol.sightlines import Sightlines

MATTERS = load_matters(SHIPPED_CONFIG / "matters")
LAT_M, LON_M = 110_700.0, 102_800.0

CAMERA = """\
id: {id}
names: {{en: Market, zh: 市场}}
source: {{url: "rtsp://10.0.0.1/1"}}
position: {{lon: {lon}, lat: 22.5478, crs: "EPSG:4326", error_m: 60}}
zones:
  - id: walk
    purpose: pavement
    resolution_wh: [1280, 720]
    polygon_px: [[150, 600], [1100, 600], [1100, 700], [150, 700]]
"""
CALIBRATION = """\
calibration:
  resolution_wh: [1280, 720]
  points:
    - {{px: [150, 650], lon: {west}, lat: 22.54780}}
    - {{px: [1100, 680], lon: {east}, lat: 22.54780}}
    - {{px: [1050, 300], lon: {far_east}, lat: 22.54805}}
    - {{px: [250, 330], lon: {far_west}, lat: 22.54800}}
"""


@pytest.fixture
def cameras(tmp_path: Path) -> dict[str, Camera]:
    """Calibrated ones at 114.13 and 100 m east of it, one without calibration beside the first."""
    made: dict[str, Camera] = {}
    for id, shift_m, is_calibrated in (("west", 0, True), ("east", 100, True), ("bare", 0, False)):
        lon = 114.13 + shift_m / LON_M
        text = CAMERA.format(id=id, lon=lon)
        if is_calibrated:
            text += CALIBRATION.format(west=lon, east=lon + 1e-4, far_east=lon + 2e-4, far_west=lon - 1e-4)
        path = tmp_path / f"{id}.yaml"
        path.write_text(text, encoding="utf-8")
        made[id] = load_camera(path, MATTERS)
    return made


def place(east_m: float, north_m: float = 0) -> Location:
    return Location(lon=114.13 + east_m / LON_M, lat=22.5478 + north_m / LAT_M, error_m=0)


@pytest.mark.parametrize(
    ("where", "reach_m", "seen"),
    [
        (place(5), 10, ["bare", "west"]),
        (place(105), 10, ["east"]),
        (place(105), 200, ["east", "bare", "west"]),
        (place(40), 10, ["bare"]),  # within the circle of all three, on the zone of none
        (place(5, 5000), 10, []),
    ],
)
def test_the_cameras_whose_zones_are_near(
    cameras: dict[str, Camera], where: Location, reach_m: float, seen: list[str]
) -> None:
    sightlines = Sightlines(lambda: cameras, lambda: MATTERS)
    found = list(sightlines.seeing(where, "litter_exposed", reach_m=reach_m))
    assert sorted(found) == sorted(seen)
    assert list(sightlines.seeing(where, "litter_exposed", reach_m=reach_m)) == found
    assert found[:1] == seen[:1] or found[:2] == seen[1::-1]


def test_a_camera_that_does_not_watch_for_the_matter_is_not_asked(cameras: dict[str, Camera]) -> None:
    sightlines = Sightlines(lambda: cameras, lambda: MATTERS)
    assert sightlines.seeing(place(5), "illegal_parking", reach_m=10) == ()
    assert sightlines.seeing(place(5), "unheard_of", reach_m=10) == ()


def test_changed_cameras_are_followed(cameras: dict[str, Camera]) -> None:
    sightlines = Sightlines(lambda: cameras, lambda: MATTERS)
    assert "west" in sightlines.seeing(place(5), "litter_exposed", reach_m=10)
    cameras["west"] = cameras["west"].model_copy(update={"zones": ()})
    assert "west" not in sightlines.seeing(place(5), "litter_exposed", reach_m=10)
    del cameras["bare"]
    assert sightlines.seeing(place(5), "litter_exposed", reach_m=10) == ()
