"""The outbox of the SQL store, as `dispatch.stream.Publisher` and live views read it. Each call is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, Select, Update, bindparam, delete, func, select, update

from dispatch.ports import LOCAL_STREAM, OutgoingMessage
from dispatch.store.schema import OutgoingRow
from dispatch.store.turn import take_turn

_CHUNK = 500
"""Numbers a statement names at most; databases bound their parameters."""


class SqlOutbox:
    """Messages on their way out. A row is kept until its consumers have acknowledged it, and then until pruned."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pending(self, limit: int = _CHUNK) -> Sequence[OutgoingMessage]:
        """Return messages that are not in their stream, oldest first."""
        return self._read(_ORDERED.where(OutgoingRow.state == WAITING).limit(limit))

    def unacknowledged(self, limit: int, after_seq: int = 0) -> Sequence[OutgoingMessage]:
        """Return messages that are in their stream and not known to be consumed, oldest first."""
        return self._read(_ORDERED.where(OutgoingRow.state == SENT, OutgoingRow.seq > after_seq).limit(limit))

    def after(self, seq: int, limit: int = _CHUNK) -> Sequence[OutgoingMessage]:
        """Return messages of any stream after a place, sent or not: the feed of live views."""
        return self._read(_ORDERED.where(OutgoingRow.seq > seq).limit(limit))

    def last_seq(self) -> int:
        """Return the place of the newest message, 0 when there is none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(OutgoingRow.seq))) or 0

    def depth(self) -> int:
        """Return how many messages are not in their stream."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).where(OutgoingRow.state == WAITING)) or 0

    def mark_sent(self, sent: Sequence[tuple[int, str]]) -> None:
        """Note (seq, entry_id) of messages that the stream has taken."""
        if not sent:
            return
        change = update(OutgoingRow).where(OutgoingRow.seq == bindparam("of_seq"))
        change = change.values(state=SENT, entry_id=bindparam("at_entry"))
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            connection.execute(change, [{"of_seq": seq, "at_entry": entry_id} for seq, entry_id in sent])

    def mark_unsent(self, seqs: Sequence[int]) -> None:
        """Put messages back among the pending ones."""
        self._update_each(update(OutgoingRow).values(state=WAITING, entry_id=None), seqs)

    def mark_acknowledged(self, seqs: Sequence[int]) -> None:
        """Note that the consumers have committed these messages."""
        self._update_each(update(OutgoingRow).values(state=CONSUMED), seqs)

    def prune(self, before: datetime, *, unread_from: int | None = None) -> int:
        """Delete consumed messages created before a time and before a place. Returns how many."""
        old = delete(OutgoingRow).where(OutgoingRow.state == CONSUMED, OutgoingRow.created_at < before)
        if unread_from is not None:
            old = old.where(OutgoingRow.seq < unread_from)
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            return connection.execute(old).rowcount

    def _read(self, query: Select[OutgoingRow]) -> Sequence[OutgoingMessage]:
        with self._engine.connect() as connection:
            return tuple(
                OutgoingMessage(row.seq, row.stream, row.key, row.message_id, row.payload, row.created_at, row.entry_id)
                for row in connection.execute(query)
            )

    def _update_each(self, change: Update, seqs: Sequence[int]) -> None:
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            for start in range(0, len(seqs), _CHUNK):
                connection.execute(change.where(OutgoingRow.seq.in_(seqs[start : start + _CHUNK])))


_ORDERED = select(OutgoingRow).order_by(OutgoingRow.seq)

WAITING, SENT, CONSUMED = 0, 1, 2
"""States of a message: not in its stream, in it, and read by all that must. Local messages begin as consumed."""


def first_state(stream: str) -> int:
    """Return the state in which a message of a stream begins."""
    return CONSUMED if stream == LOCAL_STREAM else WAITING
