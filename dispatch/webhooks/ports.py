"""What webhooks need from the outside. Adapters: `dispatch.store.webhooks`; the node gives the resolver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch.errors import Invalid
from dispatch.ports import OutgoingMessage
from dispatch.views import Page
from dispatch.webhooks.subscription import Delivery, DeliveryState, Subscription


class TargetRefused(Invalid):
    """The address leads to where no receiver may be, or nowhere."""

    title = "Not an address for a webhook"


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address to connect to: `url` names the address that was checked, `host` the host as written."""

    url: str
    host: str


Resolve = Callable[[str], Target]
"""Resolves and checks an address; raises TargetRefused. May block for as long as the name service does."""


@dataclass(frozen=True)
class Draft:
    """A message for one receiver. `error`: why it cannot be written as the receiver wants it: it is dead at once."""

    message_id: str
    key: str
    type: str
    payload: str
    content_type: str
    error: str = ""


class WebhookRows(Protocol):
    """Keeps receivers and deliveries. Each call is one unit of work."""

    def add(self, subscription: Subscription) -> None:
        """Keep a new receiver."""
        ...

    def get(self, webhook_id: str) -> Subscription:
        """Return a receiver. Raises NotFound."""
        ...

    def all(self) -> Sequence[Subscription]:
        """Return every receiver, the oldest first."""
        ...

    def change(self, webhook_id: str, how: Callable[[Subscription], Subscription]) -> Subscription:
        """Change a receiver by a function of it and return what it is now. Raises NotFound."""
        ...

    def remove(self, webhook_id: str) -> None:
        """Forget a receiver and its deliveries. Raises NotFound."""
        ...

    def newest_seq(self) -> int:
        """Return the place of the newest message of the feed."""
        ...

    def fan_out(
        self, draft: Callable[[Subscription, OutgoingMessage], Draft | None], now: datetime, limit: int = 500
    ) -> int:
        """Make deliveries of what is new in the feed; return how many messages were looked at."""
        ...

    def due(self, webhook_id: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return deliveries to try now, none before an earlier one of the same key has left."""
        ...

    def settle(self, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
        """Keep what tries have changed, by receiver."""
        ...

    def deliveries(
        self, webhook_id: str, state: DeliveryState | None, *, before: int | None = None, limit: int = 100
    ) -> Page[Delivery]:
        """Return a page of deliveries, newest first. Raises NotFound."""
        ...

    def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """Return how many deliveries there are by (receiver, state)."""
        ...

    def replay(self, webhook_id: str, numbers: Sequence[int] | None, now: datetime) -> int:
        """Let dead deliveries wait again from their first try, those named or all. Returns how many."""
        ...


Outcome = Callable[[Subscription], tuple[Subscription, Delivery]]
"""What follows from a try, of the receiver as it is kept at that moment."""
