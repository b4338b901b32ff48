"""GeoReport v2: by a schema written from the standard's text, and by a public client (`georeport`) on a real server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from georeport import GeoReport
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller
from dispatch.accounts.service import GUEST
from dispatch.api import create_app
from dispatch.case import Action, Role
from dispatch.config import Names
from dispatch.open311.documents import Format, split_format, write_list
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.wording import NameBook
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import Clock
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import PLACE, T0, at, metres_east, report, sent

BASE = "/open311/v2"
SCHEMA = xmlschema.XMLSchema11(Path(__file__).with_name("georeport_v2.xsd"))
NAMES = NameBook(
    matters={"litter_exposed": Names(en="Litter", zh="暴露生活垃圾")},
    departments={"sanitation": Names(en="Sanitation", zh="环卫所")},
)
PIN = {"service_code": "litter_exposed", "lat": PLACE.lat, "long": PLACE.lon}


@pytest.fixture
def client(client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(names=NAMES)


def xml(answer: Any, status: int = 200) -> Any:
    """Return what an XML answer says, once the schema has accepted it."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    SCHEMA.validate(answer.text)
    return SCHEMA.to_dict(answer.text) or {}


def error(answer: Any, status: int) -> str:
    assert answer.status_code == status
    (said,) = answer.json()
    assert said["code"] == status
    return str(said["description"])


def test_services_are_the_matters(client: TestClient) -> None:
    services = client.get(f"{BASE}/services.json").json()
    assert [s["service_code"] for s in services] == ["litter_exposed", "illegal_parking"]
    assert (services[0]["service_name"], services[0]["description"]) == ("Litter", "Litter / 暴露生活垃圾")
    assert services[0]["metadata"] is False
    chinese = client.get(f"{BASE}/services.json", headers={"Accept-Language": "zh-CN"}).json()
    assert [s["service_name"] for s in chinese] == ["暴露生活垃圾", "illegal_parking"]
    assert [s["service_code"] for s in xml(client.get(f"{BASE}/services.xml"))["service"]] == [
        "litter_exposed",
        "illegal_parking",
    ]
    definition = client.get(f"{BASE}/services/litter_exposed.json").json()
    assert definition == {"service_code": "litter_exposed", "attributes": []}
    assert xml(client.get(f"{BASE}/services/litter_exposed.xml"))["service_code"] == "litter_exposed"
    assert "nothing" in error(client.get(f"{BASE}/services/nothing.json"), 404)
    assert xml(client.get(f"{BASE}/services/nothing.xml"), 404)["error"][0]["code"] == 404


def test_a_person_files_and_follows_it_to_its_end(client: TestClient, desk: Desk, clock: Clock) -> None:
    said = {"description": "three <bags> & a chair\x07", "first_name": "Li", "email": "li@example.org"}
    filed = client.post(f"{BASE}/requests.json", data=PIN | said, headers={"Idempotency-Key": "t-1"})
    (receipt,) = filed.json()
    number = receipt["service_request_id"]
    assert receipt == {"service_request_id": number, "service_notice": "created", "account_id": ""}
    again = client.post(f"{BASE}/requests.json", data=PIN | said, headers={"Idempotency-Key": "t-1"}).json()
    assert again == [receipt | {"service_notice": "repeated"}]
    assert client.get(f"{BASE}/tokens/t-1.json").json() == [{"token": "t-1", "service_request_id": number}]
    assert xml(client.get(f"{BASE}/tokens/t-1.xml"))["request"][0]["service_request_id"] == number
    (open_one,) = client.get(f"{BASE}/requests/{number}.json").json()
    assert (open_one["status"], open_one["status_notes"]) == ("open", "dispatched")
    assert (open_one["lat"], open_one["long"]) == (PLACE.lat, PLACE.lon)
    assert open_one["description"] == said["description"]
    assert (open_one["agency_responsible"], open_one["address_id"]) == ("Sanitation", "440303001002003")
    assert "li@example.org" not in str(client.get("/api/v1/events").json())
    desk.act(number, Action.void, actor="Wu", role=Role.dispatcher, now=at(60), reason="no litter")
    (ended,) = client.get(f"{BASE}/requests/{number}.json", headers={"Accept-Language": "zh"}).json()
    assert (ended["status"], ended["status_notes"]) == ("closed", "作废")
    assert ended["updated_datetime"] == "2026-11-21T08:01:00Z"
    inside = xml(client.get(f"{BASE}/requests/{number}.xml"))["request"][0]
    assert (inside["status"], inside["description"]) == ("closed", "three <bags> & a chair\ufffd")


def test_what_a_camera_has_reported_is_joined(client: TestClient, desk: Desk) -> None:
    number = desk.receive(sent(report()), T0).case_id
    (seen,) = client.get(f"{BASE}/requests/{number}.json").json()
    assert seen["media_url"] == "http://127.0.0.1:8600/api/v1/evidence/2026/11/21/gate/wide.jpg"
    receipt = client.post(f"{BASE}/requests.xml", data=PIN).text
    SCHEMA.validate(receipt)
    assert str(number) in receipt
    assert "merged" in receipt


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, {"e0", "e1", "e2"}),
        ({"status": "open"}, {"e0", "e2"}),
        ({"status": "closed"}, {"e1"}),
        ({"status": "open,closed"}, {"e0", "e1", "e2"}),
        ({"service_code": "illegal_parking"}, {"e2"}),
        ({"service_code": "illegal_parking,litter_exposed", "status": "open"}, {"e0", "e2"}),
        ({"start_date": "2026-11-21T08:00:01Z"}, set()),
        ({"start_date": "2026-11-21T16:00:00+08:00"}, {"e0", "e1", "e2"}),
        ({"end_date": "2026-11-21T08:00:00Z"}, set()),
        ({"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-22T00:00:00Z"}, {"e0", "e1", "e2"}),
        ({"jurisdiction_id": "anything.example"}, {"e0", "e1", "e2"}),
    ],
)
def test_lists_are_narrowed(
    client: TestClient, desk: Desk, clock: Clock, params: dict[str, str], found: set[str]
) -> None:
    names = {}
    for i, changes in enumerate(({}, {}, {"matter": "illegal_parking"})):
        place = metres_east(500 * i)
        case_id = desk.receive(sent(report(f"e{i}", camera_id=f"c{i}", location=place, **changes)), T0).case_id
        names[case_id] = f"e{i}"
    closed = next(case_id for case_id, name in names.items() if name == "e1")
    desk.act(closed or "", Action.void, actor="Wu", role=Role.dispatcher, now=T0, reason="no litter")
    clock.now = at(60)
    listed = client.get(f"{BASE}/requests.json", params=params).json()
    assert {names[item["service_request_id"]] for item in listed} == found
    assert len(xml(client.get(f"{BASE}/requests.xml", params=params)).get("request", ())) == len(found)
    by_id = client.get(f"{BASE}/requests.json", params={"service_request_id": f"{closed},nothing", "status": "open"})
    assert [names[item["service_request_id"]] for item in by_id.json()] == ["e1"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"status": "sleeping"}, "status"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z"}, "90 days"),
        ({"start_date": "2026-12-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, "in order"),
    ],
)
def test_bad_questions_are_refused(client: TestClient, params: dict[str, str], said: str) -> None:
    assert said in error(client.get(f"{BASE}/requests.json", params=params), 400)
    assert xml(client.get(f"{BASE}/requests.xml", params=params), 400)["error"][0]["code"] == 400


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"service_code": "nothing", "lat": 22.5, "long": 114.1}, "nothing"),
        ({"lat": 22.5, "long": 114.1}, "service_code"),
        ({"service_code": "litter_exposed", "address_string": "1 Lake Road"}, "lat and long"),
        ({"service_code": "litter_exposed", "lat": 95, "long": 114.1}, "lat"),
        ({"service_code": "litter_exposed", "lat": "nan", "long": 114.1}, "lat"),
    ],
)
def test_bad_reports_are_refused_and_nothing_is_filed(client: TestClient, form: dict[str, Any], said: str) -> None:
    assert said in error(client.post(f"{BASE}/requests.json", data=form), 400)
    assert client.get(f"{BASE}/requests.json").json() == []


def test_filing_needs_the_token_as_a_header_or_as_api_key(
    client_of: Callable[..., TestClient], store: SqlStore
) -> None:
    client = client_of(accounts=accounts_of(store, GUEST, s3cret=Caller("hub", frozenset({AccountRole.machine}))))
    error(client.post(f"{BASE}/requests.json", data=PIN), 403)
    error(client.post(f"{BASE}/requests.json", data=PIN | {"api_key": "wrong"}), 403)
    for answer in (
        client.post(f"{BASE}/requests.json", data=PIN | {"api_key": "s3cret"}),
        client.post(f"{BASE}/requests.json", params={"api_key": "s3cret"}, data=PIN),
        client.post(f"{BASE}/requests.json", data=PIN, headers={"Authorization": "Bearer s3cret"}),
    ):
        assert answer.status_code == 200
    assert client.get(f"{BASE}/requests.json").status_code == 200


@pytest.mark.parametrize("output", ["json", "xml"])
def test_a_public_client_understands_it(desk: Desk, store: SqlStore, tmp_path: Path, clock: Clock, output: str) -> None:
    numbers = [
        desk.receive(sent(report(f"e{i}", camera_id=f"c{i}", location=metres_east(500 * i))), T0).case_id
        for i in (0, 1)
    ]
    clock.now = T0 + timedelta(hours=1)
    with serving(
        create_app(desk, evidence_root=tmp_path, accounts=accounts_of(store), clock=clock, names=NAMES)
    ) as url:
        city = GeoReport(f"{url}{BASE}", output_format=output)
        assert {service["service_code"] for service in city.get_service_list()} == set(desk.matters)
        assert city.get_service_definition("litter_exposed")["service_code"] == "litter_exposed"
        listed = city.get_service_requests(service_code="litter_exposed", status="open")
        assert [request["service_request_id"] for request in listed] == numbers[::-1]
        one = city.get_service_request(numbers[0] or "")
        assert (one["status"], float(one["lat"])) == ("open", PLACE.lat)


@pytest.mark.parametrize(
    ("name", "accept", "expected"),
    [
        ("services.json", "text/xml", ("services", Format.json)),
        ("services.xml", "application/json", ("services", Format.xml)),
        ("services", "application/xml", ("services", Format.xml)),
        ("services", "text/html,application/xml;q=0.9", ("services", Format.xml)),
        ("services", "*/*", ("services", Format.json)),
        ("services", "", ("services", Format.json)),
        ("a.b.csv", "", ("a.b.csv", Format.json)),
    ],
)
def test_the_ending_decides_and_else_what_is_accepted(name: str, accept: str, expected: tuple[str, Format]) -> None:
    assert split_format(name, accept) == expected


def test_what_xml_cannot_hold_is_replaced() -> None:
    document = write_list([{"code": 1, "description": "\x00"}], root="errors", item="error", format=Format.xml)
    SCHEMA.validate(document.decode())
    assert "<description>\ufffd</description>" in document.decode()
