"""Making good pictures look like a poor street camera's: codec, night, rain, motion, low resolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Rng = np.random.Generator


def compressed(image: Image, rng: Rng) -> Image:
    """Return the picture after a low-quality JPEG round, like a starved video codec."""
    quality = int(rng.integers(12, 50))
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8) if done else image


def coarse(image: Image, rng: Rng) -> Image:
    """Return the picture at 35-75 % of its resolution, scaled back: a distant or cheap camera."""
    height, width = image.shape[:2]
    share = float(rng.uniform(0.35, 0.75))
    small = cv2.resize(image, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def night(image: Image, rng: Rng) -> Image:
    """Return the picture dark, nearly without colour and noisy."""
    gain, gamma = float(rng.uniform(0.3, 0.7)), float(rng.uniform(1.1, 1.8))
    table = (255 * gain * (np.arange(256) / 255.0) ** gamma).clip(0, 255).astype(np.uint8)
    dark = cv2.LUT(image, table)
    grey = cv2.cvtColor(cv2.cvtColor(dark, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    mixed = cv2.addWeighted(dark, 0.4, grey, 0.6, 0).astype(np.float32)
    noise = rng.normal(0, float(rng.uniform(2, 9)), image.shape).astype(np.float32)
    return (mixed + noise).clip(0, 255).astype(np.uint8)


def rain(image: Image, rng: Rng) -> Image:
    """Return the picture behind slanted streaks, a little washed out."""
    height, width = image.shape[:2]
    streaks = np.zeros((height, width), np.uint8)
    slant, length = int(rng.integers(-6, 7)), int(rng.integers(8, 22))
    for x, y in rng.integers(0, [width, height], size=(int(width * height / 1500), 2)).tolist():
        cv2.line(streaks, (x, y), (x + slant, y + length), int(rng.integers(90, 180)), 1)
    veil = cv2.cvtColor(cv2.blur(streaks, (3, 3)), cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.addWeighted(cv2.addWeighted(image, 0.85, veil, 0.5, 8), 1, image, 0, 0), np.uint8)


def smeared(image: Image, rng: Rng) -> Image:
    """Return the picture with motion blur in a random direction."""
    size = int(rng.integers(3, 9))
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1 / size
    turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), float(rng.uniform(0, 180)), 1)
    turned = np.asarray(cv2.warpAffine(kernel, turn, (size, size)), np.float32)
    return np.asarray(cv2.filter2D(image, -1, turned / max(float(turned.sum()), 1e-6)), np.uint8)


def grey(image: Image, rng: Rng) -> Image:
    """Return the picture without colour, as infrared night cameras give it."""
    del rng
    return np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


EFFECTS: tuple[tuple[Callable[[Image, Rng], Image], float], ...] = (
    (coarse, 0.35),
    (night, 0.2),
    (rain, 0.15),
    (smeared, 0.2),
    (grey, 0.12),
    (compressed, 0.5),
)
"""Effects in the order in which a camera adds them, with the chance of each."""


class PoorCamera:
    """Ultralytics transform that lets a share of the pictures look like a poor camera's."""

    def __init__(self, share: float, seed: int):
        self.share = share
        self.rng = np.random.default_rng(seed)

    def __call__(self, labels: dict[str, Any]) -> dict[str, Any]:
        """Change `labels["img"]`; boxes stay."""
        if self.rng.random() < self.share:
            image = np.ascontiguousarray(labels["img"])
            for effect, chance in EFFECTS:
                if self.rng.random() < chance:
                    image = effect(image, self.rng)
            labels["img"] = image
        return labels
