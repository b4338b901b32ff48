"""Stores for long stories, where what is kept need not survive a power cut of the machine that tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import event

from dispatch.store import SqlStore, open_store


@cache
def _compiled(dialect: str) -> dict[Any, Any]:
    """Return what all these stores know of compiled statements: each would learn it anew."""
    return {}


def open_quick_store(url: str) -> SqlStore:
    """Open a database whose writes do not wait for the disk; all else is as in service."""
    store = open_store(url)
    is_sqlite = store.engine.dialect.name == "sqlite"
    statement = "PRAGMA synchronous = OFF" if is_sqlite else "SET synchronous_commit = off"
    store.engine.dispose()  # connections that were opened before keep waiting
    store.engine.update_execution_options(compiled_cache=_compiled(store.engine.dialect.name))

    def hurry(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        if not is_sqlite:
            connection.commit()

    event.listen(store.engine, "connect", hurry)
    return store
