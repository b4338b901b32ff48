"""Live changes as server-sent events, resumable with Last-Event-ID."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from dispatch.accounts import Caller
from dispatch.accounts.values import NotSignedIn
from dispatch.api.access import READ_OWN, CallerDep
from dispatch.api.problems import answers
from dispatch.api.services import API, Services, ServicesDep
from dispatch.api.theirs import is_order_theirs
from dispatch.contract import (
    TYPE_OF,
    CameraHealth,
    CaseChanged,
    HotSpotChanged,
    LookAnswer,
    LookRequest,
    OrderChanged,
    VerificationRequest,
    parse,
)
from dispatch.ports import OutgoingMessage

router = APIRouter(prefix=API, tags=["live"])

POLL_S = 0.5
"""How often the outbox is read for each listener."""
POLLS_A_CHECK = 20
"""After so many looks into the outbox it is asked whether the listener may still listen."""
POLLS_A_SIGN = 30
"""After so many looks into the outbox without a word a comment is sent: proxies end connections that are silent."""
_PAGE = 200
_SIGN = format_sse_event(comment="still here")
_NAMES = {
    TYPE_OF[CaseChanged]: "case",
    TYPE_OF[VerificationRequest]: "verification",
    TYPE_OF[CameraHealth]: "camera",
    TYPE_OF[LookRequest]: "look",
    TYPE_OF[LookAnswer]: "look",
    TYPE_OF[OrderChanged]: "supervision",
    TYPE_OF[HotSpotChanged]: "supervision",
}


_EVENT: Mapping[str, Any] = {
    "type": "object",
    "description": "one event of the stream",
    "properties": {"data": {"type": "string"}, "event": {"type": "string"}, "id": {"type": "string"}},
}


class EventStream(StreamingResponse):
    """Server-sent events.

    FastAPI's own class lays two buffers between the generator and the reader; when a reader leaves who is behind, they
    raise BrokenResourceError, and the node's log shows a traceback for a closed tab.
    """

    media_type = "text/event-stream"


@router.get(
    "/stream",
    dependencies=[READ_OWN],
    response_class=EventStream,
    responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY),
    openapi_extra={"responses": {"200": {"content": {EventStream.media_type: {"schema": _EVENT}}}}},
)
async def follow(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**62, description="go on after this one")] = None,
    after: Annotated[int | None, Query(ge=0, lt=2**62, description="the same, for callers without headers")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100_000, description="end after so many; never when absent")] = None,
) -> EventStream:
    """Follow what happens: `case` (a case changed), `verification` (a camera is asked), `look` (a camera is asked to
    look now, or has answered), `camera` (a state changed).

    `supervision` is an order to a department or a recurring hot spot.

    Each event's data is the CloudEvent that the streams carry. Without a starting point only what is new is told; after
    a break send the last id again and nothing is missed, as long as messages are kept (`retention.messages_days`). The
    stream ends when the access token runs out: refresh it and go on from the last id.
    """
    start = last_event_id if last_event_id is not None else after
    place = await run_in_threadpool(services.desk.store.outbox.last_seq) if start is None else start
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventStream(_lines(request, services, caller, place, limit), headers=headers)


async def _lines(
    request: Request, services: Services, caller: Caller, place: int, limit: int | None
) -> AsyncIterator[bytes]:
    """Yield what comes after a place in the outbox, as far as the caller may see it."""
    left = limit
    polls = silent = 0
    while left is None or left > 0:
        polls += 1
        if polls % POLLS_A_CHECK == 0 and not await run_in_threadpool(_may_listen, request, services):
            return
        rows = await run_in_threadpool(services.desk.store.outbox.after, place, _PAGE)
        for row in rows:
            place = row.seq
            message = parse(row.payload).data if not caller.scope.is_everywhere else None
            if message is not None and not await run_in_threadpool(_is_seen, services, caller, message):
                continue
            yield _event(row)
            left = None if left is None else left - 1
            if left == 0:
                return
        silent = 0 if rows else silent + 1
        if silent == POLLS_A_SIGN:
            silent = 0
            yield _SIGN
        if not rows:
            await asyncio.sleep(POLL_S)


def _may_listen(request: Request, services: Services) -> bool:
    """Whether the token of a request still holds."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        services.accounts.caller_of(token or None, services.clock())
    except NotSignedIn:
        return False
    return True


def _is_seen(services: Services, caller: Caller, message: Any) -> bool:
    """Whether a message is about the caller's part of the city. What is of no case and no camera is not."""
    match message:
        case CaseChanged() as change:
            return caller.scope.holds(change.department, change.grid)
        case VerificationRequest() as asked:
            case = services.desk.store.views.case_head(asked.case_id)
            return caller.scope.holds(case.department, case.grid)
        case CameraHealth() | LookRequest() | LookAnswer():
            places = [camera.location for camera in services.cameras.cameras() if camera.camera_id == message.camera_id]
            now = services.clock()
            return any(caller.scope.holds_place(services.desk.grid.memberships(place, now)) for place in places)
        case OrderChanged() as order:
            department, place = order.department, order.place
            return is_order_theirs(services, caller, department=department, case_id=order.case_id, place=place)
        case HotSpotChanged() as spot:
            return caller.scope.holds_place(spot.grid)
        case _:
            return False


def _event(row: OutgoingMessage) -> bytes:
    # The payload is JSON already; reading and writing it again keeps it on one line whatever wrote it.
    data = json.loads(row.payload)
    name = _NAMES.get(data["type"], row.stream)
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=name, id=str(row.seq))
