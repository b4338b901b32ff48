"""Whether one camera is watching, degraded or blind, and since when. Pure: looks, failures and times come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from detector.ports import Reading
from dispatch.contract import CameraHealth, CameraState, FaultType

LOST_AFTER = timedelta(seconds=15)
"""Without a picture for this long a camera is lost; operators see it within 30 s."""

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
        patience: how long without a picture is usual (patrolled cameras): added to `LOST_AFTER`.
        at: time of the beginning, aware.
    """

    def __init__(self, camera_id: str, *, patience: timedelta, at: datetime) -> None:
        self.camera_id = camera_id
        self.condition = Condition()
        self._patience = patience
        self._picture_at = at
        self._usable_at = at
        self._failing: str | None = None

    def looked(self, reading: Reading, at: datetime) -> CameraHealth | None:
        """Note a look and what the check of the view says."""
        self._picture_at = max(self._picture_at, at)
        self._failing = None
        if reading.faults:
            first = reading.faults[0]
            return self._become(CameraState.blind, first.type, first.detail, at, since=first.since)
        if reading.usable:
            self._usable_at = at
            return self._become(CameraState.watching, None, "", at)
        if self.condition.state is not CameraState.watching or at - self._usable_at >= DOUBTED_AFTER:
            return self._become(CameraState.degraded, None, reading.detail, at, since=self._usable_at)
        return None

    def broke(self, detail: str, at: datetime) -> CameraHealth | None:
        """Note that a look was taken but could not be worked on: a fault of ours, not of the camera."""
        self._picture_at = max(self._picture_at, at)
        self._failing = None
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
        patience = timedelta(0) if self._failing is not None else self._patience
        if at - self._picture_at < LOST_AFTER + patience:
            return None
        detail = self._failing or f"no picture since {self._picture_at.isoformat(timespec='seconds')}"
        return self._become(CameraState.blind, FaultType.lost, detail, at, since=self._picture_at)

    def paused(self, at: datetime) -> CameraHealth | None:
        """Note that an operator has paused the camera."""
        return self._become(CameraState.paused, None, "paused by an operator", at)

    def resumed(self, at: datetime) -> None:
        """Note that the camera is to be watched again: what comes next tells its state."""
        self._picture_at = self._usable_at = at
        self._failing = None
        self.condition = Condition()

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
