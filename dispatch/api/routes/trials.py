"""Trying a camera's rules before they are switched on: on a recording, or on the latest minutes."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from dispatch.accounts import AccountRole, Caller
from dispatch.api.access import About, CallerDep, allow
from dispatch.api.problems import answers
from dispatch.api.routes.cameras import read_camera
from dispatch.api.routes.evidence import JPEG
from dispatch.api.schemas import ListOf
from dispatch.api.services import API, IdPath, Services, ServicesDep
from dispatch.api.trial_schemas import NewTrial, RecordingItem, TrialItem, TrialMeansItem
from dispatch.api.uploads import UPLOADS, receive
from dispatch.errors import Invalid
from dispatch.trials import Trial

router = APIRouter(prefix=API, tags=["trials"])

_TRIERS = (AccountRole.administrator, AccountRole.operations, AccountRole.model_engineer)
_TRY = allow(*_TRIERS, about=About.own)
_UPLOAD = allow(*_TRIERS, about=About.nothing)
_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_VIDEO = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/cameras/{camera_id}/trials/means", dependencies=[_TRY], responses=_ANSWERS)
def read_means(camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> TrialMeansItem:
    """Read what a camera's rules can be tried on: the minutes that the node keeps, and uploaded recordings."""
    read_camera(camera_id, services, caller)
    return TrialMeansItem.of(services.trials.means(camera_id, services.clock()))


@router.post(
    "/cameras/{camera_id}/trials",
    dependencies=[_TRY],
    status_code=HTTPStatus.ACCEPTED,
    responses=_ANSWERS | answers(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
)
def start_trial(wish: NewTrial, camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> TrialItem:
    """Try the rules of a camera, as they are or as a draft has them; read the trial until it is over.

    One trial runs at a time, in a process of its own and of the lowest priority; a few wait.
    """
    read_camera(camera_id, services, caller)
    if (wish.recording_id is None) == (wish.minutes is None):
        raise Invalid("give either recording_id or minutes", "Upload a recording, or name the latest minutes.")
    trial = services.trials.start(
        camera_id,
        draft=wish.configuration,
        recording=wish.recording_id,
        minutes=wish.minutes,
        by=caller.name,
        at=services.clock(),
    )
    return TrialItem.of(trial)


@router.get("/cameras/{camera_id}/trials", dependencies=[_TRY], responses=_ANSWERS)
def list_trials(camera_id: IdPath, services: ServicesDep, caller: CallerDep) -> ListOf[TrialItem]:
    """List the trials of a camera that are kept, newest first, without their events."""
    read_camera(camera_id, services, caller)
    return ListOf[TrialItem](items=tuple(TrialItem.of(trial) for trial in services.trials.trials(camera_id)))


@router.get("/trials/{trial_id}", dependencies=[_TRY], responses=_ANSWERS)
def read_trial(trial_id: IdPath, services: ServicesDep, caller: CallerDep) -> TrialItem:
    """Read a trial: how far it is, and the events that would have been raised so far."""
    return TrialItem.of(_own(services, caller, trial_id))


@router.post("/trials/{trial_id}/cancel", dependencies=[_TRY], responses=_ANSWERS)
def cancel_trial(trial_id: IdPath, services: ServicesDep, caller: CallerDep) -> TrialItem:
    """End a trial; one that is over stays as it is."""
    _own(services, caller, trial_id)
    return TrialItem.of(services.trials.cancel(trial_id, services.clock()))


@router.get(
    "/trials/{trial_id}/pictures/{key:path}",
    dependencies=[_TRY],
    response_class=Response,
    responses={200: {"description": "The picture", **JPEG}, **_ANSWERS},
)
def read_trial_picture(trial_id: IdPath, key: str, services: ServicesDep, caller: CallerDep) -> Response:
    """Read a picture of an event of a trial; heads and plates are blurred."""
    _own(services, caller, trial_id)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(services.trials.picture(trial_id, key), media_type="image/jpeg", headers=headers)


@router.post(
    UPLOADS,
    dependencies=[_UPLOAD],
    status_code=HTTPStatus.CREATED,
    openapi_extra={"requestBody": _VIDEO},
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
async def upload_recording(request: Request, services: ServicesDep) -> RecordingItem:
    """Upload a recording, its bytes as the body, to try rules on. It is kept for a day, for trials alone."""
    upload = await run_in_threadpool(services.trials.upload)
    try:
        await receive(request, upload, services.trials.most_bytes, "a recording")
        recording = await run_in_threadpool(services.trials.keep, upload, services.clock())
    finally:
        await run_in_threadpool(upload.unlink, missing_ok=True)
    return RecordingItem.of(recording)


def _own(services: Services, caller: Caller, trial_id: str) -> Trial:
    """Return a trial of a camera that the caller may see."""
    trial = services.trials.trial(trial_id)
    read_camera(trial.camera_id, services, caller)
    return trial
