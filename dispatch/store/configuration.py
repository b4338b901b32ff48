"""Versions of configuration documents and pauses of cameras, in SQL (`dispatch.configuration.ConfigurationRows`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.configuration import Origin, Pause, Version
from dispatch.errors import NotFound
from dispatch.store.schema import Base, Json, UtcDateTime
from dispatch.store.turn import take_turn
from dispatch.views import Page


class ConfigurationVersionRow(Base):
    """What a file of the configuration said. `content` null: it was taken away. Never changed."""

    __tablename__ = "configuration_versions"

    document: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any] | None] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str]
    origin: Mapped[str]
    note: Mapped[str]


class CameraPauseRow(Base):
    """A camera that is to be left alone."""

    __tablename__ = "camera_pauses"

    camera_id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_by: Mapped[str]
    reason: Mapped[str]


class SqlVersionWork:
    """Versions on a connection whose turn it is (`dispatch.configuration.VersionWork`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self, document: str) -> Version | None:
        """Return the newest version of a document; None when it never had one."""
        return _newest(self._connection, document)

    def add(self, version: Version) -> None:
        """Keep a new version."""
        self._connection.execute(
            insert(ConfigurationVersionRow).values(
                document=version.document,
                number=version.number,
                content=None if version.content is None else dict(version.content),
                changed_at=version.changed_at,
                changed_by=version.changed_by,
                origin=version.origin.value,
                note=version.note,
            )
        )


class SqlConfiguration:
    """Versions and pauses on one engine; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self, document: str) -> Version | None:
        """Return the newest version of a document; None when it never had one."""
        with self._engine.begin() as connection:
            return _newest(connection, document)

    def newest_of_all(self, kind: str) -> Mapping[str, Version]:
        """Return the newest version of every document whose name begins so, by name."""
        row = ConfigurationVersionRow
        named = row.document.startswith(kind, autoescape=True)
        newest = (
            select(row.document, func.max(row.number).label("number")).where(named).group_by(row.document).subquery()
        )
        query = select(row).join(newest, (row.document == newest.c.document) & (row.number == newest.c.number))
        with self._engine.begin() as connection:
            return {found.document: _version(found) for found in connection.execute(query)}

    def version(self, document: str, number: int) -> Version:
        """Return one version. Raises NotFound."""
        row = ConfigurationVersionRow
        query = select(row).where(row.document == document, row.number == number)
        with self._engine.begin() as connection:
            found = connection.execute(query).one_or_none()
        if found is None:
            raise NotFound(f"{document} has no version {number}", "List its versions to find the number.")
        return _version(found)

    def versions(self, document: str, *, before: int | None = None, limit: int = 100) -> Page[Version]:
        """Return a page of the versions of a document, newest first."""
        row = ConfigurationVersionRow
        query = select(row).where(row.document == document).order_by(row.number.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(row.number < before)
        with self._engine.begin() as connection:
            found = [_version(one) for one in connection.execute(query)]
        following = found[limit - 1].number if len(found) > limit else None
        return Page(tuple(found[:limit]), following)

    @contextmanager
    def writing(self) -> Iterator[SqlVersionWork]:
        """Begin a unit of work; leaving it commits, an exception rolls back."""
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            yield SqlVersionWork(connection)

    def pauses(self) -> Mapping[str, Pause]:
        """Return the pauses by camera."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(CameraPauseRow))
            return {row.camera_id: Pause(row.camera_id, row.since, row.paused_by, row.reason) for row in rows}

    def put_pause(self, pause: Pause) -> None:
        """Keep a pause, in place of an earlier one of the camera."""
        values = {"camera_id": pause.camera_id, "since": pause.since, "paused_by": pause.paused_by}
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            connection.execute(delete(CameraPauseRow).where(CameraPauseRow.camera_id == pause.camera_id))
            connection.execute(insert(CameraPauseRow).values(**values, reason=pause.reason))

    def remove_pause(self, camera_id: str) -> None:
        """Forget a pause; nothing happens when there is none."""
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            connection.execute(delete(CameraPauseRow).where(CameraPauseRow.camera_id == camera_id))


def _newest(connection: Connection, document: str) -> Version | None:
    row = ConfigurationVersionRow
    query = select(row).where(row.document == document).order_by(row.number.desc()).limit(1)
    found = connection.execute(query).one_or_none()
    return None if found is None else _version(found)


def _version(row: Row[Any]) -> Version:
    return Version(row.document, row.number, row.content, row.changed_at, row.changed_by, Origin(row.origin), row.note)
