"""Orders and hot spots are delivered to a real receiver: signed, in their order, each filter by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from dispatch.case import Action, Role
from dispatch.contract import TYPE_OF, HotSpotChanged, OrderChanged, parse
from dispatch.service import Desk
from dispatch.supervision import SpotState
from dispatch.webhooks import Filter, Webhooks, Wishes
from dispatch.webhooks.courier import Courier
from tests.dispatch.builders import report, sent
from tests.dispatch.test_contract import by_cloudevents
from tests.receiver import Letter, Receiver, receiving

BOTH = (TYPE_OF[OrderChanged], TYPE_OF[HotSpotChanged])


class Time:
    """The present, to which this story is moved: verifiers refuse signatures older than minutes."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def supervised(desk: Desk, now: datetime) -> tuple[str, str]:
    """Give an order that is taken up late, and settle a hot spot of three cases. Returns the id of each."""
    who: dict[str, Any] = {"actor": "Zhao", "role": Role.dispatcher}
    due = now + timedelta(seconds=10)
    order = desk.give_order("sanitation", "sweep the lane", check_in_by=due, now=now, **who)
    desk.sweep(due)
    desk.check_in(order.order_id, actor="Team 3", role=Role.handler, now=due, note="on our way")
    for number in range(3):
        seen = report(f"e{number}", camera_id=f"c{number}", confirmed_at=now, first_seen_at=now)
        case_id = desk.receive(sent(seen), now).case_id or ""
        desk.act(case_id, Action.force_close, now=now, reason="done", **who)
    (spot,) = desk.store.views.hot_spots().items
    for step in (SpotState.tracked, SpotState.settled):
        desk.step_hot_spot(spot.spot_id, step, now=now, reason="bins are moved", **who)
    return order.order_id, spot.spot_id


def told(letters: list[Letter], key: str, of: str) -> list[str]:
    """Return what verified letters tell of an order or a hot spot, in the order of their arrival."""
    events = [letter.verified(key) for letter in letters]
    return [event["data"]["action"] for event in events if event["subject"] == of]


def test_every_step_arrives_signed_and_in_order(webhooks: Webhooks, desk: Desk, receiver: Receiver, time: Time) -> None:
    made = webhooks.add(Wishes(receiver.url, event_types=BOTH), time.now)
    order_id, spot_id = supervised(desk, time.now)
    assert Courier(webhooks, clock=time, chance=Random(1)).run_once() == 6
    key = made.secrets[0].key
    assert told(receiver.letters, key, order_id) == ["given", "overdue", "checked_in"]
    assert told(receiver.letters, key, spot_id) == ["raised", "tracked", "settled"]
    for letter in receiver.letters:
        event = by_cloudevents(letter.body)
        assert event.get_type() in BOTH
        assert isinstance(parse(letter.body).data, OrderChanged | HotSpotChanged)
    assert len({letter.id for letter in receiver.letters}) == 6


def test_a_filter_tells_a_department_of_its_orders_and_a_matter_of_its_hot_spots(
    webhooks: Webhooks, desk: Desk, receiver: Receiver, time: Time
) -> None:
    wanted = {
        "sanitation": Filter(departments=("sanitation",)),
        "police": Filter(departments=("traffic_police",)),
        "litter": Filter(matters=("litter_exposed",), grid=("440303001",)),
        "parking": Filter(matters=("illegal_parking",)),
    }
    keys = {
        name: webhooks.add(Wishes(receiver.url, event_types=BOTH, wanted=one), time.now).secrets[0].key
        for name, one in wanted.items()
    }
    supervised(desk, time.now)
    assert Courier(webhooks, clock=time, chance=Random(1)).run_once() == 6
    for name, kind in (("sanitation", TYPE_OF[OrderChanged]), ("litter", TYPE_OF[HotSpotChanged])):
        mine = [letter for letter in receiver.letters if by_cloudevents(letter.body).get_type() == kind]
        assert len([letter.verified(keys[name]) for letter in mine]) == 3


def test_an_order_that_cannot_be_delivered_holds_up_no_hot_spot_and_comes_again_with_its_id(
    webhooks: Webhooks, desk: Desk, receiver: Receiver, time: Time
) -> None:
    made = webhooks.add(Wishes(receiver.url, event_types=BOTH), time.now)
    order_id, spot_id = supervised(desk, time.now)
    courier = Courier(webhooks, clock=time, chance=Random(1))
    receiver.answers = lambda letter: (503 if order_id in letter.body else 204, {})
    courier.run_once()
    key = made.secrets[0].key
    assert told(receiver.letters, key, order_id) == ["given"]
    assert told(receiver.letters, key, spot_id) == ["raised", "tracked", "settled"]
    first = next(letter.id for letter in receiver.letters if order_id in letter.body)
    receiver.answer(204)
    receiver.letters.clear()
    time.now += timedelta(seconds=7)
    courier.run_once()
    assert receiver.letters[0].id == first
    assert told(receiver.letters, key, order_id) == ["given", "overdue", "checked_in"]
