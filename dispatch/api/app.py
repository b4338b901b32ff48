"""The HTTP interface of the dispatch desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from dispatch.accounts import Accounts, Caller
from dispatch.api.access import Access, Gate, gates_of_routes
from dispatch.api.conditional import NOT_MODIFIED, PARAMETER, Conditional, is_conditional
from dispatch.api.console import console_router
from dispatch.api.metrics import DeskCollector, RequestTimes
from dispatch.api.problems import PlainProblems, Problem, answers, install
from dispatch.api.routes import accounts as account_routes
from dispatch.api.routes import (
    base_maps,
    camera_configuration,
    camera_setup,
    cameras,
    cases,
    clip_comparisons,
    discovery,
    events,
    evidence,
    geo,
    indicators,
    live,
    looks,
    matters,
    models,
    oidc,
    open311,
    overview,
    pictures,
    retention,
    rules,
    session,
    settings,
    system,
    trials,
    webhooks,
)
from dispatch.api.routes import desk as desk_routes
from dispatch.api.schemas_configuration import REFERENCE
from dispatch.api.services import API, GridMap, ReportWriter, Services
from dispatch.api.uploads import BodyLimits
from dispatch.api.writes import HEADER, KEY_PATTERN, WRITES, Writes
from dispatch.configuring import Configuration
from dispatch.models import ModelControl, NoModels
from dispatch.oidc.service import Elsewhere
from dispatch.pictures import NoPictures, PictureKeeper
from dispatch.service import Desk
from dispatch.trials import NoTrials, TrialControl
from dispatch.views import CameraControl, NoCameras
from dispatch.webhooks import Webhooks
from dispatch.wording import NameBook

ROUTES = (
    cases,
    desk_routes,
    events,
    indicators,
    matters,
    geo,
    cameras,
    camera_configuration,
    camera_setup,
    discovery,
    base_maps,
    settings,
    looks,
    models,
    clip_comparisons,
    trials,
    rules,
    evidence,
    pictures,
    live,
    overview,
    webhooks,
    open311,
    retention,
    session,
    oidc,
    account_routes,
    system,
)
_DESCRIPTION = """\
Events, cases, feedback and evidence of the dispatch desk.

- Sign in (`POST /api/v1/session`) or take an API key, and send it as `Authorization: Bearer`. `x-roles` of an operation
  says who may call it. Who is limited to departments or cells of the grid gets what lies in them, and 403 for the rest.
- Lists give the newest first (names in their order); pass `next` as `cursor` for the page after it. Filters narrow, all
  of them together. What comes in while you read is on no later page.
- Errors are `application/problem+json` with `what` and `remedy`.
- Every write takes an `Idempotency-Key`: for 24 hours a repeat changes nothing and gets the answer of the first.
- `If-Match` with the `ETag` that you have seen makes a write fail with 412 when somebody else was first;
  `If-None-Match` makes a reading end with 304 when nothing has changed.
"""
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
"""Names under which a node on loopback is called; others are refused, so that no web page can reach it by a trick."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    desk: Desk,
    *,
    evidence_root: Path,
    accounts: Accounts,
    camera_control: CameraControl | None = None,
    grid_map: GridMap | None = None,
    clock: Callable[[], datetime] = _now,
    troubles: Callable[[], Sequence[str]] = tuple,
    hosts: Sequence[str] = LOCAL_HOSTS,
    registry: CollectorRegistry | None = None,
    receivers: Webhooks | None = None,
    names: NameBook | None = None,
    console: Path | None = None,
    model_control: ModelControl | None = None,
    elsewhere: Elsewhere | None = None,
    configuration: Configuration | None = None,
    report_writer: ReportWriter | None = None,
    trial_control: TrialControl | None = None,
    picture_keeper: PictureKeeper | None = None,
) -> FastAPI:
    """Make the application.

    Args:
        evidence_root: folder of the evidence store.
        accounts: who may call.
        camera_control: reaches the running cameras; none when absent.
        grid_map: draws the grid; an empty one when absent.
        clock: returns the present time, aware.
        troubles: returns why the node is not ready, for /readyz.
        hosts: names under which the node may be called (the Host header).
        registry: where other figures of the process are kept, to be shown with the desk's.
        receivers, elsewhere: webhooks, and sign-in with the city's own accounts; none when absent.
        names: of matters and departments, for those outside; their codes are shown when absent.
        console: folder of the built console; where it is missing, `/` says how to get it.
        configuration, model_control, trial_control: change what the node goes by, reach models, try rules.
        report_writer, picture_keeper: write reports as files, and keep people's pictures; nobody does when absent.

    Raises:
        UndeclaredAccess: a route does not say who may call it.
    """
    app = _bare(figures := registry or CollectorRegistry(), hosts)
    app.state.services = Services(
        desk,
        evidence_root,
        camera_control or NoCameras(),
        clock,
        accounts,
        grid_map,
        troubles,
        receivers,
        names or NameBook(),
        model_control or NoModels(),
        elsewhere,
        configuration or Configuration(),
        report_writer,
        trial_control or NoTrials(),
        picture_keeper or NoPictures(),
    )
    return _laid_out(app, figures, console)


def _laid_out(app: FastAPI, figures: CollectorRegistry, console: Path | None) -> FastAPI:
    """Return the application with its figures, routes, errors and description."""
    app.state.registry = figures
    figures.register(DeskCollector(app.state.services))
    install(app)
    app.router.routes.extend(_routes())
    app.include_router(console_router(console))
    gates_of_routes(app)
    _describe(app)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Return the routes of every application: they keep nothing of one, and laying them out takes longest."""
    router = APIRouter()
    for module in ROUTES:
        router.include_router(module.router)
    return tuple(router.routes)


def _bare(figures: CollectorRegistry, hosts: Sequence[str]) -> FastAPI:
    return FastAPI(
        title="GridPatrol",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(RequestTimes, registry=figures),
            Middleware(PlainProblems),
            Middleware(BodyLimits),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(Writes),
            Middleware(Conditional),
        ],
    )


def _describe(app: FastAPI) -> None:
    """Give the application its OpenAPI description: FastAPI's, with our problems and the documents' own schemas."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schemas = schema["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
            schemas |= problem.pop("$defs", {})
            schemas["Problem"] = problem
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            documents = app.state.services.configuration.schemas
            for name in _refer_to_documents(schema):
                schemas[name] = documents.get(name, {"type": "object"})
            schemas |= documents
            gates, guest = gates_of_routes(app), app.state.services.accounts.guest
            for path, methods in schema["paths"].items():
                for method, operation in methods.items():
                    if "HTTPValidationError" in str(operation["responses"].get("422")):
                        del operation["responses"]["422"]  # a route that says nothing of it answers otherwise
                    gate = gates[f"{method.upper()} {path}"]
                    _describe_access(operation, gate, guest)
                    if method.upper() in WRITES and gate.access is not Access.open and path.startswith(API):
                        _describe_key(operation)
                    if is_conditional(method, path, operation):
                        _describe_condition(operation)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way of replacing it


def _refer_to_documents(part: Any) -> set[str]:
    """Put references to documents' schemas where the description marks them; returns their names."""
    if isinstance(part, list):
        return set().union(*map(_refer_to_documents, part))
    if not isinstance(part, dict):
        return set()
    name = part.pop(REFERENCE, None)
    if name is None:
        return set().union(*map(_refer_to_documents, part.values()))
    part["$ref"] = f"#/components/schemas/{name}"
    return {name}


def _describe_access(operation: dict[str, Any], gate: Gate, guest: Caller | None) -> None:
    operation["x-access"] = gate.access
    if gate.access is Access.open:
        return
    operation["x-roles"] = sorted(gate.roles)
    operation["responses"] = {**_refusals(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN), **operation["responses"]}
    if guest is not None and gate.roles & guest.roles:
        operation["security"].append({})  # a sign-in is accepted and not needed


def _describe_key(operation: dict[str, Any]) -> None:
    """Describe the Idempotency-Key that every write takes (`dispatch.api.writes`)."""
    parameters = operation.setdefault("parameters", [])
    if all(parameter["name"].lower() != HEADER for parameter in parameters):
        schema = {"type": "string", "pattern": KEY_PATTERN}
        text = "a repeat with the same key changes nothing and gets the same answer, for 24 hours"
        parameters.append({"name": "Idempotency-Key", "in": "header", "description": text, "schema": schema})
    operation["responses"] |= _refusals(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


def _describe_condition(operation: dict[str, Any]) -> None:
    """Describe the If-None-Match that every reading of JSON takes (`dispatch.api.conditional`)."""
    parameters = operation.setdefault("parameters", [])
    if all(parameter["name"].lower() != "if-none-match" for parameter in parameters):
        parameters.append(dict(PARAMETER))
    operation["responses"] = {**operation["responses"], "304": dict(NOT_MODIFIED)}


def _refusals(*statuses: HTTPStatus) -> dict[str, Any]:
    """Return the answers by the key that the rest of the description has: a status as a text, named once."""
    return {str(status): answer for status, answer in answers(*statuses).items()}
