"""Stores for long stories, where what is kept need not survive a power cut of the machine that tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Engine, event

from dispatch.store import SqlStore, open_store


def open_quick_store(url: str) -> SqlStore:
    """Open a database whose writes do not wait for the disk; all else is as in service.

    A database that is opened again gets new connections and keeps the statements that were compiled for it, which take
    longer than the stories do. Only the first opening looks for migrations.
    """
    engine = _engine_of(url)
    engine.dispose()
    return SqlStore(engine)


@cache
def _engine_of(url: str) -> Engine:
    engine = open_store(url).engine
    is_sqlite = engine.dialect.name == "sqlite"
    statement = "PRAGMA synchronous = OFF" if is_sqlite else "SET synchronous_commit = off"

    def hurry(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        if not is_sqlite:
            connection.commit()

    event.listen(engine, "connect", hurry)
    return engine
