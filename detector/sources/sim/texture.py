"""Procedural textures: noise, ground materials and lettering."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

TILE_M = 24.0
"""Ground textures repeat after this length; a slow unevenness over all hides it."""
TONES = {
    "asphalt": (92, 91, 90), "concrete": (150, 153, 154), "paving": (142, 148, 152), "brick": (98, 108, 148),
    "tactile": (70, 165, 200), "grass": (58, 104, 78),
}  # fmt: skip
SLABS_M = {"paving": (0.6, 0.6), "brick": (0.4, 0.2), "tactile": (0.3, 0.3), "concrete": (4.0, 4.0)}


def noise(rng: np.random.Generator, shape_hw: tuple[int, int], cell_px: float, octaves: int = 4) -> F32:
    """Return smooth noise of mean 0 and standard deviation about 1, shape (h, w).

    Args:
        rng: source of randomness.
        shape_hw: rows and columns.
        cell_px: size of the largest lumps.
        octaves: how many times finer lumps of half the weight are added.
    """
    height, width = shape_hw
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for _ in range(octaves):
        rows, columns = max(2, int(height / cell_px) + 2), max(2, int(width / cell_px) + 2)
        coarse = rng.standard_normal((min(rows, height), min(columns, width))).astype(np.float32)
        total += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        weight *= 0.55
        cell_px = max(1.0, cell_px / 2.2)
    return total / max(float(total.std()), 1e-6)


def material(name: str, rng: np.random.Generator, shape_hw: tuple[int, int], px_per_m: float) -> F32:
    """Return a ground texture seen from above, BGR 0..255 as float32, shape (h, w, 3)."""
    side = round(TILE_M * px_per_m)
    tile = _tile(name, rng, side, px_per_m)
    height, width = shape_hw
    sheet = np.tile(tile, (height // side + 1, width // side + 1, 1))[:height, :width]
    large = 1 + 0.06 * noise(rng, (height // 8 + 1, width // 8 + 1), 0.7 * px_per_m, 4)
    sheet *= cv2.resize(large, (width, height), interpolation=cv2.INTER_LINEAR)[:, :, None]
    return sheet


def _tile(name: str, rng: np.random.Generator, side: int, px_per_m: float) -> F32:
    shape = (side, side)
    base = np.empty((side, side, 3), np.float32)
    base[:] = TONES[name]
    grain = {"asphalt": 0.075, "grass": 0.16}.get(name, 0.035)
    base *= (1 + grain * rng.standard_normal(shape, dtype=np.float32))[:, :, None]
    if name in SLABS_M:
        base *= _slabs(rng, shape, SLABS_M[name], px_per_m)[:, :, None]
    if name == "asphalt":
        cracks = np.abs(noise(rng, shape, 3.0 * px_per_m, 3))
        base *= np.where(cracks < 0.012, 0.72, 1.0).astype(np.float32)[:, :, None]
    stains = noise(rng, shape, 1.2 * px_per_m, 2)
    base *= np.where(stains > 2.2, 0.86, 1.0).astype(np.float32)[:, :, None]
    return base


def _slabs(rng: np.random.Generator, shape_hw: tuple[int, int], size_m: tuple[float, float], px_per_m: float) -> F32:
    height, width = shape_hw
    y = np.arange(height, dtype=np.float32)[:, None] / px_per_m
    x = np.arange(width, dtype=np.float32)[None, :] / px_per_m
    row = np.floor(y / size_m[1])
    shifted = x + (row % 2) * size_m[0] / 2
    column = np.floor(shifted / size_m[0])
    table = (1 + 0.07 * rng.standard_normal(4096)).astype(np.float32)
    tone = table[(row.astype(np.int64) * 131 + column.astype(np.int64) * 17) % 4096]
    joint_m = 0.045
    joints = ((y % size_m[1]) < joint_m) | ((shifted % size_m[0]) < joint_m)
    return np.where(joints, 0.76, tone).astype(np.float32)


def letters(text: str, height_px: int, bgr: tuple[float, float, float], ground: tuple[float, float, float]) -> U8:
    """Return a line of text (Latin or Chinese) as a picture that just holds it, BGR."""
    size = max(8, height_px)
    face = cv2.FontFace("uni")
    wide = int(size * (sum(1.05 if ord(c) > 255 else 0.62 for c in text) + 0.6))
    sheet = np.empty((int(size * 1.35), max(wide, 4), 3), np.uint8)
    sheet[:] = np.array(ground, np.uint8)
    cv2.putText(sheet, text, (int(size * 0.25), int(size * 1.02)), tuple(bgr), face, size)
    return sheet
