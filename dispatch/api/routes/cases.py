"""Cases: list, read, feedback, moves."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from dispatch.api.access import READ, WRITE
from dispatch.api.problems import answers
from dispatch.api.schemas import CaseDetail, CaseItem, Feedback, ListOf, Move, MoveItem, PersonAction, PersonRole
from dispatch.api.services import API, Cursor, IdPath, Limit, NameQuery, ServicesDep, read_cursor, write_cursor
from dispatch.case import Action, Role, legal_actions
from dispatch.contract import CaseState
from dispatch.views import CaseFilter

router = APIRouter(prefix=f"{API}/cases", tags=["cases"])

_WRITE_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


@router.get("", dependencies=[READ], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_cases(
    *,
    services: ServicesDep,
    state: Annotated[list[CaseState] | None, Query(description="one or several")] = None,
    open: Annotated[bool | None, Query(description="true: only open ones; false: only ended ones")] = None,
    matter: NameQuery = None,
    camera: NameQuery = None,
    grid: Annotated[str | None, Query(pattern=r"^[!-~]{1,200}$", description="code of a cell of any layer")] = None,
    department: NameQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[CaseItem]:
    """List cases, newest first."""
    wanted = CaseFilter(tuple(state or ()), open, matter, camera, grid, department)
    page = services.desk.store.views.cases(wanted, before=read_cursor(cursor), limit=limit)
    return ListOf[CaseItem](items=tuple(CaseItem.of(case) for case in page.items), next=write_cursor(page.next))


@router.get("/{case_id}", dependencies=[READ], responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
def read_case(case_id: IdPath, services: ServicesDep, response: Response) -> CaseDetail:
    """Read a case with its reports, its history, its verifications and the moves that are legal now."""
    view = services.desk.store.views.case(case_id)
    response.headers["ETag"] = f'"{view.case.version}"'
    return CaseDetail.of_view(view)


@router.get(
    "/{case_id}/moves", dependencies=[READ], responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
)
def read_moves(
    case_id: IdPath,
    services: ServicesDep,
    role: Annotated[PersonRole, Query(description="for whom")] = PersonRole.dispatcher,
) -> ListOf[MoveItem]:
    """List the moves of a case that are legal now for a role."""
    case = services.desk.store.views.case(case_id).case
    legal = legal_actions(case, Role(role), at=services.clock())
    return ListOf[MoveItem](items=tuple(MoveItem.of(case, action) for action in legal))


@router.post("/{case_id}/feedback", dependencies=[WRITE], responses=_WRITE_ANSWERS)
def give_feedback(
    case_id: IdPath,
    feedback: Feedback,
    services: ServicesDep,
    idempotency_key: Annotated[
        str | None,
        Header(pattern=r"^[!-~]{1,200}$", description="a repeat with the same key changes nothing"),
    ] = None,
) -> CaseItem:
    """Say that a case was dealt with. Its cameras look again; the case closes only when they see it gone."""
    case = services.desk.handle(
        case_id,
        actor=feedback.actor,
        role=Role(feedback.role),
        now=services.clock(),
        note=feedback.note,
        evidence=feedback.evidence,
        expected_version=feedback.expected_version,
        idempotency_key=idempotency_key,
    )
    return CaseItem.of(case)


@router.post("/{case_id}/actions/{action}", dependencies=[WRITE], responses=_WRITE_ANSWERS)
def make_move(case_id: IdPath, action: PersonAction, move: Move, services: ServicesDep) -> CaseItem:
    """Make one move of a case in a person's name. `legal_actions` of the case says which are possible now."""
    case = services.desk.act(
        case_id,
        Action(action),
        actor=move.actor,
        role=Role(move.role),
        now=services.clock(),
        reason=move.reason,
        department=move.department,
        until=move.until,
        matter=move.matter,
        into=move.into,
        expected_version=move.expected_version,
    )
    return CaseItem.of(case)
