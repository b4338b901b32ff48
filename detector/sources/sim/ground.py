"""The ground of a scene seen from above: materials, kerbs, paint, wear, shadows of what stands still, lamp light."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.sources.sim.light import Light
from detector.sources.sim.spec import Building, Marking, SceneSpec
from detector.sources.sim.texture import letters, material, noise

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Floats = NDArray[np.float64]

PX_PER_M = 28.0
"""Detail of the ground for a picture 1280 pixels wide."""
PAINTS = {"white": (205, 210, 212), "yellow": (50, 170, 205), "red": (50, 50, 170)}
LAMP_REACH_M = 6.5


@dataclass(frozen=True, eq=False)
class GroundMap:
    """The ground from above. Row 0 is the far edge (largest y), column 0 the left edge.

    Attributes:
        albedo: (h, w, 3) float32 BGR 0..255.
        to_px: (3, 3) scene metres (x, y, 1) to map pixels.
    """

    albedo: F32
    to_px: Floats


def to_map(spec: SceneSpec, px_per_m: float) -> Floats:
    """Return the map from scene metres to pixels of a ground map."""
    x1, _, _, y2 = spec.extent_m
    return np.array([[px_per_m, 0, -x1 * px_per_m], [0, -px_per_m, y2 * px_per_m], [0, 0, 1.0]])


def shape_of(spec: SceneSpec, px_per_m: float) -> tuple[int, int]:
    """Return rows and columns of a ground map."""
    x1, y1, x2, y2 = spec.extent_m
    return round((y2 - y1) * px_per_m), round((x2 - x1) * px_per_m)


def corners_px(
    points_m: tuple[tuple[float, float], ...] | list[tuple[float, float]], to_px: Floats
) -> NDArray[np.int32]:
    """Return polygon corners on a ground map, shape (N, 2), with 4 fractional bits."""
    points = np.asarray(points_m, dtype=np.float64)
    at_px: Floats = points * (to_px[0, 0], to_px[1, 1]) + (to_px[0, 2], to_px[1, 2])
    return np.asarray((at_px * 16).round(), np.int32)


def ground_map(spec: SceneSpec, rng: np.random.Generator, px_per_m: float = PX_PER_M) -> GroundMap:
    """Paint the ground of a scene."""
    shape, to_px = shape_of(spec, px_per_m), to_map(spec, px_per_m)
    sheets = {
        name: material(name, rng, shape, px_per_m)
        for name in sorted({spec.base.value, *(s.material.value for s in spec.surfaces)})
    }
    albedo = sheets[spec.base.value].copy()
    for surface in spec.surfaces:
        cover = np.zeros(shape, np.uint8)
        polygon = corners_px(surface.polygon_m, to_px)
        cv2.fillPoly(cover, [polygon], 255, shift=4)
        inside = cover > 0
        albedo[inside] = sheets[surface.material.value][inside] * surface.tone
        if surface.kerb:
            cv2.polylines(albedo, [polygon], True, (70, 72, 72), round(0.34 * px_per_m), cv2.LINE_AA, 4)
            cv2.polylines(albedo, [polygon], True, (160, 164, 165), round(0.18 * px_per_m), cv2.LINE_AA, 4)
    _paint(albedo, spec, to_px, rng)
    _covers(albedo, spec, to_px, rng)
    return GroundMap(albedo, to_px)


def _paint(albedo: F32, spec: SceneSpec, to_px: Floats, rng: np.random.Generator) -> None:
    """Lay the markings, worn away in places."""
    for colour, bgr in PAINTS.items():
        layer = np.zeros(albedo.shape[:2], np.uint8)
        for mark in spec.markings:
            if mark.colour == colour:
                _mark(layer, mark, to_px)
        if not layer.any():
            continue
        height, width = albedo.shape[0], albedo.shape[1]
        worn = cv2.resize(noise(rng, (height // 3 + 1, width // 3 + 1), 7, 2), (width, height))
        wear = np.clip(0.86 + 0.20 * worn, 0.25, 0.95)
        share = (layer.astype(np.float32) / 255 * wear)[:, :, None]
        albedo *= 1 - share
        albedo += share * np.array(bgr, np.float32)


def _line(layer: U8, start: Floats, end: Floats, width_m: float, to_px: Floats) -> None:
    along = end - start
    length = float(np.hypot(*along))
    side = np.array([-along[1], along[0]]) / max(length, 1e-9) * width_m / 2
    cv2.fillConvexPoly(
        layer,
        corners_px([tuple(start - side), tuple(end - side), tuple(end + side), tuple(start + side)], to_px),
        255,
        cv2.LINE_AA,
        4,
    )


def _mark(layer: U8, mark: Marking, to_px: Floats) -> None:
    start, end = np.array(mark.from_m), np.array(mark.to_m)
    if mark.kind == "line":
        along = end - start
        length = float(np.hypot(*along))
        painted, bare = mark.dash_m or (length, 1.0)
        for at in np.arange(0, length, painted + bare):
            until = min(at + painted, length)
            _line(layer, start + along * at / length, start + along * until / length, mark.width_m, to_px)
        return
    low, high = np.minimum(start, end), np.maximum(start, end)
    if mark.kind == "zebra":
        wide = high - low
        axis = 0 if wide[0] >= wide[1] else 1
        for at in np.arange(low[axis], high[axis] - 0.2, 0.95):
            a, b = low.copy(), high.copy()
            a[axis], b[axis] = at, at + 0.5
            _box(layer, a, b, to_px)
    elif mark.kind == "box":
        for a, b in (
            (low, (high[0], low[1])),
            ((high[0], low[1]), high),
            (high, (low[0], high[1])),
            ((low[0], high[1]), low),
        ):
            _line(layer, np.array(a, float), np.array(b, float), mark.width_m, to_px)
    elif mark.kind == "bay":
        for a, b in (
            (low, (high[0], low[1])),
            ((high[0], low[1]), high),
            ((low[0], high[1]), tuple(low)),
            (tuple(high), (low[0], high[1])),
        ):
            _line(layer, np.array(a, float), np.array(b, float), 0.10, to_px)
    elif mark.kind == "hatch":
        _hatch(layer, low, high, mark.width_m, to_px)
    else:
        _write(layer, low, high, mark, to_px)


def _box(layer: U8, low: Floats, high: Floats, to_px: Floats) -> None:
    corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    cv2.fillConvexPoly(layer, corners_px(corners, to_px), 255, cv2.LINE_AA, 4)


def _hatch(layer: U8, low: Floats, high: Floats, width_m: float, to_px: Floats) -> None:
    stripes = np.zeros_like(layer)
    span = float(high[1] - low[1])
    for at in np.arange(low[0] - span, high[0], 1.1):
        _line(stripes, np.array([at, low[1]]), np.array([at + span, high[1]]), width_m, to_px)
    inside = np.zeros_like(layer)
    _box(inside, low, high, to_px)
    np.maximum(layer, np.minimum(stripes, inside), out=layer)
    _mark(layer, Marking(kind="box", from_m=(low[0], low[1]), to_m=(high[0], high[1]), width_m=width_m), to_px)


def _write(layer: U8, low: Floats, high: Floats, mark: Marking, to_px: Floats) -> None:
    """Letters or an arrow stretched over the area, as paint on roads is."""
    sheet = letters("↑" if mark.kind == "arrow" else mark.text, 60, (255, 255, 255), (0, 0, 0))[:, :, 0]
    ys, xs = np.nonzero(sheet > 40)
    sheet = sheet[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    size = np.abs((high - low) * to_px[0, 0]).round().astype(int)
    turns = round(mark.bearing_deg / 90) % 4
    sheet = np.ascontiguousarray(np.rot90(sheet, -turns))
    sheet = np.asarray(
        cv2.resize(sheet, (max(int(size[0]), 2), max(int(size[1]), 2)), interpolation=cv2.INTER_AREA), np.uint8
    )
    left, top = round(low[0] * to_px[0, 0] + to_px[0, 2]), round(high[1] * to_px[1, 1] + to_px[1, 2])
    rows, columns = layer.shape
    a, b, c, d = max(top, 0), min(top + sheet.shape[0], rows), max(left, 0), min(left + sheet.shape[1], columns)
    if a < b and c < d:
        layer[a:b, c:d] = np.maximum(layer[a:b, c:d], sheet[a - top : b - top, c - left : d - left])


def _covers(albedo: F32, spec: SceneSpec, to_px: Floats, rng: np.random.Generator) -> None:
    """Manhole covers, patches of newer asphalt and oil spots: dark things that are nothing."""
    x1, y1, x2, y2 = spec.extent_m
    for _ in range(int((x2 - x1) * (y2 - y1) / 260)):
        x, y = rng.uniform((x1, y1), (x2, y2))
        left, top = corners_px([(x, y)], to_px)[0] // 16
        reach = int(0.36 * to_px[0, 0])
        kind = rng.random()
        if kind < 0.35:
            cv2.circle(albedo, (int(left), int(top)), reach, (58, 60, 62), -1, cv2.LINE_AA)
            cv2.circle(albedo, (int(left), int(top)), reach, (84, 86, 88), 2, cv2.LINE_AA)
            cv2.circle(albedo, (int(left), int(top)), reach // 2, (76, 78, 80), 1, cv2.LINE_AA)
        elif kind < 0.6:
            size = (rng.uniform(0.6, 2.4, 2) * to_px[0, 0]).astype(int)
            patch = albedo[max(0, top) : top + size[1], max(0, left) : left + size[0]]
            patch *= np.float32(rng.uniform(0.78, 0.92))
        else:
            half = round(0.7 * to_px[0, 0])
            spot = np.zeros((2 * half, 2 * half), np.float32)
            axes = (half * float(rng.uniform(0.2, 0.6)), half * float(rng.uniform(0.15, 0.4)))
            cv2.ellipse(
                spot, (half, half), (round(axes[0]), round(axes[1])), float(rng.uniform(0, 180)), 0, 360, 0.35, -1
            )
            patch = albedo[max(0, top) : top + 2 * half, max(0, left) : left + 2 * half]
            patch *= 1 - cv2.GaussianBlur(spot, (9, 9), 3)[: patch.shape[0], : patch.shape[1], None]


def footprint(building: Building) -> list[tuple[float, float]]:
    """Return the four ground corners of a building: front left, front right, back right, back left."""
    left, right = np.array(building.from_m), np.array(building.to_m)
    along = (right - left) / max(float(np.hypot(*(right - left))), 1e-9)
    back = np.array([-along[1], along[0]]) * building.depth_m
    points = (left, right, right + back, left + back)
    return [(float(p[0]), float(p[1])) for p in points]


def sun_mask(spec: SceneSpec, light: Light, px_per_m: float, rng: np.random.Generator) -> F32:
    """Return how much of the sun reaches the ground, 0..1, shape of a ground map at `px_per_m`."""
    shape, to_px = shape_of(spec, px_per_m), to_map(spec, px_per_m)
    dark = np.zeros(shape, np.uint8)
    throw = -light.sun_direction[:2] / light.sun_direction[2]
    for building in spec.buildings:
        foot = footprint(building)
        roof = [(x + throw[0] * building.height_m, y + throw[1] * building.height_m) for x, y in foot]
        hull = cv2.convexHull((corners_px([*foot, *roof], to_px) // 16).astype(np.int32))
        cv2.fillConvexPoly(dark, hull, 255)
    for item in spec.furniture:
        if item.what == "tree":
            middle = (item.at_m[0] + throw[0] * 4.3, item.at_m[1] + throw[1] * 4.3)
            crown = np.zeros(shape, np.uint8)
            for _ in range(60):
                x, y = rng.normal(0, 0.85, 2)
                stretch = rng.normal(0, 0.5)
                at = (
                    corners_px([(middle[0] + x + throw[0] * stretch, middle[1] + y + throw[1] * stretch)], to_px)[0]
                    // 16
                )
                cv2.circle(crown, (int(at[0]), int(at[1])), max(1, int(rng.uniform(0.2, 0.55) * px_per_m)), 225, -1)
            np.maximum(dark, crown, out=dark)
    soft = cv2.GaussianBlur(dark, (0, 0), max(0.6, 0.09 * px_per_m))
    return (1 - soft.astype(np.float32) / 255).astype(np.float32)


def lamp_mask(spec: SceneSpec, px_per_m: float) -> F32:
    """Return the light of street lamps and shop windows on the ground, 0..about 0.9, shape of a ground map."""
    shape, to_px = shape_of(spec, px_per_m), to_map(spec, px_per_m)
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    total = np.full(shape, 0.05, np.float32)
    sources = []
    for item in spec.furniture:
        if item.what == "lamp":
            bearing = radians(item.bearing_deg)
            sources.append((item.at_m[0] + sin(bearing) * 1.6, item.at_m[1] + cos(bearing) * 1.6, 0.62, LAMP_REACH_M))
    for building in spec.buildings:
        if building.style == "shops":
            a, b = np.array(building.from_m), np.array(building.to_m)
            steps = max(1, int(np.hypot(*(b - a)) / 6))
            sources += [(*(a + (b - a) * (i + 0.5) / steps), 0.34, 3.2) for i in range(steps)]
    for x, y, strength, reach in sources:
        at = to_px @ np.array([x, y, 1.0])
        distance = ((columns - at[0]) ** 2 + (rows - at[1]) ** 2) / np.float32((reach * px_per_m) ** 2)
        total += strength / (1 + distance) ** 2
    return total
