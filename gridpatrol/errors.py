"""Errors that a person at the keyboard caused or can mend.

The command line prints one as a single clear message and leaves with exit code 2; nobody meets a traceback.
"""

from __future__ import annotations

from collections.abc import Sequence


class UserError(Exception):
    """Something a person can mend: what is wrong, where, and what to do about it.

    Attributes:
        what: what is wrong, with what was expected and what came.
        place: where: `file:line`, a command-line option, an address. Empty when there is no such place.
        remedy: what to do about it. Empty when `what` says it already.
        value: of a fault in a file, the path of the value in its data, such as `zones[0].polygon_px`.
    """

    def __init__(self, what: str, *, place: str = "", remedy: str = "", value: str = "") -> None:
        self.what = what
        self.place = place
        self.remedy = remedy
        self.value = value
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{text}\n  {self.remedy}" if self.remedy else text


class SeveralErrors(UserError):
    """More than one fault, told at once: every one found in a folder of files, one after the other."""

    def __init__(self, problems: Sequence[UserError]) -> None:
        super().__init__(f"{len(problems)} faults")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def problems_of(error: UserError) -> tuple[UserError, ...]:
    """Return the single faults that an error tells of."""
    return error.problems if isinstance(error, SeveralErrors) else (error,)


def raise_all(problems: Sequence[UserError]) -> None:
    """Raise the given faults as one error; do nothing when there is none."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SeveralErrors([single for problem in problems for single in problems_of(problem)])
