"""Open311 GeoReport v2, reading and filing, in JSON and XML. Errors are in the standard's own form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qs
from uuid import uuid4

from fastapi import APIRouter, Form, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dispatch.accounts import Caller
from dispatch.accounts.values import NotSignedIn
from dispatch.api.access import READ_ANY, READ_OWN, WRITE_ANY, CallerDep, outside
from dispatch.api.acting import reporter_of
from dispatch.api.problems import answers, status_of
from dispatch.api.services import Services, ServicesDep, Time
from dispatch.case import Case
from dispatch.catalogue.book import Catalogue
from dispatch.config import MatterRules
from dispatch.contract import Location
from dispatch.errors import DispatchError, Invalid, NotFound
from dispatch.open311.documents import Format, split_format, write_definition, write_list
from dispatch.open311.records import Record, definition, request, service
from dispatch.report import PersonReport, Report
from dispatch.views import CaseFilter, EventFilter

PREFIX = "/open311/v2"
MAX_REQUESTS = 1000
LONGEST_SPAN = timedelta(days=90)
PIN_ERROR_M = 15.0
"""How far from the place a pin is that somebody sets on a map."""
_ANONYMOUS = "Open311"


class Open311Route(APIRoute):
    """Answers errors as the standard has them, and takes its `api_key` for the token of the interface."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Return the handler with both around it."""
        plain = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await plain(await _with_api_key(request))
            except RequestValidationError as error:
                what = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
                return _errors(request, HTTPStatus.BAD_REQUEST, what)
            except NotSignedIn as error:
                return _errors(request, HTTPStatus.FORBIDDEN, error.what)
            except Invalid as error:
                return _errors(request, HTTPStatus.BAD_REQUEST, error.what)
            except DispatchError as error:
                return _errors(request, status_of(error), error.what)

        return handle


router = APIRouter(prefix=PREFIX, tags=["open311"], route_class=Open311Route)

Codes = Annotated[str | None, Query(max_length=4000, description="one or several, separated by commas")]
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "As the standard has it: JSON, or XML where the path ends with .xml or Accept asks for it",
        "content": {"application/json": {}, "text/xml": {}},
    },
    400: {"description": "A value is missing or cannot be used", "content": {"application/json": {}, "text/xml": {}}},
    403: {"description": "The api_key is missing or wrong", "content": {"application/json": {}, "text/xml": {}}},
    404: {"description": "There is no such thing", "content": {"application/json": {}, "text/xml": {}}},
    **answers(),
}


class Filing(BaseModel):
    """What a person sends; names as in the standard. Fields that are not kept are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    service_code: Annotated[str, StringConstraints(max_length=64)]
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    long: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    description: Annotated[str, StringConstraints(max_length=4000)] = ""
    address_string: Annotated[str, StringConstraints(max_length=1000)] = ""
    first_name: Annotated[str, StringConstraints(max_length=100)] = ""
    last_name: Annotated[str, StringConstraints(max_length=100)] = ""
    media_url: Annotated[str, StringConstraints(max_length=2000)] = ""


def _both_endings(path: str) -> tuple[tuple[str, bool], ...]:
    return (path, True), (f"{path}.json", False), (f"{path}.xml", False)


def list_services(request: Request, services: ServicesDep) -> Response:
    """List the kinds of incidents that can be filed."""
    zh = _zh(request)
    known = _admitted(services).items()
    items = [service(code, rules, services.names.matters.get(code), zh=zh) for code, rules in known]
    return _list(request, items, root="services", item="service")


def read_service(code: str, request: Request, services: ServicesDep) -> Response:
    """Read what a kind of incident asks for beyond the common fields: nothing."""
    name, format = split_format(code, request.headers.get("accept", ""))
    if name not in _admitted(services):
        raise NotFound(f"there is no service {name}")
    return Response(write_definition(definition(name), format), media_type=format.media_type)


def list_requests(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    *,
    service_request_id: Codes = None,
    service_code: Codes = None,
    status: Codes = None,
    start_date: Annotated[Time | None, Query(description="opened at or after")] = None,
    end_date: Annotated[Time | None, Query(description="opened before")] = None,
) -> Response:
    """List service requests of at most 90 days, by default the last ones; the newest 1000."""
    if service_request_id:
        wanted = CaseFilter(case_ids=_split(service_request_id), scope=caller.scope)
    else:
        since = start_date or (end_date or services.clock()) - LONGEST_SPAN
        until = end_date or since + LONGEST_SPAN
        if not timedelta() <= until - since <= LONGEST_SPAN:
            raise Invalid("start_date and end_date must be in order and at most 90 days apart")
        states = set(_split(status or ""))
        if not states <= {"open", "closed"}:
            raise Invalid("status is open, closed or both")
        is_open = None if len(states) != 1 else states == {"open"}
        matters = _split(service_code or "")
        wanted = CaseFilter(is_open=is_open, matters=matters, since=since, until=until, scope=caller.scope)
    page = services.desk.store.views.cases(wanted, limit=MAX_REQUESTS)
    return _list(request, _requests(request, services, page.items), root="service_requests", item="request")


def read_request(service_request_id: str, request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    """Read one service request."""
    name, _ = split_format(service_request_id, "")
    case = _own_case(services, caller, name)
    return _list(request, _requests(request, services, (case,)), root="service_requests", item="request")


def read_token(token: str, request: Request, services: ServicesDep, caller: CallerDep) -> Response:
    """Read which service request a report went to; the token is what came back as `token` or the Idempotency-Key."""
    name, _ = split_format(token, "")
    event = services.desk.store.views.event(f"person:{name}")
    _own_case(services, caller, event.case_id)
    items = [{"token": name, "service_request_id": event.case_id}]
    return _list(request, items, root="service_requests", item="request")


def file_request(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    filing: Annotated[Filing, Form()],
    idempotency_key: Annotated[
        str | None, Header(pattern=r"^[!-~]{1,190}$", description="a repeat changes nothing")
    ] = None,
) -> Response:
    """File what somebody saw, through the door of all people's reports: it joins the open case of the same thing."""
    if filing.lat is None or filing.long is None:
        raise Invalid("lat and long are required: addresses are not looked up here")
    if filing.service_code not in _admitted(services):
        raise Invalid(f"service_code: there is no service {filing.service_code}")
    now = services.clock()
    lines = (filing.description, filing.address_string, filing.media_url)
    report = PersonReport(
        event_id=f"person:{idempotency_key or uuid4()}",
        matter=filing.service_code,
        location=Location(lon=filing.long, lat=filing.lat, error_m=PIN_ERROR_M),
        seen_at=now,
        reporter=reporter_of(caller, f"{filing.first_name} {filing.last_name}".strip() or _ANONYMOUS),
        note="\n".join(line.strip() for line in lines if line.strip()),
    )
    receipt = services.desk.report(report, now)
    items = [{"service_request_id": receipt.case_id or "", "service_notice": receipt.result.value, "account_id": ""}]
    return _list(request, items, root="service_requests", item="request")


for _path, _shown in _both_endings("/services"):
    router.get(_path, dependencies=[READ_ANY], responses=_ANSWER, include_in_schema=_shown)(list_services)
for _path, _shown in _both_endings("/requests"):
    router.get(_path, dependencies=[READ_OWN], responses=_ANSWER, include_in_schema=_shown)(list_requests)
    router.post(_path, dependencies=[WRITE_ANY], responses=_ANSWER, include_in_schema=_shown)(file_request)
router.get("/services/{code}", dependencies=[READ_ANY], responses=_ANSWER)(read_service)
router.get("/requests/{service_request_id}", dependencies=[READ_OWN], responses=_ANSWER)(read_request)
router.get("/tokens/{token}", dependencies=[READ_OWN], responses=_ANSWER)(read_token)


def _own_case(services: Services, caller: Caller, case_id: str) -> Case:
    """Return a case of the caller's part of the city. Raises NotFound, Forbidden."""
    case = services.desk.store.views.case_head(case_id)
    if not caller.scope.holds(case.department, case.grid):
        raise outside(caller, f"service request {case_id}")
    return case


def _admitted(services: Services) -> dict[str, MatterRules]:
    now = services.clock()
    with services.desk.store.reading_catalogue() as rows:
        catalogue = Catalogue(services.desk.matters, rows, now)
        return {
            matter: rules for matter, rules in catalogue.items() if catalogue.standing(matter, now).version is not None
        }


def _requests(request_: Request, services: Services, cases: Sequence[Case]) -> list[Record]:
    found = services.desk.store.views.events(
        EventFilter(case_ids=tuple(case.case_id for case in cases)), limit=20 * MAX_REQUESTS
    )
    reports: dict[str, list[Report]] = {}
    for event in reversed(found.items):
        reports.setdefault(event.case_id, []).append(event.report)
    zh = _zh(request_)
    base_url = str(request_.base_url).rstrip("/")
    return [
        request(
            case,
            reports.get(case.case_id, ()),
            services.names.matters.get(case.matter),
            department=_department(services, case.department, zh=zh),
            base_url=base_url,
            zh=zh,
        )
        for case in cases
    ]


def _department(services: Services, department: str, *, zh: bool) -> str:
    known = services.names.departments.get(department)
    return department if known is None else (known.zh if zh else known.en)


def _format(request_: Request) -> Format:
    return split_format(request_.url.path, request_.headers.get("accept", ""))[1]


def _list(request_: Request, items: Sequence[Record], *, root: str, item: str) -> Response:
    format = _format(request_)
    return Response(write_list(items, root=root, item=item, format=format), media_type=format.media_type)


def _errors(request_: Request, status: HTTPStatus, what: str) -> Response:
    format = _format(request_)
    body = write_list([{"code": status.value, "description": what}], root="errors", item="error", format=format)
    return Response(body, status_code=status, media_type=format.media_type)


def _zh(request_: Request) -> bool:
    return request_.headers.get("accept-language", "").lower().startswith("zh")


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


async def _with_api_key(request_: Request) -> Request:
    """Return the request with its `api_key`, of the query or the form, as a bearer token beside the other headers."""
    body = await request_.body()
    is_form = request_.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    form = parse_qs(body.decode("utf-8", "replace")) if is_form else {}
    key = request_.query_params.get("api_key") or "".join(form.get("api_key", [])[:1])
    headers = list(request_.scope["headers"])
    if key and key.isascii() and key.isprintable() and "authorization" not in request_.headers:
        headers.append((b"authorization", f"Bearer {key}".encode()))

    async def again() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({**request_.scope, "headers": headers}, again)
