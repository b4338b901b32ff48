"""Who may use the dispatch desk: people and programs, their roles and scopes, sign-in, keys, the audit log."""

from dispatch.accounts.service import AccountRules, Accounts
from dispatch.accounts.values import EVERYWHERE, AccountRole, Caller, Cell, Scope

__all__ = ["EVERYWHERE", "AccountRole", "AccountRules", "Accounts", "Caller", "Cell", "Scope"]
