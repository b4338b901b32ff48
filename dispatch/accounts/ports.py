"""What the accounts need of a store, as protocols. Adapter: `dispatch.store.accounts`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch.accounts.values import ApiKey, AuditLine, Session, User


@dataclass(frozen=True)
class AuditFilter:
    """Which lines of the audit log; every field narrows."""

    actor: str | None = None
    action: str | None = None
    case_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AccountReads(Protocol):
    """Reading accounts; takes no turn among the writers."""

    def user(self, name: str) -> User | None:
        """Return a user, None when there is none."""
        ...

    def users(self, *, after: str = "", limit: int = 100) -> Sequence[User]:
        """Return users in order of name, those after a name."""
        ...

    def session(self, session_id: str) -> tuple[Session, User] | None:
        """Return a sign-in with its user."""
        ...

    def key(self, key_id: str) -> tuple[ApiKey, User] | None:
        """Return a key with its user."""
        ...

    def keys(self, user_name: str | None = None) -> Sequence[ApiKey]:
        """Return keys, of one user or all, oldest first."""
        ...

    def audit(self, wanted: AuditFilter, *, before: int | None = None, limit: int = 100) -> Sequence[AuditLine]:
        """Return lines of the audit log, newest first."""
        ...


class AccountWrites(Protocol):
    """One unit of work on accounts; what it reads is what it changes."""

    def user(self, name: str) -> User | None:
        """Return a user, None when there is none."""
        ...

    def users_with(self, role: str) -> int:
        """Return how many users that are not disabled have a role."""
        ...

    def put_user(self, user: User) -> None:
        """Keep a user, new or changed."""
        ...

    def session(self, session_id: str) -> tuple[Session, User] | None:
        """Return a sign-in with its user."""
        ...

    def put_session(self, session: Session) -> None:
        """Keep a sign-in, new or changed."""
        ...

    def sessions(self, user_name: str) -> Sequence[Session]:
        """Return the sign-ins of a user that have not ended, oldest first."""
        ...

    def key(self, key_id: str) -> tuple[ApiKey, User] | None:
        """Return a key with its user."""
        ...

    def put_key(self, key: ApiKey) -> None:
        """Keep a key, new or changed."""
        ...

    def keys(self, user_name: str | None = None) -> Sequence[ApiKey]:
        """Return keys, of one user or all, oldest first."""
        ...

    def add_audit(self, line: AuditLine) -> None:
        """Append a line to the audit log."""
        ...

    def prune(self, *, sessions_before: datetime, audit_before: datetime) -> int:
        """Delete old lines of the audit log and sign-ins that ended long ago. Returns how many."""
        ...


class AccountStore(Protocol):
    """Opens units of work on accounts."""

    @property
    def reads(self) -> AccountReads:
        """What is kept, for reading."""
        ...

    def transaction(self) -> AbstractContextManager[AccountWrites]:
        """Begin a unit of work; leaving it commits, an exception rolls back."""
        ...
