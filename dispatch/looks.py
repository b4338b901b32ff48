"""Looks out of turn: who asked a camera to look now, what for, and what it answered. Pure.

A look has no verdict on a case: it shows a dispatcher what the place looks like. How often cameras may be asked is
bounded (`dispatch.config.LookSettings`), so that neither a restless person nor a flood of reports keeps a camera from
its rounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from dispatch.config import LookSettings
from dispatch.contract import Location, LookAnswer, LookRequest
from dispatch.errors import Refused

MINUTE = timedelta(minutes=1)
LATE = timedelta(seconds=30)
"""On top of what a camera has, an answer gets this long for its way."""
MOST_NAMES = 8
"""Names of objects that one line of history tells."""


class TooMany(Refused):
    """More looks were asked for than cameras may be asked."""

    title = "Too many looks"


class LookState(StrEnum):
    """What became of a look. failed: the camera said why there is no picture; lost: it said nothing in time."""

    asked = "asked"
    taken = "taken"
    failed = "failed"
    lost = "lost"


class Cause(StrEnum):
    """What led to a look: somebody at the desk, or a report by a person or a partner system."""

    person = "person"
    report = "report"


@dataclass(frozen=True)
class Look:
    """One request to a camera and what came of it."""

    request: LookRequest
    cause: Cause
    asked_by: str
    state: LookState = LookState.asked
    answer: LookAnswer | None = None

    @property
    def due_at(self) -> datetime:
        """From when on an answer is given up."""
        return self.request.until + LATE


class Watchers(Protocol):
    """Knows which cameras see a place. The node implements it."""

    def seeing(self, location: Location, matter: str, *, reach_m: float) -> Sequence[str]:
        """Return the cameras that watch for a matter within reach of a place, nearest first."""
        ...


class NoWatchers:
    """A desk that knows of no cameras."""

    def seeing(self, location: Location, matter: str, *, reach_m: float) -> Sequence[str]:
        """Return none."""
        return ()


def refuse_too_many(camera_id: str, asked: Sequence[str], settings: LookSettings) -> None:
    """Check that one more look may be asked for.

    Args:
        asked: the camera of every look that was asked for within the last minute.

    Raises:
        TooMany: the camera, or all of them together, were asked as often as is allowed.
    """
    of_camera = Counter(asked)[camera_id]
    if of_camera >= settings.per_camera_a_minute:
        raise TooMany(
            f"camera {camera_id} was asked for {of_camera} looks within a minute, which is the most",
            "Read the looks that were taken, or try again in a minute.",
        )
    if len(asked) >= settings.a_minute:
        raise TooMany(
            f"cameras were asked for {len(asked)} looks within a minute, which is the most", "Try again in a minute."
        )


def answered(look: Look, answer: LookAnswer) -> Look:
    """Return the look with its camera's answer; one that was given up is found again by it."""
    return replace(look, state=LookState.failed if answer.sight is None else LookState.taken, answer=answer)


def told(answer: LookAnswer) -> str:
    """Return a line for a case's history."""
    sight = answer.sight
    if sight is None:
        return f"a look at the place was not possible: {answer.reason or 'no reason given'}"
    counts = Counter(seen.class_name for seen in sight.detections)
    names = (
        ", ".join(f"{count} {name}" for name, count in counts.most_common(MOST_NAMES)) or "nothing it has a name for"
    )
    view = "" if sight.usable else f"; the view cannot be relied on: {sight.detail or ', '.join(sight.faults)}"
    return f"looked at the place: saw {names}{view}"
