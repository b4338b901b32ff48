"""Use cases of webhooks: receivers are added, changed, given new keys, stopped, and told again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dispatch.errors import Conflict, Invalid
from dispatch.ports import OutgoingMessage
from dispatch.webhooks.ports import Draft, Resolve, WebhookRows
from dispatch.webhooks.subscription import EVENT_TYPES, Filter, Secret, Subscription, message_id_of

MAX_WEBHOOKS = 100
KEY_BYTES = 32
LONGEST_KEEP = timedelta(days=30)

Rewrite = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Writes a CloudEvent in a receiver's own words. Raises Invalid when it cannot."""


@dataclass(frozen=True)
class Wishes:
    """What a receiver asks for."""

    url: str
    event_types: tuple[str, ...] = EVENT_TYPES[:1]
    wanted: Filter = field(default_factory=Filter)
    mapping: str = ""


class Webhooks:
    """Receivers over their rows.

    Args:
        resolve: checks an address.
        mappings: field mappings by name.
    """

    def __init__(self, rows: WebhookRows, *, resolve: Resolve, mappings: Mapping[str, Rewrite] | None = None) -> None:
        self.rows = rows
        self.resolve = resolve
        self._mappings = {} if mappings is None else mappings  # they may change

    def add(self, wishes: Wishes, now: datetime) -> Subscription:
        """Add a receiver; it is told what happens from now on.

        Raises:
            Invalid: the address leads where it must not, a type or a mapping is unknown.
            Conflict: there are too many.
        """
        self._check(wishes)
        if len(self.rows.all()) >= MAX_WEBHOOKS:
            raise Conflict(f"there are {MAX_WEBHOOKS} webhooks already", "Remove one that is not needed.")
        subscription = Subscription(
            webhook_id=f"whk_{secrets.token_hex(8)}",
            url=wishes.url,
            event_types=wishes.event_types,
            wanted=wishes.wanted,
            mapping=wishes.mapping,
            secrets=(_new_key(),),
            created_at=now,
            after_seq=self.rows.newest_seq(),
        )
        self.rows.add(subscription)
        return subscription

    def change(self, webhook_id: str, wishes: Wishes) -> Subscription:
        """Give a receiver another address or other wishes; they hold for messages from now on. Raises as `add`."""
        self._check(wishes)
        return self.rows.change(
            webhook_id,
            lambda known: replace(
                known,
                url=wishes.url,
                event_types=wishes.event_types,
                wanted=wishes.wanted,
                mapping=wishes.mapping,
            ),
        )

    def rotate(self, webhook_id: str, *, now: datetime, keep: timedelta) -> Subscription:
        """Give a receiver a new key; the present one stays valid beside it for `keep`. Raises NotFound, Invalid."""
        if not timedelta() <= keep <= LONGEST_KEEP:
            raise Invalid("the old key can be kept for 0 to 30 days", "Choose a time in between.")
        return self.rows.change(webhook_id, lambda known: known.rotated(_new_key(), now=now, keep=keep))

    def disable(self, webhook_id: str, *, now: datetime, reason: str) -> Subscription:
        """Stop telling a receiver. Raises NotFound."""
        return self.rows.change(webhook_id, lambda known: known.disabled(now, reason))

    def enable(self, webhook_id: str) -> Subscription:
        """Go on telling a receiver, from where it was stopped, as long as messages are kept. Raises NotFound."""
        return self.rows.change(webhook_id, lambda known: known.enabled())

    def replay(self, webhook_id: str, *, numbers: Sequence[int] | None, now: datetime) -> int:
        """Send dead deliveries again, those named or all. Returns how many. Raises NotFound."""
        self.rows.get(webhook_id)
        return self.rows.replay(webhook_id, numbers, now)

    def draft(self, subscription: Subscription, message: OutgoingMessage) -> Draft | None:
        """Return what a receiver is to be sent of a message, None when it did not ask for it."""
        event: dict[str, Any] = json.loads(message.payload)
        if not subscription.wants(event):
            return None
        draft = Draft(
            message_id=message_id_of(event),
            key=message.key,
            type=event["type"],
            payload=message.payload,
            content_type="application/cloudevents+json",
        )
        if not subscription.mapping:
            return draft
        try:
            body = self._rewrite(subscription.mapping)(event)
        except Invalid as error:
            return replace(draft, error=f"mapping {subscription.mapping}: {error.what}")
        return replace(draft, payload=json.dumps(body, ensure_ascii=False), content_type="application/json")

    def _check(self, wishes: Wishes) -> None:
        unknown = sorted(set(wishes.event_types) - set(EVENT_TYPES))
        if unknown or not wishes.event_types:
            raise Invalid(f"no such type: {', '.join(unknown) or 'none'}", f"Use {', '.join(EVENT_TYPES)}.")
        if wishes.mapping:
            self._rewrite(wishes.mapping)
        self.resolve(wishes.url)

    def _rewrite(self, name: str) -> Rewrite:
        try:
            return self._mappings[name]
        except KeyError:
            known = ", ".join(sorted(self._mappings)) or "there is none"
            raise Invalid(f"there is no field mapping {name!r}", f"Known ones: {known}.") from None


def _new_key() -> Secret:
    return Secret.of(secrets.token_bytes(KEY_BYTES))
