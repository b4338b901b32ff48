"""Who may call the node's API: its users, the command line on its machine, and whoever has the environment's token."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from detector.errors import ConfigError
from detector.sources import Secrets
from dispatch.accounts import AccountRole, Accounts, Caller
from dispatch.accounts.ports import AccountStore
from dispatch.accounts.service import GUEST
from dispatch.api.access import refuse_unsafe_bind
from dispatch.oidc import Elsewhere
from gridpatrol.errors import UserError
from gridpatrol.keys import TOKEN_VARIABLE, local_key
from gridpatrol.settings import Api, NodeSettings

log = logging.getLogger(__name__)

MIN_TOKEN = 16
TIDY_INTERVAL_S = 3600.0

LOCAL = Caller("local", frozenset({AccountRole.administrator, AccountRole.machine}))
"""The command line on this machine; it acts in the name of whoever sits there."""
MACHINE = Caller("api-token", frozenset({AccountRole.machine}))
"""Whoever brings the token of the environment."""


def refuse_unsafe_api(api: Api) -> None:
    """Refuse settings with which strangers could call the API.

    Raises:
        RefusedBind: it would listen beyond this machine without sign-in or encryption.
        UserError: the machine token can be guessed.
    """
    is_encrypted = api.behind_tls_proxy or api.tls_certificate is not None
    refuse_unsafe_bind(api.host, guest_reading=api.guest_reading, is_encrypted=is_encrypted)
    machine_token()


@contextmanager
def open_accounts(store: AccountStore, api: Api, data: Path) -> Iterator[Accounts]:
    """Give the accounts of a node: its users, the machine token, and the command line while the node runs."""
    with local_key(data) as key:
        yield Accounts(store, guest=GUEST if api.guest_reading else None, static={**machine_token(), key: LOCAL})


def sign_in_elsewhere(accounts: Accounts, settings: NodeSettings, environment: Mapping[str, str]) -> Elsewhere | None:
    """Return the sign-in with the city's own accounts; None where there is none.

    Raises:
        UserError: the package or the credentials for it are missing.
    """
    oidc = settings.api.oidc
    if oidc is None:
        return None
    try:
        from dispatch.oidc.provider import OpenIdProvider
    except ImportError as error:
        raise UserError(
            f"the sign-in with the city's accounts needs a package: {error.name}",
            place="api.oidc",
            remedy="pip install 'gridpatrol[oidc]'",
        ) from error
    secret = None
    if oidc.credentials is not None:
        try:
            secret = Secrets(environment, settings.secrets_file).credential(oidc.credentials).password
        except ConfigError as error:
            raise UserError(str(error), place="api.oidc.credentials") from error
    return Elsewhere(oidc, OpenIdProvider(oidc, secret=secret), accounts)


def keep_tidy(accounts: Accounts, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Delete sign-ins, answers and lines of the audit log that were kept long enough, every hour until `stop`."""
    while not stop.is_set():
        gone = accounts.run_once(clock())
        if gone:
            log.info("%d old sign-ins, answers and lines of the audit log were deleted", gone)
        stop.wait(TIDY_INTERVAL_S)


def machine_token(environment: Mapping[str, str] | None = None) -> dict[str, Caller]:
    """Return the token of the environment and who brings it; empty when there is none.

    Raises:
        UserError: it is short enough to be guessed.
    """
    token = (os.environ if environment is None else environment).get(TOKEN_VARIABLE)
    if not token:
        return {}
    if len(token) < MIN_TOKEN:
        raise UserError(
            f"this token has {len(token)} characters and can be guessed",
            place=f"environment variable {TOKEN_VARIABLE}",
            remedy=f"take at least {MIN_TOKEN}, such as of `openssl rand -hex 32`",
        )
    return {token: MACHINE}
