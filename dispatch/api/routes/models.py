"""Models: what is in service, what challenges it, how good they are, and the gate."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from dispatch.accounts import AccountRole
from dispatch.api.access import READ_ANY, CallerDep, allow
from dispatch.api.model_schemas import MeasuringItem, ModelComparison, ModelList, ModelPage, NewMeasurement
from dispatch.api.problems import answers
from dispatch.api.services import API, IdPath, ServicesDep

router = APIRouter(prefix=f"{API}/models", tags=["models"])

_CHANGE = allow(AccountRole.model_engineer, AccountRole.administrator)
_READ_ANSWERS = answers(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
_PICTURE = {
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/png", "image/jpeg")}
}


@router.get("", dependencies=[READ_ANY], responses=answers(HTTPStatus.CONFLICT))
def list_models(services: ServicesDep) -> ModelList:
    """List the models, what is in service, and what the gate has decided."""
    return ModelList.of(services.models.book())


@router.post(
    "/rollback",
    dependencies=[_CHANGE],
    responses=answers(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def roll_back(services: ServicesDep, caller: CallerDep) -> ModelList:
    """Return to the model that was in service before; a second call returns to the newer one."""
    return ModelList.of(services.models.roll_back(by=caller.name, at=services.clock()))


@router.post("/measurements/{measurement_id}/cancel", dependencies=[_CHANGE], responses=_READ_ANSWERS)
def cancel_measurement(measurement_id: IdPath, services: ServicesDep) -> MeasuringItem:
    """End a measurement; one that is over stays as it is."""
    return MeasuringItem.of(services.models.cancel(measurement_id, services.clock()))


@router.get("/{model_id}", dependencies=[READ_ANY], responses=_READ_ANSWERS)
def read_model(model_id: IdPath, services: ServicesDep) -> ModelPage:
    """Read a model, by name@version or by name (its latest), with its card, curves and pictures."""
    return ModelPage.of_detail(services.models.detail(model_id))


@router.get(
    "/{model_id}/pictures/{name}",
    dependencies=[READ_ANY],
    response_class=Response,
    responses={200: {"description": "A picture of the card", **_PICTURE}, **_READ_ANSWERS},
)
def read_picture(model_id: IdPath, name: IdPath, services: ServicesDep) -> Response:
    """Read a picture of a model's card."""
    picture, media_type = services.models.picture(model_id, name)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type=media_type, headers=headers)


@router.get("/{first}/compare/{second}", dependencies=[READ_ANY], responses=_READ_ANSWERS)
def compare_models(first: IdPath, second: IdPath, services: ServicesDep) -> ModelComparison:
    """Put two models side by side: every figure, and what the gate said of the two."""
    return ModelComparison.of(services.models.detail(first), services.models.detail(second))


@router.post(
    "/{model_id}/measurements",
    dependencies=[_CHANGE],
    status_code=HTTPStatus.ACCEPTED,
    responses=_READ_ANSWERS | answers(HTTPStatus.TOO_MANY_REQUESTS),
)
def measure_model(wish: NewMeasurement, model_id: IdPath, services: ServicesDep, caller: CallerDep) -> MeasuringItem:
    """Measure a challenger against the model in service on the node's data, as `gridpatrol model gate` does.

    It takes minutes to an hour, in a process of its own and of low priority; the list of models tells how far it is.
    """
    return MeasuringItem.of(services.models.measure(model_id, aim=wish.aim, by=caller.name, at=services.clock()))


@router.post("/{model_id}/promote", dependencies=[_CHANGE], responses=_READ_ANSWERS)
def promote_model(model_id: IdPath, services: ServicesDep, caller: CallerDep) -> ModelList:
    """Put a model in service, if the gate has measured it against the one in service and lets it pass.

    The gate is that of `gridpatrol model promote`. A refusal (409) names the reasons; the model in service stays.
    """
    return ModelList.of(services.models.promote(model_id, by=caller.name, at=services.clock()))
