"""Webhooks: receivers, their keys, and what could not be delivered."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from dispatch.api.access import ADMINISTER
from dispatch.api.problems import Unavailable, answers
from dispatch.api.schemas import ListOf
from dispatch.api.services import API, Cursor, IdPath, Limit, ServicesDep, read_cursor, write_cursor
from dispatch.api.webhook_schemas import (
    DeliveryItem,
    Replay,
    Replayed,
    Rotation,
    WebhookItem,
    WebhookList,
    WebhookWishes,
    WebhookWithKey,
)
from dispatch.webhooks import DeliveryState, Webhooks

router = APIRouter(prefix=f"{API}/webhooks", tags=["webhooks"])

# A receiver's address may itself be a secret: reading is for whom writing is for.
_GUARD = [ADMINISTER]
_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def _webhooks(services: ServicesDep) -> Webhooks:
    if services.webhooks is None:
        raise Unavailable("nothing here sends webhooks", "Ask a running node.")
    return services.webhooks


WebhooksDep = Annotated[Webhooks, Depends(_webhooks)]


@router.get("", dependencies=_GUARD, responses=_ANSWERS)
def list_webhooks(webhooks: WebhooksDep, services: ServicesDep) -> WebhookList:
    """List the receivers."""
    counts = webhooks.rows.counts()
    now = services.clock()
    return WebhookList(items=tuple(WebhookItem.of(known, now, counts) for known in webhooks.rows.all()))


@router.post("", dependencies=_GUARD, status_code=HTTPStatus.CREATED, responses=_ANSWERS)
def add_webhook(wishes: WebhookWishes, webhooks: WebhooksDep, services: ServicesDep) -> WebhookWithKey:
    """Add a receiver. The answer holds its key, which is not told again."""
    now = services.clock()
    made = webhooks.add(wishes.wishes(), now)
    return WebhookWithKey.of(made, now, key=made.secrets[0].key)


@router.get("/{webhook_id}", dependencies=_GUARD, responses=_ANSWERS)
def read_webhook(webhook_id: IdPath, webhooks: WebhooksDep, services: ServicesDep) -> WebhookItem:
    """Read a receiver."""
    return WebhookItem.of(webhooks.rows.get(webhook_id), services.clock(), webhooks.rows.counts())


@router.put("/{webhook_id}", dependencies=_GUARD, responses=_ANSWERS)
def change_webhook(
    webhook_id: IdPath, wishes: WebhookWishes, webhooks: WebhooksDep, services: ServicesDep
) -> WebhookItem:
    """Give a receiver another address or other wishes."""
    changed = webhooks.change(webhook_id, wishes.wishes())
    return WebhookItem.of(changed, services.clock(), webhooks.rows.counts())


@router.delete("/{webhook_id}", dependencies=_GUARD, status_code=HTTPStatus.NO_CONTENT, responses=_ANSWERS)
def remove_webhook(webhook_id: IdPath, webhooks: WebhooksDep) -> Response:
    """Forget a receiver and its deliveries."""
    webhooks.rows.remove(webhook_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{webhook_id}/rotate", dependencies=_GUARD, responses=_ANSWERS)
def rotate_key(webhook_id: IdPath, rotation: Rotation, webhooks: WebhooksDep, services: ServicesDep) -> WebhookWithKey:
    """Make a new key. Until the old one ends, each delivery carries a signature by both."""
    now = services.clock()
    changed = webhooks.rotate(webhook_id, now=now, keep=timedelta(hours=rotation.keep_hours))
    return WebhookWithKey.of(changed, now, webhooks.rows.counts(), key=changed.secrets[0].key)


@router.post("/{webhook_id}/enable", dependencies=_GUARD, responses=_ANSWERS)
def enable_webhook(webhook_id: IdPath, webhooks: WebhooksDep, services: ServicesDep) -> WebhookItem:
    """Go on telling a receiver from where it was stopped, as long as messages are kept."""
    return WebhookItem.of(webhooks.enable(webhook_id), services.clock(), webhooks.rows.counts())


@router.post("/{webhook_id}/disable", dependencies=_GUARD, responses=_ANSWERS)
def disable_webhook(webhook_id: IdPath, webhooks: WebhooksDep, services: ServicesDep) -> WebhookItem:
    """Stop telling a receiver."""
    now = services.clock()
    stopped = webhooks.disable(webhook_id, now=now, reason="stopped by hand")
    return WebhookItem.of(stopped, now, webhooks.rows.counts())


@router.get("/{webhook_id}/deliveries", dependencies=_GUARD, responses=_ANSWERS)
def list_deliveries(
    webhook_id: IdPath,
    webhooks: WebhooksDep,
    *,
    state: Annotated[DeliveryState | None, Query(description="dead: given up")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[DeliveryItem]:
    """List deliveries to a receiver, newest first."""
    page = webhooks.rows.deliveries(webhook_id, state, before=read_cursor(cursor), limit=limit)
    items = tuple(DeliveryItem.of(delivery) for delivery in page.items)
    return ListOf[DeliveryItem](items=items, next=write_cursor(page.next))


@router.post("/{webhook_id}/replay", dependencies=_GUARD, responses=_ANSWERS)
def replay(webhook_id: IdPath, wanted: Replay, webhooks: WebhooksDep, services: ServicesDep) -> Replayed:
    """Send dead deliveries again, with the message id that they had."""
    return Replayed(replayed=webhooks.replay(webhook_id, numbers=wanted.numbers, now=services.clock()))
