"""Webhooks by the Standard Webhooks specification (https://www.standardwebhooks.com); `courier` sends them."""

from dispatch.webhooks.ports import Resolve, Target, TargetRefused, WebhookRows
from dispatch.webhooks.service import Webhooks, Wishes
from dispatch.webhooks.subscription import (
    EVENT_TYPES,
    Attempt,
    Delivery,
    DeliveryState,
    Filter,
    Secret,
    Subscription,
)

__all__ = [
    "EVENT_TYPES",
    "Attempt",
    "Delivery",
    "DeliveryState",
    "Filter",
    "Resolve",
    "Secret",
    "Subscription",
    "Target",
    "TargetRefused",
    "WebhookRows",
    "Webhooks",
    "Wishes",
]
