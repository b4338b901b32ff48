"""GeoJSON (RFC 7946, WGS84, longitude before latitude): the grid, events, cases, cameras."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from dispatch.api.access import READ_ANY, READ_OWN, CallerDep
from dispatch.api.problems import answers
from dispatch.api.routes.cameras import list_cameras
from dispatch.api.schemas import CaseItem, EventItem
from dispatch.api.services import (
    API,
    CameraQuery,
    Cursor,
    LayerQuery,
    Limit,
    MatterQuery,
    ServicesDep,
    read_cursor,
    write_cursor,
)
from dispatch.contract import CaseState, Location
from dispatch.views import CaseFilter, EventFilter

router = APIRouter(prefix=API, tags=["maps"])

MEDIA_TYPE = "application/geo+json"
_COLLECTION: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A FeatureCollection",
        "content": {MEDIA_TYPE: {"schema": {"type": "object", "required": ["type", "features"]}}},
    }
}


class GeoJson(JSONResponse):
    """A GeoJSON document."""

    media_type = MEDIA_TYPE


@router.get(
    "/grid",
    dependencies=[READ_ANY],
    response_class=GeoJson,
    responses={**_COLLECTION, **answers(HTTPStatus.UNPROCESSABLE_ENTITY)},
)
def read_grid(services: ServicesDep, layer: LayerQuery = None) -> GeoJson:
    """Read the grid cells in force now, of one layer or all."""
    if services.grid_map is None:
        return GeoJson(_collection([]))
    return GeoJson(services.grid_map.feature_collection(layer, services.clock()))


@router.get(
    "/events.geojson",
    dependencies=[READ_OWN],
    response_class=GeoJson,
    responses={**_COLLECTION, **answers(HTTPStatus.UNPROCESSABLE_ENTITY)},
)
def events_on_map(
    *,
    services: ServicesDep,
    caller: CallerDep,
    matter: MatterQuery = None,
    camera: CameraQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> GeoJson:
    """Read events as points, newest first. `next` at the top level is the cursor of the page after it."""
    page = services.desk.store.views.events(
        EventFilter(matter, camera, scope=caller.scope), before=read_cursor(cursor), limit=limit
    )
    items = (EventItem.of(view) for view in page.items)
    features = [_point(item.event_id, item.location, item.model_dump(exclude={"location"})) for item in items]
    return GeoJson(_collection(features, write_cursor(page.next)))


@router.get(
    "/cases.geojson",
    dependencies=[READ_OWN],
    response_class=GeoJson,
    responses={**_COLLECTION, **answers(HTTPStatus.UNPROCESSABLE_ENTITY)},
)
def cases_on_map(
    *,
    services: ServicesDep,
    caller: CallerDep,
    state: Annotated[list[CaseState] | None, Query(description="one or several")] = None,
    open: Annotated[bool | None, Query(description="true: only open ones; false: only ended ones")] = None,
    matter: MatterQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> GeoJson:
    """Read cases as points, newest first. `next` at the top level is the cursor of the page after it."""
    wanted = CaseFilter(states=tuple(state or ()), is_open=open, matter=matter, scope=caller.scope)
    page = services.desk.store.views.cases(wanted, before=read_cursor(cursor), limit=limit)
    items = (CaseItem.of(case) for case in page.items)
    features = [_point(item.case_id, item.location, item.model_dump(exclude={"location"})) for item in items]
    return GeoJson(_collection(features, write_cursor(page.next)))


@router.get("/cameras.geojson", dependencies=[READ_OWN], response_class=GeoJson, responses={**_COLLECTION, **answers()})
def cameras_on_map(services: ServicesDep, caller: CallerDep) -> GeoJson:
    """Read the cameras as points, in order of id."""
    items = list_cameras(services, caller).items
    return GeoJson(
        _collection([_point(item.camera_id, item.location, item.model_dump(exclude={"location"})) for item in items])
    )


def _point(feature_id: str, location: Location, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": feature_id,
        "geometry": {"type": "Point", "coordinates": [location.lon, location.lat]},
        "properties": jsonable_encoder({**properties, "error_m": location.error_m}),
    }


def _collection(features: list[dict[str, Any]], following: str | None = None) -> dict[str, Any]:
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    return collection if following is None else {**collection, "next": following}
