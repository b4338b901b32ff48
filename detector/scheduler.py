"""When each camera is connected to or looked at next. Pure: seconds of any one clock come in as arguments."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from detector.config import Watch, WatchMode

FIRST_DELAY_S = 1.0
MAX_DELAY_S = 60.0
"""Reconnecting waits 1, 2, 4 ... up to 60 seconds, each shortened by a random part of up to a half."""

DENIED_DELAY_S = 660.0
"""After refused credentials: at most three attempts in half an hour, as cameras lock accounts. Jitter lengthens it."""

MAX_SPREAD_S = 60.0

SOON_S = 0.5
"""A camera that is woken is looked at within this time."""


def backoff_s(failures: int, rng: random.Random) -> float:
    """Seconds to wait after so many failures in a row (>= 1), with jitter: cameras of one switch come back together."""
    longest_s = min(MAX_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures - 1, 16))
    return longest_s * rng.uniform(0.5, 1.0)


@dataclass(slots=True)
class _Entry:
    watch: Watch
    due_s: float
    failures: int = 0
    denied: bool = False
    in_flight: bool = False
    paused: bool = False
    woken: bool = False


@dataclass
class Schedule:
    """Next look of every patrolled camera and next connection of every continuous one.

    A camera that is being looked at, or connected, is in flight: it is not due until `looked`, `failed` or `ended`.
    """

    rng: random.Random
    _entries: dict[str, _Entry] = field(default_factory=dict)

    def add(self, camera_id: str, watch: Watch, now_s: float) -> None:
        """Take up a camera, or its changed settings. Patrolled cameras are spread over their interval."""
        spread_s = self.rng.uniform(0.0, watch.look_interval_s) if watch.mode is WatchMode.patrol else 0.0
        known = self._entries.get(camera_id)
        self._entries[camera_id] = _Entry(
            watch, now_s + min(spread_s, MAX_SPREAD_S), paused=known.paused if known else False
        )

    def remove(self, camera_id: str) -> None:
        """Forget a camera."""
        self._entries.pop(camera_id, None)

    def due(self, now_s: float, limit: int) -> list[str]:
        """Return up to `limit` cameras that are due, longest due first, and put them in flight."""
        waiting = sorted((entry.due_s, camera_id) for camera_id, entry in self._waiting() if entry.due_s <= now_s)
        chosen = [camera_id for _, camera_id in waiting[:limit]]
        for camera_id in chosen:
            entry = self._entries[camera_id]
            entry.in_flight, entry.woken = True, False
        return chosen

    def next_due_s(self) -> float | None:
        """When the next camera is due; None when none is waiting."""
        return min((entry.due_s for _, entry in self._waiting()), default=None)

    def looked(self, camera_id: str, now_s: float, *, busy: bool) -> None:
        """Note a look. A patrolled camera is looked at again soon while something is being timed or verified."""
        entry = self._entries.get(camera_id)
        if entry is None:
            return
        entry.failures, entry.denied = 0, False
        if entry.watch.mode is WatchMode.patrol:
            entry.in_flight = False
            entry.due_s = now_s + (SOON_S if entry.woken else interval_s(entry.watch, busy=busy))

    def failed(self, camera_id: str, now_s: float, *, denied: bool = False) -> None:
        """Note a failed connection or look."""
        entry = self._entries.get(camera_id)
        if entry is None:
            return
        entry.in_flight = False
        entry.failures += 1
        entry.denied = denied
        wait_s = DENIED_DELAY_S * self.rng.uniform(1.0, 1.1) if denied else backoff_s(entry.failures, self.rng)
        entry.due_s = now_s + wait_s

    def wake(self, camera_id: str, now_s: float) -> None:
        """Look soon: somebody asks, or a verification is due. Refused credentials are not tried sooner."""
        entry = self._entries.get(camera_id)
        if entry is None or entry.denied:
            return
        entry.woken = True
        entry.due_s = min(entry.due_s, now_s)

    def pause(self, camera_id: str) -> None:
        """Leave a camera alone until `resume`."""
        if camera_id in self._entries:
            self._entries[camera_id].paused = True
            self._entries[camera_id].in_flight = False

    def resume(self, camera_id: str, now_s: float) -> None:
        """Go on with a paused camera, soon."""
        if camera_id in self._entries:
            self._entries[camera_id].paused = False
            self.wake(camera_id, now_s)

    def _waiting(self) -> Iterable[tuple[str, _Entry]]:
        return ((cid, entry) for cid, entry in self._entries.items() if not entry.in_flight and not entry.paused)


def interval_s(watch: Watch, *, busy: bool) -> float:
    """Seconds to the next look of a patrolled camera; a quarter of the usual ones while busy, unless set otherwise."""
    if not busy:
        return watch.look_interval_s
    return watch.busy_interval_s if watch.busy_interval_s is not None else watch.look_interval_s / 4
