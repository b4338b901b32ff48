"""The SQL store of the dispatch side: SQLite by default, PostgreSQL by URL."""

from dispatch.store.database import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
