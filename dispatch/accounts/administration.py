"""What administrators do: users, their roles and scopes, one-time passwords, API keys. Every change is audited."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.accounts import secrets
from dispatch.accounts.ports import AccountStore, AccountWrites
from dispatch.accounts.values import EVERYWHERE, AccountRole, ApiKey, AuditLine, Caller, Forbidden, Scope, User
from dispatch.errors import Conflict, Invalid, NotFound

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
RESERVED = frozenset({"guest", "local", "api-token", "gridpatrol", "oidc"})
"""Names that the program gives itself."""
ONE_TIME_HOLDS = timedelta(days=7)
MAX_KEYS = 20
"""Keys of one account that are in use at a time."""
PROGRAM = Caller("gridpatrol", frozenset({AccountRole.administrator}))
"""The program itself, in the audit log."""
FIRST = "admin"


class Administration:
    """Users and keys over a store."""

    def __init__(self, store: AccountStore, passwords: secrets.Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def first_administrator(self, now: datetime) -> tuple[str, str] | None:
        """Return name and one-time password of the first administrator, made now; None when there are users."""
        if self._store.reads.users(limit=1):
            return None
        user, password = self.add_user(
            PROGRAM, FIRST, roles={AccountRole.administrator}, display_name="Administrator", now=now
        )
        return user.name, password or ""

    def add_user(
        self,
        by: Caller,
        name: str,
        *,
        roles: Set[AccountRole],
        now: datetime,
        scope: Scope = EVERYWHERE,
        display_name: str = "",
    ) -> tuple[User, str | None]:
        """Make an account. Returns it and, for a person, the one-time password, which is shown nowhere else.

        Raises:
            Invalid: name, roles or scope cannot be. Conflict: the name was given before.
        """
        if NAME.fullmatch(name) is None or name in RESERVED:
            raise Invalid(
                f"{name!r} cannot be a user's name",
                "Use 1 to 64 of a-z, 0-9, dot, hyphen and underscore; " + ", ".join(sorted(RESERVED)) + " are taken.",
            )
        check_roles(roles, scope)
        user = User(name, display_name or name, frozenset(roles), now, by.name, scope)
        password = None
        if AccountRole.machine not in roles:
            password = secrets.one_time_password()
            user = replace(user, password_hash=self._passwords.hash(password), one_time_until=now + ONE_TIME_HOLDS)
        with self._store.transaction() as tx:
            if tx.user(name) is not None:
                raise Conflict(f"there is a user {name} already", "Choose another name; names are never given twice.")
            tx.put_user(user)
            _note(tx, by, now, "user.add", user, _described(user))
        return user, password

    def change_user(
        self,
        by: Caller,
        name: str,
        *,
        now: datetime,
        roles: Set[AccountRole] | None = None,
        scope: Scope | None = None,
        display_name: str | None = None,
        expected_version: int | None = None,
    ) -> User:
        """Change roles, scope or shown name of an account.

        Raises:
            NotFound, Conflict, Invalid: also when nobody would be left who administers.
        """

        def change(user: User) -> User:
            changed = replace(
                user,
                roles=user.roles if roles is None else frozenset(roles),
                scope=user.scope if scope is None else scope,
                display_name=user.display_name if display_name is None else display_name,
            )
            check_roles(changed.roles, changed.scope)
            if (AccountRole.machine in changed.roles) != (AccountRole.machine in user.roles):
                raise Invalid("a program's account stays one, and a person's too", "Make another account.")
            return changed

        return self._change(by, name, now, "user.change", change, expected_version)

    def reset_password(self, by: Caller, name: str, now: datetime) -> tuple[User, str]:
        """Give a person a new one-time password, unlock the account and end its sign-ins. Raises as `change_user`."""
        password = secrets.one_time_password()
        kept = self._passwords.hash(password)

        def change(user: User) -> User:
            if AccountRole.machine in user.roles:
                raise Invalid(f"{name} is a program and has no password", "Make it a key instead.")
            if user.identity is not None:
                raise Invalid(f"{name} signs in with the city's account", "Its password is changed there.")
            until = now + ONE_TIME_HOLDS
            return replace(user, password_hash=kept, one_time_until=until, tries=0, locked_until=None)

        return self._change(by, name, now, "user.reset_password", change, ends_sessions=True), password

    def set_disabled(self, by: Caller, name: str, is_disabled: bool, now: datetime) -> User:
        """Shut an account, ending its sign-ins and keys' use, or open it again. Raises as `change_user`."""

        def change(user: User) -> User:
            return replace(user, disabled_at=(user.disabled_at or now) if is_disabled else None)

        action = "user.disable" if is_disabled else "user.enable"
        return self._change(by, name, now, action, change, ends_sessions=is_disabled)

    def create_key(
        self, by: Caller, user_name: str, *, label: str, now: datetime, holds: timedelta | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key with which a program acts as an account. Returns it and the key, which is shown nowhere else.

        Keys are made for programs by administrators, and by everybody for themselves: nobody acts in another
        person's name.

        Raises:
            NotFound: no such account. Forbidden: it is another person's. Invalid: it has too many keys.
        """
        key_id = secrets.new_id()
        token, kept = secrets.new_token("gpk", key_id)
        key = ApiKey(key_id, user_name, label, kept, now, by.name, now + holds if holds else None)
        with self._store.transaction() as tx:
            user = _existing(tx, user_name)
            is_programs = AccountRole.machine in user.roles and AccountRole.administrator in by.roles
            if not is_programs and by.name != user_name:
                raise Forbidden(
                    f"{user_name} is another person", "Make keys for yourself, or as administrator for programs."
                )
            in_use = [k for k in tx.keys(user_name) if not k.revoked_at and (not k.expires_at or k.expires_at > now)]
            if len(in_use) >= MAX_KEYS:
                raise Invalid(f"{user_name} has {len(in_use)} keys already", "Revoke one that is not used any more.")
            tx.put_key(key)
            _note(tx, by, now, "key.create", user, f"{key_id} {label}".strip())
        return key, token

    def revoke_key(self, by: Caller, key_id: str, now: datetime) -> ApiKey:
        """Revoke a key; it stops working at once. Raises NotFound, Forbidden."""
        with self._store.transaction() as tx:
            found = tx.key(key_id)
            if found is None or (found[0].user_name != by.name and AccountRole.administrator not in by.roles):
                raise NotFound(f"there is no key {key_id} of yours", "List the keys to find its id.")
            key = replace(found[0], revoked_at=found[0].revoked_at or now)
            tx.put_key(key)
            _note(tx, by, now, "key.revoke", found[1], key_id)
        return key

    def _change(
        self,
        by: Caller,
        name: str,
        now: datetime,
        action: str,
        change: Callable[[User], User],
        expected_version: int | None = None,
        *,
        ends_sessions: bool = False,
    ) -> User:
        with self._store.transaction() as tx:
            user = _existing(tx, name)
            if expected_version is not None and expected_version != user.version:
                raise Conflict(
                    f"user {name} is at version {user.version}, you saw {expected_version}", "Read the user again."
                )
            changed = replace(change(user), version=user.version + 1)
            tx.put_user(changed)
            if not tx.users_with(AccountRole.administrator):
                raise Invalid("nobody would be left who administers", "Make another administrator first.")
            if ends_sessions:
                for session in tx.sessions(name):
                    tx.put_session(session.ended(now))
            _note(tx, by, now, action, changed, _described(changed))
        return changed


def check_roles(roles: Set[AccountRole], scope: Scope) -> None:
    """Refuse roles that cannot be together, or not with a scope. Raises Invalid."""
    if not roles:
        raise Invalid("an account needs a role", "Give one of " + ", ".join(AccountRole) + ".")
    if AccountRole.machine in roles and len(roles) > 1:
        raise Invalid("a program's account has no other role", "Make a second account for the person.")
    if AccountRole.administrator in roles and not scope.is_everywhere:
        raise Invalid("an administrator is not limited to a part of the city", "Give another role, or no limit.")
    if AccountRole.handler in roles and scope.is_everywhere:
        raise Invalid("a handler works for a department or in a part of the grid", "Name a department or a cell.")


def _existing(tx: AccountWrites, name: str) -> User:
    user = tx.user(name)
    if user is None:
        raise NotFound(f"there is no user {name}", "List the users to find the name.")
    return user


def _described(user: User) -> str:
    return f"{', '.join(sorted(user.roles))}; {user.scope}"


def _note(tx: AccountWrites, by: Caller, now: datetime, action: str, user: User, detail: str) -> None:
    tx.add_audit(AuditLine(now, by.name, by.roles, action, f"user/{user.name}", detail=detail))
