"""The pinhole camera of a simulated street, and where its ground lies on the map.

Scene frame: x right, y forward, z up, metres, origin on the ground. Camera frame: x right, y down, z along the view.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

Floats = NDArray[np.float64]

NEAR_M = 0.5
"""Nothing nearer to the lens than this is drawn."""


@dataclass(frozen=True)
class Pinhole:
    """A distortion-free camera over the ground.

    Attributes:
        position_m: (x, y, height) in the scene frame.
        heading_deg: where it looks, clockwise from the scene's +y axis.
        tilt_deg: how far it looks down from the horizon.
        roll_deg: clockwise turn of the camera about its view.
        hfov_deg: horizontal field of view.
        resolution_wh: picture size, pixels.
    """

    position_m: tuple[float, float, float]
    heading_deg: float
    tilt_deg: float
    hfov_deg: float
    resolution_wh: tuple[int, int]
    roll_deg: float = 0.0

    @cached_property
    def centre_m(self) -> Floats:
        """Optical centre in the scene frame, shape (3,)."""
        return np.asarray(self.position_m, dtype=np.float64)

    @cached_property
    def rotation(self) -> Floats:
        """Scene to camera axes, shape (3, 3)."""
        heading, tilt, roll = radians(self.heading_deg), radians(self.tilt_deg), radians(self.roll_deg)
        right = np.array([cos(heading), -sin(heading), 0.0])
        view = np.array([sin(heading) * cos(tilt), cos(heading) * cos(tilt), -sin(tilt)])
        down = np.cross(view, right)
        turned = np.array([[cos(roll), sin(roll), 0.0], [-sin(roll), cos(roll), 0.0], [0.0, 0.0, 1.0]])
        axes: Floats = turned @ np.stack([right, down, view])
        return axes

    @cached_property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return self.resolution_wh[0] / 2 / tan(radians(self.hfov_deg) / 2)

    @cached_property
    def matrix(self) -> Floats:
        """Projection of homogeneous scene points to homogeneous pixels, shape (3, 4)."""
        width, height = self.resolution_wh
        inner = np.array([[self.focal_px, 0, width / 2], [0, self.focal_px, height / 2], [0, 0, 1.0]])
        return inner @ np.hstack([self.rotation, -(self.rotation @ self.centre_m)[:, None]])

    @cached_property
    def ground_homography(self) -> Floats:
        """Ground (x, y, 1) in metres to homogeneous pixels, shape (3, 3)."""
        return self.plane_homography(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))

    def plane_homography(self, origin_m: Floats, u_axis: Floats, v_axis: Floats) -> Floats:
        """Return the homography from metres (u, v, 1) on a plane to homogeneous pixels, shape (3, 3)."""
        plane = np.zeros((4, 3))
        plane[:3, 0], plane[:3, 1], plane[:3, 2], plane[3, 2] = u_axis, v_axis, origin_m, 1.0
        return self.matrix @ plane

    def project(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Project scene points (N, 3) to pixels (N, 2) and depths in metres (N,). Behind the lens depth is <= 0."""
        inside = (points_m - self.centre_m) @ self.rotation.T
        depth = inside[:, 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        width, height = self.resolution_wh
        px = inside[:, :2] / safe[:, None] * self.focal_px + np.array([width / 2, height / 2])
        return px, depth

    def cut_near(self, points_m: Floats) -> Floats:
        """Return the part of a polygon in space (N, 3) that lies before the lens; possibly nothing, shape (0, 3)."""
        depth = (points_m - self.centre_m) @ self.rotation[2] - NEAR_M
        kept = []
        for i in range(len(points_m)):
            j = (i + 1) % len(points_m)
            if depth[i] >= 0:
                kept.append(points_m[i])
            if (depth[i] >= 0) != (depth[j] >= 0):
                share = depth[i] / (depth[i] - depth[j])
                kept.append(points_m[i] + (points_m[j] - points_m[i]) * share)
        return np.array(kept, dtype=np.float64).reshape(-1, 3)

    def ground_point_m(self, px: tuple[float, float]) -> tuple[float, float] | None:
        """Return the ground point (x, y) seen at a pixel; None at or above the horizon."""
        width, height = self.resolution_wh
        ray = self.rotation.T @ np.array([(px[0] - width / 2) / self.focal_px, (px[1] - height / 2) / self.focal_px, 1])
        if ray[2] >= -1e-6:
            return None
        reach = -self.centre_m[2] / ray[2]
        point = self.centre_m + reach * ray
        return float(point[0]), float(point[1])


@dataclass(frozen=True)
class Anchor:
    """Ties the scene frame to the map: the origin's WGS84 place and the compass bearing of the scene's +y axis."""

    lon: float
    lat: float
    bearing_deg: float = 0.0

    @cached_property
    def _local(self) -> Transformer:
        local = f"+proj=aeqd +lat_0={self.lat} +lon_0={self.lon} +ellps=WGS84 +units=m"
        return Transformer.from_crs(local, "EPSG:4326", always_xy=True)

    def lonlat(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return WGS84 (lon, lat) of a ground point, azimuthal equidistant about the origin."""
        bearing = radians(self.bearing_deg)
        east = x_m * cos(bearing) + y_m * sin(bearing)
        north = -x_m * sin(bearing) + y_m * cos(bearing)
        lon, lat = self._local.transform(east, north)
        return float(lon), float(lat)
