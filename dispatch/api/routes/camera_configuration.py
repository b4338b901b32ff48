"""Configuration of cameras: read, save, compare, restore, add, retire, pause. Saved cameras take effect at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Path as PathParameter

from dispatch.accounts import AccountRole
from dispatch.api.access import About, Access, CallerDep, allow, outside
from dispatch.api.problems import Unavailable, answers
from dispatch.api.schemas import ListOf
from dispatch.api.schemas_configuration import (
    CameraChange,
    CameraConfiguration,
    CameraSaved,
    NewCamera,
    PauseItem,
    Pausing,
    Restoring,
    VersionLine,
)
from dispatch.api.services import (
    API,
    Cursor,
    IdPath,
    IfMatch,
    Limit,
    MustMatch,
    ServicesDep,
    etag_of,
    expected_version,
    read_cursor,
    write_cursor,
)
from dispatch.configuration import Author, CameraDocuments, Saved

router = APIRouter(prefix=f"{API}/cameras", tags=["configuration"])

VersionPath = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
_READERS = (AccountRole.administrator, AccountRole.operations, AccountRole.model_engineer)
READ_CONFIGURATION = allow(*_READERS, access=Access.read, about=About.own)
CONFIGURE = allow(AccountRole.administrator, AccountRole.operations, about=About.own)
CONFIGURE_CITY = allow(AccountRole.administrator, AccountRole.operations)
READ_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
WRITE_ANSWERS = answers(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def _documents(services: ServicesDep) -> CameraDocuments:
    if services.configuration.cameras is None:
        raise Unavailable("nothing here watches cameras", "Ask a running node.")
    return services.configuration.cameras


DocumentsDep = Annotated[CameraDocuments, Depends(_documents)]


def _own_camera(camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> str:
    """Return the camera that a route names, where it is the caller's. One that is retired is nobody's part's."""
    if caller.grid_scope:
        info = next((one for one in services.cameras.cameras() if one.camera_id == camera_id), None)
        cells = services.desk.grid.memberships(info.location, services.clock()) if info else ()
        if not caller.scope.holds_place(cells):
            raise outside(caller, f"camera {camera_id}")
    return camera_id


CameraPath = Annotated[str, Depends(_own_camera)]


@router.get("/{camera_id}/configuration", dependencies=[READ_CONFIGURATION], responses=READ_ANSWERS)
def read_configuration(camera_id: CameraPath, documents: DocumentsDep, response: Response) -> CameraConfiguration:
    """Read what a camera's file says."""
    version = documents.version(camera_id)
    response.headers["ETag"] = etag_of(version.number)
    return CameraConfiguration.of(version)


@router.put("/{camera_id}/configuration", dependencies=[CONFIGURE], responses=WRITE_ANSWERS)
def save_configuration(
    camera_id: CameraPath,
    change: CameraChange,
    documents: DocumentsDep,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: MustMatch,
) -> CameraSaved:
    """Save a camera's file. The camera goes by it from its next look on; no other camera notices."""
    author = Author(caller.name, services.clock(), change.note)
    expected = expected_version(if_match)
    return _saved(documents.save(camera_id, change.configuration, expected, author, change.view), response)


@router.get("/{camera_id}/configuration/versions", dependencies=[READ_CONFIGURATION], responses=READ_ANSWERS)
def list_configuration_versions(
    camera_id: CameraPath, documents: DocumentsDep, cursor: Cursor = None, limit: Limit = 100
) -> ListOf[VersionLine]:
    """List the versions of a camera's file, newest first."""
    page = documents.versions(camera_id, before=read_cursor(cursor), limit=limit)
    return ListOf[VersionLine](items=tuple(VersionLine.of(one) for one in page.items), next=write_cursor(page.next))


@router.get("/{camera_id}/configuration/versions/{version}", dependencies=[READ_CONFIGURATION], responses=READ_ANSWERS)
def read_configuration_version(
    camera_id: CameraPath, version: VersionPath, documents: DocumentsDep
) -> CameraConfiguration:
    """Read what a camera's file said in an earlier version."""
    return CameraConfiguration.of(documents.version(camera_id, version))


@router.post("/{camera_id}/configuration/versions/{version}/restore", dependencies=[CONFIGURE], responses=WRITE_ANSWERS)
def restore_configuration(
    camera_id: CameraPath,
    version: VersionPath,
    restoring: Restoring,
    documents: DocumentsDep,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: IfMatch = None,
) -> CameraSaved:
    """Put an earlier version into force again, as a new version. A retired camera comes back."""
    author = Author(caller.name, services.clock(), restoring.note)
    return _saved(documents.restore(camera_id, version, expected_version(if_match), author), response)


@router.post("", dependencies=[CONFIGURE_CITY], status_code=HTTPStatus.CREATED, responses=WRITE_ANSWERS)
def add_camera(
    new: NewCamera, documents: DocumentsDep, services: ServicesDep, caller: CallerDep, response: Response
) -> CameraSaved:
    """Add a camera. It is watched from now on."""
    return _saved(documents.add(new.configuration, Author(caller.name, services.clock(), new.note)), response)


@router.delete("/{camera_id}", dependencies=[CONFIGURE], responses=WRITE_ANSWERS)
def retire_camera(
    camera_id: CameraPath,
    documents: DocumentsDep,
    services: ServicesDep,
    caller: CallerDep,
    if_match: IfMatch = None,
) -> CameraConfiguration:
    """Take a camera out of service. Its file moves aside; its events, cases and versions stay."""
    author = Author(caller.name, services.clock())
    return CameraConfiguration.of(documents.retire(camera_id, expected_version(if_match), author))


@router.post("/{camera_id}/pause", dependencies=[CONFIGURE], responses=WRITE_ANSWERS)
def pause_camera(
    camera_id: CameraPath, pausing: Pausing, documents: DocumentsDep, services: ServicesDep, caller: CallerDep
) -> PauseItem:
    """Leave a camera alone, also after a restart, until it is resumed."""
    return PauseItem.of(documents.pause(camera_id, Author(caller.name, services.clock(), pausing.reason)))


@router.post(
    "/{camera_id}/resume", dependencies=[CONFIGURE], status_code=HTTPStatus.NO_CONTENT, responses=WRITE_ANSWERS
)
def resume_camera(camera_id: CameraPath, documents: DocumentsDep) -> Response:
    """Watch a paused camera again."""
    documents.resume(camera_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _saved(saved: Saved, response: Response) -> CameraSaved:
    response.headers["ETag"] = etag_of(saved.version.number)
    return CameraSaved.of_saved(saved)
