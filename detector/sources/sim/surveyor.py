"""The camera file that fits a simulated street exactly: place, calibration and zones follow from its geometry.

`python -m detector.sources.sim.surveyor FILE ...` surveys camera files with sim:// addresses again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from shapely.geometry import Polygon, box

from detector.config import Calibration, CalibrationPoint, Camera, Position, Zone
from detector.sources.sim.spec import ZoneOnGround
from detector.sources.sim.street import SimStreet

CALIBRATION_SPOTS = (
    (0.12, 0.92),
    (0.5, 0.95),
    (0.88, 0.92),
    (0.2, 0.62),
    (0.8, 0.62),
    (0.35, 0.4),
    (0.65, 0.4),
    (0.5, 0.5),
)
"""Where on the picture calibration points are taken, shares of width and height."""
REACH_M = 70.0
"""No calibration point lies farther from the camera."""
MIN_ZONE_SHARE = 0.002
"""Zones of which the picture holds less are left out."""


def survey(camera: Camera, street: SimStreet | None = None) -> Camera:
    """Return a camera file with place, calibration and zones as the geometry of its simulated street gives them.

    Args:
        camera: its file so far; everything but these three is kept.
        street: what it looks at; opened by the file's sim:// address when absent.

    Raises:
        ConfigError: the address or its scene is wrong.
    """
    street = street or SimStreet.at(camera.source.url)
    lon, lat = street.scene.anchor.lonlat(*street.camera.position_m[:2])
    zones = [zone for ground in street.scene.spec.zones if (zone := _zone(street, ground)) is not None]
    return camera.model_copy(
        update={
            "position": Position(lon=round(lon, 8), lat=round(lat, 8), crs="EPSG:4326"),
            "calibration": Calibration(resolution_wh=street.camera.resolution_wh, points=_calibration(street)),
            "zones": tuple(zones),
        }
    )


def new_camera(camera_id: str, url: str, **fields: Any) -> Camera:
    """Return the camera file of a sim:// address, surveyed.

    Args:
        camera_id: its id.
        url: sim:// address.
        fields: other fields of `Camera`: watch, matters, overrides.

    Raises:
        ConfigError: the address or its scene is wrong.
    """
    street = SimStreet.at(url)
    origin = street.scene.spec.place
    blank = {
        "id": camera_id,
        "names": street.scene.spec.names,
        "source": {"url": url},
        "watch": {"look_interval_s": 1.0},
        "position": {"lon": origin.lon, "lat": origin.lat, "crs": "EPSG:4326"},
    }
    return survey(Camera.model_validate({**blank, **fields}), street)


def _calibration(street: SimStreet) -> tuple[CalibrationPoint, ...]:
    width, height = street.camera.resolution_wh
    points = []
    for x_share, y_share in CALIBRATION_SPOTS:
        px = (float(round(x_share * width)), float(round(y_share * height)))
        ground = street.camera.ground_point_m(px)
        if ground is None or np.hypot(*(np.array(ground) - street.camera.centre_m[:2])) > REACH_M:
            continue
        lon, lat = street.scene.anchor.lonlat(*ground)
        points.append(CalibrationPoint(px=px, lon=round(lon, 9), lat=round(lat, 9)))
    return tuple(points)


def _zone(street: SimStreet, ground: ZoneOnGround) -> Zone | None:
    """Return a zone as the camera sees it, cut at the picture's border; None when hardly any of it is seen."""
    width, height = street.camera.resolution_wh
    corners = street.camera.cut_near(np.array([(x, y, 0.0) for x, y in ground.polygon_m]))
    if len(corners) < 3:
        return None
    px, _ = street.camera.project(corners)
    seen = Polygon(px).intersection(box(0, 0, width, height))
    if seen.geom_type != "Polygon" or seen.area < MIN_ZONE_SHARE * width * height:
        return None
    outline = [(round(float(x), 1), round(float(y), 1)) for x, y in seen.exterior.coords[:-1]]
    return Zone(
        id=ground.id,
        purpose=ground.purpose,
        names=ground.names,
        resolution_wh=(width, height),
        polygon_px=tuple(outline),
    )


def camera_yaml(camera: Camera, comment: str = "") -> str:
    """Return a camera file's text."""
    values: dict[str, Any] = camera.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, default_flow_style=None, width=150)


def main(paths: Sequence[str]) -> None:
    """Survey camera files again, in place; their leading comments are kept."""
    for path in map(Path, paths):
        text = path.read_text(encoding="utf-8")
        comment = "\n".join(line[2:] for line in text.splitlines() if line.startswith("# "))
        camera = Camera.model_validate(yaml.safe_load(text))
        path.write_text(camera_yaml(survey(camera), comment), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
