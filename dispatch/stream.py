"""Streams between the camera side, the dispatch side and the city's dispatch system, over Redis >= 6.2 or Valkey.

The truth is in SQL; a stream is transport and may be wiped at any time. A publisher moves rows of an outbox into the
stream and keeps each until the consumer group has acknowledged it; what the stream has lost is published again. A
consumer (`dispatch.consumer`) acknowledges after its own commit. So every message arrives at least once, in the order
of the outbox, and a consumer that is idempotent by the event's (source, id) sees each fact once. Commands of Redis 6.2
only.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError, WatchError
from redis.retry import Retry
from sqlalchemy.exc import OperationalError

log = logging.getLogger(__name__)

EVENT_FIELD = "event"
"""The one field of a stream entry: a CloudEvent in structured JSON mode."""

STREAM_MAXLEN = 20_000
"""Bound on the entries of a stream; half of it may be on the way unacknowledged, so trimming never meets those."""
PAGE = 500
RANGE = 4 * PAGE
"""Entries of a stream read to find the rows of one page among them."""
IDLE_WAIT_S = 0.05
SETTLE_INTERVAL_S = 1.0
BACKOFF_S = (0.1, 5.0)
"""First and longest pause after a failure; each pause is drawn from the upper half of a doubling range."""


class Rejected(Exception):
    """A handler can never accept this event: it goes to the dead letters at once. The message says why."""


class OutboxRow(Protocol):
    """A message on its way: `seq` orders, `payload` is the CloudEvent as JSON, `entry_id` its place once sent."""

    @property
    def seq(self) -> int:
        """Order of publication."""
        ...

    @property
    def stream(self) -> str:
        """Stream it belongs to."""
        ...

    @property
    def payload(self) -> str:
        """CloudEvent in structured JSON mode."""
        ...

    @property
    def entry_id(self) -> str | None:
        """Stream entry id, None while unsent."""
        ...


class Outbox(Protocol):
    """Where a publisher takes rows from and notes what became of them. Each call is one transaction."""

    def pending(self, limit: int) -> Sequence[OutboxRow]:
        """Rows that are not in the stream, oldest first."""
        ...

    def unacknowledged(self, limit: int, after_seq: int = 0) -> Sequence[OutboxRow]:
        """Rows that are in the stream but not known to be consumed, oldest first."""
        ...

    def mark_sent(self, sent: Sequence[tuple[int, str]]) -> None:
        """Note (seq, entry_id)."""
        ...

    def mark_unsent(self, seqs: Sequence[int]) -> None:
        """Put rows back into `pending`."""
        ...

    def mark_acknowledged(self, seqs: Sequence[int]) -> None:
        """Note that the consumer has committed these rows."""
        ...


def connect(url: str) -> redis.Redis:
    """Return a client for redis://, rediss:// or unix:// whose calls fail fast; retrying is the loops' business.

    Raises:
        ValueError: the address has another scheme.
    """
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        protocol=2,
        socket_timeout=10.0,
        socket_connect_timeout=3.0,
        retry=Retry(NoBackoff(), 0),
    )


class Backoff:
    """Jittered, doubling, bounded pauses. `reset` after a success."""

    def __init__(self, first_s: float = BACKOFF_S[0], longest_s: float = BACKOFF_S[1]) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._tries = 0
        self._random = random.Random()

    def next_s(self) -> float:
        """Return the next pause in seconds."""
        bound_s: float = min(self._longest_s, self._first_s * 2.0 ** min(self._tries, 16))
        self._tries += 1
        return bound_s * (0.5 + self._random.random() / 2)

    def reset(self) -> None:
        """Start again with the first pause."""
        self._tries = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What one comparison of outbox and stream found: rows consumed, rows the stream has lost, more rows to compare."""

    acknowledged: int
    lost: int
    more: bool


class Publisher:
    """Moves one outbox into its streams and follows each row until it is consumed.

    Args:
        client: from `connect`.
        outbox: rows to publish.
        groups: for each stream, the consumer groups that must acknowledge. For a stream not named here, the groups that
            exist count; as long as there is none, the newest half of the stream's bound is kept for publishing again.
        maxlen: bound on each stream's entries (approximate, never below).
    """

    def __init__(
        self,
        client: redis.Redis,
        outbox: Outbox,
        *,
        groups: Mapping[str, Sequence[str]],
        maxlen: int = STREAM_MAXLEN,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._groups = groups
        self._maxlen = maxlen
        self._window = maxlen // 2
        self._open: dict[str, int] | None = None
        self._cursor_seq = 0
        self._verified = False
        self._newest: dict[str, str] = {}
        self.trouble: str | None = None
        """Why nothing can be published at the moment; None when all is well."""

    def publish_once(self) -> int:
        """Send the oldest pending rows in order; return how many.

        A crash between the stream's reply and `mark_sent` publishes a row twice, never not at all.
        """
        try:
            if not self._verified:
                self._verify()
            in_flight = self._count_open()
            batches: dict[str, list[OutboxRow]] = {}
            for row in self._outbox.pending(PAGE):
                batch = batches.setdefault(row.stream, [])
                if row.stream not in self._groups or in_flight.get(row.stream, 0) + len(batch) < self._window:
                    batch.append(row)
            return sum(self._send(stream, batch) for stream, batch in batches.items() if batch)
        except BaseException:
            self._open = None  # what is counted may not be there, and what was there may be gone: look again
            self._verified = False
            raise

    def _send(self, stream: str, batch: Sequence[OutboxRow]) -> int:
        """Append rows behind the newest one known to be there; send nothing when that is gone.

        So a row never overtakes an earlier one that the stream has lost: those are published again first.
        """
        newest = self._newest.get(stream)
        with self._client.pipeline(transaction=True) as pipe:
            if newest is not None:
                pipe.watch(stream)  # type: ignore[no-untyped-call]
                if not pipe.xrange(stream, newest, newest):
                    self._verified = False
                    return 0
                pipe.multi()
            for row in batch:
                pipe.xadd(stream, {EVENT_FIELD: row.payload}, maxlen=self._maxlen, approximate=True)
            try:
                entry_ids = cast(list[str], pipe.execute())
            except WatchError:  # wiped, or written to, at this very moment
                self._verified = False
                return 0
        self._outbox.mark_sent([(row.seq, entry_id) for row, entry_id in zip(batch, entry_ids, strict=True)])
        self._newest[stream] = entry_ids[-1]
        open_rows = self._count_open()
        open_rows[stream] = open_rows.get(stream, 0) + len(batch)
        return len(batch)

    def _verify(self) -> None:
        """Compare every sent row with the streams, until a whole pass finds none lost."""
        self._newest = {}
        self._cursor_seq = 0
        lost = False
        while True:
            lost = bool(self.settle_once().lost) or lost
            if self._cursor_seq == 0:
                if not lost:
                    break
                lost = False
        self._verified = True

    def _count_open(self) -> dict[str, int]:
        if self._open is None:
            self._open = {}
            for row in _pages(self._outbox):
                self._open[row.stream] = self._open.get(row.stream, 0) + 1
        return self._open

    def settle_once(self) -> Settled:
        """Compare up to `PAGE` sent rows with the streams: note the consumed ones, take back the lost ones.

        A row is consumed when its entry is in the stream (same id, same payload), at or before every group's last
        delivered id, and pending in none. It is lost when the stream has no such entry; then all later rows of the
        stream are sent again too, so that order is kept. All reads of a stream are one transaction on the server.
        """
        rows = self._outbox.unacknowledged(PAGE, self._cursor_seq)
        consumed: list[OutboxRow] = []
        lost: list[OutboxRow] = []
        for stream in dict.fromkeys(row.stream for row in rows):
            of_stream = [row for row in rows if row.stream == stream]
            view = _look(self._client, stream, of_stream, self._groups.get(stream))
            if view.unclaimed:
                surplus = max(0, self._count_open().get(stream, 0) - self._window)
                consumed += of_stream[:surplus]
                of_stream = of_stream[surplus:]
            first_lost = next((i for i, row in enumerate(of_stream) if row.seq in view.lost), None)
            kept = of_stream if first_lost is None else of_stream[:first_lost]
            consumed += [row for row in kept if row.seq in view.consumed]
            if first_lost is not None:
                self._newest.pop(stream, None)
            if kept and kept[-1].entry_id is not None:
                self._newest[stream] = max(self._newest.get(stream, "0"), kept[-1].entry_id, key=_order)
            if first_lost is not None:
                lost += [row for row in _pages(self._outbox, of_stream[first_lost].seq - 1) if row.stream == stream]
        if lost:
            log.warning("%d messages are no longer in their stream and are published again", len(lost))
            self._outbox.mark_unsent([row.seq for row in lost])
        if consumed:
            self._outbox.mark_acknowledged([row.seq for row in consumed])
        for row in consumed + lost:
            open_rows = self._count_open()
            open_rows[row.stream] = max(0, open_rows.get(row.stream, 0) - 1)
        more = len(rows) == PAGE
        self._cursor_seq = rows[-1].seq if more and not lost else 0
        return Settled(acknowledged=len(consumed), lost=len(lost), more=more and bool(consumed))

    def run(self, stop: threading.Event) -> None:
        """Publish and settle until `stop`. An unreachable server is waited for; `trouble` says so meanwhile."""
        backoff = Backoff()
        next_settle_s = 0.0
        while not stop.is_set():
            try:
                sent = self.publish_once()
                now_s = time.monotonic()
                if now_s >= next_settle_s:
                    next_settle_s = now_s if self.settle_once().more else now_s + SETTLE_INTERVAL_S
            except (RedisError, OSError, OperationalError) as error:
                self._note(f"{type(error).__name__}: {error}")
                stop.wait(backoff.next_s())
                next_settle_s = 0.0  # the server may have come back without what it held
                continue
            self._note(None)
            backoff.reset()
            if sent == 0:
                stop.wait(IDLE_WAIT_S)

    def _note(self, trouble: str | None) -> None:
        if (trouble is None) != (self.trouble is None):
            log.warning("publishing is held up: %s", trouble) if trouble else log.info("publishing goes on")
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class _View:
    """What became of rows of one stream; rows in neither set are on the way."""

    consumed: frozenset[int]
    lost: frozenset[int]
    unclaimed: bool


def _look(client: redis.Redis, stream: str, rows: Sequence[OutboxRow], required: Sequence[str] | None) -> _View:
    """Ask the server what became of these rows of one stream."""
    names = required if required is not None else _group_names(client, stream)
    consumed: set[int] = set()
    lost: set[int] = set()
    while rows:
        rows = _look_at_range(client, stream, rows, names, consumed, lost)
    return _View(consumed=frozenset(consumed), lost=frozenset(lost), unclaimed=not names)


def _look_at_range(
    client: redis.Redis,
    stream: str,
    rows: Sequence[OutboxRow],
    names: Sequence[str],
    consumed: set[int],
    lost: set[int],
) -> list[OutboxRow]:
    """Sort rows into `consumed` and `lost` by what the server holds at one instant; return those not reached."""
    entry_ids = sorted((_order(row.entry_id or "0"), row.entry_id or "0") for row in rows)
    pipe = client.pipeline(transaction=True)
    pipe.xinfo_groups(stream)
    pipe.xrange(stream, entry_ids[0][1], entry_ids[-1][1], count=RANGE)
    for name in names:
        pipe.xpending_range(stream, name, "-", "+", STREAM_MAXLEN)
    replies: list[Any] = pipe.execute(raise_on_error=False)
    for reply in replies:
        # An error reply here means "no such key" or "no such group": nothing is delivered, which the sets below say.
        if isinstance(reply, RedisError) and not is_missing(reply):
            raise reply
    groups, entries, *of_groups = [[] if isinstance(reply, RedisError) else reply for reply in replies]
    there = {entry_id: fields.get(EVENT_FIELD) for entry_id, fields in entries}
    seen_to = _order(entries[-1][0]) if len(entries) == RANGE else entry_ids[-1][0]
    delivered = {group["name"]: _order(group["last-delivered-id"]) for group in groups}
    pending = [{entry["message_id"] for entry in reply} for reply in of_groups]
    beyond = []
    for row in rows:
        place = _order(row.entry_id or "0")
        if place > seen_to:
            beyond.append(row)
        elif row.entry_id is None or there.get(row.entry_id) != row.payload:
            lost.add(row.seq)
        elif names and all(
            name in delivered and place <= delivered[name] and row.entry_id not in waiting
            for name, waiting in zip(names, pending, strict=True)
        ):
            consumed.add(row.seq)
    return beyond


def _group_names(client: redis.Redis, stream: str) -> list[str]:
    try:
        return [group["name"] for group in client.xinfo_groups(stream)]
    except ResponseError as error:
        if is_missing(error):
            return []
        raise


def is_missing(error: RedisError) -> bool:
    """Whether an error reply says that the stream or the group does not exist (any more)."""
    return str(error).lower().startswith(("nogroup", "no such key", "unblocked"))


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence or 0)


def _pages(outbox: Outbox, after_seq: int = 0) -> Iterator[OutboxRow]:
    while rows := outbox.unacknowledged(PAGE, after_seq):
        yield from rows
        after_seq = rows[-1].seq
