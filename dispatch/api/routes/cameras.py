"""Cameras: what is configured, whether it is watching, and its latest picture."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from dispatch.api.access import READ
from dispatch.api.problems import answers
from dispatch.api.schemas import CameraItem, ListOf
from dispatch.api.services import API, IdPath, Services, ServicesDep
from dispatch.errors import NotFound

router = APIRouter(prefix=f"{API}/cameras", tags=["cameras"])

_JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("", dependencies=[READ], responses=answers())
def list_cameras(services: ServicesDep) -> ListOf[CameraItem]:
    """List all cameras, in order of id."""
    return ListOf[CameraItem](items=_items(services))


@router.get("/{camera_id}", dependencies=[READ], responses=_ANSWERS)
def read_camera(camera_id: IdPath, services: ServicesDep) -> CameraItem:
    """Read one camera."""
    for item in _items(services):
        if item.camera_id == camera_id:
            return item
    raise _no_camera(camera_id)


@router.get(
    "/{camera_id}/snapshot",
    dependencies=[READ],
    response_class=Response,
    responses={200: {"description": "The latest picture", **_JPEG}, **_ANSWERS},
)
def read_snapshot(camera_id: IdPath, services: ServicesDep) -> Response:
    """Read the latest picture of a camera."""
    if all(info.camera_id != camera_id for info in services.cameras.cameras()):
        raise _no_camera(camera_id)
    picture = services.cameras.snapshot(camera_id)
    if picture is None:
        raise NotFound(f"camera {camera_id} has delivered no picture yet", "Read its state to see why.")
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _items(services: Services) -> tuple[CameraItem, ...]:
    states = {health.camera_id: health for health in services.desk.store.views.camera_states()}
    infos = sorted(services.cameras.cameras(), key=lambda info: info.camera_id)
    return tuple(CameraItem.of(info, states.get(info.camera_id)) for info in infos)


def _no_camera(camera_id: str) -> NotFound:
    return NotFound(f"there is no camera {camera_id}", "List the cameras to find its id.")
