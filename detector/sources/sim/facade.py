"""House fronts: windows, shops with signs, blank walls."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.sources.sim.mesh import Bgr, any_colour, dimmed
from detector.sources.sim.spec import Building
from detector.sources.sim.texture import letters, noise

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

PX_PER_M = 26.0
GROUND_FLOOR_M = 3.9
FLOOR_M = 3.1
SHOPS = (
    "便利店",
    "水果",
    "茶饮",
    "药房",
    "面馆",
    "五金",
    "理发",
    "服装",
    "书店",
    "超市",
    "手机维修",
    "早餐",
    "BAKERY",
    "CAFE",
    "花店",
    "烟酒",
)
SIGNS: tuple[tuple[Bgr, Bgr], ...] = (
    ((30, 30, 190), (240, 240, 240)),
    ((150, 80, 20), (240, 240, 240)),
    ((50, 130, 40), (240, 245, 240)),
    ((35, 35, 36), (60, 200, 245)),
    ((40, 190, 240), (40, 40, 160)),
    ((225, 225, 225), (50, 50, 150)),
    ((140, 50, 100), (240, 240, 240)),
)
WALLS: tuple[Bgr, ...] = (
    (148, 166, 178),
    (172, 178, 182),
    (120, 138, 160),
    (158, 150, 140),
    (110, 118, 132),
    (190, 195, 196),
    (130, 150, 150),
)


@dataclass(frozen=True, eq=False)
class Front:
    """A wall's picture, top row first: albedo (h, w, 3) float32 and light given off (h, w) float32 0..1."""

    albedo: F32
    glow: F32


def front(building: Building, wide_m: float, rng: np.random.Generator, *, main: bool = True) -> Front:
    """Paint one wall of a building; side walls (`main` False) have few windows and no shop."""
    rows, columns = max(4, round(building.height_m * PX_PER_M)), max(4, round(wide_m * PX_PER_M))
    albedo = np.empty((rows, columns, 3), np.float32)
    tone = WALLS[building.variant % len(WALLS)] if building.style != "wall" else (138, 144, 148)
    albedo[:] = tone
    albedo *= (1 + 0.04 * noise(rng, (rows, columns), 60, 4))[:, :, None]
    glow = np.zeros((rows, columns), np.float32)
    if building.style == "wall":
        albedo[-round(0.5 * PX_PER_M) :] *= 0.82
        albedo[: round(0.15 * PX_PER_M)] *= 1.15
        return Front(albedo, glow)
    shops = building.style == "shops" and main
    floor_0 = GROUND_FLOOR_M if shops else 0.6
    _windows(albedo, glow, building, floor_0, rng, sparse=not main)
    if shops:
        _shopfronts(albedo, glow, rng)
    streak = 1 - 0.05 * np.clip(noise(rng, (1, columns), 24, 3), 0, 2)
    albedo *= streak[:, :, None]
    return Front(albedo, glow)


def _fill(albedo: F32, box_m: tuple[float, float, float, float], bgr: Bgr) -> tuple[slice, slice]:
    """Fill a rectangle (left, top, right, bottom) in metres from the top left corner; returns its pixels."""
    left, top, right, bottom = box_m
    rows = slice(max(0, round(top * PX_PER_M)), max(0, round(bottom * PX_PER_M)))
    columns = slice(max(0, round(left * PX_PER_M)), max(0, round(right * PX_PER_M)))
    albedo[rows, columns] = bgr
    return rows, columns


def _windows(
    albedo: F32, glow: F32, building: Building, floor_0: float, rng: np.random.Generator, *, sparse: bool
) -> None:
    height_m, wide_m = albedo.shape[0] / PX_PER_M, albedo.shape[1] / PX_PER_M
    office = building.style == "office"
    gap, wide = (1.9, 1.6) if office else (3.2, 1.7)
    tall = 2.1 if office else 1.5
    z = floor_0 + 0.95
    while z + tall + 0.3 < height_m:
        for x in np.arange(0.7, wide_m - wide - 0.3, gap * (2.5 if sparse else 1.0)):
            top = height_m - z - tall
            _fill(albedo, (x - 0.09, top - 0.09, x + wide + 0.09, top + tall + 0.12), (205, 208, 210))
            shade = float(rng.uniform(0.6, 1.25))
            area = _fill(albedo, (x, top, x + wide, top + tall), (92 * shade, 82 * shade, 70 * shade))
            gradient = np.linspace(1.35, 0.75, area[0].stop - area[0].start, dtype=np.float32)
            albedo[area] *= gradient[:, None, None]
            if rng.random() < 0.45:
                curtain = _fill(
                    albedo, (x + 0.05, top, x + wide * float(rng.uniform(0.25, 0.6)), top + tall), (160, 175, 185)
                )
                albedo[curtain] *= np.float32(rng.uniform(0.6, 1.0))
            _fill(albedo, (x + wide / 2 - 0.03, top, x + wide / 2 + 0.03, top + tall), (190, 192, 194))
            if rng.random() < 0.4:
                glow[area] = np.float32(rng.uniform(0.35, 0.8))
            if not office and rng.random() < 0.4:
                _fill(albedo, (x + 0.3, top + tall + 0.15, x + 1.1, top + tall + 0.7), (205, 208, 208))
                _fill(albedo, (x + 0.38, top + tall + 0.22, x + 0.85, top + tall + 0.64), (120, 122, 124))
        _fill(
            albedo,
            (0, height_m - z + 0.55, wide_m, height_m - z + 0.68),
            dimmed(WALLS[building.variant % len(WALLS)], 0.86),
        )
        z += FLOOR_M


def _shopfronts(albedo: F32, glow: F32, rng: np.random.Generator) -> None:
    height_m, wide_m = albedo.shape[0] / PX_PER_M, albedo.shape[1] / PX_PER_M
    x = 0.25
    while x < wide_m - 2.0:
        wide = min(float(rng.uniform(3.4, 6.0)), wide_m - x - 0.2)
        top = height_m - GROUND_FLOOR_M
        _fill(albedo, (x - 0.12, top, x + wide + 0.12, height_m), (112, 116, 118))
        if rng.random() < 0.14:
            area = _fill(albedo, (x + 0.15, top + 1.0, x + wide - 0.15, height_m), (150, 154, 156))
            ribs = 1 - 0.18 * ((np.arange(area[0].stop - area[0].start) % 5) == 0).astype(np.float32)
            albedo[area] *= ribs[:, None, None]
        else:
            _shop_window(albedo, glow, (x, wide, height_m), rng)
        _sign(albedo, glow, (x, top + 0.1, wide, 0.85), rng)
        x += wide + 0.35


def _shop_window(albedo: F32, glow: F32, at: tuple[float, float, float], rng: np.random.Generator) -> None:
    x, wide, bottom = at
    top = bottom - GROUND_FLOOR_M + 1.05
    area = _fill(albedo, (x + 0.1, top, x + wide - 0.1, bottom - 0.1), (84, 92, 98))
    rows = area[0].stop - area[0].start
    albedo[area] *= np.linspace(1.3, 0.65, rows, dtype=np.float32)[:, None, None]
    glow[area] = np.float32(rng.uniform(0.55, 0.95))
    for shelf in np.arange(top + 0.5, bottom - 0.5, 0.55):
        for place in np.arange(x + 0.25, x + wide - 0.5, 0.3):
            if rng.random() < 0.72:
                bgr = any_colour(rng, 50, 200)
                _fill(albedo, (place, shelf - float(rng.uniform(0.12, 0.36)), place + 0.22, shelf), bgr)
        _fill(albedo, (x + 0.2, shelf, x + wide - 0.2, shelf + 0.04), (150, 150, 150))
    albedo[area] = albedo[area] * 0.62 + 42
    door = x + float(rng.uniform(0.3, max(0.4, wide - 1.6)))
    _fill(albedo, (door, top, door + 1.2, bottom), (62, 60, 58))
    _fill(albedo, (door + 0.08, top + 0.08, door + 1.12, bottom - 0.05), (98, 106, 110))
    for line in (x + 0.1, x + wide / 2, x + wide - 0.14, door + 0.58):
        _fill(albedo, (line, top, line + 0.05, bottom), (70, 70, 70))


def _sign(albedo: F32, glow: F32, at: tuple[float, float, float, float], rng: np.random.Generator) -> None:
    x, top, wide, tall = at
    ground, ink = SIGNS[int(rng.integers(len(SIGNS)))]
    area = _fill(albedo, (x, top, x + wide, top + tall), ground)
    glow[area] = 0.85
    text = SHOPS[int(rng.integers(len(SHOPS)))]
    sheet = letters(text, int(tall * PX_PER_M * 0.74), ink, ground)
    room = (area[1].stop - area[1].start, area[0].stop - area[0].start)
    scale = min(1.0, room[0] / sheet.shape[1], room[1] / sheet.shape[0])
    fitted = cv2.resize(
        sheet, (max(2, int(sheet.shape[1] * scale)), max(2, int(sheet.shape[0] * scale))), interpolation=cv2.INTER_AREA
    )
    a = area[0].start + (room[1] - fitted.shape[0]) // 2
    b = area[1].start + (room[0] - fitted.shape[1]) // 2
    target = albedo[a : a + fitted.shape[0], b : b + fitted.shape[1]]
    target[:] = fitted[: target.shape[0], : target.shape[1]]
