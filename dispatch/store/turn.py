"""How writers take turns, so that each sees what the one before has kept."""

from __future__ import annotations

from sqlalchemy import Connection, text

_WRITERS_LOCK = 0x47726964
"""Key of PostgreSQL's advisory lock: writers take turns, as in SQLite, so that positions are committed in order."""


def take_turn(connection: Connection) -> None:
    """Begin a writing transaction when it is our turn. On SQLite nothing else begins one: the driver is told not to."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK})
