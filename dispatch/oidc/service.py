"""The way of a browser to the city's own sign-in and back: begun, finished, redeemed for tokens of the node.

Each step is bound to the browser that began, and an address that somebody else made leads nowhere: what the provider is
asked with (state, nonce, the verifier of PKCE) is derived from a secret that only this browser holds, in a cookie. So
nothing is kept of a sign-in under way: any process of the node can go on with it, and a restart in between does no
harm. Who has come back gets a ticket, which is kept for a minute and taken once.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from dispatch.accounts.claims import OidcSettings, identity_of, needed_claims
from dispatch.accounts.ports import KeptTicket
from dispatch.accounts.secrets import digest, same
from dispatch.accounts.service import Accounts, Signed
from dispatch.accounts.values import NotSignedIn
from dispatch.errors import DispatchError

log = logging.getLogger(__name__)

_STATE, _NONCE, _VERIFIER = "state", "nonce", "verifier"

UNDER_WAY = timedelta(minutes=10)
"""For so long a person may take at the provider."""
REDEEM_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Proved:
    """What the provider says of who has signed in, and its token where it ends sign-ins on request."""

    claims: Mapping[str, Any]
    id_token: str | None = field(default=None, repr=False)


class Provider(Protocol):
    """The city's own sign-in."""

    def address(self, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Return where a browser goes to sign in. Raises ProviderTrouble."""
        ...

    def proved(self, code: str, nonce: str, verifier: str, now: datetime) -> Proved:
        """Return what the provider says of who has signed in, checked. Raises ProviderTrouble."""
        ...

    def sign_out_address(self, id_token: str, now: datetime) -> str | None:
        """Return where a browser goes to sign out, None where it cannot. Raises ProviderTrouble."""
        ...


@dataclass(frozen=True)
class Begun:
    """Where a browser goes, and the secret that it keeps meanwhile."""

    address: str
    browser: str = field(repr=False)


class Elsewhere:
    """Sign-in with the city's own accounts.

    Args:
        provider: where people prove who they are.
        accounts: where they get tokens of this node.
    """

    def __init__(self, settings: OidcSettings, provider: Provider, accounts: Accounts) -> None:
        self.settings = settings
        self._provider = provider
        self._accounts = accounts

    def begin(self, now: datetime) -> Begun:
        """Begin a sign-in. Raises ProviderTrouble."""
        browser = f"{int(now.timestamp())}.{secrets.token_urlsafe(32)}"
        state, nonce, verifier = (derived(browser, what) for what in (_STATE, _NONCE, _VERIFIER))
        return Begun(self._provider.address(state, nonce, verifier, now), browser)

    def finish(self, state: str, code: str, browser: str, now: datetime) -> str:
        """Take what a browser brings back from the provider; return the ticket for tokens.

        Raises:
            NotSignedIn: the sign-in was not begun by this browser, or too long ago.
            ProviderTrouble: the provider does not answer, or not as it must.
        """
        if not same(digest(derived(browser, _STATE)), digest(state)) or _is_over(browser, now):
            raise _over()
        proved = self._provider.proved(code, derived(browser, _NONCE), derived(browser, _VERIFIER), now)
        ticket = secrets.token_urlsafe(32)
        kept = KeptTicket(digest(browser), needed_claims(proved.claims, self.settings), proved.id_token)
        self._accounts.store.tickets.put(digest(ticket), kept, until=now + REDEEM_WITHIN, now=now)
        return ticket

    def redeem(self, ticket: str, browser: str, now: datetime) -> Signed:
        """Return tokens for a ticket.

        Raises:
            NotSignedIn: it is not this browser's, was taken, or its time is over; or the account is shut.
            Forbidden: the account has no role here.
            Conflict, Invalid: the account cannot have its name, or a claim cannot be used.
        """
        kept = self._accounts.store.tickets.take(digest(ticket), now)
        if kept is None or not same(kept.browser_hash, digest(browser)):
            raise _over()
        identity = identity_of(kept.claims, self.settings)
        return self._accounts.sign_in_elsewhere(identity, now, id_token=kept.id_token)

    def sign_out_address(self, id_token: str, now: datetime) -> str | None:
        """Return where a browser goes to sign out at the provider too, None where it cannot."""
        try:
            return self._provider.sign_out_address(id_token, now)
        except DispatchError as trouble:
            log.warning("a sign-in is not ended at the city's sign-in: %s", trouble.what)
            return None


def derived(browser: str, what: str) -> str:
    """Return a value of a sign-in, which nobody can tell who has not the browser's secret: 43 characters."""
    made = hmac.digest(browser.encode(), what.encode(), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _is_over(browser: str, now: datetime) -> bool:
    begun_at, _, _ = browser.partition(".")
    return not begun_at.isdecimal() or abs(int(now.timestamp()) - int(begun_at)) >= UNDER_WAY.total_seconds()


def _over() -> NotSignedIn:
    return NotSignedIn("this sign-in was not begun in this browser, or took too long", "Sign in again.")
