"""Pictures that people take of a case: before they begin, after they are done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from dispatch.accounts import Caller
from dispatch.api.access import WRITE, CallerDep
from dispatch.api.acting import acting
from dispatch.api.problems import answers
from dispatch.api.routes.evidence import JPEG
from dispatch.api.schemas import IN_WHICH_ROLE, IN_WHOSE_NAME, PersonRole
from dispatch.api.services import API, IdPath, Services, ServicesDep, etag_of
from dispatch.case import Action, Case
from dispatch.contract import Evidence, EvidenceKind
from dispatch.errors import Invalid, Refused
from dispatch.pictures import MOST, is_of_case

router = APIRouter(prefix=f"{API}/cases", tags=["cases"])

ActorQuery = Annotated[str | None, Query(min_length=1, max_length=200, description=IN_WHOSE_NAME)]
NoteQuery = Annotated[str, Query(max_length=500, description="what it shows; kept in the history of the case")]
KindQuery = Annotated[
    Literal["before", "after", "wide", "close"], Query(description="before or after handling; a wide or a close view")
]


@router.post(
    "/{case_id}/pictures",
    dependencies=[WRITE],
    status_code=HTTPStatus.CREATED,
    openapi_extra={"requestBody": {"required": True, **JPEG}},
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
async def add_picture(
    case_id: IdPath,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    *,
    kind: KindQuery = "after",
    note: NoteQuery = "",
    actor: ActorQuery = None,
    role: Annotated[PersonRole | None, Query(description=IN_WHICH_ROLE)] = None,
) -> Evidence:
    """Add a picture to a case: a JPEG of at most 12 MB as the body.

    Heads and number plates are made unreadable before it is kept, and what else the file tells (such as where the
    telephone was) is left out. It is written into the history of the case, under whose name it was sent.
    """
    jpeg = await request.body()
    evidence, case = await run_in_threadpool(
        _keep, services, caller, case_id, jpeg, EvidenceKind(kind), note.strip(), actor, role
    )
    response.headers["ETag"] = etag_of(case.version)
    return evidence


def _keep(
    services: Services,
    caller: Caller,
    case_id: str,
    jpeg: bytes,
    kind: EvidenceKind,
    note: str,
    named: str | None,
    role: PersonRole | None,
) -> tuple[Evidence, Case]:
    if not jpeg:
        raise Invalid("the body is empty", "Send the bytes of a JPEG as the body.")
    view, now = services.desk.store.views.case(case_id), services.clock()
    who = acting(caller, Action.note, view.case, at=now, named=named, role=role)
    known = {one.key for line in view.history for one in line.evidence if is_of_case(one.key, case_id)}
    if len(known) >= MOST:
        raise Refused(f"case {case_id} has {len(known)} pictures by people already", "Tell the rest in a note.")
    evidence = services.pictures.keep(jpeg, case_id=case_id, kind=kind, at=now)
    reason = note or f"a picture ({kind})"
    case = services.desk.add_picture(case_id, evidence, actor=who.name, role=who.role, now=now, reason=reason)
    return evidence, case
