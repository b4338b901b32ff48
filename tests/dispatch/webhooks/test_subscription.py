"""Who is told what, and when a delivery is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from dispatch.webhooks import Attempt, Delivery, DeliveryState, Filter, Secret, Subscription
from dispatch.webhooks.subscription import DISABLE_AFTER, JITTER, RETRIES, after_attempt, message_id_of
from tests.dispatch.builders import T0, at

CASE = {
    "matter": "litter_exposed",
    "department": "sanitation",
    "state": "dispatched",
    "grid": [{"layer": "unit", "code": "440303001002003"}, {"layer": "community", "code": "440303001"}],
    "camera_ids": ["gate", "corner"],
}
HEALTH = {"camera_id": "gate", "state": "blind"}
SUBSCRIPTION = Subscription(
    "whk_1", "http://receiver/", ("gridpatrol.case.changed.v1",), Filter(), (Secret.of(b"k" * 32),), T0, 0
)
DELIVERY = Delivery(1, "whk_1", "msg_1", "case 1", "gridpatrol.case.changed.v1", "{}", "application/json", T0, T0)


@pytest.mark.parametrize(
    ("wanted", "data", "passes"),
    [
        (Filter(), CASE, True),
        (Filter(), HEALTH, True),
        (Filter(matters=("bin_overflow", "litter_exposed")), CASE, True),
        (Filter(matters=("bin_overflow",)), CASE, False),
        (Filter(matters=("litter_exposed",)), HEALTH, False),
        (Filter(departments=("sanitation",), states=("dispatched", "rework")), CASE, True),
        (Filter(departments=("sanitation",), states=("closed",)), CASE, False),
        (Filter(grid=("440303001",)), CASE, True),
        (Filter(grid=("440303002",)), CASE, False),
        (Filter(cameras=("corner",)), CASE, True),
        (Filter(cameras=("gate",)), HEALTH, True),
        (Filter(cameras=("corner",)), HEALTH, False),
    ],
)
def test_filters_narrow(wanted: Filter, data: dict[str, Any], passes: bool) -> None:
    assert wanted.passes(data) is passes


def test_only_the_types_asked_for_are_wanted() -> None:
    assert SUBSCRIPTION.wants({"type": "gridpatrol.case.changed.v1", "data": CASE})
    assert not SUBSCRIPTION.wants({"type": "gridpatrol.camera.health.v1", "data": HEALTH})


def test_a_message_id_is_constant_and_differs_by_source_and_id() -> None:
    events = [{"source": source, "id": id} for source in ("a", "b") for id in ("1", "2")]
    ids = [message_id_of(event) for event in events]
    assert len(set(ids)) == 4
    assert ids == [message_id_of(event) for event in events]
    assert all("." not in id and " " not in id for id in ids)


def test_a_new_key_stands_beside_the_old_one_for_a_while() -> None:
    old, new, newer = (Secret.of(bytes([n]) * 32) for n in (1, 2, 3))
    rotated = replace(SUBSCRIPTION, secrets=(old,)).rotated(new, now=T0, keep=timedelta(hours=1))
    assert rotated.keys(at(3599)) == (new.key, old.key)
    assert rotated.keys(at(3600)) == (new.key,)
    twice = rotated.rotated(newer, now=at(10), keep=timedelta(hours=1))
    assert twice.keys(at(11)) == (newer.key, new.key)
    assert twice.rotated(old, now=at(20), keep=timedelta()).keys(at(20)) == (old.key,)


@pytest.mark.parametrize("size", [23, 65])
def test_keys_are_as_long_as_the_specification_wants(size: int) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        Secret.of(b"k" * size)


def test_failures_are_tried_again_over_days_and_then_given_up() -> None:
    subscription, delivery, now = SUBSCRIPTION, DELIVERY, T0
    chance = Random(7)
    waits = []
    while delivery.state is DeliveryState.waiting:
        subscription, delivery = after_attempt(subscription, Attempt(delivery, now, 500), chance)
        if delivery.state is DeliveryState.waiting:
            waits.append(delivery.next_try_at - now)
            now = delivery.next_try_at
    assert len(waits) == len(RETRIES)
    assert all(base <= wait <= base * (1 + JITTER) for base, wait in zip(RETRIES, waits, strict=True))
    assert timedelta(days=3) < now - T0 < timedelta(days=4)
    assert (delivery.state, delivery.tries, delivery.status) == (DeliveryState.dead, 10, 500)
    assert (subscription.failing_since, subscription.disabled_at) == (T0, None)


def test_jitter_differs_from_delivery_to_delivery() -> None:
    chance = Random(1)
    times = {after_attempt(SUBSCRIPTION, Attempt(DELIVERY, T0, 503), chance)[1].next_try_at for _ in range(10)}
    assert len(times) == 10


@pytest.mark.parametrize(
    ("asked_s", "waited_s"), [(1, 5), (600, 600), (10**6, 86_400)], ids=["less", "more", "too much"]
)
def test_a_receiver_may_ask_us_to_wait(asked_s: int, waited_s: int) -> None:
    attempt = Attempt(DELIVERY, T0, 429, retry_after=timedelta(seconds=asked_s))
    _, delivery = after_attempt(SUBSCRIPTION, attempt, Random(1))
    assert waited_s <= (delivery.next_try_at - T0).total_seconds() <= max(waited_s, 6)


def test_gone_disables_at_once_and_the_message_waits() -> None:
    subscription, delivery = after_attempt(SUBSCRIPTION, Attempt(DELIVERY, T0, 410), Random(1))
    assert subscription.disabled_at == T0
    assert "410" in subscription.disabled_reason
    assert delivery.state is DeliveryState.waiting
    assert subscription.enabled().disabled_at is None


def test_long_failure_disables_with_its_reason_and_one_success_resets_it() -> None:
    failing, _ = after_attempt(SUBSCRIPTION, Attempt(DELIVERY, T0, error="no answer"), Random(1))
    later = T0 + DISABLE_AFTER
    nearly, _ = after_attempt(failing, Attempt(DELIVERY, later - timedelta(seconds=1), 500), Random(1))
    assert nearly.disabled_at is None
    disabled, _ = after_attempt(nearly, Attempt(DELIVERY, later, error="no answer"), Random(1))
    assert disabled.disabled_at == later
    assert "no answer" in disabled.disabled_reason
    well, delivery = after_attempt(nearly, Attempt(DELIVERY, later, 200), Random(1))
    assert (well.failing_since, well.disabled_at, delivery.state) == (None, None, DeliveryState.delivered)
