"""The command line's own key, the machine token, and which address may be listened on."""

from __future__ import annotations

import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.accounts import AccountRole, Accounts
from dispatch.accounts.ports import AuditFilter
from dispatch.accounts.service import GUEST
from dispatch.accounts.values import AuditLine, NotSignedIn
from dispatch.api.access import RefusedBind
from dispatch.store import SqlStore, open_store
from gridpatrol.callers import (
    LOCAL,
    MACHINE,
    keep_tidy,
    machine_token,
    open_accounts,
    refuse_unsafe_api,
    sign_in_elsewhere,
)
from gridpatrol.cli.client import token_for
from gridpatrol.errors import UserError
from gridpatrol.keys import local_key, read_local_key
from gridpatrol.lock import DataDirectory
from gridpatrol.settings import Api, NodeSettings
from tests.dispatch.builders import T0
from tests.sqlite import with_tables

TOKEN = "0123456789abcdef"
URL = "http://127.0.0.1:8600"


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return open_store(with_tables(tmp_path / "dispatch.db"))


def test_the_local_key_is_for_the_nodes_user_alone_and_gone_with_the_node(tmp_path: Path, store: SqlStore) -> None:
    (tmp_path / "local.key").write_text("of a node that was killed")
    with open_accounts(store.accounts, Api(), tmp_path) as accounts:
        path = tmp_path / "local.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        key = read_local_key(tmp_path)
        assert accounts.caller_of(key, T0) == LOCAL
        assert AccountRole.administrator in LOCAL.roles
        with pytest.raises(NotSignedIn):
            accounts.caller_of(None, T0)
        with pytest.raises(NotSignedIn):
            accounts.caller_of("of a node that was killed", T0)
    assert read_local_key(tmp_path) is None
    with open_accounts(store.accounts, Api(guest_reading=True), tmp_path) as accounts:
        assert accounts.caller_of(None, T0) == GUEST
        with pytest.raises(NotSignedIn):
            accounts.caller_of(key, T0)


def test_the_command_line_shows_the_local_key_to_its_own_node_alone(tmp_path: Path) -> None:
    here = {"GRIDPATROL_DATA": str(tmp_path)}
    with DataDirectory(tmp_path) as data, local_key(tmp_path) as key:
        assert token_for(URL, here) is None
        data.announce(URL, "unix:///x")
        assert token_for(URL, here) == token_for("http://localhost:8600", here) == key
        assert token_for("http://127.0.0.1:8601", here) is None
        assert token_for("http://node.example:8600", here) is None
        assert token_for(URL, {"GRIDPATROL_DATA": str(tmp_path / "other")}) is None
        assert token_for(URL, {**here, "GRIDPATROL_API_KEY": "k", "GRIDPATROL_API_TOKEN": "t"}) == "k"
        assert token_for(URL, {**here, "GRIDPATROL_API_TOKEN": "t"}) == "t"
    assert token_for(URL, here) is None


def test_the_machine_token_comes_from_the_environment_and_is_long() -> None:
    assert machine_token({}) == machine_token({"GRIDPATROL_API_TOKEN": ""}) == {}
    assert machine_token({"GRIDPATROL_API_TOKEN": TOKEN}) == {TOKEN: MACHINE}
    with pytest.raises(UserError, match="can be guessed") as refused:
        machine_token({"GRIDPATROL_API_TOKEN": TOKEN[:-1]})
    assert TOKEN[:-1] not in str(refused.value)


def test_what_is_kept_long_enough_is_deleted(store: SqlStore) -> None:
    accounts = Accounts(store.accounts)
    accounts.note(AuditLine(T0, "li", frozenset(), "x"))
    stop = threading.Event()
    now = T0 + accounts.rules.keep_audit

    def clock() -> datetime:
        stop.set()
        return now

    keep_tidy(accounts, clock, stop)
    assert len(accounts.store.reads.audit(AuditFilter())) == 1
    now += timedelta(seconds=1)
    stop.clear()
    keep_tidy(accounts, clock, stop)
    assert not accounts.store.reads.audit(AuditFilter())


def test_an_address_beyond_this_machine_needs_encryption() -> None:
    refuse_unsafe_api(Api(guest_reading=True))
    refuse_unsafe_api(Api(host="0.0.0.0", behind_tls_proxy=True))
    refuse_unsafe_api(Api(host="0.0.0.0", tls_certificate=Path("c.pem"), tls_key=Path("k.pem")))
    for refused in (Api(host="0.0.0.0"), Api(host="0.0.0.0", behind_tls_proxy=True, guest_reading=True)):
        with pytest.raises(RefusedBind):
            refuse_unsafe_api(refused)
    with pytest.raises(ValueError, match="given together"):
        Api(tls_key=Path("k.pem"))


OIDC: dict[str, Any] = {
    "issuer": "https://login.city.example",
    "client_id": "gridpatrol",
    "public_url": "https://grid.city.example",
    "grants": [{"roles": ["viewer"]}],
}


@pytest.mark.parametrize(
    ("oidc", "environment", "there"),
    [
        (None, {}, False),
        (OIDC, {}, True),
        ({**OIDC, "credentials": "city"}, {"GRIDPATROL_SECRET_CITY": "gridpatrol:of-the-client"}, True),
    ],
)
def test_the_citys_sign_in_is_there_when_it_is_configured(
    store: SqlStore, oidc: dict[str, Any] | None, environment: dict[str, str], there: bool
) -> None:
    settings = NodeSettings.model_validate({"api": {"oidc": oidc}})
    assert (sign_in_elsewhere(Accounts(store.accounts), settings, environment) is not None) == there


def test_a_secret_that_is_missing_is_told_before_anything_starts(store: SqlStore) -> None:
    settings = NodeSettings.model_validate({"api": {"oidc": {**OIDC, "credentials": "city"}}})
    with pytest.raises(UserError, match="GRIDPATROL_SECRET_CITY") as told:
        sign_in_elsewhere(Accounts(store.accounts), settings, {})
    assert told.value.place == "api.oidc.credentials"
