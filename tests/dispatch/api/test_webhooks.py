"""Webhooks through the HTTP interface."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from dispatch.errors import Invalid
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.webhooks import DeliveryState, Target, TargetRefused, Webhooks
from dispatch.webhooks.courier import Courier
from tests.dispatch.api.conftest import Clock
from tests.dispatch.api.test_api import problem
from tests.dispatch.builders import T0, report, sent

URL = "/api/v1/webhooks"
NOWHERE = "http://127.0.0.1:1/hook"


def resolve(url: str) -> Target:
    if "metadata" in url:
        raise TargetRefused("leads to a metadata service", "Use another.")
    return Target(url, urlsplit(url).hostname or "")


def rewrite(event: Any) -> dict[str, Any]:
    raise Invalid("no field for it")


@pytest.fixture
def webhooks(store: SqlStore) -> Webhooks:
    return Webhooks(store.webhooks, resolve=resolve, mappings={"city": rewrite})


@pytest.fixture
def client(client_of: Callable[..., TestClient], webhooks: Webhooks) -> TestClient:
    return client_of(receivers=webhooks)


def test_the_story_of_a_receiver(client: TestClient, desk: Desk, clock: Clock, webhooks: Webhooks) -> None:
    wishes = {"url": NOWHERE, "states": ["dispatched"], "matters": ["litter_exposed"]}
    made = client.post(URL, json=wishes)
    assert made.status_code == 201
    webhook = made.json()
    one = f"{URL}/{webhook['webhook_id']}"
    assert webhook["key"].startswith("whsec_")
    known = client.get(one).json()
    assert "key" not in known
    assert (known["url"], known["states"], known["keys"]) == (NOWHERE, ["dispatched"], [{"valid_until": None}])
    assert client.get(URL).json() == {"items": [known]}
    rotated = client.post(f"{one}/rotate", json={"keep_hours": 1}).json()
    assert rotated["key"] != webhook["key"]
    assert [key["valid_until"] is None for key in rotated["keys"]] == [True, False]
    changed = client.put(one, json={"url": "http://b.example/x?y=1", "grid": ["440303001"]}).json()
    assert (changed["url"], changed["states"], changed["grid"]) == ("http://b.example/x?y=1", [], ["440303001"])
    assert client.post(f"{one}/disable").json()["disabled_reason"] == "stopped by hand"
    assert client.post(f"{one}/enable").json()["disabled_at"] is None
    assert client.delete(one).status_code == 204
    problem(client.get(one), 404)


def test_deliveries_are_seen_and_replayed(
    client: TestClient, desk: Desk, clock: Clock, webhooks: Webhooks, store: SqlStore
) -> None:
    webhook_id = client.post(URL, json={"url": NOWHERE}).json()["webhook_id"]
    one = f"{URL}/{webhook_id}"
    desk.receive(sent(report()), T0)
    courier = Courier(webhooks, clock=clock, chance=Random(1), timeout_s=5)
    assert courier.run_once() == 1
    page = client.get(f"{one}/deliveries", params={"limit": 2}).json()
    assert [item["number"] for item in page["items"]] == [3, 2]
    (first,) = client.get(f"{one}/deliveries", params={"cursor": page["next"]}).json()["items"]
    assert (first["tries"], first["state"], first["status"]) == (1, "waiting", None)
    assert "ConnectError" in first["error"]
    assert client.get(one).json()["waiting"] == 3
    for _ in range(9):
        clock.now = webhooks.rows.deliveries(webhook_id, DeliveryState.waiting).items[-1].next_try_at
        courier.run_once()
    dead = client.get(f"{one}/deliveries", params={"state": "dead"}).json()["items"]
    assert [(item["number"], item["tries"], item["next_try_at"]) for item in dead] == [(1, 10, None)]
    assert client.get(one).json()["dead"] == 1
    assert client.post(f"{one}/replay", json={"numbers": [2]}).json() == {"replayed": 0}
    assert client.post(f"{one}/replay", json={"numbers": [1]}).json() == {"replayed": 1}
    assert client.post(f"{one}/replay", json={}).json() == {"replayed": 0}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({}, "url"),
        ({"url": "ftp://a.example/"}, "url"),
        ({"url": "http://user:pw@a.example/"}, "url"),
        ({"url": "http://metadata.example/"}, "metadata service"),
        ({"url": NOWHERE, "event_types": []}, "event_types"),
        ({"url": NOWHERE, "event_types": ["gridpatrol.event.reported.v1"]}, "no such type"),
        ({"url": NOWHERE, "states": ["sleeping"]}, "states"),
        ({"url": NOWHERE, "mapping": "elsewhere"}, "elsewhere"),
        ({"url": NOWHERE, "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, wishes: dict[str, Any], said: str) -> None:
    assert said in problem(client.post(URL, json=wishes), 422)["what"]
    assert client.get(URL).json() == {"items": []}


def test_where_nothing_is_sent_it_says_so(client_of: Callable[..., TestClient]) -> None:
    problem(client_of().get(URL), 503)
