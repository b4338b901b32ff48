"""A no-parking kerb with two cars, in the demonstration, and where its spots lie on the picture and on the map."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import yaml

from detector.config import CalibrationPoint, Camera
from detector.sources.sim.street import SimStreet
from detector.sources.sim.surveyor import new_camera
from gridpatrol.demo import COPIED_NAME, DEMO_CONFIG
from gridpatrol.shipped import SHIPPED_CONFIG
from tests.console.browser import Node

MATTER = "illegal_parking"
ALWAYS = -60.0
"""Before the world began: the cars stand there from the first look on."""
CARS = {
    "near": {"what": "sedan", "variant": 7, "at_m": [-3.85, 14.0]},
    "far": {"what": "suv", "variant": 5, "at_m": [-3.85, 26.0]},
}
WIDTH = 960
EARTH_RADIUS_M = 6_378_137.0
"""Of the map's projection, EPSG:3857."""
CLOSEST_ZOOM = 20
TILE_PX = 256


class Kerb:
    """The demonstration without its four cameras, and a street of its own that can be added and changed.

    A scene is read when its camera is opened: what is changed holds from the node's next start on.
    """

    def __init__(self, folder: Path) -> None:
        data = folder / "demo"
        config = data / "config"
        (config / "cameras").mkdir(parents=True)
        retired = {path.name: "retired" for path in (DEMO_CONFIG / "cameras").glob("*.yaml")}
        (config / COPIED_NAME).write_text(json.dumps(retired))
        self._scene = config / "kerb.yaml"
        self._standing = dict(CARS)
        self._write()
        _all_to_review(config / "matters")
        command = ["gridpatrol.cli", "demo", "--data", str(data), "--port", "{port}", "--lang", "zh"]
        self.node = Node(folder, command, data)

    @property
    def url(self) -> str:
        """What is typed as the camera's address."""
        return f"sim://{self._scene}?seed=7&width={WIDTH}"

    def survey(self) -> Camera:
        """Return the camera as its street's geometry gives it: place, zones, points on picture and map."""
        return new_camera("kerb", self.url)

    def tow(self, car: str) -> None:
        """Have a car taken away. It holds from the next start on."""
        del self._standing[car]
        self._write()

    def car_at(self, lon: float, lat: float) -> str:
        """Return the car that is nearest to a place."""
        anchor = SimStreet.at(self.url).scene.anchor

        def apart(car: str) -> float:
            at_lon, at_lat = anchor.lonlat(*CARS[car]["at_m"])  # type: ignore[misc]
            return math.hypot((at_lon - lon) * math.cos(math.radians(lat)), at_lat - lat)

        return min(CARS, key=apart)

    def _write(self) -> None:
        scene: dict[str, Any] = yaml.safe_load((DEMO_CONFIG / "scenes" / "parking.yaml").read_text(encoding="utf-8"))
        cars = [{"id": id, "arrives_s": ALWAYS, "bearing_deg": 0, **car} for id, car in self._standing.items()]
        scene |= {"name": "kerb", "lanes": [], "faults": [], "loop_s": None, "happenings": cars}
        self._scene.write_text(yaml.safe_dump(scene, allow_unicode=True), encoding="utf-8")


def _all_to_review(folder: Path) -> None:
    """The shipped catalogue, but a person decides on every parked car."""
    folder.mkdir()
    for path in (SHIPPED_CONFIG / "matters").glob("*.yaml"):
        matter = yaml.safe_load(path.read_text(encoding="utf-8"))
        if matter["code"] == MATTER:
            matter["filing"]["review_below"] = 1.0
        (folder / path.name).write_text(yaml.safe_dump(matter, allow_unicode=True), encoding="utf-8")


def on_map(point: CalibrationPoint, centre: tuple[float, float]) -> tuple[float, float]:
    """Return where a place lies on a map that is as close as it comes, in pixels right of and below its centre.

    Args:
        point: the place.
        centre: longitude and latitude of the map's centre.
    """
    px_per_m = TILE_PX * 2**CLOSEST_ZOOM / (2 * math.pi * EARTH_RADIUS_M)
    (x_m, y_m), (middle_x_m, middle_y_m) = _mercator(point.lon, point.lat), _mercator(*centre)
    return (x_m - middle_x_m) * px_per_m, (middle_y_m - y_m) * px_per_m


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return EARTH_RADIUS_M * math.radians(lon), EARTH_RADIUS_M * north
