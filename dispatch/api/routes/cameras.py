"""Cameras: what is configured, whether it is watching, and its latest picture."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from dispatch.accounts import AccountRole, Caller
from dispatch.api.access import EVERY_ROLE, READ_OWN, About, Access, CallerDep, allow, outside
from dispatch.api.problems import answers
from dispatch.api.schemas import CameraItem, ListOf
from dispatch.api.services import API, IdPath, Services, ServicesDep
from dispatch.errors import NotFound

router = APIRouter(prefix=f"{API}/cameras", tags=["cameras"])

_JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("", dependencies=[READ_OWN], responses=answers())
def list_cameras(services: ServicesDep, caller: CallerDep) -> ListOf[CameraItem]:
    """List the cameras, in order of id."""
    return ListOf[CameraItem](items=tuple(item for item in _items(services) if _is_seen(services, caller, item)))


@router.get("/{camera_id}", dependencies=[READ_OWN], responses=_ANSWERS)
def read_camera(camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> CameraItem:
    """Read one camera."""
    for item in _items(services):
        if item.camera_id == camera_id:
            if not _is_seen(services, caller, item):
                raise outside(caller, f"camera {camera_id}")
            return item
    raise _no_camera(camera_id)


@router.get(
    "/{camera_id}/snapshot",
    dependencies=[allow(*EVERY_ROLE - {AccountRole.handler}, access=Access.read, about=About.own)],
    response_class=Response,
    responses={200: {"description": "The latest picture", **_JPEG}, **_ANSWERS},
)
def read_snapshot(camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> Response:
    """Read the latest picture of a camera."""
    read_camera(camera_id, services, caller)
    picture = services.cameras.snapshot(camera_id)
    if picture is None:
        raise NotFound(f"camera {camera_id} has delivered no picture yet", "Read its state to see why.")
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _items(services: Services) -> tuple[CameraItem, ...]:
    states = {health.camera_id: health for health in services.desk.store.views.camera_states()}
    infos = sorted(services.cameras.cameras(), key=lambda info: info.camera_id)
    return tuple(CameraItem.of(info, states.get(info.camera_id)) for info in infos)


def _is_seen(services: Services, caller: Caller, camera: CameraItem) -> bool:
    """Whether a camera stands in the caller's part of the grid. Cameras belong to no department."""
    if not caller.grid_scope:
        return True
    return caller.scope.holds_place(services.desk.grid.memberships(camera.location, services.clock()))


def _no_camera(camera_id: str) -> NotFound:
    return NotFound(f"there is no camera {camera_id}", "List the cameras to find its id.")
