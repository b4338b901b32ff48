"""Who may call which route: a matrix made of the routes themselves, every role on its own and on foreign ground."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dispatch.accounts import EVERYWHERE, AccountRole, Caller, Cell, Scope
from dispatch.accounts.service import GUEST
from dispatch.api import create_app, refuse_unsafe_bind
from dispatch.api.access import About, Access, Gate, RefusedBind, UndeclaredAccess, gates_of_routes
from dispatch.errors import DispatchError
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import JPEG
from tests.dispatch.builders import T0, metres_east, report, sent

OWN = Scope(frozenset({"sanitation"}), frozenset({Cell("community", "440303001")}))
FOREIGN_DEPARTMENT = Scope(frozenset({"traffic_police"}), frozenset({Cell("community", "440303001")}))
FOREIGN_GRID = Scope(frozenset({"sanitation"}), frozenset({Cell("community", "440303002")}))
GROUNDS = {"everywhere": EVERYWHERE, "own": OWN, "department": FOREIGN_DEPARTMENT, "grid": FOREIGN_GRID}
PICTURE = "2026/11/21/gate/wide.jpg"

CONSOLE = "GET,HEAD "
"""How the names of the console's files and pages begin; they are the same for everybody, and hold nothing."""

Make = Callable[..., TestClient]


def callers() -> dict[str, Caller]:
    """A caller of every role, unlimited and limited to every ground, by token."""
    return {
        f"{role}-{ground}": Caller(f"{role}-{ground}", frozenset({role}), scope)
        for role in AccountRole
        for ground, scope in GROUNDS.items()
    }


def routes() -> list[tuple[str, str]]:
    """All routes of the application, as method and path."""
    app = create_app(None, evidence_root=None, accounts=None)  # type: ignore[arg-type]  # nobody calls it
    return sorted(
        (method, path)
        for name in gates_of_routes(app)
        if not name.startswith(CONSOLE)
        for methods, path in [name.split(" ", 1)]
        for method in methods.split(",")
    )


@pytest.fixture
def case_id(desk: Desk) -> str:
    return desk.receive(sent(report("e1")), T0).case_id or ""


@pytest.fixture
def client(client_of: Make, store: SqlStore, case_id: str) -> TestClient:
    return client_of(accounts=accounts_of(store, None, **callers()))


def gate_of(client: TestClient, method: str, path: str) -> Gate:
    assert isinstance(client.app, FastAPI)
    return next(g for n, g in gates_of_routes(client.app).items() if n.endswith(f" {path}") and method in n)


def ask(client: TestClient, method: str, path: str, case_id: str, token: str | None) -> Any:
    """Call a route for the one case there is, with a body that only a route which lets the caller in can object to."""
    values = {
        "case_id": case_id,
        "service_request_id": case_id,
        "event_id": "e1",
        "camera_id": "gate",
        "key": PICTURE,
        "action": "note",
    }
    url = re.sub(r"\{([^}]+)\}", lambda found: values.get(found[1], "x"), path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    params = {"limit": 1, "after": 0} if path.endswith("/stream") else {"case": case_id} if "evidence" in path else {}
    return client.request(method, url, headers=headers, params=params, json=None if method == "GET" else {})


def is_let_in(gate: Gate, path: str, role: AccountRole, ground: str) -> bool:
    if gate.access is Access.open:
        return True
    if role not in gate.roles:
        return False
    if ground == "everywhere":
        return True
    if any(part in path for part in ("{case_id}", "{event_id}", "{service_request_id}", "/evidence/")):
        return ground == "own"
    if "{camera_id}" in path:
        return ground != "grid"
    return gate.about is not About.city


@pytest.mark.one_database
@pytest.mark.parametrize(("method", "path"), routes())
def test_every_role_on_every_route_by_own_and_foreign_ground(
    client: TestClient, case_id: str, method: str, path: str
) -> None:
    gate = gate_of(client, method, path)
    for token, caller in callers().items():
        if path.endswith("/stream") and not caller.scope.is_everywhere and caller.scope is not OWN:
            continue  # it never ends where nothing is theirs; see below
        (role,), ground = caller.roles, token.rpartition("-")[2]
        answered = ask(client, method, path, case_id, token)
        if is_let_in(gate, path, role, ground):
            assert answered.status_code not in {401, 403} or gate.access is Access.open, (token, answered.text)
        else:
            assert answered.status_code == 403, (token, answered.text)
            if not path.startswith("/open311/"):
                assert answered.headers["content-type"] == "application/problem+json"
                assert answered.json()["what"] and answered.json()["remedy"]
        if ground in {"department", "grid"} and gate.access is not Access.open:
            assert case_id not in re.sub(r'"(what|what_zh|description)": ?"[^"]*"', "", answered.text), token
    nobody = ask(client, method, path, case_id, None)
    refusal = 403 if path.startswith("/open311/") else 401  # as that standard has it
    assert (nobody.status_code == refusal) == (gate.access is not Access.open) or path.startswith("/api/v1/session")


def test_the_live_stream_leaves_out_what_is_not_the_listeners(client: TestClient, desk: Desk) -> None:
    from tests.dispatch.builders import metres_east

    other = desk.receive(sent(report("e2", matter="illegal_parking", location=metres_east(500))), T0).case_id or ""
    url, params = "/api/v1/stream", {"after": 0, "limit": 3}
    for ground, seen, left_out in (("department", other, "e1"), ("own", "e1", other)):
        text = client.get(url, params=params, headers={"Authorization": f"Bearer handler-{ground}"}).text
        assert seen in text
        assert left_out not in text


def test_a_list_holds_what_is_the_callers(client: TestClient, case_id: str) -> None:
    for path in ("cases", "cases.geojson", "events", "events.geojson"):
        for ground in GROUNDS:
            body = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer handler-{ground}"}).json()
            assert len(body.get("items", body.get("features"))) == (ground in {"everywhere", "own"}), (path, ground)


def test_people_act_in_their_own_name_and_role(client: TestClient, desk: Desk, case_id: str) -> None:
    url = f"/api/v1/cases/{case_id}"

    def act(token: str, action: str, status: int, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        path = "feedback" if action == "handle" else f"actions/{action}"
        answered = client.post(f"{url}/{path}", json=body, headers=headers)
        assert answered.status_code == status, answered.text
        return answered.json()

    assert "as boss" in act("handler-own", "note", 403, actor="boss", reason="x")["what"]
    assert "does not act as dispatcher" in act("handler-own", "note", 403, role="dispatcher", reason="x")["what"]
    assert "void is for operations, dispatcher" in act("handler-own", "void", 403, reason="x")["what"]
    act("handler-own", "note", 200, reason="on my way")
    act("dispatcher-everywhere", "accept", 200)
    act("machine-own", "handle", 200, actor="crew 7")
    history = desk.store.views.case(case_id).history[3:6]
    assert [(line.actor, line.role) for line in history] == [
        ("handler-own", "handler"),
        ("dispatcher-everywhere", "dispatcher"),
        ("crew 7 (machine-own)", "handler"),
    ]


def test_a_case_says_which_moves_are_the_callers(client: TestClient, case_id: str) -> None:
    def legal(token: str) -> set[str]:
        read = client.get(f"/api/v1/cases/{case_id}", headers={"Authorization": f"Bearer {token}"})
        return set(read.json()["legal_actions"])

    assert legal("viewer-own") == set()
    assert "void" not in legal("handler-own")
    assert {"handle", "accept", "note"} <= legal("handler-own")
    assert "void" in legal("dispatcher-own")


def test_every_view_of_evidence_is_in_the_audit_log(client: TestClient, case_id: str) -> None:
    from hashlib import sha256

    url = f"/api/v1/evidence/{PICTURE}"
    handler = {"Authorization": "Bearer handler-own"}
    assert client.get(url, headers=handler).status_code == 403
    assert client.get(url, params={"case": "nowhere"}, headers=handler).status_code == 404
    read = client.get(url, params={"case": case_id, "purpose": " hand over "}, headers=handler)
    assert read.content == JPEG
    again = client.get(url, params={"case": case_id}, headers={**handler, "If-None-Match": read.headers["etag"]})
    assert again.status_code == 304
    administrator = {"Authorization": "Bearer administrator-everywhere"}
    lines = client.get("/api/v1/audit", params={"action": "evidence.view"}, headers=administrator).json()["items"]
    assert [(line["actor"], line["roles"], line["case_id"], line["purpose"], line["target"]) for line in lines] == [
        ("handler-own", ["handler"], case_id, "", PICTURE),
        ("handler-own", ["handler"], case_id, "hand over", PICTURE),
    ]
    assert {line["sha256"] for line in lines} == {sha256(JPEG).hexdigest()}


def test_a_picture_that_a_person_names_is_not_the_cases(client: TestClient, case_id: str, desk: Desk) -> None:
    from tests.dispatch.builders import PICTURE as TAKEN

    (client.app.state.services.evidence_root / "2026/11/21/gate/close.jpg").write_bytes(JPEG)  # type: ignore[attr-defined]
    stolen = TAKEN.model_copy(update={"key": "2026/11/21/gate/close.jpg"}).model_dump(mode="json")
    handler = {"Authorization": "Bearer handler-own"}
    given = client.post(f"/api/v1/cases/{case_id}/feedback", json={"evidence": [stolen]}, headers=handler)
    assert given.status_code == 200
    assert client.get(f"/api/v1/evidence/{stolen['key']}", params={"case": case_id}, headers=handler).status_code == 404


def test_every_route_says_who_may_call_it(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    gates = {name: gate for name, gate in gates_of_routes(app).items() if not name.startswith(CONSOLE)}
    opened = {name for name, gate in gates.items() if gate.access is Access.open}
    assert opened == {
        "GET /healthz",
        "GET /readyz",
        "GET /api/v1/asyncapi.json",
        "GET /api/v1/openapi.json",
        "POST /api/v1/session",
        "GET /api/v1/session/oidc",
        "POST /api/v1/session/oidc",
        "GET /api/v1/session/oidc/start",
        "GET /api/v1/session/oidc/callback",
        "POST /api/v1/session/refresh",
    }
    app.add_api_route("/back-door", lambda: "welcome")
    with pytest.raises(UndeclaredAccess, match="back-door"):
        gates_of_routes(app)
    assert issubclass(UndeclaredAccess, DispatchError)


@pytest.fixture
def guests(client_of: Make, store: SqlStore, case_id: str) -> Iterator[TestClient]:
    accounts = accounts_of(store, GUEST)
    made = accounts.administration.first_administrator(T0)
    assert made is not None
    client = client_of(accounts=accounts)
    client.headers["X-Password"] = made[1]
    yield client


def test_a_guest_reads_and_changes_nothing(guests: TestClient, case_id: str) -> None:
    assert guests.get("/api/v1/me").json()["is_guest"]
    assert guests.get("/api/v1/cases").json()["items"]
    for method, path in (
        ("POST", f"/api/v1/cases/{case_id}/feedback"),
        ("GET", "/api/v1/users"),
        ("GET", "/api/v1/audit"),
    ):
        answered = guests.request(method, path, json={})
        assert answered.status_code == 401
        assert answered.headers["www-authenticate"] == "Bearer"
    for header in ("Basic eDp5", "Bearer", "Bearer wrong", "nonsense"):
        assert guests.get("/api/v1/cases", headers={"Authorization": header}).status_code == 401, header


def test_the_story_of_the_first_administrator(guests: TestClient) -> None:
    first = guests.headers.pop("X-Password")
    signed = guests.post("/api/v1/session", json={"name": "admin", "password": first}).json()
    assert signed["me"]["must_change_password"]
    guests.headers["Authorization"] = f"Bearer {signed['access_token']}"
    refused = guests.get("/api/v1/users")
    assert (refused.status_code, "one-time" in refused.json()["what"]) == (403, True)
    own = {"old_password": first, "new_password": "a password of my own"}
    assert guests.post("/api/v1/me/password", json=own).status_code == 204
    assert guests.get("/api/v1/me").json()["roles"] == ["administrator"]
    made = guests.post(
        "/api/v1/users", json={"name": "li", "roles": ["handler"], "departments": ["sanitation"], "grid": ["street/1"]}
    )
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    assert made.json()["one_time_password"]
    assert guests.post("/api/v1/users", json={"name": "li", "roles": ["viewer"]}).status_code == 409
    changed = guests.patch("/api/v1/users/li", json={"roles": ["viewer"], "departments": [], "grid": []}).json()
    assert (changed["roles"], changed["scope"]) == (["viewer"], {"departments": [], "grid": []})
    assert guests.patch("/api/v1/users/li", json={"disabled": True}).json()["disabled_at"]
    reset = guests.post("/api/v1/users/li/password").json()
    assert reset["one_time_password"] != made.json()["one_time_password"]
    guests.post("/api/v1/users", json={"name": "hub", "roles": ["machine"]})
    key = guests.post("/api/v1/keys", json={"user": "hub", "label": "city", "days": 30}).json()
    assert guests.get("/api/v1/me", headers={"Authorization": f"Bearer {key['key']}"}).json()["name"] == "hub"
    assert "key" not in guests.get("/api/v1/keys", params={"user": "hub"}).json()["items"][0]
    assert guests.delete(f"/api/v1/keys/{key['key_id']}").json()["revoked_at"]
    assert guests.get("/api/v1/me", headers={"Authorization": f"Bearer {key['key']}"}).status_code == 401
    page = guests.get("/api/v1/users", params={"limit": 2}).json()
    rest = guests.get("/api/v1/users", params={"limit": 2, "cursor": page["next"]}).json()
    assert [user["name"] for user in (*page["items"], *rest["items"])] == ["admin", "hub", "li"]
    audit = guests.get("/api/v1/audit", params={"limit": 3}).json()
    assert [line["action"] for line in audit["items"]] == ["key.revoke", "key.create", "user.add"]
    older = guests.get("/api/v1/audit", params={"limit": 500, "cursor": audit["next"]}).json()
    assert older["next"] is None
    assert older["items"][-1]["actor"] == "gridpatrol"
    again = guests.post("/api/v1/session/refresh", json={"refresh_token": signed["refresh_token"]}).json()
    guests.headers["Authorization"] = f"Bearer {again['access_token']}"
    ended = guests.delete("/api/v1/session")
    assert (ended.status_code, ended.json()) == (200, {"address": None})
    assert guests.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_may_be_listened_on(host: str) -> None:
    refuse_unsafe_bind(host, guest_reading=True, is_encrypted=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "node.example"])
def test_other_addresses_need_sign_in_and_encryption(host: str) -> None:
    for guest_reading, is_encrypted in ((True, True), (True, False), (False, False)):
        with pytest.raises(RefusedBind):
            refuse_unsafe_bind(host, guest_reading=guest_reading, is_encrypted=is_encrypted)
    refuse_unsafe_bind(host, guest_reading=False, is_encrypted=True)


def test_a_case_is_merged_only_into_one_of_the_callers_own(client: TestClient, desk: Desk) -> None:
    """The other case stands in the body, where no gate looks."""
    parked = desk.receive(sent(report("e2", matter="illegal_parking", camera_id="east")), T0).case_id
    doubtful = report("e3", camera_id="tower", location=metres_east(300), confidence=0.4)
    url = f"/api/v1/cases/{desk.receive(sent(doubtful), T0).case_id}/actions/merge_into"
    body = {"reason": "the same", "into": parked}
    refused = client.post(url, json=body, headers={"Authorization": "Bearer operations-own"})
    assert (refused.status_code, parked in refused.json()["what"]) == (403, True)
    assert desk.case(parked or "").event_ids == ("e2",)
    allowed = client.post(url, json=body, headers={"Authorization": "Bearer operations-everywhere"})
    assert (allowed.status_code, desk.case(parked or "").event_ids) == (200, ("e2", "e3"))
