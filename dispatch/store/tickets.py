"""Tickets of the city's own sign-in (`dispatch.accounts.ports.TicketRows`): taken once, in time, by any process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.ports import KeptTicket
from dispatch.store.schema import Base, Json, UtcDateTime
from dispatch.store.turn import take_turn

MOST = 1000
"""Tickets that are kept at a time."""


class TicketRow(Base):
    """Who has signed in at the city's own sign-in and has no tokens here yet; the ticket as its sha256."""

    __tablename__ = "tickets"

    ticket_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    claims: Mapped[dict[str, Any]] = mapped_column(Json)
    id_token: Mapped[str | None]
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SqlTickets:
    """Tickets on one engine; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, ticket_hash: str, ticket: KeptTicket, *, until: datetime, now: datetime) -> None:
        """Keep a ticket. Those whose time is over go, and of too many the oldest."""
        newest = select(TicketRow.ticket_hash).order_by(TicketRow.until.desc()).limit(MOST - 1)
        values = {"browser_hash": ticket.browser_hash, "claims": dict(ticket.claims), "id_token": ticket.id_token}
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            connection.execute(
                delete(TicketRow).where(or_(TicketRow.until <= now, TicketRow.ticket_hash.not_in(newest)))
            )
            connection.execute(insert(TicketRow), {"ticket_hash": ticket_hash, "until": until, **values})

    def take(self, ticket_hash: str, now: datetime) -> KeptTicket | None:
        """Return a ticket and forget it; None when there is none, or its time is over."""
        where = TicketRow.ticket_hash == ticket_hash
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            row = connection.execute(select(TicketRow).where(where)).one_or_none()
            connection.execute(delete(TicketRow).where(where))
        if row is None or row.until <= now:
            return None
        return KeptTicket(row.browser_hash, row.claims, row.id_token)
