"""Frozen pictures: a live camera never shows the same thing twice.

Two measures of a look against the one before. *Exact*: the samples are equal. *Quiet*: nothing moved and even the
noise is gone, which is what a hung sensor or recorder looks like once its last picture has been encoded anew.

How many repeats in a row mean frozen is learnt from how often a sound camera repeats itself (a snapshot camera that
refreshes every five seconds, a heavily compressed street at night): if a share p of its looks repeat the one before, a
run of n has probability p^n, and a run is believed from p^n < `CHANCE`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from detector.vision.viewpoint import Look, Plane

CHANCE = 1e-3
PRIOR_SHARE = 0.02
MEMORY_LOOKS = 200.0
MIN_EXACT_REPEATS = 3
MIN_QUIET_REPEATS = 5
MAX_REPEATS = 60

EXACT_MEAN = 0.01
"""Mean difference (grey levels) up to which samples are equal; above zero for decoders that dither."""

QUIET_PEAK = 2.0
"""Largest change of any 1/40-width block's mean (grey levels) when nothing moves: encoding alone makes 0.7-1.5."""

QUIET_LEVEL = 0.4
"""95th percentile of these changes below which even noise and flicker are gone (live, calmest: 0.26-0.8)."""

QUIET_FLOOR_SHARE = 0.5
"""A quiet look changes less than this share of what the camera's calmest looks change."""


@dataclass(frozen=True, slots=True)
class Run:
    """Looks in a row that repeat each other. `since` is the first of them."""

    since: datetime
    repeats: int
    frozen: bool
    detail: str


@dataclass(slots=True)
class _Counter:
    """Repeats in a row of one measure, and how usual they are on this camera."""

    least: int
    usual_share: float = PRIOR_SHARE
    repeats: int = 0
    since: datetime | None = None

    @property
    def needed(self) -> int:
        likely = min(max(self.usual_share, 1e-3), 0.98)
        return max(self.least, min(MAX_REPEATS, math.ceil(math.log(CHANCE) / math.log(likely))))

    def add(self, repeated: bool, previous_at: datetime) -> None:
        if self.repeats <= 2 * self.needed:
            # A camera that stays frozen must not teach that freezing is usual.
            self.usual_share += (float(repeated) - self.usual_share) / MEMORY_LOOKS
        if repeated:
            self.since = self.since or previous_at
            self.repeats += 1
        else:
            self.since, self.repeats = None, 0


class Repeats:
    """Counts repeated looks of one camera."""

    def __init__(self) -> None:
        self._previous: Look | None = None
        self._previous_at: datetime | None = None
        self._exact = _Counter(MIN_EXACT_REPEATS)
        self._quiet = _Counter(MIN_QUIET_REPEATS)
        self._calmest: float | None = None

    @property
    def run(self) -> Run | None:
        """The run that the last look belongs to."""
        for counter, what in ((self._exact, "is exactly the same"), (self._quiet, "does not change any more")):
            if counter.since is not None and counter.repeats >= counter.needed:
                return Run(counter.since, counter.repeats, True, f"the picture {what}")
        if self._exact.since is not None:
            return Run(self._exact.since, self._exact.repeats, False, "")
        return None

    def forget(self) -> None:
        """Begin anew: the looks that follow cannot be compared with those before."""
        self._previous = None
        for counter in (self._exact, self._quiet):
            counter.repeats, counter.since = 0, None

    def add(self, look: Look, at: datetime) -> bool:
        """Compare a look with the one before; True when it repeats it exactly."""
        before, before_at = self._previous, self._previous_at
        self._previous, self._previous_at = look, at
        if before is None or before_at is None or before.sample.shape != look.sample.shape:
            self.forget()
            self._previous = look
            return False
        exact = float(cv2.absdiff(before.sample, look.sample).mean()) <= EXACT_MEAN
        self._exact.add(exact, before_at)
        self._quiet.add(self._is_quiet(before.grey, look.grey, exact=exact), before_at)
        return exact

    def _is_quiet(self, before: Plane, now: Plane, *, exact: bool) -> bool:
        size_wh = (40, max(1, round(40 * now.shape[0] / now.shape[1])))
        change = np.abs(cv2.resize(now - before, size_wh, interpolation=cv2.INTER_AREA))
        peak, level = float(change.max()), float(np.percentile(change, 95))
        calmest = self._calmest
        quiet = exact or (
            calmest is not None and peak < QUIET_PEAK and level < min(QUIET_LEVEL, QUIET_FLOOR_SHARE * calmest)
        )
        if not quiet:
            self._calmest = level if calmest is None else calmest + _follow(level - calmest, 0.2 * calmest)
        return quiet


def _follow(difference: float, fall_limit: float) -> float:
    """Follow the calm end of a varying level: fall by at most `fall_limit`, rise by one part in MEMORY_LOOKS."""
    return max(difference, -fall_limit) if difference < 0 else difference / MEMORY_LOOKS
