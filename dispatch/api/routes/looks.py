"""What cameras see: the detector's latest answer, and looks out of turn."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from dispatch.accounts import AccountRole, Caller
from dispatch.accounts.values import AuditLine
from dispatch.api.access import EVERY_ROLE, About, Access, CallerDep, allow, refuse_outside
from dispatch.api.look_schemas import CurrentDetections, LookItem, NewLook, ViewItem
from dispatch.api.problems import answers
from dispatch.api.routes.cameras import read_camera
from dispatch.api.routes.evidence import JPEG, picture_of
from dispatch.api.schemas import ListOf
from dispatch.api.services import API, Cursor, IdPath, Limit, Services, ServicesDep, read_cursor, write_cursor
from dispatch.errors import NotFound
from dispatch.looks import Look

router = APIRouter(prefix=f"{API}/cameras", tags=["cameras"])

_SEES = EVERY_ROLE - {AccountRole.handler}
_READ = allow(*_SEES, access=Access.read, about=About.own)
_ASK = allow(*_SEES - {AccountRole.viewer}, about=About.own)
_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("/{camera_id}/detections", dependencies=[_READ], responses=_ANSWERS)
def read_detections(camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> CurrentDetections:
    """Read what the detector found on the camera's latest picture, which `snapshot` gives."""
    read_camera(camera_id, services, caller)
    sight = services.cameras.sight(camera_id)
    return CurrentDetections(camera_id=camera_id, view=None if sight is None else ViewItem.of(sight))


@router.post(
    "/{camera_id}/looks",
    dependencies=[_ASK],
    status_code=HTTPStatus.ACCEPTED,
    responses=_ANSWERS | answers(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
)
def ask_look(wish: NewLook, camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> LookItem:
    """Ask a camera to look now, out of turn. Read the look that comes back until it is no longer `asked`.

    While a look at the same camera for the same case is under way, that one is given back. How often cameras may be
    asked is bounded (`desk.yaml`, looks).
    """
    read_camera(camera_id, services, caller)
    if wish.case_id is not None:
        refuse_outside(services, caller, wish.case_id)
    look = services.desk.look(camera_id, asked_by=caller.name, now=services.clock(), case_id=wish.case_id)
    return LookItem.of(look)  # the caller may see the case, or has named none


@router.get("/{camera_id}/looks", dependencies=[_READ], responses=_ANSWERS)
def list_looks(
    camera_id: IdPath, services: ServicesDep, caller: CallerDep, cursor: Cursor = None, limit: Limit = 100
) -> ListOf[LookItem]:
    """List the looks that were asked of a camera, newest first."""
    read_camera(camera_id, services, caller)
    page = services.desk.store.views.looks(camera_id, before=read_cursor(cursor), limit=limit)
    return ListOf[LookItem](
        items=tuple(_item(services, caller, look) for look in page.items), next=write_cursor(page.next)
    )


@router.get("/{camera_id}/looks/{look_id}", dependencies=[_READ], responses=_ANSWERS)
def read_look(camera_id: IdPath, look_id: IdPath, services: ServicesDep, caller: CallerDep) -> LookItem:
    """Read a look and what came of it."""
    return _item(services, caller, _look(services, caller, camera_id, look_id))


@router.get(
    "/{camera_id}/looks/{look_id}/picture",
    dependencies=[_READ],
    response_class=Response,
    responses={200: {"description": "The picture", **JPEG}, **_ANSWERS},
)
def read_look_picture(camera_id: IdPath, look_id: IdPath, services: ServicesDep, caller: CallerDep) -> Response:
    """Read the picture of a look. Who looked is kept in the audit log."""
    look = _look(services, caller, camera_id, look_id)
    evidence = look.answer.evidence if look.answer else ()
    if not evidence:
        raise NotFound(f"look {look_id} has no picture", "Read the look to see why.")
    picture, digest = picture_of(services.evidence_root, evidence[0].key)
    services.accounts.note(
        AuditLine(
            services.clock(),
            caller.name,
            caller.roles,
            "evidence.view",
            evidence[0].key,
            look.request.case_id,
            f"look {look_id}",
            digest,
        )
    )
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type="image/jpeg", headers=headers)


def _item(services: Services, caller: Caller, look: Look) -> LookItem:
    """Return the answer for a look; its case is left out where that is not the caller's, as is who asked."""
    item = LookItem.of(look)
    if item.case_id is None or caller.scope.is_everywhere:
        return item
    case = services.desk.store.views.case_head(item.case_id)
    is_own = caller.scope.holds(case.department, case.grid)
    return item if is_own else item.model_copy(update={"case_id": None, "asked_by": ""})


def _look(services: Services, caller: Caller, camera_id: str, look_id: str) -> Look:
    read_camera(camera_id, services, caller)
    look = services.desk.store.views.look(look_id)
    if look.request.camera_id != camera_id:
        raise NotFound(f"camera {camera_id} was not asked for look {look_id}", "List its looks.")
    return look
