"""Faults of a file as the API tells them: where in the document, in English and in Chinese."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from dispatch.chinese import in_chinese
from dispatch.configuration import Content, Fault, Notice
from gridpatrol.config.document import dotted
from gridpatrol.errors import UserError, problems_of

MAX_DEPTH = 20


def faults_of(error: UserError) -> tuple[Fault, ...]:
    """Return the single faults of a refused file."""
    return tuple(
        fault(problem.value, problem.what.removeprefix(f"{problem.value}: "), problem.remedy)
        for problem in problems_of(error)
    )


def fault(where: str, what: str, remedy: str = "") -> Fault:
    """Return a fault, with its Chinese words."""
    return Fault(where, what, remedy, in_chinese(what), in_chinese(remedy))


def notice(what: str) -> Notice:
    """Return what works but may not be meant, with its Chinese words."""
    return Notice(what, in_chinese(what))


def unwritable(content: Content) -> tuple[Fault, ...]:
    """Return what a file cannot hold: numbers that are none, characters that are none, endless depth."""
    return tuple(_unwritable(content, ()))


def _unwritable(value: Any, at: tuple[str | int, ...]) -> Iterator[Fault]:
    if len(at) > MAX_DEPTH:
        yield fault(dotted(at[:3]), "nested too deeply")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if _is_text(key):
                yield from _unwritable(inner, (*at, key))
            else:
                yield fault(dotted(at), "a key holds what is no character")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _unwritable(inner, (*at, index))
    elif isinstance(value, float) and not math.isfinite(value):
        yield fault(dotted(at), f"expected a number, got {value}")
    elif isinstance(value, str) and not _is_text(value):
        yield fault(dotted(at), "the text holds what is no character")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
