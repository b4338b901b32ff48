"""The tables of webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.store.schema import Base, Json, Number, UtcDateTime


class WebhookRow(Base):
    """A receiver. `wanted` and `secrets` are JSON of `dispatch.webhooks.Filter` and `Secret`."""

    __tablename__ = "webhooks"

    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    event_types: Mapped[list[str]] = mapped_column(Json)
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    secrets: Mapped[list[Any]] = mapped_column(Json)
    mapping: Mapped[str]
    after_seq: Mapped[int] = mapped_column(Number)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str]


class DeliveryRow(Base):
    """A message on its way to a receiver."""

    __tablename__ = "webhook_deliveries"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.webhook_id"))
    message_id: Mapped[str]
    key: Mapped[str]
    type: Mapped[str]
    payload: Mapped[str]
    content_type: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str]
    tries: Mapped[int]
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    error: Mapped[str]

    __table_args__ = (
        Index("ix_webhook_deliveries_due", "webhook_id", "state", "next_try_at"),
        Index("ix_webhook_deliveries_order", "webhook_id", "key", "state", "number"),
        {"sqlite_autoincrement": True},
    )
