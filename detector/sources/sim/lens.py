"""What the lens, the sensor, the weather and the encoder do to a picture, and faults of the camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.sources.sim.light import Light

U8 = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Grain:
    """Sensor noise a little larger than the picture: what is added and what is taken away, (h+64, w+64, 3) uint8."""

    more: U8
    less: U8


def grain(shape_hw: tuple[int, int], seed: int, strength: float) -> Grain:
    """Return a sheet of sensor noise, from which each picture takes its own part.

    Args:
        shape_hw: rows and columns of the picture.
        seed: of the randomness.
        strength: standard deviation in grey levels.
    """
    rng = np.random.default_rng([seed, 5])
    rows, columns = shape_hw[0] + 64, shape_hw[1] + 64
    brightness = rng.standard_normal((rows, columns, 1), dtype=np.float32) * np.float32(strength)
    coarse = rng.standard_normal((rows // 2, columns // 2, 3), dtype=np.float32) * np.float32(strength * 0.7)
    noise = brightness + cv2.resize(coarse, (columns, rows))
    return Grain(np.maximum(noise, 0).round().astype(np.uint8), np.maximum(-noise, 0).round().astype(np.uint8))


def add_grain(image: U8, sheet: Grain, step: int) -> None:
    """Add sensor noise in place; `step` chooses which part of the sheet falls on this picture."""
    height, width = image.shape[:2]
    top, left = (step * 37) % 64, (step * 23) % 64
    part = np.s_[top : top + height, left : left + width]
    cv2.add(image, sheet.more[part], dst=image)
    cv2.subtract(image, sheet.less[part], dst=image)


def rain_sheet(shape_hw: tuple[int, int], seed: int, amount: float) -> U8:
    """Return streaks of falling rain (grey, h+256, w), to be laid over pictures at changing heights."""
    rng = np.random.default_rng([seed, 9])
    rows, columns = shape_hw[0] + 256, shape_hw[1]
    sheet = np.zeros((rows, columns), np.uint8)
    for _ in range(int(900 * amount * columns / 1280)):
        x, y = int(rng.integers(columns)), int(rng.integers(rows))
        length = int(rng.integers(14, 46) * rows / 976)
        cv2.line(sheet, (x, y), (x + length // 6, y + length), int(rng.integers(18, 62)), 1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(sheet, (3, 3), 0), np.uint8)


def add_rain(image: U8, sheet: U8, step: int) -> None:
    """Lay rain over a picture in place and take contrast from the distance."""
    height = image.shape[0]
    top = (step * 97) % 256
    cv2.add(image, cv2.cvtColor(sheet[top : top + height], cv2.COLOR_GRAY2BGR), dst=image)


def squeeze(image: U8, quality: int) -> U8:
    """Return the picture after JPEG compression."""
    ok, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError(f"a picture of shape {image.shape} could not be encoded")
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)


def cover(image: U8, amount: float) -> U8:
    """Return what a lens sees through a bag or a sprayed cover: a dim brown blur."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (16, 9), interpolation=cv2.INTER_AREA)
    glow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), (width, height), interpolation=cv2.INTER_CUBIC)
    dim = 0.10 / max(amount, 0.1)
    return np.asarray(cv2.convertScaleAbs(glow, alpha=min(dim, 1.0), beta=14), np.uint8)


def noise_strength(light: Light) -> float:
    """Standard deviation of the sensor noise, grey levels: the darker the more gain."""
    return 2.0 + 5.0 * light.lamps
