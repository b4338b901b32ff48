"""Pictures of the ground under the map on which cameras are calibrated: site plans, aerial pictures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from dispatch.accounts import AccountRole
from dispatch.api.access import About, Access, CallerDep, allow
from dispatch.api.problems import Unavailable, answers
from dispatch.api.routes.camera_configuration import CONFIGURE_CITY, WRITE_ANSWERS
from dispatch.api.schemas import ListOf
from dispatch.api.schemas_base_maps import (
    BaseMapItem,
    CornersQuery,
    CrsQuery,
    NameQuery,
    WorldFileQuery,
    placement_of,
)
from dispatch.api.services import API, IdPath, ServicesDep
from dispatch.api.uploads import BASE_MAPS, MAX_BASE_MAP_BYTES, receive
from dispatch.base_maps import BaseMaps

router = APIRouter(prefix=API + BASE_MAPS, tags=["configuration"])

_READ = allow(
    AccountRole.administrator,
    AccountRole.operations,
    AccountRole.model_engineer,
    access=Access.read,
    about=About.nothing,
)
_PICTURE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_WEBP = {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}}


def _base_maps(services: ServicesDep) -> BaseMaps:
    if services.configuration.base_maps is None:
        raise Unavailable("nothing here keeps base pictures", "Ask a running node.")
    return services.configuration.base_maps


BaseMapsDep = Annotated[BaseMaps, Depends(_base_maps)]


@router.get("", dependencies=[_READ], responses=answers())
def list_base_maps(base_maps: BaseMapsDep) -> ListOf[BaseMapItem]:
    """List the pictures of the ground that are kept, in order of their names."""
    return ListOf[BaseMapItem](items=tuple(BaseMapItem.of(each) for each in base_maps.maps()))


@router.post(
    "",
    dependencies=[CONFIGURE_CITY],
    status_code=HTTPStatus.CREATED,
    openapi_extra={"requestBody": _PICTURE},
    responses=WRITE_ANSWERS,
)
async def add_base_map(
    request: Request,
    base_maps: BaseMapsDep,
    services: ServicesDep,
    caller: CallerDep,
    name: NameQuery,
    crs: CrsQuery = "EPSG:4326",
    corners: CornersQuery = None,
    world_file: WorldFileQuery = None,
) -> BaseMapItem:
    """Keep a picture of the ground, its bytes (JPEG or PNG) as the body. It is turned so that north is up."""
    placement = placement_of(crs, corners, world_file)
    upload = await run_in_threadpool(base_maps.upload)
    try:
        await receive(request, upload, MAX_BASE_MAP_BYTES, "a base picture")
        kept = await run_in_threadpool(base_maps.add, upload, placement, name=name, by=caller.name, at=services.clock())
    finally:
        await run_in_threadpool(upload.unlink, missing_ok=True)
    return BaseMapItem.of(kept)


@router.get(
    "/{map_id}/picture",
    dependencies=[_READ],
    response_class=Response,
    responses={200: {"description": "The picture", **_WEBP}, **answers(HTTPStatus.NOT_FOUND)},
)
def read_base_map(map_id: IdPath, base_maps: BaseMapsDep) -> Response:
    """Read a picture of the ground."""
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(base_maps.picture(map_id), media_type="image/webp", headers=headers)


@router.delete("/{map_id}", dependencies=[CONFIGURE_CITY], status_code=HTTPStatus.NO_CONTENT, responses=WRITE_ANSWERS)
def remove_base_map(map_id: IdPath, base_maps: BaseMapsDep) -> None:
    """Remove a picture of the ground; calibrations made on it stay."""
    base_maps.remove(map_id)
