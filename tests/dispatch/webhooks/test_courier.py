"""Deliveries to a real receiver over HTTP, from a real store: signatures, order, retries, restarts, limits."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from dispatch.case import Action, Role
from dispatch.contract import CameraHealth, CameraState
from dispatch.errors import Invalid
from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from dispatch.webhooks import DeliveryState, Filter, Subscription, Target, TargetRefused, Webhooks, Wishes
from dispatch.webhooks.courier import AT_ONCE_EACH, Courier, signed_headers
from tests.dispatch.builders import T0, metres_east, report, sent
from tests.dispatch.test_contract import by_cloudevents
from tests.dispatch.webhooks.conftest import anywhere
from tests.receiver import Letter, Receiver, receiving

NOW = datetime.now(UTC)
"""Verifiers refuse signatures older than minutes, so that these tests live in the present: set anew for each."""


@pytest.fixture(autouse=True)
def the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "NOW", datetime.now(UTC))


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time(the_present: None) -> Time:
    return Time()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def courier(webhooks: Webhooks, time: Time) -> Courier:
    return Courier(webhooks, clock=time, chance=Random(1), timeout_s=5)


def opened(desk: Desk, number: int = 1) -> list[str]:
    """Open cases; each makes three messages."""
    place = [metres_east(500 * i) for i in range(number)]
    messages = [sent(report(f"e{i}", camera_id=f"c{i}", location=place[i])) for i in range(number)]
    return [desk.receive(message, T0).case_id or "" for message in messages]


def changes(letters: list[Letter], key: str) -> list[tuple[str, int]]:
    bodies = [letter.verified(key)["data"] for letter in letters]
    return [(body["case_id"], body["sequence"]) for body in bodies]


def key_of(subscription: Subscription) -> str:
    return subscription.secrets[0].key


def test_changes_of_a_case_arrive_signed_and_in_order(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk
) -> None:
    opened(desk)  # before anybody asked
    made = webhooks.add(Wishes(receiver.url), NOW)
    (case_id,) = {
        desk.act(c, Action.note, actor="Li", role=Role.dispatcher, now=NOW, reason="x").case_id for c in opened(desk)
    }
    desk.act(case_id, Action.accept, actor="Li", role=Role.dispatcher, now=NOW)
    assert courier.run_once() == 2
    assert changes(receiver.letters, key_of(made)) == [(case_id, 4), (case_id, 5)]
    letter = receiver.letters[0]
    assert letter.headers["content-type"] == "application/cloudevents+json"
    assert by_cloudevents(letter.body).get_id() == f"{case_id}:4"
    assert letter.headers["host"] == urlsplit(receiver.url).netloc
    assert len({letter.id for letter in receiver.letters}) == 2
    assert courier.run_once() == 0


def test_a_changed_body_or_another_key_is_not_verified(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    opened(desk)
    courier.run_once()
    letter = receiver.letters[0]
    for bad in (replace(letter, body=letter.body.replace("gate", "back")), replace(letter, body=letter.body + " ")):
        with pytest.raises(WebhookVerificationError):
            bad.verified(key_of(made))
    with pytest.raises(WebhookVerificationError):
        letter.verified("whsec_" + "A" * 44)


def test_during_a_rotation_both_keys_verify(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, time: Time
) -> None:
    old = key_of(webhooks.add(Wishes(receiver.url), NOW))
    webhook_id = webhooks.rows.all()[0].webhook_id
    new = key_of(webhooks.rotate(webhook_id, now=NOW, keep=timedelta(minutes=1)))
    opened(desk)
    courier.run_once()
    for key in (old, new):
        assert len(changes(receiver.letters, key)) == 3
    time.now += timedelta(minutes=2)
    desk.receive(sent(report("e9", camera_id="c9", location=metres_east(5000))), T0)
    courier.run_once()
    receiver.letters[-1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.letters[-1].verified(old)


def test_a_failed_delivery_holds_up_its_own_case_only_and_keeps_its_id(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, time: Time
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    stuck, *others = opened(desk, 3)
    receiver.answers = lambda letter: (500 if stuck in letter.body else 200, {})
    courier.run_once()
    delivered = changes(receiver.letters, key_of(made))
    assert [sequence for case_id, sequence in delivered if case_id == stuck] == [1]
    for case_id in others:
        assert [sequence for c, sequence in delivered if c == case_id] == [1, 2, 3]
    first = next(letter for letter in receiver.letters if stuck in letter.body)
    receiver.answer(200)
    receiver.letters.clear()
    courier.run_once()
    assert receiver.letters == []  # not yet
    time.now += timedelta(seconds=7)
    courier.run_once()
    assert receiver.letters[0].id == first.id
    assert changes(receiver.letters, key_of(made)) == [(stuck, 1), (stuck, 2), (stuck, 3)]


def test_the_schedule_survives_a_restart(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, time: Time, database: str, store: SqlStore
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    opened(desk)
    receiver.answer(503)
    courier.run_once()
    store.close()
    again = open_store(database)
    receiver.answer(200)
    receiver.letters.clear()
    restarted = Courier(Webhooks(again.webhooks, resolve=anywhere), clock=time, chance=Random(2))
    assert restarted.run_once() == 0
    time.now += timedelta(seconds=7)
    assert restarted.run_once() == 3
    assert [sequence for _, sequence in changes(receiver.letters, key_of(made))] == [1, 2, 3]
    again.close()


def test_a_dead_delivery_lets_the_next_one_pass_and_is_replayed_by_hand(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, time: Time
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    opened(desk)
    receiver.answers = lambda letter: (400 if '"sequence":1,' in letter.body else 200, {})
    courier.run_once()
    while waiting := webhooks.rows.deliveries(made.webhook_id, DeliveryState.waiting).items:
        time.now = waiting[-1].next_try_at
        courier.run_once()
    (dead,) = webhooks.rows.deliveries(made.webhook_id, DeliveryState.dead).items
    assert (dead.tries, dead.status) == (10, 400)
    assert webhooks.rows.counts()[made.webhook_id, DeliveryState.delivered] == 2
    receiver.answer(200)
    assert webhooks.replay(made.webhook_id, numbers=[dead.number + 1], now=time.now) == 0
    assert webhooks.replay(made.webhook_id, numbers=None, now=time.now) == 1
    courier.run_once()
    assert receiver.letters[-1].id == dead.message_id
    assert not webhooks.rows.deliveries(made.webhook_id, DeliveryState.dead).items


def test_gone_stops_the_receiver_and_enabling_goes_on_without_a_gap(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, time: Time, store: SqlStore
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    (case_id,) = opened(desk)
    receiver.answer(410)
    assert courier.run_once() == 1
    assert "410" in webhooks.rows.get(made.webhook_id).disabled_reason
    desk.act(case_id, Action.accept, actor="Li", role=Role.dispatcher, now=NOW)
    assert courier.run_once() == 0
    webhooks.enable(made.webhook_id)
    receiver.answer(200)
    receiver.letters.clear()
    courier.run_once()
    assert changes(receiver.letters, key_of(made)) == [(case_id, sequence) for sequence in (1, 2, 3, 4)]


def test_what_has_not_been_read_is_not_pruned(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, store: SqlStore
) -> None:
    webhooks.add(
        Wishes(receiver.url, wanted=Filter(cameras=("gate",)), event_types=("gridpatrol.camera.health.v1",)), NOW
    )
    health = CameraHealth(camera_id="gate", state=CameraState.blind, since=T0, at=T0)
    desk.receive(sent(health), T0)
    far = NOW + timedelta(days=90)
    assert store.prune(far) == 0
    assert courier.run_once() == 1
    assert store.prune(far) == 2  # the message and its delivery


def test_a_receiver_that_does_not_answer_costs_one_timeout_and_no_more(
    webhooks: Webhooks, receiver: Receiver, desk: Desk, time: Time
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    opened(desk, 6)
    receiver.hold.clear()
    courier = Courier(webhooks, clock=time, chance=Random(1), timeout_s=0.5)
    assert courier.run_once() == 6
    (delivery,) = webhooks.rows.deliveries(made.webhook_id, None, limit=1).items
    assert webhooks.rows.counts() == {(made.webhook_id, DeliveryState.waiting): 18}
    receiver.hold.set()
    tried = [d for d in webhooks.rows.deliveries(made.webhook_id, None).items if d.tries]
    assert {d.error for d in tried} == {"no answer within 0.5 s"}
    assert delivery.tries == 0


def test_a_receiver_is_not_sent_more_than_a_few_at_once(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk
) -> None:
    webhooks.add(Wishes(receiver.url), NOW)
    opened(desk, 6)
    receiver.hold.clear()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(courier.run_once)
        while receiver.at_once < AT_ONCE_EACH and not sending.done():
            sleep(0.01)
        receiver.hold.set()
        assert sending.result(60) == 18
    assert receiver.most_at_once == AT_ONCE_EACH


def test_what_waits_for_one_receiver_is_bounded_and_the_rest_stays_in_the_feed(
    webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    monkeypatch.setattr("dispatch.store.webhooks.MAX_WAITING", 2)
    (case_id,) = opened(desk)
    receiver.answer(503)
    courier.run_once()
    assert webhooks.rows.counts() == {(made.webhook_id, DeliveryState.waiting): 2}
    receiver.answer(200)
    receiver.letters.clear()
    time.now += timedelta(seconds=7)
    courier.run_once()
    assert changes(receiver.letters, key_of(made)) == [(case_id, sequence) for sequence in (1, 2, 3)]


def test_a_receiver_that_drips_its_answer_is_cut_off(webhooks: Webhooks, desk: Desk, time: Time) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"X-More: 1\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        made = webhooks.add(Wishes(f"http://127.0.0.1:{listener.getsockname()[1]}/"), NOW)
        opened(desk)
        assert Courier(webhooks, clock=time, chance=Random(1), timeout_s=0.5).run_once() == 1
        stop.set()
        thread.join(10)
    assert webhooks.rows.get(made.webhook_id).failing_since is not None


@pytest.mark.parametrize(
    ("status", "headers", "at_least_s"),
    [
        (301, {"Location": "http://127.0.0.1:1/"}, 5),
        (429, {"Retry_After": "900"}, 900),
        (503, {"Retry_After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 86_400),
        (503, {"Retry_After": "soon"}, 5),
    ],
)
def test_answers_other_than_success_are_failures(
    webhooks: Webhooks,
    courier: Courier,
    receiver: Receiver,
    desk: Desk,
    status: int,
    headers: dict[str, str],
    at_least_s: float,
) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    opened(desk)
    receiver.answer(status, **headers)
    assert courier.run_once() == 1
    (tried,) = (d for d in webhooks.rows.deliveries(made.webhook_id, None).items if d.tries)
    assert tried.status == status
    assert (tried.next_try_at - NOW).total_seconds() >= at_least_s


def test_an_address_that_became_forbidden_is_not_called(
    store: SqlStore, receiver: Receiver, desk: Desk, time: Time
) -> None:
    made = Webhooks(store.webhooks, resolve=anywhere).add(Wishes(receiver.url), NOW)

    def nowhere(url: str) -> Target:
        raise TargetRefused(f"{url}: leads to this machine")

    opened(desk)
    assert Courier(Webhooks(store.webhooks, resolve=nowhere), clock=time, chance=Random(1)).run_once() == 1
    assert receiver.letters == []
    (tried,) = (d for d in store.webhooks.deliveries(made.webhook_id, None).items if d.tries)
    assert "this machine" in tried.error


def test_a_mapping_writes_the_body_and_what_it_cannot_write_is_dead(
    store: SqlStore, receiver: Receiver, desk: Desk, time: Time
) -> None:
    def rewrite(event: Any) -> dict[str, Any]:
        if event["data"]["sequence"] == 2:
            raise Invalid("no name for this state")
        return {"案件": event["data"]["case_id"]}

    webhooks = Webhooks(store.webhooks, resolve=anywhere, mappings={"city": rewrite})
    with pytest.raises(Invalid, match="elsewhere"):
        webhooks.add(Wishes(receiver.url, mapping="elsewhere"), NOW)
    made = webhooks.add(Wishes(receiver.url, mapping="city"), NOW)
    (case_id,) = opened(desk)
    courier = Courier(webhooks, clock=time, chance=Random(1))
    assert courier.run_once() == 2
    assert [letter.verified(key_of(made)) for letter in receiver.letters] == [{"案件": case_id}] * 2
    assert receiver.letters[0].headers["content-type"] == "application/json"
    (dead,) = webhooks.rows.deliveries(made.webhook_id, DeliveryState.dead).items
    assert dead.error == "mapping city: no name for this state"
    assert webhooks.replay(made.webhook_id, numbers=None, now=NOW) == 0


def test_a_node_sends_until_it_is_stopped(webhooks: Webhooks, courier: Courier, receiver: Receiver, desk: Desk) -> None:
    made = webhooks.add(Wishes(receiver.url), NOW)
    stop, arrived = threading.Event(), threading.Event()

    def answer(letter: Letter) -> tuple[int, dict[str, str]]:
        if '"sequence":3,' in letter.body:
            arrived.set()
        return 200, {}

    receiver.answers = answer
    thread = threading.Thread(target=courier.run, args=(stop,))
    thread.start()
    opened(desk)
    assert arrived.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert [sequence for _, sequence in changes(receiver.letters, key_of(made))] == [1, 2, 3]
    assert courier.trouble is None


def test_the_signature_is_of_the_same_instant_in_any_zone() -> None:
    key = "whsec_" + "A" * 44
    for at in (NOW, NOW.astimezone(timezone(timedelta(hours=8)))):
        Webhook(key).verify("{}", signed_headers((key,), "msg_1", "{}", at))
