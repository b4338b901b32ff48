"""Receivers and deliveries in the SQL store (`dispatch.webhooks.WebhookRows`). Each call is one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exists, func, insert, or_, select, update

from dispatch.errors import NotFound
from dispatch.ports import OutgoingMessage
from dispatch.store.schema import OutgoingRow
from dispatch.store.turn import take_turn
from dispatch.store.webhook_tables import DeliveryRow, WebhookRow
from dispatch.views import Page
from dispatch.webhooks.ports import Draft, Outcome
from dispatch.webhooks.subscription import Delivery, DeliveryState, Filter, Secret, Subscription

MAX_WAITING = 100_000
"""Deliveries that may wait for one receiver; what comes after stays in the feed until there is room."""
_CHUNK = 500
_WAITING = DeliveryState.waiting.value


class SqlWebhooks:
    """Receivers and deliveries on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, subscription: Subscription) -> None:
        """Keep a new receiver."""
        with self._writing() as connection:
            connection.execute(insert(WebhookRow), _values(subscription))

    def get(self, webhook_id: str) -> Subscription:
        """Return a receiver. Raises NotFound."""
        with self._engine.connect() as connection:
            return _get(connection, webhook_id)

    def all(self) -> Sequence[Subscription]:
        """Return every receiver, the oldest first."""
        with self._engine.connect() as connection:
            return _all(connection)

    def change(self, webhook_id: str, how: Callable[[Subscription], Subscription]) -> Subscription:
        """Change a receiver by a function of it and return what it is now. Raises NotFound."""
        with self._writing() as connection:
            changed = how(_get(connection, webhook_id))
            _put(connection, changed)
            return changed

    def remove(self, webhook_id: str) -> None:
        """Forget a receiver and its deliveries. Raises NotFound."""
        with self._writing() as connection:
            _get(connection, webhook_id)
            connection.execute(delete(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id))
            connection.execute(delete(WebhookRow).where(WebhookRow.webhook_id == webhook_id))

    def newest_seq(self) -> int:
        """Return the place of the newest message of the feed."""
        with self._engine.connect() as connection:
            return _newest(connection)

    def fan_out(
        self, draft: Callable[[Subscription, OutgoingMessage], Draft | None], now: datetime, limit: int = _CHUNK
    ) -> int:
        """Make deliveries of what is new in the feed; return how many messages were looked at."""
        with self._engine.connect() as connection:
            newest = _newest(connection)
            if not any(_reads(known) and known.after_seq < newest for known in _all(connection)):
                return 0
        with self._writing() as connection:
            return sum(_fan_out(connection, known, draft, now, limit) for known in _all(connection) if _reads(known))

    def due(self, webhook_id: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return deliveries to try now, none before an earlier one of the same key has left."""
        earlier = DeliveryRow.__table__.alias("earlier")
        overtakes = exists().where(
            earlier.c.webhook_id == DeliveryRow.webhook_id,
            earlier.c.key == DeliveryRow.key,
            earlier.c.state == _WAITING,
            earlier.c.number < DeliveryRow.number,
        )
        query = (
            select(DeliveryRow)
            .where(
                DeliveryRow.webhook_id == webhook_id,
                DeliveryRow.state == _WAITING,
                DeliveryRow.next_try_at <= now,
                ~overtakes,
            )
            .order_by(DeliveryRow.next_try_at, DeliveryRow.number)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(_delivery(row) for row in connection.execute(query))

    def settle(self, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
        """Keep what tries have changed, by receiver. One that was removed meanwhile is passed over."""
        with self._writing() as connection:
            for webhook_id, of_one in outcomes.items():
                row = connection.execute(select(WebhookRow).where(WebhookRow.webhook_id == webhook_id)).one_or_none()
                if row is None:
                    continue
                subscription = _subscription(row)
                for outcome in of_one:
                    subscription, delivery = outcome(subscription)
                    values = asdict(delivery)
                    changed = update(DeliveryRow).where(DeliveryRow.number == values.pop("number"))
                    connection.execute(changed.values(values))
                _put(connection, subscription)

    def deliveries(
        self, webhook_id: str, state: DeliveryState | None, *, before: int | None = None, limit: int = 100
    ) -> Page[Delivery]:
        """Return a page of deliveries, newest first. Raises NotFound."""
        query = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id).order_by(DeliveryRow.number.desc())
        if state is not None:
            query = query.where(DeliveryRow.state == state.value)
        if before is not None:
            query = query.where(DeliveryRow.number < before)
        with self._engine.connect() as connection:
            _get(connection, webhook_id)
            found = connection.execute(query.limit(limit + 1)).all()
        following = found[limit - 1].number if len(found) > limit else None
        return Page(tuple(_delivery(row) for row in found[:limit]), following)

    def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """Return how many deliveries there are by (receiver, state)."""
        columns = (DeliveryRow.webhook_id, DeliveryRow.state)
        query = select(*columns, func.count()).group_by(*columns)
        with self._engine.connect() as connection:
            return {(name, DeliveryState(state)): number for name, state, number in connection.execute(query)}

    def replay(self, webhook_id: str, numbers: Sequence[int] | None, now: datetime) -> int:
        """Let dead deliveries wait again from their first try, those named or all. Returns how many."""
        dead = (DeliveryRow.webhook_id == webhook_id, DeliveryRow.state == DeliveryState.dead.value)
        # What could never be written as the receiver wants it has no body to send.
        query = update(DeliveryRow).where(*dead, DeliveryRow.payload != "")
        if numbers is not None:
            query = query.where(DeliveryRow.number.in_(numbers))
        with self._writing() as connection:
            return connection.execute(query.values(state=_WAITING, tries=0, next_try_at=now)).rowcount

    def first_unread(self) -> int | None:
        """Return the earliest place in the feed that some receiver has still to read, None when there is none."""
        with self._engine.connect() as connection:
            places = [known.after_seq + 1 for known in _all(connection) if _reads(known)]
        return min(places, default=None)

    def prune(self, before: datetime) -> int:
        """Delete deliveries made before a time that wait for nothing any more. Returns how many."""
        disabled = select(WebhookRow.webhook_id).where(WebhookRow.disabled_at.is_not(None))
        over = or_(DeliveryRow.state != _WAITING, DeliveryRow.webhook_id.in_(disabled))
        with self._writing() as connection:
            return connection.execute(delete(DeliveryRow).where(DeliveryRow.created_at < before, over)).rowcount

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            yield connection


def _reads(subscription: Subscription) -> bool:
    return subscription.disabled_at is None


def _newest(connection: Connection) -> int:
    return connection.scalar(select(func.max(OutgoingRow.seq))) or 0


def _all(connection: Connection) -> Sequence[Subscription]:
    query = select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.webhook_id)
    return tuple(_subscription(row) for row in connection.execute(query))


def _get(connection: Connection, webhook_id: str) -> Subscription:
    row = connection.execute(select(WebhookRow).where(WebhookRow.webhook_id == webhook_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no webhook {webhook_id}", "List the webhooks to find its id.")
    return _subscription(row)


def _put(connection: Connection, subscription: Subscription) -> None:
    change = update(WebhookRow).where(WebhookRow.webhook_id == subscription.webhook_id)
    connection.execute(change.values(_values(subscription)))


def _fan_out(
    connection: Connection,
    subscription: Subscription,
    draft: Callable[[Subscription, OutgoingMessage], Draft | None],
    now: datetime,
    limit: int,
) -> int:
    of_one = (DeliveryRow.webhook_id == subscription.webhook_id, DeliveryRow.state == _WAITING)
    waiting = connection.scalar(select(func.count()).where(*of_one)) or 0
    query = select(OutgoingRow).where(OutgoingRow.seq > subscription.after_seq).order_by(OutgoingRow.seq)
    messages = connection.execute(query.limit(max(0, min(limit, MAX_WAITING - waiting)))).all()
    if not messages:
        return 0
    drafts = [
        made
        for row in messages
        if (
            made := draft(
                subscription,
                OutgoingMessage(row.seq, row.stream, row.key, row.message_id, row.payload, row.created_at),
            )
        )
    ]
    if drafts:
        connection.execute(insert(DeliveryRow), [_new_values(subscription, made, now) for made in drafts])
    place = update(WebhookRow).where(WebhookRow.webhook_id == subscription.webhook_id)
    connection.execute(place.values(after_seq=messages[-1].seq))
    return len(messages)


def _new_values(subscription: Subscription, draft: Draft, now: datetime) -> dict[str, Any]:
    state = DeliveryState.dead if draft.error else DeliveryState.waiting
    return {
        **asdict(draft),
        "payload": "" if draft.error else draft.payload,
        "webhook_id": subscription.webhook_id,
        "created_at": now,
        "next_try_at": now,
        "state": state.value,
        "tries": 0,
    }


def _values(subscription: Subscription) -> dict[str, Any]:
    return {
        **asdict(subscription),
        "event_types": list(subscription.event_types),
        "secrets": [
            {"key": secret.key, "until": secret.until.isoformat() if secret.until else None}
            for secret in subscription.secrets
        ],
    }


def _subscription(row: Row[Any]) -> Subscription:
    values = dict(row._mapping)
    values["event_types"] = tuple(row.event_types)
    values["wanted"] = Filter(**{name: tuple(wanted) for name, wanted in row.wanted.items()})
    values["secrets"] = tuple(
        Secret(secret["key"], datetime.fromisoformat(secret["until"]) if secret["until"] else None)
        for secret in row.secrets
    )
    return Subscription(**values)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{**row._mapping, "state": DeliveryState(row.state)})
