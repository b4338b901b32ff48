"""What a place looks like when nothing is lying there, and what has come to rest in front of it.

Two layers a pixel: the background, and a candidate that has replaced it and waits to be believed. Unlike a foreground
detector made for 25 frames a second, it works from one look a second to one a minute, because it counts observed time
and not frames, and because pixels hidden by people or traffic are simply not observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image

Mask = NDArray[np.bool_]
Bits = NDArray[np.uint8]
"""A mask of 0 and 255."""
WORK_WIDTH = 640
"""Pictures are analysed at most this wide, pixels."""
DIFFERENT = 22
"""Levels (0..255, largest channel, after smoothing) by which a pixel differs from a layer. About four times the noise
of a compressed street picture at the working size."""
ADAPT = 0.08
"""Share by which the background follows the picture at each look where nothing lies: slow light is followed."""


RIM_PX = 13
"""Width of the neighbourhood of a resting thing in which the background is kept as it was, working pixels."""
PROVEN_LOOKS = 4
"""Looks that must have seen a background before anything can be said to have arrived in front of it."""
LIGHT_SCALE = 0.12
"""Standard deviation of the window in which light is taken as even, share of the picture's width."""


def to_work(image: Image) -> Image:
    """Shrink a picture to the working width and smooth it against noise and compression."""
    h, w = image.shape[:2]
    if w > WORK_WIDTH:
        image = cv2.resize(image, (WORK_WIDTH, round(h * WORK_WIDTH / w)), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return cv2.GaussianBlur(image, (3, 3), 0)  # type: ignore[return-value]


def difference(a: Image, b: Image) -> NDArray[np.uint8]:
    """Largest channel difference a pixel, shape (h, w), levels."""
    blue, green, red = cv2.split(cv2.absdiff(a, b))
    return np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.uint8)


def relight(work: Image, reference: Image, usable: Mask) -> Image:
    """Return `reference` under the light of `work`.

    The light is a gain a channel that varies slowly over the picture (clouds, dusk, exposure), estimated by normalised
    blurring over `LIGHT_SCALE` of the width, so that things smaller than that keep their contrast.

    Args:
        work, reference: (h, w, 3) uint8.
        usable: where both show the same scene, (h, w) bool.
    """
    h, w = work.shape[:2]
    small = (max(8, w // 8), max(8, h // 8))
    weight = cv2.resize(usable.astype(np.float32), small, interpolation=cv2.INTER_AREA)[..., None]
    sigma = LIGHT_SCALE * small[0]

    def mean(picture: Image) -> NDArray[np.float32]:
        shrunk = cv2.resize(picture, small, interpolation=cv2.INTER_AREA).astype(np.float32) * weight
        return np.asarray(cv2.GaussianBlur(shrunk, (0, 0), sigma), dtype=np.float32)

    gain = ((mean(work) + 1.0) / (mean(reference) + 1.0)).clip(0.4, 2.5)
    full = cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(reference, full, dtype=cv2.CV_8U), dtype=np.uint8)


@dataclass(slots=True)
class Background:
    """The two layers of one camera's working picture.

    Attributes:
        exact: background, (h, w, 3) float32: slow light moves it by less than a level a look.
        known: where the background has been observed at all, (h, w) bool.
        layer: candidate layer, (h, w, 3) float32.
        rest_s: observed seconds for which the candidate has stood still, (h, w) float32; 0 where it equals the base.
        looks: looks that saw it so, (h, w) uint8, saturating.
        proven: looks that saw the background itself, (h, w) uint8, saturating.
    """

    exact: NDArray[np.float32]
    known: Mask
    layer: NDArray[np.float32]
    rest_s: NDArray[np.float32]
    looks: NDArray[np.uint8]
    proven: NDArray[np.uint8]

    @classmethod
    def start(cls, work: Image, hidden: Mask) -> Background:
        """Begin with a first look; hidden places are learnt when they become visible."""
        h, w = work.shape[:2]
        counts = np.zeros((2, h, w), np.uint8)
        exact = work.astype(np.float32)
        return cls(exact, ~hidden, exact.copy(), np.zeros((h, w), np.float32), counts[0], counts[1])

    @property
    def base(self) -> Image:
        """The background as a picture, (h, w, 3) uint8."""
        return np.asarray(cv2.convertScaleAbs(self.exact), dtype=np.uint8)

    def update(self, work: Image, hidden: Mask, elapsed_s: float) -> None:
        """Take in one valid look.

        Args:
            work: picture from `to_work`.
            hidden: places covered by people or moving traffic, (h, w) bool: not observed.
            elapsed_s: observed seconds since the last valid look (0 after a gap: a gap times nothing).
        """
        seen = ~hidden
        exact_work = work.astype(np.float32)
        cv2.copyTo(exact_work, _u8(seen & ~self.known), self.exact)
        self.known |= seen
        base = self.base
        # A pixel must differ both as it is and after the light has been evened out: clouds only change the first.
        lit = relight(work, base, seen)
        differs = cv2.min(difference(work, base), difference(work, lit)) > DIFFERENT
        same_layer = difference(work, cv2.convertScaleAbs(self.layer)) <= DIFFERENT  # type: ignore[arg-type]
        stays, fresh, back = (_u8(seen & m) for m in (differs & same_layer, differs & ~same_layer, ~differs))
        self._count(stays, fresh, back, elapsed_s)
        cv2.copyTo(exact_work, cv2.bitwise_or(fresh, back), self.layer)
        # The layer follows too, or dusk would restart every candidate.
        cv2.accumulateWeighted(work, self.layer, ADAPT, mask=stays)
        # The rim of a resting thing blends with the ground; following it there would eat the outline's contrast.
        near = cv2.dilate(_u8(self.looks >= 2), np.ones((RIM_PX, RIM_PX), np.uint8))
        cv2.accumulateWeighted(work, self.exact, ADAPT, mask=cv2.bitwise_and(back, cv2.bitwise_not(near)))
        # What was seen as background less often than what stands there now was somebody passing when watching began.
        self.absorb((self.proven < PROVEN_LOOKS) & (self.looks > self.proven))

    def _count(self, stays: Bits, fresh: Bits, back: Bits, elapsed_s: float) -> None:
        changed = cv2.bitwise_or(fresh, back)
        cv2.add(self.rest_s, elapsed_s, dst=self.rest_s, mask=stays)  # type: ignore[call-overload]
        cv2.copyTo(np.zeros_like(self.rest_s), changed, self.rest_s)
        cv2.add(self.looks, 1, dst=self.looks, mask=stays)  # type: ignore[call-overload]
        cv2.bitwise_and(self.looks, cv2.bitwise_not(changed), dst=self.looks)
        cv2.bitwise_or(self.looks, cv2.bitwise_and(fresh, 1), dst=self.looks)  # type: ignore[call-overload]
        cv2.add(self.proven, 1, dst=self.proven, mask=back)  # type: ignore[call-overload]

    def resting(self, min_looks: int) -> Mask:
        """Where something has replaced the background and was seen unchanged in at least `min_looks` looks."""
        return np.asarray(self.looks >= min_looks)

    def absorb(self, where: Mask) -> None:
        """Accept the candidate layer as background."""
        if where.any():
            self.exact[where] = self.layer[where]
            self.rest_s[where] = 0
            self.looks[where] = 0


def _u8(mask: Mask) -> Bits:
    """A mask as OpenCV wants it: 0 or 255."""
    return np.asarray(mask.view(np.uint8) * np.uint8(255))
