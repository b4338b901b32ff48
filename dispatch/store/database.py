"""Opening the database: engine, durability, migrations, units of work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, StaticPool, create_engine, delete, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from dispatch.errors import StoreError
from dispatch.store.accounts import SqlAccounts
from dispatch.store.catalogue import SqlCatalogue
from dispatch.store.configuration import SqlConfiguration
from dispatch.store.indicators import SqlIndicators
from dispatch.store.look_rows import forget_looks
from dispatch.store.outbox import SqlOutbox
from dispatch.store.retention import SqlRetention
from dispatch.store.schema import InboxRow
from dispatch.store.transaction import SqlTransaction
from dispatch.store.turn import take_turn
from dispatch.store.views import SqlViews
from dispatch.store.webhooks import SqlWebhooks

BUSY_TIMEOUT_S = 15
"""How long a writer waits for another before it gives up."""


class SqlStore:
    """The store on one engine. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.outbox = SqlOutbox(engine)
        self.views = SqlViews(engine)
        self.indicators = SqlIndicators(engine)
        self.webhooks = SqlWebhooks(engine)
        self.retention = SqlRetention(engine)
        self.accounts = SqlAccounts(engine)
        self.configuration = SqlConfiguration(engine)

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Begin a unit of work; leaving it commits, an exception rolls back. Writers take turns."""
        with self.engine.connect() as connection, connection.begin():
            take_turn(connection)
            work = SqlTransaction(connection)
            yield work
            work.flush()

    @contextmanager
    def reading_catalogue(self) -> Iterator[SqlCatalogue]:
        """Begin to read the catalogue; takes no turn among the writers."""
        with self.engine.connect() as connection, connection.begin():
            yield SqlCatalogue(connection)

    def prune(self, before: datetime) -> int:
        """Forget consumed messages, marks of the inbox and looks for no case, from before a time; return how many rows.

        What a webhook has still to read stays.
        Reports and answers are known by their own ids too, so that a repeat of a forgotten message changes nothing.
        """
        with self.engine.begin() as connection:
            connection.execute(delete(InboxRow).where(InboxRow.received_at < before))
            forget_looks(connection, before)
        return self.outbox.prune(before, unread_from=self.webhooks.first_unread()) + self.webhooks.prune(before)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_store(url: str) -> SqlStore:
    """Open a database, creating or migrating its tables.

    Args:
        url: an SQLAlchemy URL: `sqlite:///FILE`, `sqlite://` (in memory, for trials) or `postgresql+psycopg://...`.

    Raises:
        StoreError: the URL is not one, the database cannot be reached or opened, or it is of a newer version.
    """
    try:
        engine = _engine(url)
        with engine.connect() as connection, connection.begin():
            take_turn(connection)
            _migrate(connection)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"the database address cannot be used: {error}",
            "Write sqlite:///FILE, or postgresql+psycopg://USER@HOST/NAME with gridpatrol[postgresql] installed.",
        ) from error
    except CommandError as error:
        raise StoreError(
            f"the database is of another version: {error}", "Run the GridPatrol that wrote it, or a newer one."
        ) from error
    except (DBAPIError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(
            f"the database {make_url(url).render_as_string()} cannot be opened: {cause}",
            "Check that its folder exists, is writable, and that the server runs.",
        ) from error
    return SqlStore(engine)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        options = f"-c lock_timeout={BUSY_TIMEOUT_S}s"
        return create_engine(
            parsed, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_TIMEOUT_S, "options": options}
        )
    if parsed.get_backend_name() != "sqlite":
        raise ArgumentError(f"{parsed.get_backend_name()} is none of sqlite, postgresql")
    arguments: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}}
    if parsed.database in {None, "", ":memory:"}:
        arguments["poolclass"] = StaticPool
    elif not Path(parsed.database).parent.is_dir():
        raise FileNotFoundError(f"there is no folder {Path(parsed.database).parent}")
    engine = create_engine(parsed, **arguments)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions of its own: `take_turn` does, as BEGIN IMMEDIATE.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(connection: Connection) -> None:
    if MigrationContext.configure(connection).get_current_revision() == _newest():
        return
    config = _migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def _newest() -> str | None:
    """Return the newest version of the tables; reading all migrations takes longer than most starts may."""
    return ScriptDirectory.from_config(_migrations()).get_current_head()
