"""Comparing a model with the one in service on recordings, through the whole pipeline."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from dispatch.accounts import AccountRole
from dispatch.api.access import Access, CallerDep, allow
from dispatch.api.problems import answers
from dispatch.api.routes.evidence import JPEG
from dispatch.api.schemas import ListOf
from dispatch.api.schemas_clip_comparisons import COMPARISONS, ClipComparisonItem, ClipMeansItem, NewClipComparison
from dispatch.api.services import IdPath, ServicesDep

router = APIRouter(prefix=COMPARISONS, tags=["models"])

_ROLES = (AccountRole.model_engineer, AccountRole.administrator)
_READ = allow(*_ROLES, access=Access.read)
_CHANGE = allow(*_ROLES)
_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("/means", dependencies=[_READ], responses=_ANSWERS)
def read_clip_means(services: ServicesDep) -> ClipMeansItem:
    """Read what models can be compared on: the minutes that the node keeps, recordings, the gate's clips."""
    return ClipMeansItem.of(services.models.clips.means(services.clock()))


@router.post(
    "",
    dependencies=[_CHANGE],
    status_code=HTTPStatus.ACCEPTED,
    responses=_ANSWERS | answers(HTTPStatus.TOO_MANY_REQUESTS),
)
def start_clip_comparison(wish: NewClipComparison, services: ServicesDep, caller: CallerDep) -> ClipComparisonItem:
    """Replay recordings with the model in service and with another; read the comparison until it is over.

    It runs in a process of its own and of low priority, after what was asked for before.
    """
    wishes = tuple(choice.wish() for choice in wish.clips)
    started = services.models.clips.start(wish.model_id, wishes, by=caller.name, at=services.clock())
    return ClipComparisonItem.of(started)


@router.get("", dependencies=[_READ], responses=answers())
def list_clip_comparisons(services: ServicesDep) -> ListOf[ClipComparisonItem]:
    """List the comparisons that are kept, newest first, without what they found."""
    return ListOf[ClipComparisonItem](
        items=tuple(ClipComparisonItem.of(one) for one in services.models.clips.comparisons())
    )


@router.get("/{comparison_id}", dependencies=[_READ], responses=_ANSWERS)
def read_clip_comparison(comparison_id: IdPath, services: ServicesDep) -> ClipComparisonItem:
    """Read a comparison: how far it is, and what the models reported on the recordings that are done."""
    return ClipComparisonItem.of(services.models.clips.comparison(comparison_id))


@router.post("/{comparison_id}/cancel", dependencies=[_CHANGE], responses=_ANSWERS)
def cancel_clip_comparison(comparison_id: IdPath, services: ServicesDep) -> ClipComparisonItem:
    """End a comparison; one that is over stays as it is."""
    return ClipComparisonItem.of(services.models.clips.cancel(comparison_id, services.clock()))


@router.get(
    "/{comparison_id}/pictures/{name}",
    dependencies=[_READ],
    response_class=Response,
    responses={200: {"description": "The picture", **JPEG}, **_ANSWERS},
)
def read_clip_picture(comparison_id: IdPath, name: IdPath, services: ServicesDep) -> Response:
    """Read a picture of a comparison: a frame with what one of the models saw on it; heads and plates are blurred."""
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(services.models.clips.picture(comparison_id, name), media_type="image/jpeg", headers=headers)
