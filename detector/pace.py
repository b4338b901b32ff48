"""How long one camera's looks take, and how often they come: what it costs, and whether this machine keeps up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WEIGHT = 0.2
"""Of the newest look in the means: they follow a change within some ten looks."""


@dataclass(slots=True)
class Pace:
    """Means of the latest looks.

    Attributes:
        look_s: seconds of the looking thread that a look takes, its share of the detector's batch included.
        gap_s: seconds between two looks; None before the second.
    """

    look_s: float | None = None
    gap_s: float | None = None
    _last_at: datetime | None = None

    def looked(self, at: datetime, spent_s: float) -> None:
        """Note a look at a picture taken at a time."""
        self.look_s = _mean(self.look_s, spent_s)
        if self._last_at is not None and at > self._last_at:
            self.gap_s = _mean(self.gap_s, (at - self._last_at).total_seconds())
        self._last_at = at

    def forget_gap(self) -> None:
        """Begin anew with the time between looks: the camera was left alone, or goes by another interval."""
        self.gap_s = self._last_at = None


def _mean(before: float | None, newest: float) -> float:
    return newest if before is None else (1 - WEIGHT) * before + WEIGHT * newest
