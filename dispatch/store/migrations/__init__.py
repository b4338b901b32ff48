"""Alembic migrations of the dispatch store, run by `dispatch.store.open_store`."""
