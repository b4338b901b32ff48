"""Users, roles, scopes and callers. Pure: no IO and no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from dispatch.contract import GridMembership
from dispatch.errors import DispatchError, Invalid


class AccountRole(StrEnum):
    """What an account is for. `machine`: a program of the city's, which acts in the name of its own people."""

    administrator = "administrator"
    operations = "operations"
    dispatcher = "dispatcher"
    handler = "handler"
    model_engineer = "model_engineer"
    viewer = "viewer"
    machine = "machine"


class NotSignedIn(DispatchError):
    """The caller did not say who it is, or its word does not hold (any more)."""

    title = "Sign-in needed"


class Forbidden(DispatchError):
    """The caller is known and may not do this."""

    title = "Not allowed"


class Busy(DispatchError):
    """Too much is being done at once; the same request may pass in a moment."""

    title = "Busy"


@dataclass(frozen=True, order=True)
class Cell:
    """A cell of the grid by layer and code. A scope that holds it holds all that lies in it."""

    layer: str
    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cell that `LAYER/CODE` names, such as street/440399001. Raises Invalid."""
        layer, slash, code = text.partition("/")
        if not (slash and layer and code) or "/" in code:
            raise Invalid(f"{text!r} names no cell of the grid", "Write it as LAYER/CODE, such as street/440399001.")
        return cls(layer, code)

    def __str__(self) -> str:
        return f"{self.layer}/{self.code}"


@dataclass(frozen=True)
class Scope:
    """Which cases an account may see and act on: those of its departments that lie in its cells.

    Attributes:
        departments: ids; empty for all.
        grid: cells of any layer, each with all that lies in it; empty for the whole grid.
    """

    departments: frozenset[str] = frozenset()
    grid: frozenset[Cell] = frozenset()

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing is left out."""
        return not self.departments and not self.grid

    def holds_place(self, grid: Iterable[GridMembership]) -> bool:
        """Whether a place with these cells lies in it."""
        return not self.grid or any(Cell(cell.layer, cell.code) in self.grid for cell in grid)

    def holds(self, department: str, grid: Iterable[GridMembership]) -> bool:
        """Whether a case of this department and place lies in it."""
        return (not self.departments or department in self.departments) and self.holds_place(grid)

    def __str__(self) -> str:
        parts = [
            f"{name} {', '.join(sorted(map(str, values)))}"
            for name, values in (("departments", self.departments), ("grid", self.grid))
            if values
        ]
        return "; ".join(parts) or "everywhere"


EVERYWHERE = Scope()
"""All departments, the whole grid."""


@dataclass(frozen=True)
class Caller:
    """Who makes a request.

    Attributes:
        name: of the account; what histories and the audit log name.
        is_guest: nobody has signed in, and reading needs no sign-in.
        must_change_password: signed in with a one-time password and may only change it.
        session_id: of the sign-in; None for keys and guests.
    """

    name: str
    roles: frozenset[AccountRole]
    scope: Scope = EVERYWHERE
    is_guest: bool = False
    must_change_password: bool = False
    session_id: str | None = None

    @property
    def departments(self) -> frozenset[str]:
        """Departments it is limited to; empty for all."""
        return self.scope.departments

    @property
    def grid_scope(self) -> frozenset[Cell]:
        """Cells it is limited to, each with all that lies in it; empty for the whole grid."""
        return self.scope.grid


@dataclass(frozen=True)
class User:
    """An account as it is kept. `name` is never given to somebody else: users are disabled, not deleted.

    Attributes:
        password_hash: argon2id; None for programs and for people who sign in elsewhere.
        one_time_until: the password is a one-time one and holds until then; None for one of the user's own.
        tries: failed sign-ins in a row.
        identity: issuer and subject of a person who signs in elsewhere; None for all others.
    """

    name: str
    display_name: str
    roles: frozenset[AccountRole]
    created_at: datetime
    created_by: str
    scope: Scope = EVERYWHERE
    password_hash: str | None = field(default=None, repr=False)
    one_time_until: datetime | None = None
    tries: int = 0
    locked_until: datetime | None = None
    disabled_at: datetime | None = None
    version: int = 1
    identity: str | None = None


@dataclass(frozen=True)
class Session:
    """One sign-in. Tokens are kept as their sha256.

    Attributes:
        before_hash: the refresh token before the present one, to notice a stolen one.
        ends_at: after it no refresh helps.
        id_token: by which the city's own sign-in knows it, to sign out there too; none for passwords and once it ended.
    """

    session_id: str
    user_name: str
    access_hash: str = field(repr=False)
    access_until: datetime
    refresh_hash: str = field(repr=False)
    refresh_until: datetime
    created_at: datetime
    refreshed_at: datetime
    ends_at: datetime
    before_hash: str | None = field(default=None, repr=False)
    ended_at: datetime | None = None
    id_token: str | None = field(default=None, repr=False)

    def ended(self, at: datetime) -> Session:
        """Return it ended; nothing is kept of it that speaks for the person elsewhere."""
        return replace(self, ended_at=at, id_token=None)


@dataclass(frozen=True)
class ApiKey:
    """A key with which a program acts as an account. The secret is kept as its sha256."""

    key_id: str
    user_name: str
    label: str
    secret_hash: str = field(repr=False)
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit log: who did or saw what, when, in which role. Never changed.

    Attributes:
        target: what it was done to, such as `user/li` or the key of a picture.
        purpose: what for, in the caller's words.
        sha256: of the bytes that were seen.
    """

    at: datetime
    actor: str
    roles: frozenset[AccountRole]
    action: str
    target: str = ""
    case_id: str | None = None
    purpose: str = ""
    sha256: str | None = None
    detail: str = ""
    number: int | None = None
