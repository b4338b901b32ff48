"""Messages that a consumer could never handle, put back into their stream once the cause is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import redis
from redis.exceptions import WatchError

from dispatch.consumer import DEAD_STREAM
from dispatch.stream import EVENT_FIELD, PAGE, STREAM_MAXLEN

_TRIES = 20


def replay(client: redis.Redis, entry_ids: Sequence[str] | None = None) -> int:
    """Put dead messages at the end of the streams they came from, and out of the dead ones. Returns how many.

    All groups of the stream get them again; consumers know them by source and id.

    Args:
        client: from `dispatch.stream.connect`.
        entry_ids: of the dead stream; all that are there now when None.

    Raises:
        redis.exceptions.RedisError: the server cannot be reached.
    """
    if entry_ids is not None:
        return sum(
            _put_back(client, entry_id, fields)
            for wanted in entry_ids
            for entry_id, fields in _entries(client, wanted, wanted)
        )
    newest = cast(list[Any], client.xrevrange(DEAD_STREAM, count=1))
    replayed = 0
    while newest and (page := _entries(client, "-", newest[0][0])):
        moved = sum(_put_back(client, entry_id, fields) for entry_id, fields in page)
        if moved == 0:
            break  # somebody else is at it
        replayed += moved
    return replayed


def _entries(client: redis.Redis, first: str, last: str) -> list[tuple[str, dict[str, str]]]:
    return cast(list[tuple[str, dict[str, str]]], client.xrange(DEAD_STREAM, first, last, count=PAGE))


def _put_back(client: redis.Redis, entry_id: str, fields: dict[str, str]) -> int:
    """Move one message in one transaction; return 0 when another has moved it first, or its stream is not known."""
    if "stream" not in fields:
        return 0
    for _ in range(_TRIES):
        with client.pipeline(transaction=True) as pipe:
            pipe.watch(DEAD_STREAM)  # type: ignore[no-untyped-call]
            if not pipe.xrange(DEAD_STREAM, entry_id, entry_id):
                return 0
            pipe.multi()
            pipe.xadd(fields["stream"], {EVENT_FIELD: fields[EVENT_FIELD]}, maxlen=STREAM_MAXLEN, approximate=True)
            pipe.xdel(DEAD_STREAM, entry_id)
            try:
                pipe.execute()
            except WatchError:  # a consumer has buried another one at this very moment
                continue
            return 1
    return 0
