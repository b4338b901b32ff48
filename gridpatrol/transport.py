"""What carries messages between the camera side and the desk on one machine, as parts for the supervisor."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from detector.store import DetectorStore
from dispatch.consumer import Consumer
from dispatch.contract import REPORTS_STREAM, REQUESTS_STREAM, CloudEvent, LookRequest, VerificationRequest
from dispatch.errors import Invalid
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.stream import Publisher, Rejected, connect
from gridpatrol.supervisor import Part

log = logging.getLogger(__name__)

DESK_GROUP = "dispatch"
"""Consumer group of `REPORTS_STREAM`."""
CAMERAS_GROUP = "cameras"
"""Consumer group of `REQUESTS_STREAM`."""
MEMBER = "node"
"""Name in both groups: after a crash the next node gets what this one had taken."""
SWEEP_INTERVAL_S = 2.0
HOUSEKEEPING_INTERVAL_S = 3600.0

CameraRequest = VerificationRequest | LookRequest
"""What the desk asks of cameras."""
Clock = Callable[[], datetime]
"""Returns the present time, aware."""


def transport_parts(
    url: str,
    *,
    cameras: DetectorStore,
    desk: Desk,
    sql: SqlStore,
    clock: Clock,
    keep_messages: timedelta,
    take_request: Callable[[CameraRequest], object],
) -> list[Part]:
    """Return publishers, consumers, the desk's sweep and housekeeping.

    Args:
        url: stream server.
        cameras: outbox of reports, inbox of requests.
        desk: takes reports in.
        sql: its store, with the outbox of requests and case changes.
        keep_messages: for so long acknowledged messages stay in the outboxes.
        take_request: keeps a request to a camera before it returns; a repeat changes nothing.
    """
    reports = Publisher(connect(url), cameras, groups={REPORTS_STREAM: (DESK_GROUP,)})
    answers = Publisher(connect(url), sql.outbox, groups={REQUESTS_STREAM: (CAMERAS_GROUP,)})
    intake = Consumer(connect(url), REPORTS_STREAM, group=DESK_GROUP, name=MEMBER, handler=_desk_handler(desk, clock))
    requests = Consumer(
        connect(url), REQUESTS_STREAM, group=CAMERAS_GROUP, name=MEMBER, handler=_request_handler(take_request)
    )
    return [
        Part("report publisher", reports.run, trouble=lambda: reports.trouble),
        Part("case publisher", answers.run, trouble=lambda: answers.trouble),
        Part("desk", intake.run, trouble=lambda: intake.trouble),
        Part("request inbox", requests.run, trouble=lambda: requests.trouble),
        Part("sweep", lambda stop: every(stop, SWEEP_INTERVAL_S, lambda: desk.sweep(clock()))),
        Part(
            "housekeeping",
            lambda stop: every(stop, HOUSEKEEPING_INTERVAL_S, lambda: _tidy(cameras, sql, clock() - keep_messages)),
        ),
    ]


def _desk_handler(desk: Desk, clock: Clock) -> Callable[[Sequence[CloudEvent[Any]]], None]:
    def handle(events: Sequence[CloudEvent[Any]]) -> None:
        try:
            desk.receive_many(events, clock())
        except Invalid as error:
            raise Rejected(str(error)) from error

    return handle


def _request_handler(
    take: Callable[[CameraRequest], object],
) -> Callable[[Sequence[CloudEvent[Any]]], None]:
    def handle(events: Sequence[CloudEvent[Any]]) -> None:
        for event in events:
            if not isinstance(event.data, VerificationRequest | LookRequest):
                raise Rejected(f"{event.type} is not a request to a camera")
            take(event.data)

    return handle


def _tidy(cameras: DetectorStore, sql: SqlStore, before: datetime) -> None:
    gone = cameras.purge(before) + sql.prune(before)
    if gone:
        log.info("%d delivered messages from before %s were deleted", gone, before)


def every(stop: threading.Event, interval_s: float, action: Callable[[], object]) -> None:
    """Do something now and then again after each pause, until stopped."""
    while not stop.is_set():
        action()
        stop.wait(interval_s)
