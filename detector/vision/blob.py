"""From resting pixels to things: grouping, and telling what has arrived from what has left and from light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image
from detector.geometry import BoxXyxy
from detector.vision.background import Background, Mask, window_of

JOIN_PX = 9
"""Gaps up to this many working pixels are closed: straps, handles, the dark between two bags."""
SAME_TEXTURE = 0.8
"""Correlation of a place before and now above which only its light has changed."""
CONTRAST_WEIGHT = 2.0
"""Weight of the colour contrast against the (logarithmic) outline strength in `Blob.evidence`: on street clips both
then span about -1..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Blob:
    """A connected place where something has come to rest.

    Attributes:
        box_xyxy_px: in working pixels.
        mask: within the box, (h, w) bool.
        rest_s: observed seconds at rest (upper quartile of its pixels).
        outline_gain: edge strength along its outline, now over before.
        contrast_gain: how much more its inside differs from the ground around it now than before, -1..1.
        same_texture: correlation of its inside before and now, -1..1.
    """

    box_xyxy_px: BoxXyxy
    mask: Mask
    rest_s: float
    outline_gain: float
    contrast_gain: float
    same_texture: float

    @property
    def area_px(self) -> int:
        """Resting pixels."""
        return int(self.mask.sum())

    @property
    def evidence(self) -> float:
        """Above 0: something has arrived. Below: something has left, or only the light has changed.

        A thing that arrives brings an outline and colours that the ground around it has not; one that leaves takes
        them away. Light keeps the texture.
        """
        if self.same_texture >= SAME_TEXTURE:
            return -1.0
        return float(np.log(self.outline_gain)) + CONTRAST_WEIGHT * self.contrast_gain


def find_blobs(
    background: Background, work: Image, zone: Mask, *, min_looks: int, min_area_px: float
) -> tuple[Blob, ...]:
    """Group the resting pixels of a zone into blobs, largest first.

    Args:
        background: after its update with `work`.
        work: working picture, (h, w, 3) uint8.
        zone: where to look, (h, w) bool.
        min_looks: looks in which a pixel must have been seen unchanged.
        min_area_px: smaller blobs are left out, working pixels.
    """
    resting = (background.resting(min_looks) & zone).view(np.uint8)
    labels, boxes = _grouped(resting, min_area_px)
    if not boxes:
        return ()
    lit = background.relit(work, background.known & (resting == 0))
    blobs = [_describe(background, work, lit, labels, box) for box in boxes]
    return tuple(sorted(blobs, key=lambda blob: -blob.area_px))


def _grouped(
    resting: NDArray[np.uint8], min_area_px: float
) -> tuple[NDArray[np.int32], list[tuple[int, int, int, int, int]]]:
    """Groups of resting pixels: their numbers, (h, w), and x, y, w, h and number of those that are large enough."""
    labels = np.zeros(resting.shape, np.int32)
    rows, columns = window_of(resting > 0)
    if rows.start == rows.stop:
        return labels, []
    top, left = max(rows.start - JOIN_PX, 0), max(columns.start - JOIN_PX, 0)
    here = np.s_[top : rows.stop + JOIN_PX, left : columns.stop + JOIN_PX]
    opened = cv2.morphologyEx(resting[here], cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    joined = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((JOIN_PX, JOIN_PX), np.uint8))
    _, labels[here], stats, _ = cv2.connectedComponentsWithStats(joined)
    large = [(k, *(int(v) for v in box)) for k, (*box, area) in enumerate(stats) if k and area >= min_area_px]
    return labels, [(x + left, y + top, w, h, k) for k, x, y, w, h in large]


def _describe(
    background: Background, work: Image, lit: Image, labels: NDArray[np.integer], box: tuple[int, int, int, int, int]
) -> Blob:
    x, y, w, h, k = box
    pad = max(6, min(w, h) // 2)
    ys, xs = slice(max(y - pad, 0), y + h + pad), slice(max(x - pad, 0), x + w + pad)
    mask = labels[ys, xs] == k
    now, before = (cv2.cvtColor(p[ys, xs], cv2.COLOR_BGR2GRAY).astype(np.float32) for p in (work, lit))
    outline = _outline(mask)
    inside = mask & ~outline
    # Where the blob's window touches the picture's rim there is no outline to see.
    gain = (_edges(now)[outline].mean() + 2.0) / (_edges(before)[outline].mean() + 2.0) if outline.any() else 1.0
    own = labels[y : y + h, x : x + w] == k
    rest = background.rest_s[y : y + h, x : x + w][own]
    ring = (cv2.dilate(mask.astype(np.uint8), np.ones((2 * pad - 3, 2 * pad - 3), np.uint8)) > 0) & ~cv2.dilate(
        mask.astype(np.uint8), np.ones((5, 5), np.uint8)
    ).astype(bool)
    return Blob(
        box_xyxy_px=(float(x), float(y), float(x + w), float(y + h)),
        mask=own,
        rest_s=float(np.quantile(rest, 0.75)),
        outline_gain=float(gain),
        contrast_gain=_contrast(work[ys, xs], mask, ring) - _contrast(lit[ys, xs], mask, ring),
        same_texture=correlation(now, before, inside if inside.any() else mask),
    )


def _contrast(picture: Image, inside: Mask, around: Mask) -> float:
    return colour_distance(picture, inside, picture, around) if inside.any() and around.any() else 0.0


def colour_distance(a: Image, a_mask: Mask, b: Image, b_mask: Mask) -> float:
    """Hellinger distance of the colours of two masked pictures, 0 (same) to 1 (nothing in common)."""
    shares = _colours(a, a_mask), _colours(b, b_mask)
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(shares[0] * shares[1]).sum()))))


def _colours(picture: Image, where: Mask) -> NDArray[np.float32]:
    """Share of pixels by colour, (12, 12, 12) bins of L, a and b; the chroma bins span -48..48, the outer ones more."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2Lab)
    # Without it a saturated red would fall outside all bins and be unlike itself.
    lab[..., 1:] = lab[..., 1:].clip(80, 175)
    histogram = cv2.calcHist([lab], [0, 1, 2], where.astype(np.uint8), [12, 12, 12], [0, 256, 80, 176, 80, 176])
    histogram = cv2.GaussianBlur(histogram.reshape(12, 144), (1, 3), 0.8).reshape(12, 12, 12)
    return np.asarray(histogram / max(float(histogram.sum()), 1.0), dtype=np.float32)


def _outline(mask: Mask) -> Mask:
    kernel = np.ones((3, 3), np.uint8)
    m = mask.astype(np.uint8)
    grown, shrunk = cv2.dilate(m, kernel, iterations=2), cv2.erode(m, kernel, iterations=1)
    return np.asarray((grown > 0) & (shrunk == 0))


def _edges(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.magnitude(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)))


def correlation(a: NDArray[np.float32], b: NDArray[np.float32], where: Mask) -> float:
    """Zero-mean normalised correlation of two grey pictures where a mask holds, -1..1; 0 where either is flat."""
    x, y = a[where], b[where]
    if x.size < 8:
        return 0.0
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    # Two flat surfaces correlate in their noise only: below two levels of spread there is no texture to compare.
    return float((x * y).sum()) / scale if scale > 4.0 * x.size else 0.0
