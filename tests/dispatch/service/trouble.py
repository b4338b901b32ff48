"""Trouble for long stories: power that goes, and people who try what is not allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dispatch.errors import DispatchError, Refused
from dispatch.store.transaction import SqlTransaction


class PowerCut(Exception):
    """The machine stops in the middle of a unit of work."""


@contextmanager
def refused_unless(is_possible: bool, kind: type[DispatchError] = Refused) -> Iterator[None]:
    """What the table does not allow is refused, and nothing else is."""
    try:
        yield
    except kind:
        assert not is_possible
    else:
        assert is_possible


@contextmanager
def power_cut() -> Iterator[None]:
    """Let every unit of work stop just before it is kept."""
    flush = SqlTransaction.flush

    def cut(self: SqlTransaction) -> None:
        flush(self)
        raise PowerCut

    SqlTransaction.flush = cut  # type: ignore[method-assign]  # the power is cut from outside
    try:
        yield
    finally:
        SqlTransaction.flush = flush  # type: ignore[method-assign]
