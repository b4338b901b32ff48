"""The way of a browser to the city's own sign-in and back: begun, finished, redeemed for tokens of the node.

Each step is bound to the browser that began (a cookie), and can be taken once: an address that somebody else made leads
nowhere. What is under way is kept in memory; after a restart a person presses the button again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from dispatch.accounts.claims import OidcSettings, identity_of
from dispatch.accounts.secrets import digest, same
from dispatch.accounts.service import Accounts, Signed
from dispatch.accounts.values import NotSignedIn
from dispatch.oidc.once import Once

UNDER_WAY = timedelta(minutes=10)
"""For so long a person may take at the provider."""
REDEEM_WITHIN = timedelta(minutes=1)
MOST = 10_000
"""Sign-ins under way at a time."""


class Provider(Protocol):
    """The city's own sign-in."""

    def address(self, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Return where a browser goes to sign in. Raises ProviderTrouble."""
        ...

    def claims(self, code: str, nonce: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        """Return what the provider says of who has signed in, checked. Raises ProviderTrouble."""
        ...


@dataclass(frozen=True)
class Begun:
    """Where a browser goes, and the secret that it keeps meanwhile."""

    address: str
    browser: str = field(repr=False)


@dataclass(frozen=True)
class _UnderWay:
    browser: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class _Proved:
    browser: str = field(repr=False)
    claims: Mapping[str, Any]


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
        self._under_way: Once[_UnderWay] = Once(UNDER_WAY, MOST)
        self._proved: Once[_Proved] = Once(REDEEM_WITHIN, MOST)

    def begin(self, now: datetime) -> Begun:
        """Begin a sign-in. Raises ProviderTrouble."""
        state, nonce, browser = (secrets.token_urlsafe(32) for _ in range(3))
        verifier = secrets.token_urlsafe(64)
        address = self._provider.address(state, nonce, verifier, now)
        self._under_way.put(state, _UnderWay(digest(browser), nonce, verifier), now)
        return Begun(address, browser)

    def finish(self, state: str, code: str, browser: str, now: datetime) -> str:
        """Take what a browser brings back from the provider; return the ticket for tokens.

        Raises:
            NotSignedIn: the sign-in was not begun by this browser, or too long ago.
            ProviderTrouble: the provider does not answer, or not as it must.
        """
        begun = self._under_way.take(state, now)
        if begun is None or not same(begun.browser, digest(browser)):
            raise _over()
        claims = self._provider.claims(code, begun.nonce, begun.verifier, now)
        ticket = secrets.token_urlsafe(32)
        self._proved.put(ticket, _Proved(begun.browser, claims), now)
        return ticket

    def redeem(self, ticket: str, browser: str, now: datetime) -> Signed:
        """Return tokens for a ticket.

        Raises:
            NotSignedIn: it is not this browser's, was taken, or its time is over; or the account is shut.
            Forbidden: the account has no role here.
            Conflict, Invalid: the account cannot have its name, or a claim cannot be used.
        """
        proved = self._proved.take(ticket, now)
        if proved is None or not same(proved.browser, digest(browser)):
            raise _over()
        return self._accounts.sign_in_elsewhere(identity_of(proved.claims, self.settings), now)


def _over() -> NotSignedIn:
    return NotSignedIn("this sign-in was not begun in this browser, or took too long", "Sign in again.")
