"""Errors that a person at the keyboard caused or can mend.

The command line prints one as a single clear message and leaves with exit code 2; nobody meets a traceback.
"""

from __future__ import annotations


class UserError(Exception):
    """Something a person can mend: what is wrong, where, and what to do about it.

    Attributes:
        what: what is wrong, with what was expected and what came.
        place: where: `file:line`, a command-line option, an address. Empty when there is no such place.
        remedy: what to do about it. Empty when `what` says it already.
    """

    def __init__(self, what: str, *, place: str = "", remedy: str = "") -> None:
        self.what = what
        self.place = place
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{text}\n  {self.remedy}" if self.remedy else text
