"""Who is told what, and when a delivery is tried again. Pure: time and chance are passed in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from dispatch.contract import (
    TYPE_OF,
    CameraHealth,
    CaseChanged,
    HotSpotChanged,
    OrderChanged,
    VerificationRequest,
)

EVENT_TYPES = tuple(
    TYPE_OF[message] for message in (CaseChanged, CameraHealth, VerificationRequest, OrderChanged, HotSpotChanged)
)
"""What a webhook can be told."""

RETRIES = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Pauses between the tries of one delivery, as the specification proposes: over three days in all."""
JITTER = 0.2
LONGEST_WAIT = timedelta(hours=24)
"""How long a receiver may ask us to wait (Retry-After)."""
DISABLE_AFTER = timedelta(days=5)
"""A webhook to which nothing could be delivered for so long is disabled."""
GONE = 410
MAX_KEYS = 2


class DeliveryState(StrEnum):
    """What became of a delivery."""

    waiting = "waiting"
    delivered = "delivered"
    dead = "dead"


@dataclass(frozen=True)
class Filter:
    """Which messages; every field that is not empty narrows, and a message without such a value does not pass."""

    matters: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    grid: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()

    def passes(self, data: Mapping[str, Any]) -> bool:
        """Whether a message's `data` passes."""
        cameras = data.get("camera_ids") or (data.get("camera_id"),)
        return all(
            not wanted or not set(wanted).isdisjoint(found)
            for wanted, found in (
                (self.matters, (data.get("matter"),)),
                (self.departments, (data.get("department"),)),
                (self.states, (data.get("state"),)),
                (self.grid, [cell["code"] for cell in data.get("grid", ())]),
                (self.cameras, cameras),
            )
        )


@dataclass(frozen=True)
class Secret:
    """A key (`whsec_` and its base64), valid until a time or until it is replaced."""

    key: str
    until: datetime | None = None

    @staticmethod
    def of(random_bytes: bytes) -> Secret:
        """Return the key of these bytes; the specification wants 24 to 64."""
        if not 24 <= len(random_bytes) <= 64:
            raise ValueError(f"a key has 24 to 64 bytes, not {len(random_bytes)}")
        return Secret("whsec_" + base64.b64encode(random_bytes).decode())


@dataclass(frozen=True)
class Subscription:
    """A receiver and what it wants.

    Attributes:
        secrets: the newest first.
        mapping: name of the field mapping that writes the body; the CloudEvent itself when empty.
        after_seq: place in the feed up to which messages have become deliveries.
        failing_since: of the first try that failed since the last that succeeded.
    """

    webhook_id: str
    url: str
    event_types: tuple[str, ...]
    wanted: Filter
    secrets: tuple[Secret, ...]
    created_at: datetime
    after_seq: int
    mapping: str = ""
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str = ""

    def wants(self, event: Mapping[str, Any]) -> bool:
        """Whether a CloudEvent is for this receiver."""
        return event["type"] in self.event_types and self.wanted.passes(event["data"])

    def keys(self, now: datetime) -> tuple[str, ...]:
        """Return the keys that are valid now, the newest first."""
        return tuple(secret.key for secret in self.secrets if secret.until is None or secret.until > now)

    def rotated(self, new: Secret, *, now: datetime, keep: timedelta) -> Subscription:
        """Return it with a new key beside the present one, which stays valid for `keep`."""
        (present, *_) = self.secrets
        kept = (replace(present, until=now + keep),) if keep > timedelta() else ()
        return replace(self, secrets=(new, *kept))

    def disabled(self, now: datetime, reason: str) -> Subscription:
        """Return it disabled; the first reason stays."""
        return self if self.disabled_at else replace(self, disabled_at=now, disabled_reason=reason)

    def enabled(self) -> Subscription:
        """Return it enabled; it goes on where it stopped."""
        return replace(self, disabled_at=None, disabled_reason="", failing_since=None)


@dataclass(frozen=True)
class Delivery:
    """One message on its way to one receiver. `number` orders; `message_id` stays the same over all tries."""

    number: int
    webhook_id: str
    message_id: str
    key: str
    type: str
    payload: str
    content_type: str
    created_at: datetime
    next_try_at: datetime
    state: DeliveryState = DeliveryState.waiting
    tries: int = 0
    tried_at: datetime | None = None
    status: int | None = None
    error: str = ""


@dataclass(frozen=True)
class Attempt:
    """How one try ended: with an HTTP status, or with an error when there was no answer."""

    delivery: Delivery
    at: datetime
    status: int | None = None
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


def message_id_of(event: Mapping[str, Any]) -> str:
    """Return the constant id of a CloudEvent for receivers: it follows from its source and id, and has no full stop."""
    digest = hashlib.sha256(f"{event['source']}\n{event['id']}".encode()).hexdigest()
    return f"msg_{digest[:32]}"


def after_attempt(subscription: Subscription, attempt: Attempt, chance: Random) -> tuple[Subscription, Delivery]:
    """Return what follows from a try: for the receiver, and for the delivery."""
    delivery = replace(
        attempt.delivery,
        tries=attempt.delivery.tries + 1,
        tried_at=attempt.at,
        status=attempt.status,
        error=attempt.error,
    )
    if attempt.succeeded:
        return replace(subscription, failing_since=None), replace(delivery, state=DeliveryState.delivered, error="")
    since = subscription.failing_since or attempt.at
    subscription = replace(subscription, failing_since=since)
    if attempt.status == GONE:
        # The delivery waits: should the receiver be enabled again, nothing is missing.
        return subscription.disabled(attempt.at, "the receiver answered 410 Gone"), delivery
    if attempt.at - since >= DISABLE_AFTER:
        reason = f"nothing could be delivered since {since:%Y-%m-%d %H:%M} UTC: {_why(attempt)}"
        subscription = subscription.disabled(attempt.at, reason)
    if delivery.tries > len(RETRIES):
        return subscription, replace(delivery, state=DeliveryState.dead)
    pause = RETRIES[delivery.tries - 1] * chance.uniform(1, 1 + JITTER)
    if attempt.retry_after is not None:
        pause = max(pause, min(attempt.retry_after, LONGEST_WAIT))
    return subscription, replace(delivery, next_try_at=attempt.at + pause)


def _why(attempt: Attempt) -> str:
    return attempt.error or f"HTTP status {attempt.status}"
