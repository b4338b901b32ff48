"""Probes, figures and descriptions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from dispatch.api.access import OPEN, READ
from dispatch.api.problems import Unavailable, answers
from dispatch.api.services import API, ServicesDep
from dispatch.asyncapi import document

router = APIRouter(tags=["system"])


@router.get("/healthz", dependencies=[OPEN], responses=answers())
def healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/readyz", dependencies=[OPEN], responses=answers())
def readyz(services: ServicesDep) -> dict[str, str]:
    """Say that the database answers and the node has no trouble; 503 names the trouble."""
    services.desk.store.outbox.last_seq()
    troubles = services.troubles()
    if troubles:
        raise Unavailable("; ".join(troubles), "See the node's log.")
    return {"status": "ready"}


@router.get(
    "/metrics",
    dependencies=[READ],
    response_class=Response,
    responses={200: {"description": "Figures in Prometheus' format", "content": {"text/plain": {}}}, **answers()},
)
def metrics(request: Request) -> Response:
    """Read the figures for Prometheus."""
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


@router.get(f"{API}/asyncapi.json", dependencies=[OPEN], responses=answers())
def asyncapi() -> dict[str, Any]:
    """Read the AsyncAPI 3 description of the streams."""
    return document()


@router.get(f"{API}/openapi.json", dependencies=[OPEN], responses=answers())
def openapi(request: Request) -> dict[str, Any]:
    """Read this description."""
    description: dict[str, Any] = request.app.openapi()
    return description
