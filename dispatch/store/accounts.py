"""Accounts in the SQL store (`dispatch.accounts.ports.AccountStore`): their tables, reading and writing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, ForeignKey, Index, Row, Select, delete, event, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.ports import AuditFilter, Noted
from dispatch.accounts.values import AccountRole, ApiKey, AuditLine, Cell, Scope, Session, User
from dispatch.store.answers import SqlAnswers
from dispatch.store.schema import Base, Json, Number, UtcDateTime
from dispatch.store.tickets import SqlTickets
from dispatch.store.turn import noting, take_turn


class UserRow(Base):
    """An account. Never deleted: the audit log names it."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(Json)
    departments: Mapped[list[str]] = mapped_column(Json)
    grid: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str]
    password_hash: Mapped[str | None]
    one_time_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int]
    identity: Mapped[str | None]

    __table_args__ = (Index("ix_users_identity", "identity", unique=True),)


class SessionRow(Base):
    """A sign-in; tokens as their sha256."""

    __tablename__ = "sessions"

    session_id: Mapped[str] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    access_hash: Mapped[str]
    access_until: Mapped[datetime] = mapped_column(UtcDateTime)
    refresh_hash: Mapped[str]
    refresh_until: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refreshed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    before_hash: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    id_token: Mapped[str | None]


class ApiKeyRow(Base):
    """A key of a program; its secret as sha256."""

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    label: Mapped[str]
    secret_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """One line of the audit log. Never changed."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(index=True)
    roles: Mapped[list[str]] = mapped_column(Json)
    action: Mapped[str]
    target: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(index=True)
    purpose: Mapped[str]
    sha256: Mapped[str | None]
    detail: Mapped[str]

    __table_args__ = ({"sqlite_autoincrement": True},)


class SqlAccountReads:
    """Reads accounts on connections of an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, name: str) -> User | None:
        """Return a user, None when there is none."""
        with self._engine.connect() as connection:
            return _user(connection, name)

    def users(self, *, after: str = "", limit: int = 100) -> Sequence[User]:
        """Return users in order of name, those after a name."""
        query = select(UserRow).where(UserRow.name > after).order_by(UserRow.name).limit(limit)
        with self._engine.connect() as connection:
            return tuple(_to_user(row) for row in connection.execute(query))

    def session(self, session_id: str) -> tuple[Session, User] | None:
        """Return a sign-in with its user."""
        with self._engine.connect() as connection:
            return _session(connection, session_id)

    def key(self, key_id: str) -> tuple[ApiKey, User] | None:
        """Return a key with its user."""
        with self._engine.connect() as connection:
            return _key(connection, key_id)

    def keys(self, user_name: str | None = None) -> Sequence[ApiKey]:
        """Return keys, of one user or all, oldest first."""
        with self._engine.connect() as connection:
            return _keys(connection, user_name)

    def audit(self, wanted: AuditFilter, *, before: int | None = None, limit: int = 100) -> Sequence[AuditLine]:
        """Return at most `limit` lines of the audit log, newest first, older than the line `before`."""
        query = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
        for column, value in (
            (AuditRow.actor, wanted.actor),
            (AuditRow.action, wanted.action),
            (AuditRow.case_id, wanted.case_id),
            (AuditRow.target, wanted.target),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.since is not None:
            query = query.where(AuditRow.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(AuditRow.at < wanted.until)
        if before is not None:
            query = query.where(AuditRow.number < before)
        with self._engine.connect() as connection:
            return tuple(_to_line(row) for row in connection.execute(query))


class SqlAccountWrites:
    """One unit of work on a connection that has begun a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def user(self, name: str) -> User | None:
        """Return a user, None when there is none."""
        return _user(self._connection, name)

    def user_of(self, identity: str) -> User | None:
        """Return the user who signs in elsewhere under an identity, None when there is none."""
        row = self._connection.execute(select(UserRow).where(UserRow.identity == identity)).one_or_none()
        return _to_user(row) if row is not None else None

    def users_with(self, role: str) -> int:
        """Return how many users that are not disabled have a role."""
        query = select(UserRow.roles).where(UserRow.disabled_at.is_(None))
        return sum(role in roles for roles in self._connection.scalars(query))

    def put_user(self, user: User) -> None:
        """Keep a user, new or changed."""
        values = {f.name: getattr(user, f.name) for f in fields(User) if f.name not in {"roles", "scope"}}
        values["roles"] = sorted(user.roles)
        values["departments"] = sorted(user.scope.departments)
        values["grid"] = sorted(str(cell) for cell in user.scope.grid)
        self._put(UserRow, {"name": user.name}, values)

    def session(self, session_id: str) -> tuple[Session, User] | None:
        """Return a sign-in with its user."""
        return _session(self._connection, session_id)

    def put_session(self, session: Session) -> None:
        """Keep a sign-in, new or changed."""
        values = {f.name: getattr(session, f.name) for f in fields(Session)}
        self._put(SessionRow, {"session_id": session.session_id}, values)

    def sessions(self, user_name: str) -> Sequence[Session]:
        """Return the sign-ins of a user that have not ended, oldest first."""
        query = select(SessionRow).where(SessionRow.user_name == user_name, SessionRow.ended_at.is_(None))
        found = self._connection.execute(query.order_by(SessionRow.created_at, SessionRow.session_id))
        return tuple(Session(**row._mapping) for row in found)

    def key(self, key_id: str) -> tuple[ApiKey, User] | None:
        """Return a key with its user."""
        return _key(self._connection, key_id)

    def put_key(self, key: ApiKey) -> None:
        """Keep a key, new or changed."""
        self._put(ApiKeyRow, {"key_id": key.key_id}, {f.name: getattr(key, f.name) for f in fields(ApiKey)})

    def keys(self, user_name: str | None = None) -> Sequence[ApiKey]:
        """Return keys, of one user or all, oldest first."""
        return _keys(self._connection, user_name)

    def add_audit(self, line: AuditLine) -> None:
        """Append a line to the audit log."""
        values = {f.name: getattr(line, f.name) for f in fields(AuditLine) if f.name != "number"}
        self._connection.execute(insert(AuditRow), {**values, "roles": sorted(line.roles)})

    def prune(self, *, sessions_before: datetime, audit_before: datetime) -> int:
        """Delete old lines of the audit log and sign-ins that ended long ago. Returns how many."""
        over = or_(SessionRow.ends_at < sessions_before, SessionRow.ended_at < sessions_before)
        gone = self._connection.execute(delete(SessionRow).where(over)).rowcount
        return gone + self._connection.execute(delete(AuditRow).where(AuditRow.at < audit_before)).rowcount

    def _put(self, table: type[Base], key: dict[str, Any], values: dict[str, Any]) -> None:
        same = [getattr(table, name) == value for name, value in key.items()]
        if self._connection.execute(update(table).where(*same).values(values)).rowcount == 0:
            self._connection.execute(insert(table), values)


class SqlAccounts:
    """Accounts on one engine. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.reads = SqlAccountReads(engine)
        self.answers = SqlAnswers(engine)
        self.tickets = SqlTickets(engine)

    @contextmanager
    def transaction(self) -> Iterator[SqlAccountWrites]:
        """Begin a unit of work; leaving it commits, an exception rolls back. Writers take turns."""
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            yield SqlAccountWrites(connection)

    @contextmanager
    def noting(self, line: Callable[[], AuditLine | None]) -> Iterator[Noted]:
        """Keep a line of the audit log in the first unit of work on any part of the store that commits meanwhile.

        Args:
            line: asked for when a unit of work begins; None for nothing to tell.
        """
        noted = Noted()

        def note(connection: Connection) -> None:
            told = None if noted.is_kept else line()
            if told is not None:
                SqlAccountWrites(connection).add_audit(told)
                event.listen(connection, "commit", lambda _: setattr(noted, "is_kept", True), once=True)

        with noting(note):
            yield noted


def _user(connection: Connection, name: str) -> User | None:
    row = connection.execute(select(UserRow).where(UserRow.name == name)).one_or_none()
    return _to_user(row) if row is not None else None


def _session(connection: Connection, session_id: str) -> tuple[Session, User] | None:
    row = connection.execute(select(SessionRow).where(SessionRow.session_id == session_id)).one_or_none()
    user = _user(connection, row.user_name) if row is not None else None
    return (Session(**row._mapping), user) if row is not None and user is not None else None


def _key(connection: Connection, key_id: str) -> tuple[ApiKey, User] | None:
    row = connection.execute(select(ApiKeyRow).where(ApiKeyRow.key_id == key_id)).one_or_none()
    user = _user(connection, row.user_name) if row is not None else None
    return (ApiKey(**row._mapping), user) if row is not None and user is not None else None


def _keys(connection: Connection, user_name: str | None) -> Sequence[ApiKey]:
    query: Select[ApiKeyRow] = select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.key_id)
    if user_name is not None:
        query = query.where(ApiKeyRow.user_name == user_name)
    return tuple(ApiKey(**row._mapping) for row in connection.execute(query))


def _to_user(row: Row[Any]) -> User:
    values = dict(row._mapping)
    scope = Scope(frozenset(values.pop("departments")), frozenset(Cell.parse(cell) for cell in values.pop("grid")))
    return User(**{**values, "roles": frozenset(AccountRole(role) for role in row.roles)}, scope=scope)


def _to_line(row: Row[Any]) -> AuditLine:
    return AuditLine(**{**row._mapping, "roles": frozenset(AccountRole(role) for role in row.roles)})
