"""The description of the API keeps its word: requests made of it by schemathesis, by callers of several kinds.

GRIDPATROL_SCHEMA_EXAMPLES says how many requests a route gets; the default keeps all of it below a minute.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest
import schemathesis
import schemathesis.specs.openapi.checks as openapi_checks
from hypothesis import HealthCheck, Phase, given, settings

from dispatch.accounts import AccountRole, Caller, Cell, Scope
from dispatch.api import create_app
from dispatch.store import open_store
from dispatch.webhooks import Webhooks
from dispatch.webhooks.ports import Target
from gridpatrol.reporting.files import report_file
from tests.dispatch.api.callers import TESTER, accounts_of
from tests.dispatch.api.conftest import JPEG, Clock, SquareMap, TwoCameras
from tests.dispatch.api.test_access import PICTURE, routes
from tests.dispatch.builders import T0, a_desk, report, sent
from tests.gridpatrol.configuring.conftest import found_city
from tests.sqlite import with_tables

EXAMPLES = int(os.environ.get("GRIDPATROL_SCHEMA_EXAMPLES", "5"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
HANDLER = Caller(
    "handler",
    frozenset({AccountRole.handler}),
    Scope(frozenset({"sanitation"}), frozenset({Cell("community", "440303001")})),
)
TOKENS = {"of-tester": TESTER, "of-handler": HANDLER, "of-viewer": Caller("viewer", frozenset({AccountRole.viewer}))}


@dataclass(frozen=True)
class Api:
    """The application with one case, and its description."""

    operations: Mapping[tuple[str, str], Any]
    case_id: str


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("api")
    (folder / PICTURE).parent.mkdir(parents=True)
    (folder / PICTURE).write_bytes(JPEG)
    store = open_store(with_tables(folder / "dispatch.db"))
    desk = a_desk(store)
    case_id = desk.receive(sent(report("e1")), T0).case_id or ""
    app = create_app(
        desk,
        evidence_root=folder,
        accounts=accounts_of(store, None, **TOKENS),
        camera_control=TwoCameras(),
        grid_map=SquareMap(),
        clock=Clock(),
        hosts=("*",),
        report_writer=report_file,
        receivers=Webhooks(store.webhooks, resolve=lambda url: Target(url, "192.0.2.1")),
        configuration=found_city(folder / "config", store).configuration(),
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]  # else it raises
    yield Api({(one.method.upper(), one.path): one for one in found}, case_id)
    store.close()


@pytest.mark.parametrize(("method", "path"), [route for route in routes() if not route[1].endswith((".json", ".xml"))])
def test_every_answer_is_one_that_the_description_has(api: Api, method: str, path: str) -> None:
    known = {
        "case_id": api.case_id,
        "event_id": "e1",
        "camera_id": "gate",
        "key": PICTURE,
        "service_request_id": api.case_id,
    }
    tokens = cycle([*TOKENS, None])
    real = cycle([True, True, False])
    operation = api.operations[method, path]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        if path.endswith("/stream"):  # it ends by itself only after so many events
            case.query = {"limit": 1, "after": 0}
            case.headers.pop("last-event-id", None)
        if next(real):
            case.path_parameters |= {name: known[name] for name in case.path_parameters.keys() & known.keys()}
        token = next(tokens)
        case.headers = {name: value for name, value in case.headers.items() if name.lower() != "authorization"}
        answered = case.call(headers={"Authorization": f"Bearer {token}"} if token else None)
        case.validate_response(answered, checks=CHECKS)

    ask()
