"""`gridpatrol webhook` against a real server, and a real receiver."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from random import Random

import pytest

from detector.sources import AddressPolicy
from dispatch.api import create_app
from dispatch.retention import Deletion, Grounds
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.webhooks import Webhooks
from dispatch.webhooks.courier import Courier
from gridpatrol.webhooks import checked_by
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import T0, report, sent
from tests.gridpatrol.cli.conftest import Run, as_json
from tests.receiver import receiving

LOOPBACK = checked_by(AddressPolicy((ip_network("127.0.0.0/8"),)))


@pytest.fixture
def webhooks(store: SqlStore) -> Webhooks:
    return Webhooks(store.webhooks, resolve=LOOPBACK)


@pytest.fixture
def url(desk: Desk, store: SqlStore, tmp_path: Path, webhooks: Webhooks) -> Iterator[str]:
    with serving(create_app(desk, evidence_root=tmp_path, accounts=accounts_of(store), receivers=webhooks)) as address:
        yield address


def test_a_receiver_on_the_command_line(run: Run, url: str, desk: Desk, webhooks: Webhooks) -> None:
    with receiving() as receiver:
        made = as_json(run("webhook", "add", receiver.url, "--state", "dispatched", "--json", "--url", url))
        name = made["webhook_id"]
        desk.receive(sent(report()), T0)
        courier = Courier(webhooks, clock=lambda: datetime.now(UTC), chance=Random(1))
        assert courier.run_once() == 1
        assert receiver.letters[0].verified(made["key"])["data"]["state"] == "dispatched"
        code, out, _ = run("webhook", "list", "--url", url)
        assert code == 0
        assert "active" in out
        code, out, _ = run("webhook", "rotate", name, "--url", url)
        assert "whsec_" in out
        assert made["key"] not in out
        assert "stopped by hand" in run("webhook", "disable", name, "--url", url)[1]
        assert "正常" in run("webhook", "enable", name, "--url", url, LC_ALL="zh_CN.UTF-8")[1]
        assert as_json(run("webhook", "dead", name, "--json", "--url", url)) == []
        assert "0 条" in run("webhook", "replay", name, "--url", url)[1]
        assert run("webhook", "remove", name, "--url", url)[0] == 0
        code, _, err = run("webhook", "rotate", name, "--url", url)
        assert code == 2
        assert "there is no webhook" in err


def test_an_address_on_this_machine_is_refused_in_one_line(run: Run, url: str) -> None:
    code, out, err = run("webhook", "add", "http://169.254.169.254/", "--url", url)
    assert (code, out) == (2, "")
    assert "metadata service" in err


def test_what_retention_has_deleted_is_listed(run: Run, url: str, store: SqlStore) -> None:
    store.retention.note(Deletion(T0, Grounds.unfiled, "20261121-a", None, ("2026/11/21/gate/a.jpg",)))
    code, out, _ = run("state", "deleted", "--url", url)
    assert code == 0
    assert ("not filed" in out, "20261121-a" in out) == (True, True)
    assert as_json(run("state", "deleted", "--json", "--url", url))[0]["keys"] == ["2026/11/21/gate/a.jpg"]
