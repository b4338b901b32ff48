"""Faults and harmless changes made on real looks, as functions (look number, picture) -> picture.

Pictures are first cropped to 80 %, so that a knocked camera shows real street at its edges instead of a filled border.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image

Vary = Callable[[int, Image], Image]

CROP = 0.8


def view(image: Image, *, dx: float = 0.0, dy: float = 0.0, turn_deg: float = 0.0, zoom: float = 1.0) -> Image:
    """What a camera sees that looks at the middle 80 %, knocked by (dx, dy) shares of its width and height."""
    height, width = image.shape[:2]
    scale = zoom / CROP
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, scale)
    matrix[:, 2] -= (dx * width, dy * height)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(
        np.uint8
    )


def knocked(*, dx: float = 0.0, dy: float = 0.0, turn_deg: float = 0.0, zoom: float = 1.0) -> Vary:
    return lambda _n, image: view(image, dx=dx, dy=dy, turn_deg=turn_deg, zoom=zoom)


def _noise(seed: int, image: Image, sigma: float) -> Image:
    rng = np.random.default_rng(seed)
    return np.clip(image + rng.normal(0, sigma, image.shape), 0, 255).astype(np.uint8)


def one_shade(bgr: tuple[int, int, int]) -> Vary:
    """A bag, lid or sticker over the lens."""
    return lambda n, image: _noise(n, np.full_like(image, bgr), 2.0)


def fading_to(bgr: tuple[int, int, int], looks: int) -> Vary:
    def vary(n: int, image: Image) -> Image:
        share = min(1.0, (n + 1) / looks)
        return _noise(
            n, cv2.addWeighted(view(image), 1 - share, np.full_like(image, bgr), share, 0).astype(np.uint8), 2.0
        )

    return vary


def _soft_mask(
    shape: tuple[int, ...], centre: tuple[float, float], radii: tuple[float, float], soft: float
) -> NDArray[np.float32]:
    height, width = shape[:2]
    mask = np.zeros((height, width), np.float32)
    at = (round(centre[0] * width), round(centre[1] * height))
    cv2.ellipse(mask, at, (round(radii[0] * width), round(radii[1] * height)), 0, 0, 360, (1.0,), -1)
    return cv2.GaussianBlur(mask, (0, 0), soft * width).astype(np.float32)[:, :, None]


def hand(n: int, image: Image) -> Image:
    """A hand close before the lens: skin coloured, out of focus, trembling, over about 70 % of the picture."""
    mask = _soft_mask(image.shape, (0.45 + 0.01 * (n % 3), 0.5), (0.48, 0.5), 0.03)
    skin = np.full_like(image, (95, 120, 175)).astype(np.float32)
    skin *= np.linspace(0.6, 1.1, image.shape[1], dtype=np.float32)[None, :, None]
    return _noise(n, (view(image) * (1 - mask) + skin * mask).astype(np.uint8), 2.0)


def paint(n: int, image: Image) -> Image:
    """Paint sprayed over two thirds of a dome, streaky, does not move."""
    rng = np.random.default_rng(7)
    spots = np.zeros(image.shape[:2], np.float32)
    for _ in range(26):
        centre = (rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95))
        spots = np.maximum(spots, _soft_mask(image.shape, centre, (0.14, 0.2), 0.01)[:, :, 0])
    mask = spots[:, :, None]
    return _noise(n, (view(image) * (1 - mask) + np.array([40, 60, 200]) * mask).astype(np.uint8), 1.5)


def leaflet(n: int, image: Image) -> Image:
    """A printed sheet over the whole view: sharp, but not the street."""
    sheet = np.full_like(image, 215)
    height, width = image.shape[:2]
    for row in range(1, 12):
        cv2.putText(sheet, "notice to all", (width // 12, row * height // 12), 0, width / 400, (30, 30, 30), 2)
    return _noise(n, sheet, 2.0)


def unfocused(sigma_share: float) -> Vary:
    return lambda n, image: _noise(
        n, cv2.GaussianBlur(view(image), (0, 0), sigma_share * image.shape[1]).astype(np.uint8), 1.0
    )


def broken_blocks(n: int, image: Image) -> Image:
    """Macroblocks that show what belongs elsewhere, as after lost packets: a third of the picture."""
    rng = np.random.default_rng(n)
    seen = view(image)
    out = seen.copy()
    height, width = image.shape[:2]
    for y in range(0, height - 16, 16):
        if rng.random() > 0.45:
            continue
        for x in range(0, width - 16, 16):
            if rng.random() < 0.75:
                sy, sx = rng.integers(0, height - 16), rng.integers(0, width - 16)
                out[y : y + 16, x : x + 16] = seen[sy : sy + 16, sx : sx + 16]
    return out


def unchanged(_n: int, image: Image) -> Image:
    return view(image)


def dusk(n: int, image: Image) -> Image:
    """Light falls to a sixth over 40 looks while the gain's noise rises."""
    share = max(0.16, 1.0 - n / 40)
    return _noise(n, (view(image) * share).astype(np.uint8), 2.0 + 4.0 * (1 - share))


def cloud(n: int, image: Image) -> Image:
    """The sun goes behind a cloud from one look to the next, and comes back."""
    return (view(image) * (0.55 if n // 4 % 2 else 1.0)).astype(np.uint8)


def shadow_edge(n: int, image: Image) -> Image:
    """A hard shadow over half of the street, wandering."""
    out = view(image)
    edge = int(image.shape[1] * (0.3 + 0.02 * n))
    out[:, :edge] = (out[:, :edge] * 0.5).astype(np.uint8)
    return out


def rain(n: int, image: Image) -> Image:
    rng = np.random.default_rng(n)
    out = (view(image) * 0.85).astype(np.uint8)
    height, width = image.shape[:2]
    for _ in range(350):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        cv2.line(out, (x, y), (x + width // 200, y + height // 18), (170, 170, 170), 1, cv2.LINE_AA)
    return cv2.GaussianBlur(out, (0, 0), 0.6).astype(np.uint8)


def wind(n: int, image: Image) -> Image:
    """The mast sways by 0.3 % of the width."""
    return view(image, dx=0.003 * float(np.sin(2.1 * n)), dy=0.003 * float(np.cos(1.7 * n)))


def bus(n: int, image: Image) -> Image:
    """A bus drives by close in front: over half of the picture for a few looks."""
    out = view(image)
    height, width = image.shape[:2]
    left = int(width * (-0.6 + 0.2 * (n % 12)))
    x0, x1 = max(0, left), min(width, left + int(0.6 * width))
    if x0 < x1:
        out[int(0.15 * height) : int(0.95 * height), x0:x1] = (60, 140, 60)
        for window in range(5):
            wx0 = left + int((0.03 + 0.115 * window) * width)
            wx1 = wx0 + int(0.09 * width)
            if wx1 > 0 and wx0 < width:
                out[int(0.22 * height) : int(0.5 * height), max(0, wx0) : min(width, wx1)] = (50 + 9 * window, 45, 40)
    return _noise(n, out, 2.0)


def crowd(n: int, image: Image) -> Image:
    """People pass everywhere: about half of the ground is hidden by other things on every look."""
    rng = np.random.default_rng(n)
    out = view(image)
    height, width = image.shape[:2]
    for _ in range(55):
        w, h = int(width * 0.035), int(height * 0.16)
        x, y = int(rng.integers(0, width - w)), int(rng.integers(height // 5, height - h))
        person = rng.integers(20, 220, 3)
        out[y + h // 4 : y + h, x : x + w] = person
        cv2.circle(out, (x + w // 2, y + h // 8), h // 8, (110, 140, 190), -1)
    return cv2.GaussianBlur(out, (0, 0), 0.8).astype(np.uint8)


def drawn_street(n: int, *, size_wh: tuple[int, int] = (640, 360)) -> Image:
    """A street drawn from a fixed seed, with a walker, a changing sky and sensor noise."""
    width, height = size_wh
    rng = np.random.default_rng(11)
    image = np.full((height, width, 3), 120, np.uint8)
    image[: height // 4] = (200, 190, 170)
    for _ in range(60):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = int(rng.integers(12, 70)), int(rng.integers(10, 50))
        shade = tuple(int(v) for v in rng.integers(30, 230, 3))
        cv2.rectangle(image, (x, y), (x + w, y + h), shade, -1)
        cv2.line(image, (x, y + h), (x + 2 * w, y + h // 2), (40, 40, 40), 2)
    walker = int(width * ((0.03 * n) % 1.0))
    cv2.rectangle(image, (walker, height // 2), (walker + width // 30, height // 2 + height // 6), (40, 30, 90), -1)
    return _noise(1000 + n, image, 2.5)
