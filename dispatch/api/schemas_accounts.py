"""What the API answers and takes about accounts."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, SecretStr, StringConstraints

from dispatch.accounts.secrets import MAX_PASSWORD
from dispatch.accounts.service import Signed
from dispatch.accounts.values import AccountRole, ApiKey, AuditLine, Caller, Cell, Scope, User
from dispatch.api.schemas import Answer, Body, Text
from dispatch.config import Names

UserName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD)]
Token = Annotated[SecretStr, Field(min_length=1, max_length=200)]
DepartmentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


CellText = Annotated[str, StringConstraints(pattern=r"^[!-.0-~]{1,64}/[!-.0-~]{1,64}$")]


class Credentials(Body):
    """Name and password of a person."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: Password


class RefreshToken(Body):
    """The refresh token of the last answer; it is spent by this request."""

    refresh_token: Token


class OtherSignIn(Answer):
    """Whether people can sign in with the city's own accounts."""

    names: Names | None = Field(description="of the button, which leads to /api/v1/session/oidc/start; null: none")


class SignedOut(Answer):
    """A sign-in that has ended here."""

    address: str | None = Field(description="where a browser goes to end it at the city's sign-in too; null: nowhere")


class Ticket(Body):
    """What a browser brings back from the city's own sign-in (`#ticket=` in the address)."""

    ticket: Token


class NewPassword(Body):
    """A person's own new password."""

    old_password: Password
    new_password: Password


class Limits(Answer):
    """To which part of the city an account is limited. Empty: to none."""

    departments: tuple[str, ...] = Field(description="ids of departments; empty for all")
    grid: tuple[str, ...] = Field(description="cells as LAYER/CODE, with all that lies in them; empty for all")

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Return the answer for a scope."""
        return cls(departments=tuple(sorted(scope.departments)), grid=tuple(sorted(str(cell) for cell in scope.grid)))


class Me(Answer):
    """Who you are to the node."""

    name: str
    display_name: str
    roles: tuple[AccountRole, ...]
    scope: Limits
    is_guest: bool = Field(description="you have not signed in, and reading needs no sign-in")
    must_change_password: bool = Field(description="POST /api/v1/me/password comes first; all else is refused")

    @classmethod
    def of(cls, caller: Caller, user: User | None) -> Self:
        """Return the answer for a caller; programs of this process alone have no user."""
        return cls(
            name=caller.name,
            display_name=user.display_name if user else caller.name,
            roles=tuple(sorted(caller.roles)),
            scope=Limits.of(caller.scope),
            is_guest=caller.is_guest,
            must_change_password=caller.must_change_password,
        )


class SignedIn(Answer):
    """Tokens, shown once. Send the access token as `Authorization: Bearer TOKEN`."""

    access_token: str
    access_until: AwareDatetime = Field(description="refresh before then")
    refresh_token: str = Field(description="for POST /api/v1/session/refresh, once")
    refresh_until: AwareDatetime
    token_type: str = "Bearer"
    me: Me

    @classmethod
    def of(cls, signed: Signed) -> Self:
        """Return the answer for a sign-in."""
        user = signed.user
        caller = Caller(user.name, user.roles, user.scope, must_change_password=user.one_time_until is not None)
        return cls(
            access_token=signed.access_token,
            access_until=signed.access_until,
            refresh_token=signed.refresh_token,
            refresh_until=signed.refresh_until,
            me=Me.of(caller, user),
        )


class RoleItem(Answer):
    """A role, and the routes that it may call."""

    role: AccountRole
    routes: tuple[str, ...]


class UserItem(Answer):
    """An account."""

    name: str
    display_name: str
    roles: tuple[AccountRole, ...]
    scope: Limits
    created_at: AwareDatetime
    created_by: str
    must_change_password: bool
    locked_until: AwareDatetime | None = None
    disabled_at: AwareDatetime | None = None
    is_citys: bool = Field(description="signs in with the city's own account; roles and limits come from there")
    version: int = Field(description="grows with every change by an administrator; send it as If-Match")

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the answer for an account."""
        return cls(
            name=user.name,
            display_name=user.display_name,
            roles=tuple(sorted(user.roles)),
            scope=Limits.of(user.scope),
            created_at=user.created_at,
            created_by=user.created_by,
            must_change_password=user.one_time_until is not None,
            locked_until=user.locked_until,
            disabled_at=user.disabled_at,
            is_citys=user.identity is not None,
            version=user.version,
        )


class UserWithPassword(UserItem):
    """An account and its one-time password, shown this once; null for programs, which get keys."""

    one_time_password: str | None = None


class NewUser(Body):
    """An account to be made."""

    name: UserName
    display_name: DisplayName = ""
    roles: tuple[AccountRole, ...] = Field(min_length=1, max_length=7)
    departments: tuple[DepartmentId, ...] = Field(default=(), max_length=100)
    grid: tuple[CellText, ...] = Field(default=(), max_length=500)

    def scope(self) -> Scope:
        """Return the scope it names."""
        return Scope(frozenset(self.departments), frozenset(Cell.parse(cell) for cell in self.grid))


class UserChange(Body):
    """What changes about an account; absent: stays."""

    display_name: DisplayName | None = None
    roles: Annotated[tuple[AccountRole, ...], Field(min_length=1, max_length=7)] | None = None
    departments: Annotated[tuple[DepartmentId, ...], Field(max_length=100)] | None = None
    grid: Annotated[tuple[CellText, ...], Field(max_length=500)] | None = None
    disabled: bool | None = Field(default=None, description="true shuts the account, false opens it again")


class NewKey(Body):
    """A key to be made."""

    user: UserName = Field(description="the account that acts with it: a program's, or your own")
    label: Annotated[Text, Field(max_length=200)] = ""
    days: int | None = Field(default=None, ge=1, le=3650, description="holds for so long; until revoked when absent")


class KeyItem(Answer):
    """A key, without its secret."""

    key_id: str
    user: str
    label: str
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Return the answer for a key."""
        values = {name: getattr(key, name) for name in cls.model_fields if name not in {"user", "key"}}
        return cls(user=key.user_name, **values)


class KeyWithSecret(KeyItem):
    """A key, shown this once."""

    key: str = ""


class AuditItem(Answer):
    """One line of the audit log."""

    number: int
    at: AwareDatetime
    actor: str
    roles: tuple[AccountRole, ...]
    action: str
    target: str
    case_id: str | None = None
    purpose: str
    sha256: str | None = None
    detail: str

    @classmethod
    def of(cls, line: AuditLine) -> Self:
        """Return the answer for a line."""
        values = {name: getattr(line, name) for name in cls.model_fields if name != "roles"}
        return cls(**values, roles=tuple(sorted(line.roles)))
