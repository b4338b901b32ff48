"""The stores of the dispatch side's tests, for tests of the whole."""

from tests.dispatch.conftest import database, migrated, postgres, store

__all__ = ["database", "migrated", "postgres", "store"]
