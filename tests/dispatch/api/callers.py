"""Accounts for tests: cheap passwords, and callers of every kind."""

from __future__ import annotations

from argon2 import PasswordHasher

from dispatch.accounts import AccountRole, Accounts, Caller
from dispatch.accounts.secrets import Passwords
from dispatch.store import SqlStore

TESTER = Caller("tester", frozenset(AccountRole))
"""Somebody who may do everything, for tests of something else than accounts."""


def cheap_passwords() -> Passwords:
    """Return passwords that are hashed in no time."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def accounts_of(store: SqlStore, guest: Caller | None = TESTER, **tokens: Caller) -> Accounts:
    """Return the accounts of a store.

    Args:
        guest: who calls without a token.
        tokens: further tokens and who brings them.
    """
    return Accounts(store.accounts, passwords=cheap_passwords(), guest=guest, static=tokens)
