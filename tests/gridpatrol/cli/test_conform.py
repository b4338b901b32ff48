"""`gridpatrol conform` against a real node's parts: server, courier, stream server; and against ones that lie."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from detector.sources import AddressPolicy
from dispatch.accounts.service import GUEST
from dispatch.api import create_app
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.stream import Publisher, connect
from dispatch.webhooks import Webhooks
from dispatch.webhooks.courier import Courier
from gridpatrol.callers import LOCAL
from gridpatrol.valkey import EmbeddedValkey
from gridpatrol.webhooks import checked_by
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.serve import serving
from tests.gridpatrol.cli.conftest import Run

TOKEN = "open-sesame"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def node(desk: Desk, store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Run what a consumer meets of a node; give the addresses of its interface and its stream server."""
    monkeypatch.setattr("dispatch.webhooks.subscription.RETRIES", (timedelta(seconds=0.2),) * 5)
    webhooks = Webhooks(store.webhooks, resolve=checked_by(AddressPolicy((ip_network("127.0.0.0/8"),))))
    valkey = EmbeddedValkey(tmp_path / "valkey")
    stop = threading.Event()
    with ExitStack() as stack:
        valkey.start()
        stack.callback(valkey.stop)
        publisher = Publisher(connect(valkey.url), store.outbox, groups={})
        threads = [
            threading.Thread(target=part, args=(stop,)) for part in (Courier(webhooks, clock=now).run, publisher.run)
        ]
        for thread in threads:
            thread.start()
        app = create_app(
            desk,
            evidence_root=tmp_path,
            clock=now,
            accounts=accounts_of(store, guest=GUEST, **{TOKEN: LOCAL}),
            receivers=webhooks,
        )
        url = stack.enter_context(serving(app))
        yield url, valkey.url
        stop.set()
        for thread in threads:
            thread.join(20)


def findings(answered: tuple[int, str, str]) -> dict[str, Any]:
    found = json.loads(answered[1])
    return {f"{finding['area']}: {finding['promise']}": finding for finding in found}


def test_a_node_holds_what_it_promises(run: Run, node: tuple[str, str], store: SqlStore) -> None:
    url, stream = node
    code, out, err = run("conform", url, "--redis", stream, "--json", GRIDPATROL_API_KEY=TOKEN)
    found = findings((code, out, err))
    assert {name: f["detail"] for name, f in found.items() if f["holds"] is not True} == {
        "REST: pages join without gap or repeat": "there are not two events yet"
    }
    assert code == 0
    areas = {finding["area"] for finding in found.values()}
    assert areas == {
        "REST", "OpenAPI", "AsyncAPI", "Idempotency", "SSE", "Webhooks", "Redelivery", "Order", "Stream", "Open311"
    }  # fmt: skip
    assert [str(state) for (_, state), number in store.views.cases_by_state().items() if number] == ["voided"]
    assert store.webhooks.all() == ()


def test_what_cannot_be_tried_is_said_and_fails_nothing(run: Run, node: tuple[str, str]) -> None:
    code, out, _ = run("conform", node[0], "--read-only")
    assert code == 0
    assert "not tried" in out
    assert "--read-only" in out


def test_a_node_that_lies_is_found_out(
    run: Run,
    node: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unsigned(keys: tuple[str, ...], message_id: str, payload: str, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA"}

    monkeypatch.setattr("dispatch.webhooks.courier.signed_headers", unsigned)
    code, out, err = run("conform", node[0], "--json", GRIDPATROL_API_KEY=TOKEN)
    assert code == 1
    wrong = [name for name, finding in findings((code, out, err)).items() if finding["holds"] is False]
    assert wrong == [
        "Webhooks: deliveries verify with the key being replaced",
        "Webhooks: deliveries verify with the new key",
    ]


def test_a_guest_cannot_open_a_case(run: Run, node: tuple[str, str], store: SqlStore) -> None:
    code, out, _ = run("conform", node[0], "--json")
    assert code == 1
    assert findings((code, out, ""))["REST: a person's report is taken"]["holds"] is False
    assert not store.views.cases_by_state()


def test_where_there_is_no_node_it_says_so(run: Run) -> None:
    code, _, err = run("conform", "http://127.0.0.1:1")
    assert code == 2
    assert "no node answers" in err
