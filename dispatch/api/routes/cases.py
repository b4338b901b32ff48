"""Cases: list, read, feedback, moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import StringConstraints

from dispatch.api.access import READ, READ_OWN, WRITE, CallerDep, refuse_outside
from dispatch.api.acting import acting, roles_in_cases
from dispatch.api.case_schemas import CaseCounts, CaseDetail
from dispatch.api.problems import answers
from dispatch.api.schemas import CaseItem, Feedback, ListOf, Move, MoveItem, PersonAction, PersonRole
from dispatch.api.services import (
    API,
    CameraQuery,
    Cursor,
    DepartmentQuery,
    IdPath,
    IfMatch,
    Limit,
    MatterQuery,
    Services,
    ServicesDep,
    Time,
    etag_of,
    expected_version,
    read_cursor,
    write_cursor,
)
from dispatch.case import Action, Case, Role, legal_actions
from dispatch.contract import CaseState
from dispatch.due import Due, due_ends, due_span
from dispatch.errors import Conflict, LastChange, refuse_unseen
from dispatch.views import CaseFilter, Views

router = APIRouter(prefix=f"{API}/cases", tags=["cases"])

MAX_NAMED = 100
"""Cases that one request names at most."""
CaseId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]

_WRITE_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def _wanted(
    *,
    services: ServicesDep,
    caller: CallerDep,
    state: Annotated[list[CaseState] | None, Query(description="one or several")] = None,
    open: Annotated[bool | None, Query(description="true: only open ones; false: only ended ones")] = None,
    matter: MatterQuery = None,
    camera: CameraQuery = None,
    grid: Annotated[str | None, Query(pattern=r"^[!-~]{1,200}$", description="code of a cell of any layer")] = None,
    department: DepartmentQuery = None,
    overdue: Annotated[bool, Query(description="only those whose deadline has passed")] = False,
    since: Annotated[Time | None, Query(description="opened at or after")] = None,
    until: Annotated[Time | None, Query(description="opened before")] = None,
    changed_since: Annotated[Time | None, Query(description="changed at or after, whenever opened")] = None,
) -> CaseFilter:
    return CaseFilter(
        tuple(state or ()),
        open,
        matter,
        camera,
        grid,
        department,
        since=since,
        until=until,
        due_before=services.clock() if overdue else None,
        changed_since=changed_since,
        scope=caller.scope,
    )


WantedDep = Annotated[CaseFilter, Depends(_wanted)]


@router.get("", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_cases(
    *,
    services: ServicesDep,
    wanted: WantedDep,
    due: Annotated[Due | None, Query(description="only open ones that are due so soon")] = None,
    case: Annotated[list[CaseId] | None, Query(max_length=MAX_NAMED, description="only these, of those")] = None,
    pictures: Annotated[bool, Query(description="each with the picture to know it by")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[CaseItem]:
    """List cases, newest first."""
    views = services.desk.store.views
    if due is not None:
        wanted = _due_so(wanted, due, services.clock(), services.desk.policy.calendar.zone)
    page = views.cases(replace(wanted, case_ids=tuple(case or ())), before=read_cursor(cursor), limit=limit)
    seen = views.pictures_of([each.case_id for each in page.items]) if pictures else {}
    items = (CaseItem.of(each).model_copy(update={"picture": seen.get(each.case_id)}) for each in page.items)
    return ListOf[CaseItem](items=tuple(items), next=write_cursor(page.next))


def _due_so(wanted: CaseFilter, due: Due, now: datetime, zone: ZoneInfo) -> CaseFilter:
    if due is Due.none:
        return replace(wanted, is_open=True, has_due=False)
    begin, end = due_span(due, now, zone)
    ends = [each for each in (end, wanted.due_before) if each is not None]
    return replace(wanted, is_open=True, due_from=begin, due_before=min(ends, default=None), has_due=True)


@router.get("/counts", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def count_cases(services: ServicesDep, wanted: WantedDep) -> CaseCounts:
    """Count cases by state, and the open ones by how soon they are due."""
    ends = due_ends(services.clock(), services.desk.policy.calendar.zone)
    return CaseCounts.of(services.desk.store.views.count_cases(wanted, ends))


@router.get("/{case_id}", dependencies=[READ], responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
def read_case(case_id: IdPath, services: ServicesDep, caller: CallerDep, response: Response) -> CaseDetail:
    """Read a case with its reports, its history, its verifications and the moves that are legal now."""
    view = services.desk.store.views.case(case_id)
    response.headers["ETag"] = etag_of(view.case.version)
    return CaseDetail.of_view(view, roles_in_cases(caller))


@router.get(
    "/{case_id}/moves", dependencies=[READ], responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
)
def read_moves(
    case_id: IdPath,
    services: ServicesDep,
    caller: CallerDep,
    role: Annotated[PersonRole | None, Query(description="for whom; you when absent")] = None,
) -> ListOf[MoveItem]:
    """List the moves of a case that are legal now for you, or for a role."""
    case, now = services.desk.store.views.case_head(case_id), services.clock()
    roles = roles_in_cases(caller) if role is None else (role,)
    legal = {action for one in roles for action in legal_actions(case, Role(one), at=now)}
    return ListOf[MoveItem](items=tuple(MoveItem.of(case, action) for action in sorted(legal)))


@router.post("/{case_id}/feedback", dependencies=[WRITE], responses=_WRITE_ANSWERS)
def give_feedback(
    case_id: IdPath,
    feedback: Feedback,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: IfMatch = None,
    idempotency_key: Annotated[
        str | None,
        Header(pattern=r"^[!-~]{1,200}$", description="a repeat with the same key changes nothing"),
    ] = None,
) -> CaseItem:
    """Say that a case was dealt with. Its cameras look again; the case closes only when they see it gone."""
    with _as_seen(services, case_id, if_match) as (known, seen):
        who = acting(caller, Action.handle, known, at=services.clock(), named=feedback.actor, role=feedback.role)
        case = services.desk.handle(
            case_id,
            actor=who.name,
            role=who.role,
            now=services.clock(),
            note=feedback.note,
            evidence=feedback.evidence,
            expected_version=feedback.expected_version if seen is None else seen,
            idempotency_key=idempotency_key,
        )
    response.headers["ETag"] = etag_of(case.version)
    return CaseItem.of(case)


@router.post("/{case_id}/actions/{action}", dependencies=[WRITE], responses=_WRITE_ANSWERS)
def make_move(
    case_id: IdPath,
    action: PersonAction,
    move: Move,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: IfMatch = None,
) -> CaseItem:
    """Make one move of a case in a person's name. `legal_actions` of the case says which are possible now."""
    with _as_seen(services, case_id, if_match) as (known, seen):
        who = acting(caller, Action(action), known, at=services.clock(), named=move.actor, role=move.role)
        if move.into is not None:
            refuse_outside(services, caller, move.into)
        case = services.desk.act(
            case_id,
            Action(action),
            actor=who.name,
            role=who.role,
            now=services.clock(),
            reason=move.reason,
            department=move.department,
            until=move.until,
            matter=move.matter,
            into=move.into,
            expected_version=move.expected_version if seen is None else seen,
        )
    response.headers["ETag"] = etag_of(case.version)
    return CaseItem.of(case)


@contextmanager
def _as_seen(services: Services, case_id: str, if_match: str | None) -> Iterator[tuple[Case, int | None]]:
    """Give a case to act on, and the version that the caller has seen of it.

    Raises:
        Outdated: it has changed since, or does so meanwhile; says who changed it.
    """
    views, seen = services.desk.store.views, expected_version(if_match)
    case = views.case_head(case_id)
    _refuse_changed(views, case, seen)
    try:
        yield case, seen
    except Conflict:
        _refuse_changed(views, views.case_head(case_id), seen)
        raise


def _refuse_changed(views: Views, case: Case, seen: int | None) -> None:
    if seen not in {None, case.version}:
        last = views.case(case.case_id).history[-1]
        refuse_unseen(f"case {case.case_id}", seen, last.sequence, LastChange(last.sequence, last.actor, last.at))
