"""How writers take turns, so that each sees what the one before has kept, and how readers see one state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

_WRITERS_LOCK = 0x47726964
"""Key of PostgreSQL's advisory lock: writers take turns, as in SQLite, so that positions are committed in order."""


def take_turn(connection: Connection) -> None:
    """Begin a writing transaction when it is our turn. On SQLite nothing else begins one: the driver is told not to."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Begin to read; all that is read is of one state, and no writer waits for it."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")
