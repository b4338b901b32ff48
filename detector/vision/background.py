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
SATURATED = 255
"""A mask of 0 and 255."""
Window = tuple[slice, slice]
"""Rows and columns of a part of a picture."""
WHOLE: Window = np.s_[:, :]
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
LIGHT_CELL_PX = 8
"""Light is told from cells of so many working pixels."""
LIGHT_SCALE = 0.12
"""Standard deviation of the window in which light is taken as even, share of the picture's width."""


def to_work(image: Image) -> Image:
    """Shrink a picture to the working width and smooth it against noise and compression."""
    h, w = image.shape[:2]
    if w > WORK_WIDTH:
        image = cv2.resize(image, work_size((w, h)), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return cv2.GaussianBlur(image, (3, 3), 0)  # type: ignore[return-value]


def work_size(resolution_wh: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the working picture of a picture."""
    w, h = resolution_wh
    return (WORK_WIDTH, round(h * WORK_WIDTH / w)) if w > WORK_WIDTH else (w, h)


def difference(a: Image, b: Image) -> NDArray[np.uint8]:
    """Largest channel difference a pixel, shape (h, w), levels."""
    blue, green, red = cv2.split(cv2.absdiff(a, b))
    return np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.uint8)


def relight(work: Image, reference: Image, usable: Mask, light_px: float | None = None, here: Window = WHOLE) -> Image:
    """Return `reference` under the light of `work`.

    The light is a gain a channel that varies slowly over the picture (clouds, dusk, exposure), estimated by normalised
    blurring over `light_px`, so that things smaller than that keep their contrast.

    Args:
        work, reference: (h, w, 3) uint8.
        usable: where both show the same scene, (h, w) bool.
        light_px: standard deviation of the window in which light is taken as even; `LIGHT_SCALE` of the width if None.
        here: rows and columns of the part that is wanted; the light is estimated from all of it.
    """
    h, w = work.shape[:2]
    small = (max(8, w // LIGHT_CELL_PX), max(8, h // LIGHT_CELL_PX))
    weight = cv2.resize(usable.astype(np.float32), small, interpolation=cv2.INTER_AREA)[..., None]
    sigma = (LIGHT_SCALE * w if light_px is None else light_px) * small[0] / w

    def mean(picture: Image) -> NDArray[np.float32]:
        shrunk = cv2.resize(picture, small, interpolation=cv2.INTER_AREA).astype(np.float32) * weight
        return np.asarray(cv2.GaussianBlur(shrunk, (0, 0), sigma), dtype=np.float32)

    gain = ((mean(work) + 1.0) / (mean(reference) + 1.0)).clip(0.4, 2.5)
    full = cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(reference[here], full[here], dtype=cv2.CV_8U), dtype=np.uint8)


@dataclass(slots=True)
class Background:
    """The two layers of one camera's working picture, or of the part of it that is watched.

    Attributes:
        exact: background, (h, w, 3) float32: slow light moves it by less than a level a look.
        base: `exact` as a picture, (h, w, 3) uint8.
        known: where the background has been observed at all, (h, w) bool.
        last: what was last seen, (h, w, 3) uint8: where a candidate begins.
        layer: candidate, (h, w, 3) float32; meant only where `looks` > 0.
        rest_s: observed seconds for which the candidate has stood still, (h, w) float32; 0 where it equals the base.
        looks: looks that saw it so, (h, w) uint8, saturating.
        proven: looks that saw the background itself, (h, w) uint8, saturating.
        corner_xy_px: where the part's top left corner lies in the working picture.
        light_px: see `relight`.
    """

    exact: NDArray[np.float32]
    base: Image
    known: Mask
    last: Image
    layer: NDArray[np.float32]
    rest_s: NDArray[np.float32]
    looks: NDArray[np.uint8]
    proven: NDArray[np.uint8]
    corner_xy_px: tuple[int, int]
    light_px: float

    @classmethod
    def start(
        cls, work: Image, hidden: Mask, *, corner_xy_px: tuple[int, int] = (0, 0), light_px: float | None = None
    ) -> Background:
        """Begin with a first look; hidden places are learnt when they become visible."""
        shape = work.shape[:2]
        return cls(
            exact=work.astype(np.float32),
            base=work.copy(),
            known=~hidden,
            last=work.copy(),
            # Zeroed memory that is never touched costs none: candidates are rare and small.
            layer=np.zeros(work.shape, np.float32),
            rest_s=np.zeros(shape, np.float32),
            looks=np.zeros(shape, np.uint8),
            proven=np.zeros(shape, np.uint8),
            corner_xy_px=corner_xy_px,
            light_px=LIGHT_SCALE * shape[1] if light_px is None else light_px,
        )

    def relit(self, work: Image, usable: Mask) -> Image:
        """The background under the light of a look; see `relight`."""
        return relight(work, self.base, usable, self.light_px)

    def update(self, work: Image, hidden: Mask, elapsed_s: float) -> None:
        """Take in one valid look.

        Args:
            work: picture from `to_work`.
            hidden: places covered by people or moving traffic, (h, w) bool: not observed.
            elapsed_s: observed seconds since the last valid look (0 after a gap: a gap times nothing).
        """
        seen = ~hidden
        self._learn(work, seen & ~self.known)
        differs = self._differs(work, seen)
        back = _u8(seen & ~differs)
        here = window_of(differs | (self.looks > 0))
        self._follow(work[here], differs[here], back[here], here, elapsed_s)
        np.add(self.proven, 1, out=self.proven, where=(back > 0) & (self.proven < SATURATED))
        cv2.copyTo(work, _u8(seen), self.last)
        # The rim of a resting thing blends with the ground; following it there would eat the outline's contrast.
        near = cv2.dilate(_u8(self.looks >= 2), np.ones((RIM_PX, RIM_PX), np.uint8))
        cv2.accumulateWeighted(work, self.exact, ADAPT, mask=cv2.bitwise_and(back, cv2.bitwise_not(near)))
        self.base = _picture(self.exact)
        # What was seen as background less often than what stands there now was somebody passing when watching began.
        self.absorb((self.proven < PROVEN_LOOKS) & (self.looks > self.proven))

    def _learn(self, work: Image, fresh: Mask) -> None:
        if fresh.any():
            cv2.accumulateWeighted(work, self.exact, 1.0, mask=_u8(fresh))
            cv2.copyTo(work, _u8(fresh), self.base)
            cv2.copyTo(work, _u8(fresh), self.last)
            self.known |= fresh

    def _differs(self, work: Image, seen: Mask) -> Mask:
        """Where a look differs both as it is and after the light has been evened out: clouds only change the first."""
        differs = (difference(work, self.base) > DIFFERENT) & seen
        here = window_of(differs)
        if differs[here].size:
            lit = relight(work, self.base, seen, self.light_px, here)
            differs[here] &= difference(work[here], lit) > DIFFERENT
        return differs

    def _follow(self, work: Image, differs: Mask, back: Bits, here: Window, elapsed_s: float) -> None:
        """Time the candidates of a part of the picture."""
        if not work.size:
            return
        layer, looks, rest_s = self.layer[here], self.looks[here], self.rest_s[here]
        cv2.accumulateWeighted(self.last[here], layer, 1.0, mask=_u8(looks == 0))
        same = difference(work, _picture(layer)) <= DIFFERENT
        stays, fresh = _u8(differs & same), _u8(differs & ~same)
        changed = cv2.bitwise_or(fresh, back)
        # Not cv2.add: it takes a number for an array of four where the part is of four pixels.
        np.add(rest_s, elapsed_s, out=rest_s, where=stays > 0)
        rest_s[changed > 0] = 0
        np.add(looks, 1, out=looks, where=(stays > 0) & (looks < SATURATED))
        looks[changed > 0] = 0
        looks[fresh > 0] = 1
        cv2.accumulateWeighted(work, layer, 1.0, mask=fresh)
        # The layer follows too, or dusk would restart every candidate.
        cv2.accumulateWeighted(work, layer, ADAPT, mask=stays)

    def resting(self, min_looks: int) -> Mask:
        """Where something has replaced the background and was seen unchanged in at least `min_looks` looks."""
        return np.asarray(self.looks >= min_looks)

    def absorb(self, where: Mask) -> None:
        """Accept the candidate as background where there is one."""
        here = window_of(where & (self.looks > 0))
        taken = where[here] & (self.looks[here] > 0)
        if taken.size:
            self.exact[here][taken] = self.layer[here][taken]
            self.base[here] = _picture(self.exact[here])
            self.last[here][taken] = self.base[here][taken]
            self.rest_s[here][taken] = 0
            self.looks[here][taken] = 0


def window_of(mask: Mask) -> Window:
    """The part of a picture that holds all of a mask."""
    x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
    return slice(y, y + h), slice(x, x + w)


def _picture(exact: NDArray[np.float32]) -> Image:
    return np.asarray(cv2.convertScaleAbs(exact), dtype=np.uint8)


def _u8(mask: Mask) -> Bits:
    """A mask as OpenCV wants it: 0 or 255."""
    return np.asarray(mask.view(np.uint8) * np.uint8(255))
