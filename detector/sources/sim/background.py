"""The still part of a picture: sky, ground and houses under one light, drawn once and kept."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.sources.sim.camera import Floats, Pinhole
from detector.sources.sim.facade import PX_PER_M as FACADE_PX_PER_M
from detector.sources.sim.facade import front
from detector.sources.sim.ground import PX_PER_M, footprint, ground_map, lamp_mask, sun_mask, to_map
from detector.sources.sim.light import Light
from detector.sources.sim.spec import Building, SceneSpec
from detector.sources.sim.texture import noise

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

LIGHT_PX_PER_M = 7.0
LAMP_BGR = np.array([0.70, 0.88, 1.0], np.float32)
FINE = 2
"""The background is drawn this many times finer and averaged, so that far paving does not shimmer."""


@dataclass(frozen=True, eq=False)
class Background:
    """The still picture and the light at any place.

    Attributes:
        bgr: (h, w, 3) uint8.
        sun: share of the sun that reaches the ground, map at LIGHT_PX_PER_M.
        lamp: lamp light on the ground, same map.
        to_map: scene metres to pixels of these maps.
    """

    bgr: U8
    sun: F32
    lamp: F32
    to_map: Floats

    def light_on(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return the share of sun and the lamp light at a place on the ground."""
        at = self.to_map @ np.array([x_m, y_m, 1.0])
        row = int(np.clip(at[1], 0, self.sun.shape[0] - 1))
        column = int(np.clip(at[0], 0, self.sun.shape[1] - 1))
        return float(self.sun[row, column]), float(self.lamp[row, column])


def background(spec: SceneSpec, camera: Pinhole, light: Light, seed: int) -> Background:
    """Draw what never moves, without the street furniture."""
    rng = np.random.default_rng([seed, 11])
    sun = sun_mask(spec, light, LIGHT_PX_PER_M, rng)
    lamp = lamp_mask(spec, LIGHT_PX_PER_M)
    fine = Pinhole(
        camera.position_m,
        camera.heading_deg,
        camera.tilt_deg,
        camera.hfov_deg,
        (camera.resolution_wh[0] * FINE, camera.resolution_wh[1] * FINE),
        camera.roll_deg,
    )
    picture = _sky(fine, light, rng)
    _lay_ground(picture, spec, fine, light, sun=sun, lamp=lamp, rng=rng)
    middle = camera.centre_m[:2]
    for building in sorted(spec.buildings, key=lambda b: -float(np.hypot(*(np.mean([b.from_m, b.to_m], 0) - middle)))):
        _lay_building(picture, building, fine, light)
    small = cv2.resize(picture, camera.resolution_wh, interpolation=cv2.INTER_AREA)
    return Background(small.astype(np.uint8), sun, lamp, to_map(spec, LIGHT_PX_PER_M))


def _sky(camera: Pinhole, light: Light, rng: np.random.Generator) -> U8:
    width, height = (side // 8 for side in camera.resolution_wh)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, low = np.array([225, 190, 160], np.float32), np.array([232, 226, 220], np.float32)
    grey = np.array([205, 203, 200], np.float32)
    overcast = float(1 - light.sun_bgr.mean() / 0.84)
    sky = (top * (1 - rows) + low * rows) * (1 - overcast) + grey * overcast
    sky = sky + 9 * np.clip(noise(rng, (height, width), 40, 4), -2, 2)[:, :, None]
    day = 1 - light.lamps
    dark = np.array([44, 30, 26], np.float32)
    bgr = sky * (0.12 + 0.88 * day) * day + dark * (1 - day)
    return _bytes(np.asarray(cv2.resize(bgr.astype(np.float32), camera.resolution_wh), np.float32))


def _bytes(values: NDArray[np.floating]) -> U8:
    return np.asarray(cv2.convertScaleAbs(np.maximum(values, 0, dtype=np.float32)), np.uint8)


@dataclass(frozen=True, eq=False)
class _Window:
    """A flat face on the picture: the part of the picture it touches and its mask there."""

    left: int
    top: int
    mask: U8


def _cover(points_m: Floats, camera: Pinhole) -> _Window | None:
    """Return where a polygon in space lies on the picture, or None when it is out of sight."""
    seen = camera.cut_near(points_m)
    if len(seen) < 3:
        return None
    px, _ = camera.project(seen)
    px = np.clip(px, -1e5, 1e5)
    width, height = camera.resolution_wh
    left, top = max(0, int(px[:, 0].min())), max(0, int(px[:, 1].min()))
    right, bottom = min(width, int(px[:, 0].max()) + 1), min(height, int(px[:, 1].max()) + 1)
    if right <= left or bottom <= top:
        return None
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [((px - (left, top)) * 16).round().astype(np.int32)], 255, cv2.LINE_8, 4)
    return _Window(left, top, mask)


def _lay_flat(picture: U8, window: _Window, texture: U8, to_picture: Floats) -> None:
    """Warp a texture into a window of the picture."""
    height, width = window.mask.shape
    shift = np.array([[1.0, 0, -window.left], [0, 1, -window.top], [0, 0, 1]])
    warped = cv2.warpPerspective(
        texture, shift @ to_picture, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    part = picture[window.top : window.top + height, window.left : window.left + width]
    cv2.copyTo(warped, window.mask, part)


def _lay_ground(
    picture: U8, spec: SceneSpec, camera: Pinhole, light: Light, *, sun: F32, lamp: F32, rng: np.random.Generator
) -> None:
    ground = ground_map(spec, rng, PX_PER_M * float(np.clip(camera.resolution_wh[0] / FINE / 1280, 0.4, 1.0)))
    height, width = ground.albedo.shape[:2]
    lit = sun[:, :, None] * (light.sun_bgr * max(float(light.sun_direction[2]), 0.0)).astype(np.float32)
    lit = lit + light.sky_bgr.astype(np.float32) + light.lamps * lamp[:, :, None] * LAMP_BGR
    bgr = ground.albedo * cv2.resize(lit.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if light.rain > 0:
        bgr = _wet(bgr, light, float(ground.to_px[0, 0]), rng)
    x1, y1, x2, y2 = spec.extent_m
    far = 400.0
    apron = [(x1 - far, y1 - far, 0), (x2 + far, y1 - far, 0), (x2 + far, y2 + far, 0), (x1 - far, y2 + far, 0)]
    window = _cover(np.array(apron, dtype=np.float64), camera)
    if window is not None:
        _lay_flat(picture, window, _bytes(bgr), camera.ground_homography @ np.linalg.inv(ground.to_px))


def _wet(bgr: F32, light: Light, px_per_m: float, rng: np.random.Generator) -> F32:
    """Rain darkens the ground and leaves puddles that mirror the sky."""
    shape = bgr.shape[:2]
    puddle = np.clip(noise(rng, (shape[0] // 4, shape[1] // 4), 0.9 * px_per_m, 3) - 1.15, 0, 0.5) * 2
    share = cv2.resize(puddle.astype(np.float32), (shape[1], shape[0]))[:, :, None] * light.rain
    sky = (np.array([205, 203, 200]) * light.sky_bgr).astype(np.float32) * 0.9
    wet: F32 = bgr * (1 - 0.34 * light.rain) * (1 - 0.75 * share) + sky * 0.75 * share
    return wet


def _lay_building(picture: U8, building: Building, camera: Pinhole, light: Light) -> None:
    foot = footprint(building)
    walls = []
    for i in range(4):
        left, right = np.array([*foot[i], 0.0]), np.array([*foot[(i + 1) % 4], 0.0])
        out = np.array([(right - left)[1], -(right - left)[0], 0.0])
        out /= max(float(np.linalg.norm(out)), 1e-9)
        if float((camera.centre_m - left) @ out) > 0:
            walls.append((float(np.linalg.norm((left + right) / 2 - camera.centre_m)), i, left, right, out))
    for _, i, left, right, out in sorted(walls, key=lambda w: -w[0]):
        _lay_wall(picture, building, (left, right, out), camera, light, number=i)
    if camera.centre_m[2] > building.height_m:
        window = _cover(np.array([[*p, building.height_m] for p in foot]), camera)
        if window is not None:
            tone = np.array([120, 122, 124]) * (light.sky_bgr + light.sun_bgr * light.sun_direction[2])
            _lay_flat(picture, window, _bytes(np.broadcast_to(tone, (4, 4, 3)).astype(np.float32)), np.eye(3))


def _lay_wall(
    picture: U8,
    building: Building,
    wall: tuple[Floats, Floats, Floats],
    camera: Pinhole,
    light: Light,
    *,
    number: int,
) -> None:
    left, right, out = wall
    wide = float(np.linalg.norm(right - left))
    along = (right - left) / max(wide, 1e-9)
    up = np.array([0, 0, 1.0])
    high = up * building.height_m
    window = _cover(np.array([left, right, right + high, left + high]), camera)
    if window is None:
        return
    rng = np.random.default_rng([building.variant, number, round(building.height_m * 10)])
    paint = front(building, wide, rng, main=number == 0)
    direct = max(0.0, float(out @ light.sun_direction))
    lit = (light.sky_bgr * 0.66 + light.sun_bgr * direct).astype(np.float32)
    rows = paint.albedo.shape[0]
    low = np.clip((np.arange(rows, dtype=np.float32) / rows - 0.55) / 0.45, 0, 1)[:, None, None]
    bgr = paint.albedo * (lit + light.lamps * (0.06 + 0.28 * low) * LAMP_BGR)
    if light.lamps > 0:
        bgr += paint.albedo * (paint.glow * light.lamps * 1.25)[:, :, None] * np.array([0.8, 0.95, 1.05], np.float32)
    scale = FACADE_PX_PER_M
    to_texture = np.array([[1 / scale, 0, 0], [0, -1 / scale, building.height_m], [0, 0, 1.0]])
    _lay_flat(picture, window, _bytes(bgr), camera.plane_homography(left, along, up) @ to_texture)
