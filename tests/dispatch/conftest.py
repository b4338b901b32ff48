"""A store in a real database, SQLite and PostgreSQL in turn, and a desk over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from tests.dispatch.builders import a_desk
from tests.postgres import MISSING, PostgresServer, programs, running_postgres
from tests.sqlite import with_tables

ON_BOTH = frozenset({"accounts", "api", "store", "service", "webhooks"})
"""Folders of tests that run on SQLite and on PostgreSQL; a test marked `one_database` is about something else."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    with running_postgres(found) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """Name of a database with all tables, to be copied."""
    name = postgres.new_database()
    open_store(postgres.url(name)).close()
    return name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of the store and of all that stands on it on both databases, unless a test names its own."""
    if "database" not in metafunc.fixturenames or metafunc.definition.path.parent.name not in ON_BOTH:
        return
    if metafunc.definition.get_closest_marker("one_database"):
        return
    if not any("database" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")):
        metafunc.parametrize("database", ("sqlite", "postgresql"), indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a fresh database with all tables; SQLite unless a test asks for `postgresql`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield with_tables(tmp_path / "dispatch.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.new_database(request.getfixturevalue("migrated"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def store(database: str) -> Iterator[SqlStore]:
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return a_desk(store)
