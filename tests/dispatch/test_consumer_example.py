"""docs/examples/consumer.py against a real Valkey and a real server: the vendor's side of a case."""

from __future__ import annotations

import importlib.util
import json
import threading
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import redis

from dispatch.api import create_app
from dispatch.contract import Verdict
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.stream import Publisher, connect
from gridpatrol.valkey import EmbeddedValkey
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import T0, answer, at, report, requests, sent

EXAMPLE = Path(__file__).parents[2] / "docs/examples/consumer.py"


@pytest.fixture
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("consumer_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    server, stop = EmbeddedValkey(tmp_path / "valkey"), threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    assert server.ready.wait(15)
    yield connect(server.url)
    stop.set()
    thread.join(15)


@pytest.fixture
def publishing(client: redis.Redis, store: SqlStore) -> Iterator[None]:
    """Publish what the desk writes, as the node does all the time."""
    publisher, stop = Publisher(client, store.outbox, groups={}), threading.Event()

    def publish() -> None:
        while not stop.wait(0.02):
            publisher.publish_once()

    thread = threading.Thread(target=publish)
    thread.start()
    yield
    stop.set()
    thread.join(15)


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("publishing")
def test_a_vendor_takes_a_case_sends_feedback_and_learns_the_verdict(
    example: ModuleType, client: redis.Redis, desk: Desk, store: SqlStore, tmp_path: Path
) -> None:
    orders = example.WorkOrders(str(tmp_path / "orders.sqlite"))

    def take(number: int, *, acknowledge: bool = True) -> list[bool]:
        """Take so many messages, as a worker that has just started; which of them were of concern."""
        news = example.changes(client, "vendor", "worker-1", block_ms=1000)
        taken = []
        for _ in range(number):
            entry_id, event = next(news)
            taken.append(orders.handle(event))
            if acknowledge:
                client.xack(example.STREAM, "vendor", entry_id)
        return taken

    case_id = desk.receive(sent(report()), T0).case_id or ""
    assert take(3, acknowledge=False) == [True, True, True]
    assert take(3) == [False, False, False]  # the worker was killed before it acknowledged
    assert orders.status(case_id) == ("to do", 1)
    with serving(create_app(desk, evidence_root=tmp_path, accounts=accounts_of(store), clock=lambda: at(100))) as api:
        assert example.send_feedback(api, case_id, crew="crew 7", round_=1)["state"] == "verifying"
        assert example.send_feedback(api, case_id, crew="crew 7", round_=1)["state"] == "verifying"
        assert take(2) == [True, True]
        assert orders.status(case_id) == ("being checked", 1)
        desk.receive(sent(answer(requests(store)[0], Verdict.present)), at(160))
        client.flushall()  # the server loses its data, and with it the group
        assert any(take(1)[0] for _ in range(10)), "what was published again hides the news"
        assert orders.status(case_id) == ("to do", 2)
        assert example.send_feedback(api, case_id, crew="crew 7", round_=2)["state"] == "verifying"
        desk.receive(sent(answer(requests(store)[1])), at(260))
        assert take(3) == [True, True, True]
        assert orders.status(case_id) == ("verified_by_camera", 2)
        with pytest.raises(urllib.error.HTTPError) as refused:
            example.send_feedback(api, case_id, crew="crew 7", round_=3)
        assert "handle is not possible" in json.load(refused.value)["what"]
