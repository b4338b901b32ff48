"""Pictures that people take of a case, such as a handler's before and after. The node keeps them, blurred as its own.

A picture lies in a folder of its case, so that who names its key in another case does not get to see it there, and goes
with the pictures of its case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from dispatch.contract import Evidence, EvidenceKind
from dispatch.errors import Refused

MOST = 20
"""Pictures that people can add to one case."""
MAX_BYTES = 12 << 20


class PictureKeeper(Protocol):
    """Keeps pictures that people take."""

    def keep(self, jpeg: bytes, *, case_id: str, kind: EvidenceKind, at: datetime) -> Evidence:
        """Keep a picture with heads and number plates made unreadable. The same picture again is kept once.

        Raises:
            Invalid: it is no picture that can be read.
        """
        ...


class NoPictures:
    """A desk where nothing keeps pictures."""

    def keep(self, jpeg: bytes, *, case_id: str, kind: EvidenceKind, at: datetime) -> Evidence:
        """Raise Refused."""
        raise Refused("nothing here keeps pictures", "Ask a running node.")


def folder_of(case_id: str) -> str:
    """Return the name of the folder, of each day, with the pictures that people took of a case."""
    return f"case-{case_id}"


def is_of_people(key: str) -> bool:
    """Whether a picture was taken by people, of whichever case."""
    return "/case-" in key


def is_of_case(key: str, case_id: str) -> bool:
    """Whether a picture was taken by people, of this case."""
    return f"/{folder_of(case_id)}/" in key
