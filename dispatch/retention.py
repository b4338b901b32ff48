"""How long pictures are kept, and the log of those that were deleted. Pure.

A case that was filed keeps its pictures for some days after its end, one that was not for fewer; what no case has is
deleted like the latter. The case, its history and the hashes of its pictures stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from dispatch.views import Page


class Grounds(StrEnum):
    """Why pictures were deleted: their case ended long ago, filed or not; or no case ever had them."""

    filed = "filed"
    unfiled = "unfiled"
    unreported = "unreported"


@dataclass(frozen=True)
class Ended:
    """A case whose pictures have been kept long enough."""

    case_id: str
    was_filed: bool

    @property
    def grounds(self) -> Grounds:
        """Why they go."""
        return Grounds.filed if self.was_filed else Grounds.unfiled


@dataclass(frozen=True)
class Deletion:
    """One line of the log: the pictures of one case, or those of one day that no case has."""

    at: datetime
    grounds: Grounds
    case_id: str | None
    day: date | None
    keys: tuple[str, ...]
    number: int = 0


class RetentionRows(Protocol):
    """What the store knows of pictures. Each call is one unit of work."""

    def ended(self, *, unfiled_before: datetime, filed_before: datetime, limit: int = 200) -> Sequence[Ended]:
        """Return cases that ended before these times and are not in the log, the oldest first."""
        ...

    def pictures_of(self, case_id: str) -> frozenset[str]:
        """Return the keys of the pictures that cameras, or people for this case, have taken of a case."""
        ...

    def cited(self) -> frozenset[str]:
        """Return the keys of pictures that people cited in cases that are kept, but for those taken of the case."""
        ...

    def reported_since(self, day: date) -> frozenset[str]:
        """Return the keys of pictures of a day that cases have, whether kept or in the log."""
        ...

    def is_swept(self, day: date) -> bool:
        """Whether the log has the pictures of a day that no case has."""
        ...

    def note(self, deletion: Deletion) -> None:
        """Add a line to the log; of a case that was not filed, what people wrote is taken out of their reports."""
        ...

    def log(self, *, before: int | None = None, limit: int = 100) -> Page[Deletion]:
        """Return a page of the log, newest first."""
        ...
