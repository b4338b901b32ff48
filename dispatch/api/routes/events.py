"""Events: list, read, and reports by people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Header, Query

from dispatch.api.access import READ, READ_OWN, WRITE_ANY, CallerDep
from dispatch.api.acting import reporter_of
from dispatch.api.problems import answers
from dispatch.api.schemas import EventItem, ListOf, NewReport, ReportReceipt
from dispatch.api.services import (
    API,
    CameraQuery,
    CaseQuery,
    Cursor,
    IdPath,
    Limit,
    MatterQuery,
    ServicesDep,
    Time,
    read_cursor,
    write_cursor,
)
from dispatch.report import PersonReport
from dispatch.views import EventFilter

router = APIRouter(prefix=f"{API}/events", tags=["events"])


@router.get("", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_events(
    *,
    services: ServicesDep,
    caller: CallerDep,
    matter: MatterQuery = None,
    camera: CameraQuery = None,
    case: CaseQuery = None,
    since: Annotated[Time | None, Query(description="confirmed at or after")] = None,
    until: Annotated[Time | None, Query(description="confirmed before")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[EventItem]:
    """List events, newest first."""
    wanted = EventFilter(matter, camera, case, since, until, scope=caller.scope)
    page = services.desk.store.views.events(wanted, before=read_cursor(cursor), limit=limit)
    return ListOf[EventItem](items=tuple(EventItem.of(event) for event in page.items), next=write_cursor(page.next))


@router.get(
    "/{event_id}", dependencies=[READ], responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
)
def read_event(event_id: IdPath, services: ServicesDep) -> EventItem:
    """Read one event."""
    return EventItem.of(services.desk.store.views.event(event_id))


@router.post(
    "",
    dependencies=[WRITE_ANY],
    status_code=HTTPStatus.CREATED,
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def report_event(
    report: NewReport,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: Annotated[
        str | None,
        Header(pattern=r"^[!-~]{1,190}$", description="a repeat with the same key changes nothing"),
    ] = None,
) -> ReportReceipt:
    """Report an incident that a person saw. It joins the open case of the same thing, or opens one."""
    now = services.clock()
    event_id = f"person:{idempotency_key or uuid4()}"
    values = report.model_dump() | {
        "event_id": event_id,
        "seen_at": report.seen_at or now,
        "reporter": reporter_of(caller, report.reporter),
    }
    receipt = services.desk.report(PersonReport.model_validate(values), now)
    return ReportReceipt(event_id=event_id, result=receipt.result, case_id=receipt.case_id or "")
