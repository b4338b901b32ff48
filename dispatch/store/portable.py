"""All rows of the store as JSON, to be carried to another database, of the other kind too."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, func, insert, select, text

from dispatch.errors import StoreError
from dispatch.store.schema import EVERY_TABLE, UtcDateTime
from dispatch.store.turn import take_turn

_PAGE = 500

Lines = Iterator[str]


class Snapshot:
    """One consistent view of every row. A context manager."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()

    def __enter__(self) -> Snapshot:
        if self._connection.dialect.name == "sqlite":
            self._connection.exec_driver_sql("BEGIN")
        else:
            self._connection = self._connection.execution_options(isolation_level="REPEATABLE READ")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def revision(self) -> str:
        """Return the version of the tables."""
        return MigrationContext.configure(self._connection).get_current_revision() or ""

    def tables(self) -> Iterator[tuple[str, Lines]]:
        """Yield each table's name and its rows, a JSON object a line, tables before those that refer to them."""
        for table in EVERY_TABLE.sorted_tables:
            yield table.name, self._lines(table)

    def counters(self) -> dict[str, int]:
        """Return the highest number that each table has ever given, so that none is given twice."""
        return {table.name: _counter(self._connection, table, column) for table, column in _numbered()}

    def _lines(self, table: Table) -> Lines:
        query = select(table).order_by(*table.primary_key)
        for row in self._connection.execution_options(yield_per=_PAGE).execute(query):
            values = {name: _out(value) for name, value in row._mapping.items()}
            # PostgreSQL does not keep the order of keys: sorted, both kinds of database write the same.
            yield json.dumps(values, ensure_ascii=False, sort_keys=True)


def load(engine: Engine, revision: str, tables: Mapping[str, Lines], counters: Mapping[str, int]) -> int:
    """Fill an empty database in one unit of work, and return how many rows it got.

    Args:
        revision: version of the tables that the rows are from.
        tables: lines by table, as `Snapshot.tables` gives them; those that are missing stay empty.

    Raises:
        StoreError: the database is not empty, or its tables are of another version.
    """
    number = 0
    with engine.connect() as connection, connection.begin():
        take_turn(connection)
        known = MigrationContext.configure(connection).get_current_revision()
        if known != revision:
            raise StoreError(
                f"the rows are of version {revision} of the tables, and this GridPatrol's is {known}",
                "Import with the GridPatrol that wrote the archive; a newer one then brings the tables up.",
            )
        for table in EVERY_TABLE.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise StoreError(f"the database is not empty: {table.name} has rows", "Import into a new database.")
        for table in EVERY_TABLE.sorted_tables:
            lines = iter(tables.get(table.name, ()))
            while page := [_in(table, json.loads(line)) for line in islice(lines, _PAGE)]:
                connection.execute(insert(table), page)
                number += len(page)
        for table, column in _numbered():
            _set_counter(connection, table, column, counters.get(table.name, 0))
    return number


def _numbered() -> Iterator[tuple[Table, Column[Any]]]:
    for table in EVERY_TABLE.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            yield table, column


def _counter(connection: Connection, table: Table, column: Column[Any]) -> int:
    highest = connection.scalar(select(func.max(column))) or 0
    if connection.dialect.name != "sqlite":
        name = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name})
        given = connection.scalar(text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"))
    elif table.dialect_options["sqlite"]["autoincrement"]:
        given = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :t"), {"t": table.name})
    else:
        given = 0
    return max(highest, given or 0)


def _set_counter(connection: Connection, table: Table, column: Column[Any], counter: int) -> None:
    if counter == 0:
        return
    if connection.dialect.name != "sqlite":
        sequence = text("SELECT setval(pg_get_serial_sequence(:t, :c), :n)")
        connection.execute(sequence, {"t": table.name, "c": column.name, "n": counter})
    elif table.dialect_options["sqlite"]["autoincrement"]:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :t"), {"t": table.name})
        connection.execute(text("INSERT INTO sqlite_sequence VALUES (:t, :n)"), {"t": table.name, "n": counter})


def _out(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def _in(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value is None else _read(table.c[name], value) for name, value in row.items()}


def _read(column: Column[Any], value: Any) -> Any:
    match column.type:
        case UtcDateTime():
            return datetime.fromisoformat(value)
        case LargeBinary():
            return base64.b64decode(value)
        case _:
            return value
