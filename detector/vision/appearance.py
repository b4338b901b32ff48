"""What a place looked like with a thing on it, kept to tell later whether the same thing is still there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detector.frame import Image
from detector.geometry import BoxXyxy, stretch
from detector.vision.background import DIFFERENT, Mask, difference

SEARCH_PX = 3
"""A camera on a pole sways: patches are compared within so many working pixels."""
FLAT = 3.0
"""Standard deviation (levels) below which a patch has no texture to correlate."""


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """A crop of the working picture around a thing.

    Attributes:
        box_xyxy_px: the thing, working pixels.
        corner_xy_px: top left corner of the crop, working pixels.
        now: the crop with the thing, (h, w, 3) uint8.
        before: the same crop without it, where it is known.
        mask: the thing's own pixels within the crop, (h, w) bool.
    """

    box_xyxy_px: BoxXyxy
    corner_xy_px: tuple[int, int]
    now: Image
    before: Image | None
    mask: Mask

    def similarity(self, work: Image) -> float:
        """Correlation of the thing's box with the picture's, best within a small sway, -1..1; light does not matter."""
        x1, y1, x2, y2 = _inner(self.box_xyxy_px, work)
        ox, oy = self.corner_xy_px
        patch = self.now[y1 - oy : y2 - oy, x1 - ox : x2 - ox]
        window = work[max(y1 - SEARCH_PX, 0) : y2 + SEARCH_PX, max(x1 - SEARCH_PX, 0) : x2 + SEARCH_PX]
        if patch.size == 0 or window.shape[0] < patch.shape[0] or window.shape[1] < patch.shape[1]:
            return 0.0
        if float(patch.std(axis=(0, 1)).max()) < FLAT:
            return 1.0 if float(np.abs(work[y1:y2, x1:x2].mean((0, 1)) - patch.mean((0, 1))).max()) < DIFFERENT else 0.0
        return float(cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED).max())

    def remaining(self, work: Image) -> tuple[float, float]:
        """How much of the thing's pixels is not as before, and how much still looks like the thing.

        Only defined where `before` is known. The light is evened out by the ground around the thing.

        Returns:
            Two shares of the thing's pixels, 0..1: `changed` (does not look like the empty place) and `same` (looks
            more like the thing than like the empty place). Where the picture does not hold the whole place, it has
            changed and nothing of it looks like the thing: nobody can tell.
        """
        if self.before is None:
            raise ValueError("remaining() needs the empty place, this appearance has none")
        ox, oy = self.corner_xy_px
        h, w = self.mask.shape
        here = work[max(oy, 0) : oy + h, max(ox, 0) : ox + w]
        if here.shape[:2] != self.mask.shape:
            return 1.0, 0.0
        around = ~cv2.dilate(self.mask.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
        gain = np.ones(3)
        if around.sum() >= 30:
            gain = (np.median(here[around], axis=0) + 1.0) / (np.median(self.before[around], axis=0) + 1.0)
        empty, full = (np.clip(p * gain.clip(0.4, 2.5), 0, 255).astype(np.uint8) for p in (self.before, self.now))
        from_empty, from_full = difference(here, empty), difference(here, full)
        telling = self.mask & (difference(full, empty) > DIFFERENT)
        if not telling.any():
            telling = self.mask
        changed = from_empty[telling] > DIFFERENT
        same = changed & (from_full[telling] < from_empty[telling])
        return float(changed.mean()), float(same.mean())

    def moved_by(self, work: Image, shift_xy_px: tuple[int, int]) -> float:
        """Correlation of the thing with the picture at a shifted place, -1..1."""
        dx, dy = shift_xy_px
        x1, y1, x2, y2 = self.box_xyxy_px
        shifted = Appearance(
            (x1 + dx, y1 + dy, x2 + dx, y2 + dy),
            (self.corner_xy_px[0] + dx, self.corner_xy_px[1] + dy),
            self.now,
            None,
            self.mask,
        )
        return shifted.similarity(work)


def resized(appearance: Appearance, by_xy: tuple[float, float], work_wh: tuple[int, int]) -> Appearance:
    """The same thing in working pictures of another size.

    Args:
        by_xy: by which factors working pictures have become wider and higher.
        work_wh: their size now.
    """
    height, width = appearance.mask.shape
    ox, oy = appearance.corner_xy_px
    x1, y1, x2, y2 = (round(v) for v in stretch((ox, oy, ox + width, oy + height), by_xy))
    x1, y1 = min(max(x1, 0), work_wh[0] - 1), min(max(y1, 0), work_wh[1] - 1)
    size_wh = (max(1, min(x2, work_wh[0]) - x1), max(1, min(y2, work_wh[1]) - y1))

    def brought(crop: Image) -> Image:
        way = cv2.INTER_AREA if by_xy[0] < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(crop, size_wh, interpolation=way), dtype=np.uint8)

    return Appearance(
        stretch(appearance.box_xyxy_px, by_xy),
        (x1, y1),
        brought(appearance.now),
        None if appearance.before is None else brought(appearance.before),
        brought(appearance.mask.astype(np.uint8) * 255) > 127,
    )


def take(work: Image, box_xyxy_px: BoxXyxy, before: Image | None = None, mask: Mask | None = None) -> Appearance:
    """Keep the look of a thing with half its size of ground around it.

    Args:
        work: working picture with the thing.
        box_xyxy_px: the thing, working pixels.
        before: working picture of the empty place, lit as `work`.
        mask: the thing's pixels in the whole working picture; the box when absent.
    """
    height, width = work.shape[:2]
    x1, y1, x2, y2 = _inner(box_xyxy_px, work)
    px, py = max(8, (x2 - x1) // 2), max(8, (y2 - y1) // 2)
    ox, oy, ex, ey = max(x1 - px, 0), max(y1 - py, 0), min(x2 + px, width), min(y2 + py, height)
    own = np.zeros((ey - oy, ex - ox), dtype=bool)
    own[y1 - oy : y2 - oy, x1 - ox : x2 - ox] = True if mask is None else mask[y1:y2, x1:x2]
    empty = None if before is None else before[oy:ey, ox:ex].copy()
    return Appearance((float(x1), float(y1), float(x2), float(y2)), (ox, oy), work[oy:ey, ox:ex].copy(), empty, own)


def _inner(box_xyxy_px: BoxXyxy, work: Image) -> tuple[int, int, int, int]:
    height, width = work.shape[:2]
    x1, y1, x2, y2 = (round(v) for v in box_xyxy_px)
    x1, y1 = min(max(x1, 0), width - 1), min(max(y1, 0), height - 1)
    return x1, y1, min(max(x2, x1 + 1), width), min(max(y2, y1 + 1), height)


def encode(appearance: Appearance) -> bytes:
    """Pack an appearance for the store (lossless PNG of its crops side by side, with the numbers as first bytes)."""
    before = appearance.now if appearance.before is None else appearance.before
    mask = np.repeat(appearance.mask[..., None].astype(np.uint8) * 255, 3, axis=2)
    ok, png = cv2.imencode(".png", np.hstack([appearance.now, before, mask]))
    if not ok:
        raise ValueError("an appearance could not be encoded as PNG")
    head = np.array(
        [*appearance.box_xyxy_px, *appearance.corner_xy_px, float(appearance.before is not None)], dtype="<f8"
    )
    return head.tobytes() + png.tobytes()


def decode(packed: bytes) -> Appearance:
    """Unpack what `encode` made.

    Raises:
        ValueError: the bytes are not an appearance.
    """
    head = np.frombuffer(packed[:56], dtype="<f8")
    picture = cv2.imdecode(np.frombuffer(packed[56:], np.uint8), cv2.IMREAD_COLOR)
    if picture is None or len(head) != 7:
        raise ValueError("not a packed appearance")
    now, before, mask = (np.asarray(part, dtype=np.uint8) for part in np.split(picture, 3, axis=1))
    x1, y1, x2, y2, ox, oy, has_before = (float(v) for v in head)
    return Appearance((x1, y1, x2, y2), (int(ox), int(oy)), now, before if has_before else None, mask[..., 0] > 127)
