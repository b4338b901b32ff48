"""Which cameras see a place: those whose zones, laid on the ground, are near it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import shapely

from detector.config import Camera, Zone
from detector.georeference import Georeference, georeference, metres_per_degree
from dispatch.contract import Location
from gridpatrol.config import Matter, watched_on

POINTS_A_SIDE = 6
"""Of a zone's outline that are laid on the ground: what lies beyond the horizon is left out point by point."""


@dataclass(frozen=True)
class _Ground:
    """Where a camera's zones lie, by purpose; a zone that the calibration cannot place is missing."""

    camera: Camera
    outlines: Mapping[str, shapely.Geometry]


class Sightlines:
    """Finds the cameras that see a place. To the desk it is `dispatch.looks.Watchers`.

    Args:
        cameras: returns the configured cameras as they are now, by id.
        matters: returns the catalogue as it is now, by code.
    """

    def __init__(
        self, cameras: Callable[[], Mapping[str, Camera]], matters: Callable[[], Mapping[str, Matter]]
    ) -> None:
        self._cameras = cameras
        self._matters = matters
        self._known: dict[str, _Ground] = {}

    def seeing(self, location: Location, matter: str, *, reach_m: float) -> Sequence[str]:
        """Return the cameras that watch for a matter within reach of a place, nearest first.

        A camera is as near as the nearest of its zones for the matter, which its calibration lays on the ground;
        without one, as the circle that holds all it sees (`position.error_m`).
        """
        near: list[tuple[float, str]] = []
        cameras, matters = self._cameras(), self._matters()
        for camera in cameras.values():
            position = camera.position
            to_circle_m = max(0.0, _distance_m(location, position.lon, position.lat) - position.error_m)
            watched = watched_on(camera, matters).get(matter) if to_circle_m <= reach_m else None
            if watched is None:
                continue
            outlines = self._outlines(camera)
            purposes = {purpose.value for purpose in watched.rule.zones}
            placed = [outline for purpose, outline in outlines.items() if purpose in purposes]
            distance_m = min((_to_outline_m(location, one) for one in placed), default=to_circle_m)
            if distance_m <= reach_m:
                near.append((distance_m, camera.id))
        self._known = {camera_id: ground for camera_id, ground in self._known.items() if camera_id in cameras}
        return tuple(camera_id for _, camera_id in sorted(near))

    def _outlines(self, camera: Camera) -> Mapping[str, shapely.Geometry]:
        known = self._known.get(camera.id)
        if known is None or known.camera is not camera:
            known = _Ground(camera, _laid_out(camera))
            self._known[camera.id] = known
        return known.outlines


def _laid_out(camera: Camera) -> dict[str, shapely.Geometry]:
    plane = georeference(camera)
    outlines: dict[str, list[shapely.Geometry]] = {}
    for zone in camera.zones:
        outline = _outline(zone, plane)
        if outline is not None:
            outlines.setdefault(zone.purpose.value, []).append(outline)
    return {purpose: shapely.unary_union(parts) for purpose, parts in outlines.items()}


def _outline(zone: Zone, plane: Georeference) -> shapely.Geometry | None:
    """Return the ground that a zone covers as WGS84, None where the calibration places fewer than three of its points.

    The hull is taken: the ground under a zone is needed to some metres only.
    """
    corners = zone.polygon_px
    points = [
        (x1 + (x2 - x1) * step / POINTS_A_SIDE, y1 + (y2 - y1) * step / POINTS_A_SIDE)
        for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True)
        for step in range(POINTS_A_SIDE)
    ]
    places = [plane.locate((x, y, x, y), zone.resolution_wh) for x, y in points]
    placed = [(place.lon, place.lat) for place in places if place is not plane.fallback]
    return shapely.MultiPoint(placed).convex_hull if len(placed) >= 3 else None


def _to_outline_m(location: Location, outline: shapely.Geometry) -> float:
    lon_m, lat_m = metres_per_degree(location.lat)
    metric = shapely.transform(outline, lambda lonlat: (lonlat - (location.lon, location.lat)) * (lon_m, lat_m))
    return float(shapely.distance(metric, shapely.Point(0.0, 0.0)))


def _distance_m(location: Location, lon: float, lat: float) -> float:
    lon_m, lat_m = metres_per_degree(location.lat)
    return math.hypot((lon - location.lon) * lon_m, (lat - location.lat) * lat_m)
