"""Live changes as server-sent events, resumable with Last-Event-ID."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

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
_PAGE = 200
_NAMES = {
    TYPE_OF[CaseChanged]: "case",
    TYPE_OF[VerificationRequest]: "verification",
    TYPE_OF[CameraHealth]: "camera",
    TYPE_OF[LookRequest]: "look",
    TYPE_OF[LookAnswer]: "look",
    TYPE_OF[OrderChanged]: "supervision",
    TYPE_OF[HotSpotChanged]: "supervision",
}


@router.get(
    "/stream",
    dependencies=[READ_OWN],
    response_class=EventSourceResponse,
    responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY),
)
async def follow(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**62, description="go on after this one")] = None,
    after: Annotated[int | None, Query(ge=0, lt=2**62, description="the same, for callers without headers")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100_000, description="end after so many; never when absent")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow what happens: `case` (a case changed), `verification` (a camera is asked), `look` (a camera is asked to
    look now, or has answered), `camera` (a state changed).

    `supervision` is an order to a department or a recurring hot spot.

    Each event's data is the CloudEvent that the streams carry. Without a starting point only what is new is told; after
    a break send the last id again and nothing is missed, as long as messages are kept (`retention.messages_days`). The
    stream ends when the access token runs out: refresh it and go on from the last id.
    """
    feed = services.desk.store.outbox
    start = last_event_id if last_event_id is not None else after
    place = await run_in_threadpool(feed.last_seq) if start is None else start
    left = limit
    polls = 0
    while left is None or left > 0:
        polls += 1
        if polls % POLLS_A_CHECK == 0 and not await run_in_threadpool(_may_listen, request, services):
            return
        rows = await run_in_threadpool(feed.after, place, _PAGE)
        for row in rows:
            place = row.seq
            message = parse(row.payload).data if not caller.scope.is_everywhere else None
            if message is not None and not await run_in_threadpool(_is_seen, services, caller, message):
                continue
            yield _event(row)
            left = None if left is None else left - 1
            if left == 0:
                return
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


def _event(row: OutgoingMessage) -> ServerSentEvent:
    # The payload is JSON already; reading and writing it again keeps it on one line whatever wrote it.
    data = json.loads(row.payload)
    return ServerSentEvent(data=data, event=_NAMES.get(data["type"], row.stream), id=str(row.seq))
