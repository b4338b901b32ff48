"""Looking for cameras on the network (ONVIF): a search, and what a device offers. Nothing is saved."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends

from dispatch.accounts import AccountRole
from dispatch.api.access import Access, allow
from dispatch.api.problems import Unavailable, answers
from dispatch.api.routes.camera_configuration import CONFIGURE_CITY, WRITE_ANSWERS
from dispatch.api.schemas_discovery import DeviceAnswer, DeviceQuestion, DiscoveryMeans, SearchAnswer
from dispatch.api.services import API, ServicesDep
from dispatch.discovery import Discovery

router = APIRouter(prefix=f"{API}/discovery", tags=["configuration"])

_READ = allow(AccountRole.administrator, AccountRole.operations, access=Access.read)
_ANSWERS = {**WRITE_ANSWERS, **answers(HTTPStatus.TOO_MANY_REQUESTS)}


def _discovery(services: ServicesDep) -> Discovery:
    if services.configuration.discovery is None:
        raise Unavailable("nothing here watches cameras", "Ask a running node.")
    return services.configuration.discovery


DiscoveryDep = Annotated[Discovery, Depends(_discovery)]


@router.get("", dependencies=[_READ], responses=answers())
def read_discovery(discovery: DiscoveryDep) -> DiscoveryMeans:
    """Read whether the operator of the node lets its network be searched."""
    return DiscoveryMeans(is_allowed=discovery.is_allowed)


@router.post("", dependencies=[CONFIGURE_CITY], responses=_ANSWERS)
def search_network(discovery: DiscoveryDep) -> SearchAnswer:
    """Call the ONVIF devices of the node's network (WS-Discovery) and list those that answer within seconds."""
    return SearchAnswer.of(discovery.search())


@router.post("/device", dependencies=[CONFIGURE_CITY], responses=_ANSWERS)
def ask_device(wanted: DeviceQuestion, discovery: DiscoveryDep) -> DeviceAnswer:
    """Ask an ONVIF device for the addresses of its streams; why it gives none is told."""
    return DeviceAnswer.of(discovery.ask(wanted.address, wanted.credentials))
