"""Exceptions of the dispatch side. The API maps each to one HTTP answer (`dispatch.api.problems`).

DispatchError
├── NotFound           no case, event, camera or picture of that name
├── Refused            the request is understood and not allowed now
│   ├── IllegalMove    the life cycle has no such move from this state, or not for this role
│   ├── ReasonMissing  the move needs a reason
│   └── Conflict       somebody else changed the case first
├── Invalid            a value that cannot be used
│   └── YearNotCovered it is not known which days of a year are worked
├── Outdated           the state is not the one that the request asks for (If-Match)
└── StoreError         the database cannot be opened or is not of this version
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LastChange:
    """What somebody has not seen: the version that something is at, who made it and when (aware).

    `by` is empty where a file was edited by hand.
    """

    version: int
    by: str
    at: datetime


class DispatchError(Exception):
    """Root of the dispatch side's errors.

    Args:
        what: what is wrong, one sentence.
        remedy: what the caller can do about it, one sentence.
    """

    title = "The dispatch desk cannot do this"

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class NotFound(DispatchError):
    """No case, event, camera or picture of that name."""

    title = "Not found"


class Refused(DispatchError):
    """The request is understood and not allowed now."""

    title = "Refused"


class IllegalMove(Refused):
    """The life cycle has no such move from this state, or not for this role."""

    title = "Not a legal move"


class ReasonMissing(Refused):
    """The move needs a reason."""

    title = "A reason is needed"


class Conflict(Refused):
    """Somebody else changed the case first."""

    title = "The case has changed"


class Outdated(DispatchError):
    """The state is not the one that the request asks for.

    Args:
        newest: the change that the caller has not seen, where it is known.
    """

    title = "Somebody else was first"

    def __init__(self, what: str, remedy: str = "", newest: LastChange | None = None) -> None:
        super().__init__(what, remedy)
        self.newest = newest


def refuse_unseen(thing: str, seen: int | None, version: int, last: LastChange | None) -> None:
    """Refuse to act on what has changed since the caller has seen it.

    Args:
        thing: what it is, such as `order 17`.
        seen: the version that the caller has seen; None when any will do.
        version: the present one.
        last: how it came to be, where that is known.

    Raises:
        Outdated: they differ.
    """
    if seen is None or seen == version:
        return
    remedy = "Read it again and decide on what it says now."
    if last is None:
        raise Outdated(f"{thing} is at version {version}, you saw {seen}", remedy)
    when = last.at.isoformat(timespec="seconds")
    raise Outdated(
        f"{thing} was changed by {last.by} at {when}: it is at version {version}, you saw {seen}", remedy, last
    )


class Invalid(DispatchError):
    """A value that cannot be used."""

    title = "Invalid value"


class YearNotCovered(Invalid):
    """It is not known which days of a year are worked."""

    title = "The working days of this year are not known"


class StoreError(DispatchError):
    """The database cannot be opened or is not of this version."""

    title = "The store cannot be used"
