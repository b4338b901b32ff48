"""A clock for looks that follows the wall clock without its jumps.

Dwell times are differences between looks. When somebody sets the machine's clock an hour ahead, a car that stopped ten
seconds ago must not have been there for an hour; when it is set back, time must not run backwards. This clock runs with
the monotonic clock and makes up for a difference to the wall clock slowly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

MAX_SLEW = 0.1
"""Seconds a second by which a difference is made up for: an hour within ten, with dwell times off by a tenth."""


class SteadyClock:
    """Aware UTC time that never jumps.

    Args:
        wall: the wall clock, aware.
        monotonic_s: the monotonic clock, seconds.
    """

    def __init__(self, wall: Callable[[], datetime], monotonic_s: Callable[[], float]) -> None:
        self._wall = wall
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._at = wall()
        self._at_s = monotonic_s()

    def __call__(self) -> datetime:
        """The present time. Safe to call from any thread."""
        with self._lock:
            now_s = self._monotonic_s()
            passed_s = now_s - self._at_s
            expected = self._at + timedelta(seconds=passed_s)
            off_s = (self._wall() - expected).total_seconds()
            allowed_s = MAX_SLEW * passed_s
            self._at = expected + timedelta(seconds=max(-allowed_s, min(allowed_s, off_s)))
            self._at_s = now_s
            return self._at
