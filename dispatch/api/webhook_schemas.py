"""What the API answers and takes about webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from dispatch.api.schemas import Answer, Body
from dispatch.contract import CaseState
from dispatch.webhooks import EVENT_TYPES, Delivery, DeliveryState, Filter, Subscription, Wishes

Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-?A-~]{1,1990}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=200)]


class WebhookWishes(Body):
    """What a receiver asks for. A list that is empty does not narrow."""

    url: Url = Field(description="http or https, without user and password")
    event_types: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)] = Field(
        default=EVENT_TYPES[:1], description=f"of {', '.join(EVENT_TYPES)}"
    )
    matters: Codes = ()
    departments: Codes = ()
    states: Annotated[tuple[CaseState, ...], Field(max_length=50)] = Field(
        default=(), description="states that a case has come into"
    )
    grid: Codes = Field(default=(), description="codes of cells of any layer")
    cameras: Codes = ()
    mapping: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{0,64}$")] = Field(
        default="", description="name of a field mapping of the node; the CloudEvent itself when empty"
    )

    def wishes(self) -> Wishes:
        """Return them as the service takes them."""
        states = tuple(state.value for state in self.states)
        wanted = Filter(self.matters, self.departments, states, self.grid, self.cameras)
        return Wishes(self.url, self.event_types, wanted, self.mapping)


class Rotation(Body):
    """How long the present key stays valid beside the new one."""

    keep_hours: float = Field(default=24.0, ge=0, le=720, allow_inf_nan=False)


class Replay(Body):
    """Which dead deliveries to send again."""

    numbers: Annotated[tuple[Annotated[int, Field(ge=1, lt=2**62)], ...], Field(max_length=500)] | None = Field(
        default=None, description="all when absent"
    )


class Replayed(Answer):
    """How many deliveries wait again."""

    replayed: int


class KeyItem(Answer):
    """A key, without the key."""

    valid_until: AwareDatetime | None = Field(description="null: until it is replaced")


class WebhookItem(Answer):
    """A receiver."""

    webhook_id: str
    url: str
    event_types: tuple[str, ...]
    matters: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    grid: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    mapping: str = ""
    created_at: AwareDatetime
    keys: tuple[KeyItem, ...] = Field(description="the valid ones, the newest first")
    failing_since: AwareDatetime | None = Field(default=None, description="no delivery has succeeded since")
    disabled_at: AwareDatetime | None = None
    disabled_reason: str = ""
    waiting: int = Field(default=0, description="deliveries on their way")
    dead: int = Field(default=0, description="deliveries given up; see replay")

    @classmethod
    def of(
        cls,
        subscription: Subscription,
        now: datetime,
        counts: Mapping[tuple[str, DeliveryState], int] | None = None,
        **more: Any,
    ) -> Self:
        """Return the answer for a receiver."""
        known = counts or {}
        names = ("webhook_id", "url", "event_types", "mapping", "created_at")
        return cls(
            **{name: getattr(subscription, name) for name in (*names, "failing_since", "disabled_at")},
            **{name: getattr(subscription.wanted, name) for name in Filter.__dataclass_fields__},
            disabled_reason=subscription.disabled_reason,
            keys=tuple(KeyItem(valid_until=s.until) for s in subscription.secrets if not s.until or s.until > now),
            waiting=known.get((subscription.webhook_id, DeliveryState.waiting), 0),
            dead=known.get((subscription.webhook_id, DeliveryState.dead), 0),
            **more,
        )


class WebhookWithKey(WebhookItem):
    """A receiver with its newest key, which is told this once."""

    key: str = Field(description="for `standardwebhooks.Webhook(key).verify(body, headers)` and its kin")


class WebhookList(Answer):
    """Every receiver, the oldest first."""

    items: tuple[WebhookItem, ...]


class DeliveryItem(Answer):
    """A message on its way to a receiver."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    number: int
    message_id: str = Field(description="the header webhook-id: the same over all tries")
    key: str = Field(description="what the message is about; those of one key are delivered in order")
    type: str
    state: DeliveryState
    created_at: AwareDatetime
    tries: int
    tried_at: AwareDatetime | None = None
    next_try_at: AwareDatetime | None = Field(default=None, description="null when it is not tried again")
    status: int | None = Field(default=None, description="HTTP status of the last answer")
    error: str = Field(default="", description="why there was no answer")

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Return the answer for a delivery."""
        item = cls.model_validate(delivery)
        return item if delivery.state is DeliveryState.waiting else item.model_copy(update={"next_try_at": None})
