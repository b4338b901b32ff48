"""How writers take turns, so that each sees what the one before has kept, and how readers see one state.

What is done in somebody's name can be noted in the very transaction that does it (`noting`): both are kept, or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, Engine, text

_WRITERS_LOCK = 0x47726964
"""Key of PostgreSQL's advisory lock: writers take turns, as in SQLite, so that positions are committed in order."""

Note = Callable[[Connection], None]
"""Writes a line about a transaction into it."""
_NOTE: ContextVar[Note | None] = ContextVar("note of writing transactions", default=None)


@contextmanager
def noting(note: Note) -> Iterator[None]:
    """Let a note be written into every writing transaction that this task or thread, or one it starts, begins."""
    before = _NOTE.set(note)
    try:
        yield
    finally:
        _NOTE.reset(before)


def take_turn(connection: Connection) -> None:
    """Begin a writing transaction when it is our turn. On SQLite nothing else begins one: the driver is told not to."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})
    note = _NOTE.get()
    if note is not None:
        note(connection)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Begin to read; all that is read is of one state, and no writer waits for it."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")
