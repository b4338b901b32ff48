"""Answers to writes by Idempotency-Key (`dispatch.accounts.ports.AnswerRows`): a repeat gets the same one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.ports import KeptAnswer
from dispatch.store.schema import Base, UtcDateTime
from dispatch.store.turn import take_turn

GIVEN_UP = timedelta(minutes=1)
"""A write that has not been answered for so long was cut off; its repeat is carried out."""


class AnswerRow(Base):
    """What was answered to a write. `status` null: it is being carried out."""

    __tablename__ = "answers"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int | None]
    content_type: Mapped[str]
    etag: Mapped[str]
    body: Mapped[bytes | None]


class SqlAnswers:
    """Answers on one engine; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reserve(self, caller: str, key: str, fingerprint: str, now: datetime) -> KeptAnswer | None:
        """Return what is known of a key; None when it is new and the write is the caller's to carry out."""
        where = (AnswerRow.caller == caller, AnswerRow.key == key)
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            row = connection.execute(select(AnswerRow).where(*where)).one_or_none()
            if row is not None and (
                row.status is not None or row.at > now - GIVEN_UP or row.fingerprint != fingerprint
            ):
                return KeptAnswer(row.fingerprint, row.status, row.content_type, row.etag, row.body)
            connection.execute(delete(AnswerRow).where(*where))
            values = {"caller": caller, "key": key, "fingerprint": fingerprint, "at": now}
            connection.execute(
                insert(AnswerRow), {**values, "status": None, "content_type": "", "etag": "", "body": None}
            )
        return None

    def finish(self, caller: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer to a reserved key."""
        change = update(AnswerRow).where(AnswerRow.caller == caller, AnswerRow.key == key)
        kept = {"content_type": answer.content_type, "etag": answer.etag, "body": answer.body}
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            connection.execute(change.values(status=answer.status, **kept))

    def release(self, caller: str, key: str) -> None:
        """Forget a reserved key whose write was not carried out."""
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            connection.execute(delete(AnswerRow).where(AnswerRow.caller == caller, AnswerRow.key == key))

    def prune(self, before: datetime) -> int:
        """Forget answers from before a time. Returns how many."""
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            return connection.execute(delete(AnswerRow).where(AnswerRow.at < before)).rowcount
