"""Live changes as server-sent events, resumable with Last-Event-ID."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from dispatch.api.access import READ
from dispatch.api.problems import answers
from dispatch.api.services import API, ServicesDep
from dispatch.contract import CASES_STREAM, REQUESTS_STREAM
from dispatch.ports import LOCAL_STREAM, OutgoingMessage

router = APIRouter(prefix=API, tags=["live"])

POLL_S = 0.5
"""How often the outbox is read for each listener."""
_PAGE = 200
_NAMES = {CASES_STREAM: "case", REQUESTS_STREAM: "verification", LOCAL_STREAM: "camera"}


@router.get(
    "/stream",
    dependencies=[READ],
    response_class=EventSourceResponse,
    responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY),
)
async def follow(
    services: ServicesDep,
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**62, description="go on after this one")] = None,
    after: Annotated[int | None, Query(ge=0, lt=2**62, description="the same, for callers without headers")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100_000, description="end after so many; never when absent")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow what happens: `case` (a case changed), `verification` (a camera is asked), `camera` (a state changed).

    Each event's data is the CloudEvent that the streams carry. Without a starting point only what is new is told; after
    a break send the last id again and nothing is missed, as long as messages are kept (`retention.messages_days`).
    """
    feed = services.desk.store.outbox
    start = last_event_id if last_event_id is not None else after
    place = await run_in_threadpool(feed.last_seq) if start is None else start
    left = limit
    while left is None or left > 0:
        rows = await run_in_threadpool(feed.after, place, _PAGE if left is None else min(left, _PAGE))
        for row in rows:
            yield _event(row)
            place = row.seq
        left = None if left is None else left - len(rows)
        if not rows:
            await asyncio.sleep(POLL_S)


def _event(row: OutgoingMessage) -> ServerSentEvent:
    # The payload is JSON already; reading and writing it again keeps it on one line whatever wrote it.
    return ServerSentEvent(data=json.loads(row.payload), event=_NAMES.get(row.stream, row.stream), id=str(row.seq))
