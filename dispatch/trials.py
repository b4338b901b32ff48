"""Trying a camera's rules before they are switched on, as the API shows it: values and a protocol. The node does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from dispatch.contract import BoxXyxy, Evidence
from dispatch.errors import NotFound


class TrialState(StrEnum):
    """Where a trial stands. lost: the node ended before it did."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"
    lost = "lost"


@dataclass(frozen=True)
class TrialEvent:
    """An event that would have been raised. Seconds are counted from the beginning of the recording."""

    event_id: str
    matter: str
    zone: str
    class_name: str | None
    confidence: float
    first_seen_s: float
    confirmed_s: float
    confirmed_at: datetime
    box_xyxy_px: BoxXyxy
    resolution_wh: tuple[int, int]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Trial:
    """One run of a camera's rules over a recording.

    Attributes:
        source: recent, or the id of the recording.
        is_draft: whether it tried another configuration than the one in force.
        progress: 0 to 1.
        problem: why it failed.
        media_s: seconds of the recording that were seen; None until it is done.
        looks: pictures that were looked at; None until it is done.
        model: that found the objects; empty until it is done.
        events: what would have been raised, as far as it has come.
    """

    id: str
    camera_id: str
    source: str
    is_draft: bool
    by: str
    at: datetime
    state: TrialState
    progress: float
    problem: str = ""
    media_s: float | None = None
    looks: int | None = None
    model: str = ""
    events: tuple[TrialEvent, ...] = ()


@dataclass(frozen=True)
class Recording:
    """A recording that was uploaded. `id` follows from its bytes: the same one again is the same."""

    id: str
    size_bytes: int
    at: datetime


@dataclass(frozen=True)
class TrialMeans:
    """What rules can be tried on.

    Attributes:
        recent_s: so many seconds of the camera are kept at the moment; 0 for none.
        recent_min: so many minutes are kept at most; 0 where the operator keeps none.
        most_bytes: of an uploaded recording.
        recordings: that were uploaded and are still kept.
    """

    recent_s: float
    recent_min: float
    most_bytes: int
    recordings: tuple[Recording, ...]


class TrialControl(Protocol):
    """Runs trials."""

    @property
    def most_bytes(self) -> int:
        """Bytes of an uploaded recording at most."""
        ...

    def upload(self) -> Path:
        """Return a new file for the bytes of a recording."""
        ...

    def keep(self, upload: Path, at: datetime) -> Recording:
        """Keep an uploaded recording for a day."""
        ...

    def means(self, camera_id: str, at: datetime) -> TrialMeans:
        """Return what a camera's rules can be tried on."""
        ...

    def start(
        self,
        camera_id: str,
        *,
        draft: Mapping[str, Any] | None,
        recording: str | None,
        minutes: float | None,
        by: str,
        at: datetime,
    ) -> Trial:
        """Begin a trial. Raises NotFound, Invalid, Refused, TooMany."""
        ...

    def trial(self, trial_id: str) -> Trial:
        """Return a trial. Raises NotFound."""
        ...

    def trials(self, camera_id: str) -> Sequence[Trial]:
        """Return the trials of a camera without their events, newest first."""
        ...

    def cancel(self, trial_id: str, at: datetime) -> Trial:
        """End a trial. Raises NotFound."""
        ...

    def picture(self, trial_id: str, key: str) -> bytes:
        """Return a picture of a trial's event. Raises NotFound."""
        ...


class NoTrials:
    """A desk that runs no trials."""

    most_bytes = 0

    def upload(self) -> Path:
        """Raise NotFound."""
        raise _NONE

    def keep(self, upload: Path, at: datetime) -> Recording:
        """Raise NotFound."""
        raise _NONE

    def means(self, camera_id: str, at: datetime) -> TrialMeans:
        """Return that there are none."""
        return TrialMeans(0.0, 0.0, 0, ())

    def start(
        self,
        camera_id: str,
        *,
        draft: Mapping[str, Any] | None,
        recording: str | None,
        minutes: float | None,
        by: str,
        at: datetime,
    ) -> Trial:
        """Raise NotFound."""
        raise _NONE

    def trial(self, trial_id: str) -> Trial:
        """Raise NotFound."""
        raise _NONE

    def trials(self, camera_id: str) -> Sequence[Trial]:
        """Return none."""
        return ()

    def cancel(self, trial_id: str, at: datetime) -> Trial:
        """Raise NotFound."""
        raise _NONE

    def picture(self, trial_id: str, key: str) -> bytes:
        """Raise NotFound."""
        raise _NONE


_NONE = NotFound("this node runs no trials", "Ask the node that watches the cameras.")
