"""`gridpatrol user` and `gridpatrol key` against a real server, with the key of the node's own machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.api import create_app
from dispatch.service import Desk
from dispatch.store import SqlStore
from gridpatrol.callers import open_accounts
from gridpatrol.lock import DataDirectory
from gridpatrol.settings import Api
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import T0
from tests.gridpatrol.cli.conftest import Run, as_json


@pytest.fixture
def url(desk: Desk, store: SqlStore, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with DataDirectory(tmp_path / "data") as data, open_accounts(store.accounts, Api(), data.path) as accounts:
        accounts.administration.first_administrator(T0)
        with serving(create_app(desk, evidence_root=tmp_path, accounts=accounts)) as address:
            data.announce(address, "unix:///nowhere")
            monkeypatch.setenv("GRIDPATROL_DATA", str(data.path))
            yield address


def test_people_and_programs_come_and_go(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = ("--department", "sanitation", "--grid", "street/440399001")
    code, out, _ = run("user", "add", "zhou", "--role", "handler", *limits, "--name", "周", "--url", url)
    assert (code, out.splitlines()[0]) == (0, "zhou · 周 · handler · sanitation, street/440399001 · one-time password")
    assert "one-time password, shown only now: " in out
    made = as_json(run("user", "add", "city-hub", "--role", "machine", "--json", "--url", url))
    assert made["one_time_password"] is None
    key = as_json(run("key", "create", "--user", "city-hub", "--label", "city", "--days", "30", "--json", "--url", url))
    assert [user["name"] for user in as_json(run("user", "list", "--json", "--url", url))] == [
        "admin",
        "city-hub",
        "zhou",
    ]
    assert "city-hub" in run("key", "list", "--url", url)[1]
    assert "账号" in run("user", "list", "--url", url, LC_ALL="zh_CN.UTF-8")[1]
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert run("case", "list", "--url", url, "--json")[0] == 0
    monkeypatch.setenv("GRIDPATROL_API_KEY", key["key"])
    assert run("case", "list", "--url", url, "--json")[0] == 0
    code, _, err = run("user", "list", "--url", url)
    assert (code, "city-hub is machine" in err) == (2, True)
    monkeypatch.delenv("GRIDPATROL_API_KEY")
    assert run("key", "revoke", key["key_id"], "--url", url)[0] == 0
    code, _, err = run("case", "list", "--url", url, GRIDPATROL_API_KEY=key["key"])
    assert (code, "revoked" in err, "GRIDPATROL_DATA" in err) == (2, True, True)
    monkeypatch.delenv("GRIDPATROL_API_KEY")
    assert "one-time password" in run("user", "reset-password", "zhou", "--url", url)[1]
    assert "shut" in run("user", "disable", "zhou", "--url", url)[1]
    assert "shut" not in run("user", "disable", "zhou", "--undo", "--url", url)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "zhou", "--role", "handler"), "a handler works for a department"),
        (("user", "add", "zhou", "--role", "king"), "roles"),
        (("user", "add", "Zhou", "--role", "viewer"), "name"),
        (("user", "disable", "admin"), "nobody would be left who administers"),
        (("user", "disable", "nobody"), "there is no user nobody"),
        (("key", "create", "--user", "admin"), "admin is another person"),
        (("key", "revoke", "nothing"), "there is no key nothing"),
    ],
)
def test_what_cannot_be_is_one_message_and_exit_code_2(
    run: Run,
    url: str,
    words: tuple[str, ...],
    said: str,
) -> None:
    code, out, err = run(*words, "--url", url)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
