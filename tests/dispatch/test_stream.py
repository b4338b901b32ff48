"""Outbox to consumer over a real Valkey that is killed, wiped, trimmed and robbed of its group."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from detector.store import DetectorStore
from dispatch.consumer import DEAD_STREAM, Consumer
from dispatch.contract import REPORTS_STREAM, CameraHealth, CameraState, CloudEvent
from dispatch.stream import EVENT_FIELD, Publisher, Rejected, connect
from gridpatrol.valkey import EmbeddedValkey

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
GROUP = "dispatch"
PATIENCE_S = 15.0


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "valkey")
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    assert server.ready.wait(10)
    yield server
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DetectorStore]:
    opened = DetectorStore(tmp_path / "detector.sqlite")
    yield opened
    opened.close()


@dataclass
class Desk:
    """An idempotent consumer: keeps each fact once, in the order in which it first came."""

    seen: list[str] = field(default_factory=list)
    deliveries: int = 0
    behave: Callable[[CloudEvent[Any]], None] = lambda event: None

    def receive(self, events: Sequence[CloudEvent[Any]]) -> None:
        for event in events:
            self.behave(event)
        self.deliveries += len(events)
        self.seen += [text for text in dict.fromkeys(event.data.detail for event in events) if text not in self.seen]


def say(store: DetectorStore, *numbers: int) -> None:
    messages = [
        CameraHealth(
            camera_id="cam",
            state=CameraState.watching,
            detail=str(number),
            since=NOW,
            at=NOW.replace(microsecond=number),
        )
        for number in numbers
    ]
    store.commit_look("cam", state=None, blobs={}, messages=messages, at=NOW)


def publisher(valkey: EmbeddedValkey, store: DetectorStore, maxlen: int = 20_000) -> Publisher:
    return Publisher(connect(valkey.url), store, groups={REPORTS_STREAM: (GROUP,)}, maxlen=maxlen)


def consumer(valkey: EmbeddedValkey, desk: Desk, name: str = "one", **options: Any) -> Consumer:
    return Consumer(connect(valkey.url), REPORTS_STREAM, group=GROUP, name=name, handler=desk.receive, **options)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "waited in vain"
        time.sleep(0.02)


def has_seen(desk: Desk, at_least: int) -> bool:
    return len(desk.seen) >= at_least


@dataclass
class Running:
    """Publisher and consumer in their threads."""

    parts: list[Publisher | Consumer]
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Running:
        self.threads = [threading.Thread(target=part.run, args=(self.stop,)) for part in self.parts]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()


def texts(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def settle_all(part: Publisher) -> None:
    """Settle until two passes in a row, one of them from the start, find nothing new."""
    idle = 0
    while idle < 2:
        found = part.settle_once()
        idle = 0 if found.acknowledged or found.lost else idle + 1


def test_delivers_in_order_and_keeps_each_row_until_it_is_acknowledged(
    valkey: EmbeddedValkey, store: DetectorStore
) -> None:
    desk, out = Desk(), publisher(valkey, store)
    reader = consumer(valkey, desk)
    say(store, *range(600))
    while out.publish_once():
        pass
    assert out.settle_once().acknowledged == 0
    assert len(store.unacknowledged(1000)) == 600
    reader.create_group()
    stop = threading.Event()
    while reader.step(stop) or len(desk.seen) < 600:
        pass
    settle_all(out)
    assert desk.seen == texts(600)
    assert store.unacknowledged(1000) == []
    assert store.pending(1000) == []


def _kill(valkey: EmbeddedValkey, client: redis.Redis) -> None:
    assert valkey.pid is not None
    os.kill(valkey.pid, signal.SIGKILL)


def _wipe(valkey: EmbeddedValkey, client: redis.Redis) -> None:
    client.flushall()


def _delete_group(valkey: EmbeddedValkey, client: redis.Redis) -> None:
    client.xgroup_destroy(REPORTS_STREAM, GROUP)


def _trim(valkey: EmbeddedValkey, client: redis.Redis) -> None:
    client.xtrim(REPORTS_STREAM, maxlen=0, approximate=False)


def _delete_stream(valkey: EmbeddedValkey, client: redis.Redis) -> None:
    client.delete(REPORTS_STREAM)


@pytest.mark.parametrize("harm", [_kill, _wipe, _delete_group, _trim, _delete_stream])
def test_everything_arrives_once_whatever_happens_to_the_stream(
    valkey: EmbeddedValkey, store: DetectorStore, harm: Callable[[EmbeddedValkey, redis.Redis], None]
) -> None:
    desk = Desk(behave=lambda event: time.sleep(0.001))
    with Running([publisher(valkey, store), consumer(valkey, desk, block_s=0.1)]):
        for start in range(0, 400, 100):
            say(store, *range(start, start + 100))
            wait_for(partial(has_seen, desk, start + 10))
            harm(valkey, connect(valkey.url))
        wait_for(lambda: len(desk.seen) == 400 and not store.unacknowledged(1) and not store.pending(1))
    assert desk.seen == texts(400)


@pytest.mark.parametrize("harm", [_wipe, _trim, _delete_stream])
def test_what_the_stream_lost_before_anyone_read_it_is_published_again_in_order(
    valkey: EmbeddedValkey, store: DetectorStore, harm: Callable[[EmbeddedValkey, redis.Redis], None]
) -> None:
    desk, out = Desk(), publisher(valkey, store)
    reader = consumer(valkey, desk)
    say(store, *range(20))
    assert out.publish_once() == 20
    harm(valkey, connect(valkey.url))
    say(store, *range(20, 30))
    assert out.publish_once() == 0, "nothing overtakes what was lost"
    assert out.publish_once() == 30
    reader.create_group()
    wait_for(lambda: reader.step(threading.Event()) == 30)
    assert desk.seen == texts(30)


def test_a_crash_between_publishing_and_noting_it_publishes_again(valkey: EmbeddedValkey, store: DetectorStore) -> None:
    desk = Desk()
    say(store, 0, 1)
    publisher(valkey, store).publish_once()
    store.mark_unsent([row.seq for row in store.unacknowledged(10)])
    with Running([publisher(valkey, store), consumer(valkey, desk, block_s=0.1)]):
        wait_for(lambda: desk.deliveries == 4 and not store.unacknowledged(1))
    assert desk.seen == ["0", "1"]


def test_what_a_dead_consumer_had_taken_is_given_to_it_again(valkey: EmbeddedValkey, store: DetectorStore) -> None:
    say(store, *range(5))
    publisher(valkey, store).publish_once()
    client = connect(valkey.url)
    first = consumer(valkey, Desk())
    first.create_group()
    client.xreadgroup(GROUP, "one", {REPORTS_STREAM: ">"}, count=3)  # taken, never handled
    desk = Desk()
    with Running([consumer(valkey, desk, block_s=0.1)]):
        wait_for(lambda: len(desk.seen) == 5)
    assert desk.seen == texts(5)


def test_what_another_consumer_left_is_taken_over(valkey: EmbeddedValkey, store: DetectorStore) -> None:
    say(store, *range(5))
    out = publisher(valkey, store)
    out.publish_once()
    client = connect(valkey.url)
    consumer(valkey, Desk()).create_group()
    client.xreadgroup(GROUP, "gone", {REPORTS_STREAM: ">"}, count=3)
    client.xtrim(REPORTS_STREAM, maxlen=4, approximate=False)  # the first of them is gone while it is pending
    desk = Desk()
    with Running([out, consumer(valkey, desk, block_s=0.1, reclaim_idle_s=0.2)]):
        wait_for(lambda: len(desk.seen) == 5 and not store.unacknowledged(1))
    assert sorted(desk.seen) == texts(5)


def test_what_can_never_be_handled_goes_to_the_dead_letters_with_its_reason(
    valkey: EmbeddedValkey, store: DetectorStore
) -> None:
    def behave(event: CloudEvent[Any]) -> None:
        if event.data.detail == "1":
            raise Rejected("matter 'x' is not admitted")
        if event.data.detail == "2":
            raise LookupError("no such case")

    client = connect(valkey.url)
    say(store, *range(4))
    desk = Desk(behave=behave)
    with Running([publisher(valkey, store), consumer(valkey, desk, block_s=0.1, max_tries=2)]):
        wait_for(lambda: len(desk.seen) == 2)
        client.xadd(REPORTS_STREAM, {EVENT_FIELD: "not json"})
        client.xadd(REPORTS_STREAM, {"other": "field"})
        wait_for(lambda: client.xlen(DEAD_STREAM) == 4 and not store.unacknowledged(1))
    assert desk.seen == ["0", "3"]
    entries: list[Any] = client.xrange(DEAD_STREAM) or []
    reasons = [fields["reason"] for _, fields in entries]
    assert reasons[0] == "Rejected: matter 'x' is not admitted"
    assert reasons[1] == "LookupError: no such case"
    assert all("ValidationError" in reason for reason in reasons[2:])


def test_a_failing_disk_kills_no_message_and_keeps_order(valkey: EmbeddedValkey, store: DetectorStore) -> None:
    failures = iter(range(4))

    def behave(event: CloudEvent[Any]) -> None:
        if event.data.detail == "1" and next(failures, None) is not None:
            raise OSError("disk full")

    say(store, *range(4))
    desk = Desk(behave=behave)
    with Running([publisher(valkey, store), consumer(valkey, desk, block_s=0.1, max_tries=2)]):
        wait_for(lambda: len(desk.seen) == 4)
    assert desk.seen == texts(4)
    assert connect(valkey.url).xlen(DEAD_STREAM) == 0


def test_no_more_is_on_the_way_than_trimming_spares(valkey: EmbeddedValkey, store: DetectorStore) -> None:
    """A consumer that is away leaves rows in the outbox, not in a stream that would trim them."""
    desk, out = Desk(), publisher(valkey, store, maxlen=200)
    say(store, *range(350))
    assert out.publish_once() == 100
    assert out.publish_once() == 0
    with Running([out, consumer(valkey, desk, block_s=0.1)]):
        wait_for(lambda: len(desk.seen) == 350 and not store.unacknowledged(1))
    assert desk.seen == texts(350)


def test_a_stream_without_subscribers_stays_bounded_and_is_rebuilt(
    valkey: EmbeddedValkey, store: DetectorStore
) -> None:
    out = Publisher(connect(valkey.url), store, groups={}, maxlen=200)
    say(store, *range(350))
    assert out.publish_once() == 350
    settle_all(out)
    assert len(store.unacknowledged(1000)) == 100
    client = connect(valkey.url)
    client.flushall()
    settle_all(out)
    assert out.publish_once() == 100
    assert client.xlen(REPORTS_STREAM) == 100


def test_a_server_that_is_away_is_waited_for_and_said(tmp_path: Path, store: DetectorStore) -> None:
    server = EmbeddedValkey(tmp_path / "valkey")
    desk = Desk()
    say(store, *range(3))
    out, reader = publisher(server, store), consumer(server, desk, block_s=0.1)
    with Running([out, reader]):
        wait_for(lambda: out.trouble is not None and reader.trouble is not None)
        server.start()
        wait_for(lambda: len(desk.seen) == 3 and out.trouble is None and reader.trouble is None)
    server.stop()
