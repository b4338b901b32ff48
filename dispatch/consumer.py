"""Reading a stream as a member of a consumer group: in order, acknowledged after the handler's commit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import redis
from pydantic import ValidationError
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import OperationalError

from dispatch.contract import CloudEvent, UnknownMessageType, parse
from dispatch.stream import EVENT_FIELD, PAGE, Backoff, Rejected, is_missing

log = logging.getLogger(__name__)

DEAD_STREAM = "gridpatrol.dead"
"""Where a consumer puts what it can never handle: fields event, stream, group, entry_id, reason."""
DEAD_MAXLEN = 10_000

ENDLESS: tuple[type[Exception], ...] = (OSError, OperationalError)
"""Failures of the consumer's surroundings (disk, database): waiting helps, and no message may die of them."""

Handler = Callable[[Sequence[CloudEvent[Any]]], None]
"""Takes events in order and returns after its own commit of all of them, or raises having kept none.

Must be idempotent by the event's (source, id)."""


@dataclass(frozen=True, slots=True)
class _Letter:
    entry_id: str
    payload: str
    event: CloudEvent[Any]


class Consumer:
    """Reads one stream as a member of a consumer group, in order, each event until it is handled or dead.

    After a crash or a lost connection the same `name` first gets again what it had not acknowledged. Entries that
    another member left for `reclaim_idle_s` are taken over. Order holds as long as one member is active.

    Args:
        handler: called with what a read brought; when that fails, with each event alone. Then `Rejected` sends the
            event to `DEAD_STREAM` at once, `ENDLESS` errors are retried until they pass, and any other is retried
            `max_tries` times in place before the event is dead.
    """

    def __init__(
        self,
        client: redis.Redis,
        stream: str,
        *,
        group: str,
        name: str,
        handler: Handler,
        batch: int = 64,
        block_s: float = 0.5,
        reclaim_idle_s: float = 30.0,
        max_tries: int = 5,
    ) -> None:
        self._client = client
        self._stream = stream
        self._group = group
        self._name = name
        self._handler = handler
        self._batch = batch
        self._block_ms = int(block_s * 1000)
        self._reclaim_idle_s = reclaim_idle_s
        self._max_tries = max_tries
        self._history = True
        self._next_reclaim_s = 0.0
        self.trouble: str | None = None
        """Why nothing is consumed at the moment; None when all is well."""

    def run(self, stop: threading.Event) -> None:
        """Consume until `stop`. An unreachable server is waited for; a missing group is made again at 0."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                self.step(stop)
            except RedisError as error:
                self._history = True
                if isinstance(error, ResponseError) and is_missing(error):
                    log.info("consumer group %s of %s is missing and is made again", self._group, self._stream)
                    self._try_create_group()
                    continue
                self._note(f"{type(error).__name__}: {error}")
                stop.wait(backoff.next_s())
                continue
            self._note(None)
            backoff.reset()

    def step(self, stop: threading.Event) -> int:
        """Handle one batch; return how many entries were finished. Blocks for at most `block_s` when there is none.

        Raises:
            redis.exceptions.RedisError: the server cannot be reached, or the group is missing (NOGROUP).
        """
        if self._history:
            entries = self._read("0", block=False)
            self._history = bool(entries)
        else:
            if time.monotonic() >= self._next_reclaim_s:
                self._reclaim()
                self._next_reclaim_s = time.monotonic() + self._reclaim_idle_s / 2
                if self._history:
                    return 0
            entries = self._read(">", block=True)
        done: list[str] = []
        try:
            letters = [letter for entry in entries if (letter := self._open(*entry, done)) is not None]
            if self._handle_together(letters):
                done += [letter.entry_id for letter in letters]
                return len(done)
            for letter in letters:
                if stop.is_set() or not self._finish(letter, stop):
                    self._history = True
                    break
                done.append(letter.entry_id)
        finally:
            if done:  # one command a batch: the server syncs its file for each
                self._client.xack(self._stream, self._group, *done)
        return len(done)

    def create_group(self) -> None:
        """Create the group at 0, with the stream, unless it exists."""
        try:
            self._client.xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _try_create_group(self) -> None:
        try:
            self.create_group()
        except RedisError as error:
            self._note(f"{type(error).__name__}: {error}")

    def _read(self, after: str, *, block: bool) -> list[tuple[str, dict[str, str] | None]]:
        reply = self._client.xreadgroup(
            self._group,
            self._name,
            {self._stream: after},
            count=self._batch,
            block=self._block_ms if block else None,
        )
        return [entry for _, entries in cast(list[Any], reply or []) for entry in entries]

    def _reclaim(self) -> None:
        """Take over what other members left. What was trimmed meanwhile, its publisher sends again."""
        cursor = "0-0"
        while True:
            reply = self._client.xautoclaim(
                self._stream,
                self._group,
                self._name,
                min_idle_time=int(self._reclaim_idle_s * 1000),
                start_id=cursor,
                count=self._batch,
            )
            cursor, claimed, trimmed = reply[0], reply[1], reply[2] if len(reply) > 2 else []
            if trimmed:
                log.warning("%d unacknowledged messages of %s were trimmed", len(trimmed), self._stream)
            self._history = self._history or bool(claimed)
            if cursor == "0-0":
                return

    def _open(self, entry_id: str, fields: dict[str, str] | None, done: list[str]) -> _Letter | None:
        """Read an entry. What cannot be read is buried, or was trimmed: its id is then added to `done`."""
        if not fields:
            log.warning("message %s of %s was trimmed before it was handled", entry_id, self._stream)
            done.append(entry_id)
            return None
        payload = fields.get(EVENT_FIELD, "")
        try:
            return _Letter(entry_id, payload, parse(payload))
        except (UnknownMessageType, ValidationError) as error:
            self._bury(entry_id, payload, f"{type(error).__name__}: {error}")
            done.append(entry_id)
            return None

    def _handle_together(self, letters: Sequence[_Letter]) -> bool:
        """Handle a batch in one commit of the handler. Returns False when that failed: then each is tried alone."""
        try:
            self._handler([letter.event for letter in letters])
        except Exception as error:
            # Whatever it is, the single tries that follow find which event it comes from, and tell it.
            log.debug("a batch of %d is tried one by one: %s", len(letters), error, exc_info=True)
            return False
        return True

    def _finish(self, letter: _Letter, stop: threading.Event) -> bool:
        """Handle one event or bury it. Returns False when stopped before that was done."""
        reason = self._handle(letter.event, stop)
        if reason:
            self._bury(letter.entry_id, letter.payload, reason)
        return reason is not None

    def _handle(self, event: CloudEvent[Any], stop: threading.Event) -> str | None:
        """Call the handler with retries. Returns "" when handled, why not when dead, None when stopped."""
        backoff = Backoff()
        tries = 0
        while not stop.is_set():
            try:
                self._handler([event])
            except Rejected as error:
                return f"Rejected: {error}"
            except ENDLESS as error:
                self._note(f"{event.type} {event.id} waits: {type(error).__name__}: {error}")
            except Exception as error:
                tries += 1
                log.exception("try %d of %d to handle %s %s failed", tries, self._max_tries, event.type, event.id)
                if tries >= self._max_tries:
                    return f"{type(error).__name__}: {error}"
            else:
                return ""
            stop.wait(backoff.next_s())
        return None

    def _bury(self, entry_id: str, payload: str, reason: str) -> None:
        log.error("message %s of %s goes to %s: %s", entry_id, self._stream, DEAD_STREAM, reason)
        self._client.xadd(
            DEAD_STREAM,
            {
                EVENT_FIELD: payload,
                "stream": self._stream,
                "group": self._group,
                "entry_id": entry_id,
                "reason": reason,
            },
            maxlen=DEAD_MAXLEN,
            approximate=True,
        )

    def _note(self, trouble: str | None) -> None:
        if (trouble is None) != (self.trouble is None):
            log.warning("%s is held up: %s", self._stream, trouble) if trouble else log.info("%s goes on", self._stream)
        self.trouble = trouble


def follow(
    client: redis.Redis, streams: Sequence[str], stop: threading.Event, *, from_start: bool = False
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (stream, entry id, fields) of what comes until `stop`, without taking it from anyone.

    An unreachable server is waited for. What is published again after a loss is yielded again.

    Args:
        from_start: begin with the oldest entry that the streams still hold, not with the next one.
    """
    last = dict.fromkeys(streams, "0-0")
    positioned = from_start
    backoff = Backoff()
    while not stop.is_set():
        try:
            if not positioned:
                for stream in streams:
                    newest: list[Any] = client.xrevrange(stream, count=1) or []
                    last[stream] = newest[0][0] if newest else "0-0"
                positioned = True
            reply = cast(list[Any], client.xread(cast(Any, last), count=PAGE, block=500) or [])
        except RedisError as error:
            log.debug("waiting for the stream server: %s", error)
            stop.wait(backoff.next_s())
            continue
        backoff.reset()
        for stream, entries in reply:
            for entry_id, fields in entries:
                last[stream] = entry_id
                yield stream, entry_id, fields
