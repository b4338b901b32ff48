"""What the accounts need of a store, as protocols. Adapter: `dispatch.store.accounts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dispatch.accounts.values import ApiKey, AuditLine, Session, User


@dataclass(frozen=True)
class AuditFilter:
    """Which lines of the audit log; every field narrows."""

    actor: str | None = None
    action: str | None = None
    case_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    target: str | None = None


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

    def user_of(self, identity: str) -> User | None:
        """Return the user who signs in elsewhere under an identity, None when there is none."""
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


@dataclass(frozen=True)
class KeptAnswer:
    """What was answered to a write. `status` None: it is being carried out; `body` None: the answer is not kept."""

    fingerprint: str
    status: int | None
    content_type: str = ""
    etag: str = ""
    body: bytes | None = None


class AnswerRows(Protocol):
    """Answers to writes by caller and Idempotency-Key; each call is one transaction."""

    def reserve(self, caller: str, key: str, fingerprint: str, now: datetime) -> KeptAnswer | None:
        """Return what is known of a key; None when it is new and the write is the caller's to carry out."""
        ...

    def finish(self, caller: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer to a reserved key."""
        ...

    def release(self, caller: str, key: str) -> None:
        """Forget a reserved key whose write was not carried out."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget answers from before a time. Returns how many."""
        ...


@dataclass(frozen=True)
class KeptTicket:
    """What the city's own sign-in has said of somebody who has not got tokens here yet.

    Attributes:
        browser_hash: digest of the secret of the browser that may get them.
        id_token: for signing out there too; None where that is not offered.
    """

    browser_hash: str = field(repr=False)
    claims: Mapping[str, Any]
    id_token: str | None = field(default=None, repr=False)


class TicketRows(Protocol):
    """Tickets by the digest of what opens them; each call is one transaction."""

    def put(self, ticket_hash: str, ticket: KeptTicket, *, until: datetime, now: datetime) -> None:
        """Keep a ticket. Those whose time is over go, and of too many the oldest."""
        ...

    def take(self, ticket_hash: str, now: datetime) -> KeptTicket | None:
        """Return a ticket and forget it; None when there is none, or its time is over."""
        ...


@dataclass
class Noted:
    """Whether a line of the audit log was kept, together with what it tells of."""

    is_kept: bool = False


class AccountStore(Protocol):
    """Opens units of work on accounts."""

    @property
    def reads(self) -> AccountReads:
        """What is kept, for reading."""
        ...

    @property
    def answers(self) -> AnswerRows:
        """Answers to writes."""
        ...

    @property
    def tickets(self) -> TicketRows:
        """Tickets of the city's own sign-in."""
        ...

    def transaction(self) -> AbstractContextManager[AccountWrites]:
        """Begin a unit of work; leaving it commits, an exception rolls back."""
        ...

    def noting(self, line: Callable[[], AuditLine | None]) -> AbstractContextManager[Noted]:
        """Keep a line of the audit log in the first unit of work on any part of the store that commits meanwhile.

        Args:
            line: asked for when a unit of work begins; None for nothing to tell.
        """
        ...
