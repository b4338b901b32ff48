"""Whether one camera is watching, degraded or blind, and since when. Pure: pictures, looks, failures, times come in.

A camera is lost when no picture arrives. When pictures arrive and wait too long for their look, the camera is sound and
this machine has too much to do: that is `degraded`, overloaded, until the looks keep up again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from detector.config import Watch, WatchMode
from detector.ports import Reading
from dispatch.contract import CameraHealth, CameraState, FaultType

LOST_AFTER = timedelta(seconds=15)
"""Without a picture for this long a camera is lost; operators see it within 30 s."""

CAUGHT_UP_LOOKS = 3
"""Looks in a row in good time that end an overload: a machine at its limit must not tell its state at every look."""

DOUBTED_AFTER = timedelta(seconds=30)
"""A view that cannot be relied on for this long, without a fault that explains it, is degraded."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a camera is doing. `state` is None before anything is known."""

    state: CameraState | None = None
    fault: FaultType | None = None
    detail: str = ""
    since: datetime | None = None


class WatchState:
    """Follows one camera. Each method returns the message to send when the state or its fault changed.

    Args:
        camera_id: which camera.
        patience: how long without a picture or a look is usual (patrolled cameras): added to `LOST_AFTER`.
        at: time of the beginning, aware.
    """

    def __init__(self, camera_id: str, *, patience: timedelta, at: datetime) -> None:
        self.camera_id = camera_id
        self.condition = Condition()
        self._patience = patience
        self._picture_at = at
        self._waiting_since: datetime | None = None
        self._late = False
        self._usable_at = at
        self._failing: str | None = None
        self._looks_to_catch_up = 0

    def arrived(self, at: datetime) -> None:
        """Note that a picture taken at this time has come and waits for its look."""
        self._picture_at = max(self._picture_at, at)
        self._waiting_since = self._waiting_since or at
        self._failing = None

    def looked(self, reading: Reading, at: datetime) -> CameraHealth | None:
        """Note a look at a picture taken at this time, and what the check of the view says."""
        self._note_look(at)
        if reading.faults:
            first = reading.faults[0]
            return self._become(CameraState.blind, first.type, first.detail, at, since=first.since)
        if reading.usable:
            self._usable_at = at
        if self._looks_to_catch_up:
            return self._become(CameraState.degraded, None, self.condition.detail, at)
        if reading.usable:
            return self._become(CameraState.watching, None, "", at)
        if self.condition.state is not CameraState.watching or at - self._usable_at >= DOUBTED_AFTER:
            return self._become(CameraState.degraded, None, reading.detail, at, since=self._usable_at)
        return None

    def broke(self, detail: str, at: datetime) -> CameraHealth | None:
        """Note that a look was taken but could not be worked on: a fault of ours, not of the camera."""
        self._note_look(at)
        return self._become(CameraState.degraded, None, detail, at)

    def failed(self, detail: str, at: datetime, *, final: bool = False) -> CameraHealth | None:
        """Note a failed connection. `final` when waiting will not help: refused credentials, the end of a recording."""
        self._failing = detail
        if final:
            return self._become(CameraState.blind, FaultType.lost, detail, at, since=self._picture_at)
        if self.condition.state is CameraState.watching:
            return self._become(CameraState.degraded, None, detail, at)
        return self.tick(at)

    def tick(self, at: datetime) -> CameraHealth | None:
        """Note that time has passed: no picture for too long is a lost camera, whatever its connection says."""
        if self.condition.state is CameraState.paused:
            return None
        if self._waiting_since is not None and self._failing is None:
            return self._waited(at - self._waiting_since, at)
        patience = timedelta(0) if self._failing is not None else self._patience
        if at - self._picture_at < LOST_AFTER + patience:
            return None
        detail = self._failing or f"no picture since {self._picture_at.isoformat(timespec='seconds')}"
        return self._become(CameraState.blind, FaultType.lost, detail, at, since=self._picture_at)

    def paused(self, at: datetime, reason: str = "") -> CameraHealth | None:
        """Note that an operator has paused the camera."""
        return self._become(CameraState.paused, None, reason or "paused by an operator", at)

    def resumed(self, at: datetime) -> None:
        """Note that the camera is to be watched again: what comes next tells its state."""
        self._picture_at = self._usable_at = at
        self._waiting_since = None
        self._looks_to_catch_up = 0
        self._failing = None
        self.condition = Condition()

    def _note_look(self, at: datetime) -> None:
        self._picture_at = max(self._picture_at, at)
        # A newer picture may have come while this one was looked at.
        self._waiting_since = self._picture_at if self._picture_at > at else None
        self._failing = None
        if self._looks_to_catch_up:
            self._looks_to_catch_up = CAUGHT_UP_LOOKS if self._late else self._looks_to_catch_up - 1
        self._late = False

    def _waited(self, waited: timedelta, at: datetime) -> CameraHealth | None:
        """A picture waits for its look: not the camera is late, we are."""
        self._late = self._late or waited >= LOST_AFTER / 2
        if waited < LOST_AFTER or self.condition.fault not in (None, FaultType.lost):
            return None
        self._looks_to_catch_up = CAUGHT_UP_LOOKS
        detail = f"overloaded: this machine is behind, a picture has waited {waited.total_seconds():.0f} s for its look"
        return self._become(CameraState.degraded, None, detail, at, since=self._waiting_since)

    def _become(
        self, state: CameraState, fault: FaultType | None, detail: str, at: datetime, *, since: datetime | None = None
    ) -> CameraHealth | None:
        before = self.condition
        if (before.state, before.fault) == (state, fault):
            self.condition = Condition(state, fault, detail, before.since)
            return None
        began = since or at
        self.condition = Condition(state, fault, detail, began)
        return CameraHealth(camera_id=self.camera_id, state=state, fault=fault, detail=detail, since=began, at=at)


def patience_of(watch: Watch) -> timedelta:
    """How long a sound camera may be without a picture."""
    if watch.mode is WatchMode.patrol:
        return timedelta(seconds=1.5 * watch.look_interval_s)
    return timedelta(seconds=max(0.0, 2.5 * watch.look_interval_s - 10.0))
