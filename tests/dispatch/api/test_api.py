"""The HTTP interface over a real store: answers, refusals, and what it keeps to itself."""

from __future__ import annotations

import base64
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.accounts.service import GUEST
from dispatch.api.schemas import PersonAction
from dispatch.contract import CameraHealth, CameraState, FaultType
from dispatch.service import PERSON_ACTIONS, Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import JPEG, Clock
from tests.dispatch.builders import PLACE, T0, answer, at, metres_east, report, requests, sent

Json = dict[str, Any]


def opened(desk: Desk, event_id: str = "e1", **changes: Any) -> str:
    case_id = desk.receive(sent(report(event_id, **changes)), T0).case_id
    assert case_id is not None
    return case_id


def many(desk: Desk, number: int) -> list[str]:
    return [opened(desk, f"e{i}", camera_id=f"c{i}", location=metres_east(1000 * i)) for i in range(number)]


def problem(answered: Any, status: int) -> Json:
    assert answered.status_code == status
    assert answered.headers["content-type"] == "application/problem+json"
    body: Json = answered.json()
    assert body["status"] == status
    assert body["what"]
    return body


def test_the_story_of_a_case_through_the_interface(
    client: TestClient, desk: Desk, store: SqlStore, clock: Clock
) -> None:
    case_id = opened(desk)
    (listed,) = client.get("/api/v1/cases", params={"state": "dispatched"}).json()["items"]
    assert listed["case_id"] == case_id
    clock.now = at(100)
    given = client.post(f"/api/v1/cases/{case_id}/feedback", json={"actor": "crew 7", "expected_version": 3})
    assert given.json()["state"] == "verifying"
    desk.receive(sent(answer(requests(store)[0])), at(160))
    read = client.get(f"/api/v1/cases/{case_id}")
    case = read.json()
    assert (case["state"], case["resolution"]) == ("closed", "verified_by_camera")
    assert read.headers["etag"] == f'"{case["version"]}"'
    assert [line["action"] for line in case["history"]] == [
        "report",
        "file",
        "dispatch",
        "handle",
        "ask_camera",
        "confirm_gone",
    ]
    assert case["verifications"][0]["verdict"] == "absent"
    assert case["events"][0]["event_id"] == "e1"
    assert case["legal_actions"] == ["note"]


@pytest.mark.parametrize("path", ["cases", "events"])
def test_lists_are_paged_newest_first_without_gaps(client: TestClient, desk: Desk, path: str) -> None:
    many(desk, 7)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"/api/v1/{path}", params=params).json()
        seen += [item["camera_ids"][0] if path == "cases" else item["camera_id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == [f"c{i}" for i in reversed(range(7))]
    assert cursor is None


@pytest.mark.parametrize(
    ("params", "number"),
    [
        ({"matter": "litter_exposed"}, 2),
        ({"matter": "illegal_parking"}, 1),
        ({"camera": "c1"}, 1),
        ({"grid": "440303001"}, 3),
        ({"grid": "nowhere"}, 0),
        ({"state": ["dispatched", "closed"]}, 2),
        ({"open": "true"}, 3),
        ({"open": "false"}, 0),
        ({"department": "traffic_police"}, 1),
    ],
)
def test_cases_are_narrowed_by_every_filter(client: TestClient, desk: Desk, params: Json, number: int) -> None:
    opened(desk, "e0", camera_id="c0")
    opened(desk, "e1", camera_id="c1", location=metres_east(500), confidence=0.4)
    opened(desk, "e2", camera_id="c2", matter="illegal_parking")
    assert len(client.get("/api/v1/cases", params=params).json()["items"]) == number
    assert client.get("/api/v1/events", params={"since": at(1).isoformat()}).json()["items"] == []
    assert len(client.get("/api/v1/events", params={"until": at(1).isoformat()}).json()["items"]) == 3


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_what_a_database_cannot_keep_is_a_problem_and_never_a_fault(
    client: TestClient, desk: Desk, store: SqlStore
) -> None:
    case_id = opened(desk)
    note = {"actor": "Li", "reason": "a\u0000b"}
    given = client.post(f"/api/v1/cases/{case_id}/actions/note", json=note)
    if store.engine.dialect.name == "postgresql":
        problem(given, 422)
    assert given.status_code in {200, 422}
    far = base64.urlsafe_b64encode(str(2**61).encode()).decode()
    assert len(client.get("/api/v1/cases", params={"cursor": far}).json()["items"]) == 1
    assert client.get("/api/v1/stream", params={"after": 0, "limit": 1}).status_code == 200


def test_moves_are_refused_with_what_is_legal(client: TestClient, desk: Desk) -> None:
    case_id = opened(desk)
    url = f"/api/v1/cases/{case_id}"
    refused = problem(client.post(f"{url}/actions/approve", json={"actor": "Li", "reason": "clean"}), 409)
    assert "void" in refused["remedy"]
    problem(client.post(f"{url}/actions/void", json={"actor": "Li"}), 422)
    problem(client.post(f"{url}/actions/confirm_gone", json={"actor": "Li", "reason": "x"}), 422)
    problem(client.post(f"{url}/actions/void", json={"actor": "Li", "reason": "x", "role": "camera"}), 422)
    problem(client.post(f"{url}/feedback", json={"actor": "Li", "role": "machine"}), 422)
    problem(client.post(f"{url}/actions/explode", json={"actor": "Li"}), 422)
    problem(client.post(f"{url}/feedback", json={"actor": "Li", "expected_version": 2}), 409)
    problem(client.post(f"{url}/feedback", json={"actor": "Li", "expected_versoin": 2}), 422)
    problem(client.post("/api/v1/cases/nowhere/feedback", json={"actor": "Li"}), 404)
    done = client.post(f"{url}/actions/void", json={"actor": "Li", "reason": "a shadow"}).json()
    assert (done["state"], done["resolution"]) == ("voided", "void")


def test_feedback_is_idempotent_by_key(client: TestClient, desk: Desk, store: SqlStore) -> None:
    url = f"/api/v1/cases/{opened(desk)}/feedback"
    first, second = (client.post(url, json={"actor": "Li"}, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(requests(store)) == 1


def test_a_persons_report_opens_a_case_or_joins_a_cameras(client: TestClient, desk: Desk) -> None:
    case_id = opened(desk)
    body = {
        "matter": "litter_exposed",
        "location": {"lon": 114.13052, "lat": 22.5478, "error_m": 10},
        "reporter": "estate guard",
    }
    joined = client.post("/api/v1/events", json=body, headers={"Idempotency-Key": "k1"})
    assert joined.status_code == 201
    assert joined.json() == {"event_id": "person:k1", "result": "merged", "case_id": case_id}
    assert client.post("/api/v1/events", json=body, headers={"Idempotency-Key": "k1"}).json() == joined.json()
    far = client.post("/api/v1/events", json={**body, "location": {"lon": 114.2, "lat": 22.6, "error_m": 10}}).json()
    assert far["result"] == "created"
    event = client.get(f"/api/v1/events/{far['event_id']}").json()
    assert (event["camera_id"], event["reporter"]) == (None, "estate guard (tester)")
    checked = client.post(f"/api/v1/cases/{far['case_id']}/feedback", json={"actor": "crew 7"}).json()
    assert checked["state"] == "human_check"


def test_cameras_say_whether_they_watch(client: TestClient, desk: Desk) -> None:
    blind = CameraHealth(
        camera_id="gate", state=CameraState.blind, fault=FaultType.covered, detail="dark", since=T0, at=at(5)
    )
    desk.receive(sent(blind), at(5))
    older = blind.model_copy(update={"state": CameraState.watching, "fault": None, "at": at(4)})
    desk.receive(sent(older), at(6))
    corner, gate = client.get("/api/v1/cameras").json()["items"]
    assert (gate["camera_id"], gate["state"], gate["fault"], gate["looks"]) == ("gate", "blind", "covered", 7)
    assert gate["zones"][0]["polygon_px"][1] == [10.0, 0.0]
    assert (corner["camera_id"], corner["state"]) == ("corner", None)
    assert client.get("/api/v1/cameras/gate").json() == gate
    assert client.get("/api/v1/cameras/gate/snapshot").content == JPEG
    problem(client.get("/api/v1/cameras/corner/snapshot"), 404)
    problem(client.get("/api/v1/cameras/nowhere/snapshot"), 404)
    (rule,) = client.get("/api/v1/rules").json()["items"]
    assert (rule["matter"], rule["zones"]) == ("litter_exposed", ["pavement"])
    assert rule["values"] == {"dwell_s": 120.0, "min_confidence": 0.2}


def test_a_picture_is_served_by_its_hash(client: TestClient) -> None:
    url = "/api/v1/evidence/2026/11/21/gate/wide.jpg"
    read = client.get(url)
    assert (read.content, read.headers["content-type"]) == (JPEG, "image/jpeg")
    assert read.headers["etag"] == f'"{sha256(JPEG).hexdigest()}"'
    assert read.headers["cache-control"] == "private, no-cache"
    assert client.get(url, headers={"If-None-Match": read.headers["etag"]}).status_code == 304


@pytest.mark.one_database
@pytest.mark.parametrize(
    "key",
    [
        "../secret.jpg",
        "%2e%2e/secret.jpg",
        "2026/%2e%2e/%2e%2e/secret.jpg",
        "..%2fsecret.jpg",
        "2026//11/21/gate/wide.jpg",
        "/etc/passwd",
        "%00.jpg",
        "link.jpg",
        "2026/11/21/gate",
        "2026/11/21/gate/.hidden.jpg",
        "a" * 5000 + ".jpg",
    ],
)
def test_no_key_leads_out_of_the_store(client: TestClient, evidence: Path, key: str) -> None:
    (evidence / "link.jpg").symlink_to(evidence.parent / "secret.jpg")
    answered = client.get(f"/api/v1/evidence/{key}")
    assert answered.status_code == 404
    assert b"not for you" not in answered.content


def test_maps_are_geojson(client: TestClient, desk: Desk) -> None:
    case_id = opened(desk)
    for path, feature_id in (("cases.geojson", case_id), ("events.geojson", "e1"), ("grid", None)):
        read = client.get(f"/api/v1/{path}")
        assert read.headers["content-type"] == "application/geo+json"
        collection = read.json()
        assert collection["type"] == "FeatureCollection"
        (feature,) = collection["features"]
        assert feature.get("id") == feature_id
        if path == "grid":
            assert feature["geometry"]["type"] == "Polygon"
        else:
            assert feature["geometry"] == {"type": "Point", "coordinates": [114.1305, 22.5478]}
            assert feature["properties"]["error_m"] == 2.0


def events_of(text: str) -> list[tuple[str, str]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["id"], block["event"]) for block in blocks]


def test_the_live_stream_goes_on_where_it_broke(client: TestClient, desk: Desk) -> None:
    desk.handle(opened(desk), actor="crew 7", now=at(1))
    whole = events_of(client.get("/api/v1/stream", params={"after": 0, "limit": 6}).text)
    assert [name for _, name in whole] == ["case", "case", "case", "case", "case", "verification"]
    rest = client.get("/api/v1/stream", params={"limit": 2}, headers={"Last-Event-ID": whole[3][0]})
    assert events_of(rest.text) == whole[4:]


def test_probes_and_figures(client_of: Callable[..., TestClient], desk: Desk) -> None:
    troubles: list[str] = []
    client = client_of(troubles=lambda: troubles)
    opened(desk)
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").status_code == 200
    troubles.append("the stream server does not answer")
    assert problem(client.get("/readyz"), 503)["what"] == troubles[0]
    client.get("/api/v1/cases/nowhere")
    figures = client.get("/metrics").text
    for line in (
        'gridpatrol_events_total{matter="litter_exposed",relation="new"} 1.0',
        'gridpatrol_cases{matter="litter_exposed",state="dispatched"} 1.0',
        'gridpatrol_looks_total{camera="gate"} 7.0',
        "gridpatrol_outbox_depth 3.0",
        'gridpatrol_request_seconds_count{method="GET",route="/api/v1/cases/{case_id}",status="404"} 1.0',
    ):
        assert line in figures


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PUT", "/api/v1/cases", 405),
        ("GET", "/api/v1/cases?limit=0", 422),
        ("GET", "/api/v1/cases?limit=501", 422),
        ("GET", "/api/v1/cases?cursor=zz", 422),
        ("GET", "/api/v1/cases?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ==", 422),
        ("GET", "/api/v1/cases?cursor=%00", 422),
        ("GET", "/api/v1/cases?state=happy", 422),
        ("GET", "/api/v1/cases?camera=%00", 422),
        ("GET", "/api/v1/cases/%00", 422),
        ("GET", "/api/v1/events?since=yesterday", 422),
        ("GET", "/api/v1/events?since=2026-11-21T00:00:00", 422),
        ("GET", "/api/v1/stream?after=99999999999999999999", 422),
        ("GET", "/api/v1/events/%F0%9F%92%A9", 422),
    ],
)
def test_bad_input_is_a_problem_and_never_a_fault(client: TestClient, method: str, url: str, status: int) -> None:
    problem(client.request(method, url), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xff", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"actor": ""}', 422),
        (b'{"actor": "\\ud800"}', 422),
        (b'{"actor": "Li", "expected_version": 99999999999999999999999}', 422),
        (b'{"actor": "Li", "expected_version": 1e400}', 422),
        (b'{"actor": "Li", "evidence": [{"key": 1}]}', 422),
        (b'{"actor": "' + b"x" * (1 << 20) + b'"}', 413),
        (b"[" * 100_000, 400),
    ],
)
def test_a_bad_body_is_a_problem_and_never_a_fault(client: TestClient, desk: Desk, body: bytes, status: int) -> None:
    url = f"/api/v1/cases/{opened(desk)}/feedback"
    problem(client.post(url, content=body, headers={"Content-Type": "application/json"}), status)


@pytest.mark.parametrize(
    ("seen_at", "status"),
    [
        ("0001-01-01T00:00:00Z", 422),
        ("0001-01-01T00:00:00+14:00", 422),
        ("9999-12-31T23:59:59-12:00", 422),
        (at(-367 * 86400).isoformat(), 422),
        (at(2 * 86400).isoformat(), 422),
        (at(-365 * 86400).isoformat(), 201),
        (at(3600).isoformat(), 201),
    ],
)
def test_a_person_tells_of_what_was_seen_lately(client: TestClient, seen_at: str, status: int) -> None:
    body = {"matter": "litter_exposed", "location": PLACE.model_dump(), "reporter": "Li", "seen_at": seen_at}
    answered = client.post("/api/v1/events", json=body)
    assert answered.status_code == status, answered.text
    if status == 422:
        problem(answered, 422)


def test_a_web_page_cannot_reach_the_node_by_a_name_of_its_own(client: TestClient) -> None:
    problem(client.get("/api/v1/cases", headers={"Host": "evil.example"}), 400)


def test_the_interface_offers_every_move_of_a_person() -> None:
    assert {action.value for action in PersonAction} == {action.value for action in PERSON_ACTIONS}


def test_the_description_says_who_may_and_how_it_fails(client_of: Callable[..., TestClient], store: SqlStore) -> None:
    description = client_of(accounts=accounts_of(store, GUEST)).get("/api/v1/openapi.json").json()
    assert description["components"]["schemas"]["Problem"]["properties"]["remedy"]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            for parameter in operation.get("parameters", ()):
                assert parameter["in"] == "path" or parameter["description"], (method, path, parameter["name"])
            is_open = operation["x-access"] == "open"
            assert ("security" in operation) != is_open, path
            assert is_open or {"401", "403"} <= set(operation["responses"]), path
            assert is_open or ({} in operation["security"]) == ("viewer" in operation["x-roles"]), path
            for status, answered in operation["responses"].items():
                if int(status) >= 400 and not path.startswith("/open311/"):
                    assert list(answered["content"]) == ["application/problem+json"], (path, status)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/cases?since=0001-01-01T00:00:00%2B08:00",
        "/api/v1/events?until=9999-12-31T23:59:59-08:00",
        "/api/v1/grid/load?since=0001-01-01T00:00:00%2B08:00",
        "/api/v1/audit?since=0001-01-01T00:00:00%2B08:00",
        "/open311/v2/requests.json?start_date=9999-12-31T00:00:00Z",
        "/open311/v2/requests.json?end_date=0001-01-02T00:00:00Z",
    ],
)
def test_times_at_the_edge_of_the_calendar(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {400, 422}
    assert "1900" in answer.text
