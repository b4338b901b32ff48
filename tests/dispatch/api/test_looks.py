"""Looks and detections over the interface: asked, answered, refused, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller, Cell, Scope
from dispatch.accounts.ports import AuditFilter
from dispatch.contract import LookAnswer, LookRequest, Sight
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import JPEG, Clock
from tests.dispatch.builders import PICTURE, T0, at, outgoing, report, sent

LOOKS = "/api/v1/cameras/gate/looks"
COMMUNITY = frozenset({Cell("community", "440303001")})


def answer(desk: Desk, store: SqlStore, **changes: Any) -> None:
    """Let the camera answer the latest request."""
    asked = outgoing(store, LookRequest)[-1]
    sight = Sight(taken_at=at(3), resolution_wh=(1280, 720), usable=True, model="street 1")
    values = {"answered_at": at(3), "sight": sight, "evidence": (PICTURE,), **changes}
    desk.receive(sent(LookAnswer(**asked.model_dump(exclude={"until"}), **values)), at(4))


def test_what_the_detector_sees_right_now(client: TestClient) -> None:
    body = client.get("/api/v1/cameras/gate/detections").json()
    assert body["view"]["resolution_wh"] == [1280, 720]
    assert body["view"]["detections"] == [{"class_name": "car", "confidence": 0.9, "box_xyxy_px": [1, 2, 30, 40]}]
    assert client.get("/api/v1/cameras/corner/detections").json() == {"camera_id": "corner", "view": None}
    assert client.get("/api/v1/cameras/nowhere/detections").status_code == 404


def test_a_look_from_the_wish_to_the_picture(client: TestClient, desk: Desk, store: SqlStore) -> None:
    asked = client.post(LOOKS, json={})
    assert asked.status_code == 202
    look = asked.json()
    assert (look["state"], look["asked_by"], look["cause"]) == ("asked", "tester", "person")
    assert (look["view"], look["picture"]) == (None, None)
    answer(desk, store)
    taken = client.get(f"{LOOKS}/{look['look_id']}").json()
    assert (taken["state"], taken["taken_at"]) == ("taken", "2026-11-21T08:00:03Z")
    assert taken["view"]["usable"] is True
    picture = client.get(taken["picture"])
    assert (picture.status_code, picture.content) == (200, JPEG)
    assert picture.headers["content-type"] == "image/jpeg"
    assert client.get(LOOKS).json()["items"] == [taken]
    assert client.get(f"/api/v1/cameras/corner/looks/{look['look_id']}").status_code == 404
    seen = [line.purpose for line in store.accounts.reads.audit(AuditFilter()) if line.action == "evidence.view"]
    assert seen == [f"look {look['look_id']}"]


def test_a_look_that_failed_has_no_picture_and_says_why(client: TestClient, desk: Desk, store: SqlStore) -> None:
    look_id = client.post(LOOKS, json={}).json()["look_id"]
    answer(desk, store, sight=None, evidence=(), reason="no route to 10.0.0.1")
    failed = client.get(f"{LOOKS}/{look_id}").json()
    assert (failed["state"], failed["reason"], failed["picture"]) == ("failed", "no route to 10.0.0.1", None)
    assert client.get(f"{LOOKS}/{look_id}/picture").status_code == 404


def test_a_look_that_nobody_answers_is_lost(client: TestClient, desk: Desk) -> None:
    look_id = client.post(LOOKS, json={}).json()["look_id"]
    desk.sweep(at(150))
    lost = client.get(f"{LOOKS}/{look_id}").json()
    assert lost["state"] == "lost"
    assert "did not answer" in lost["reason"]


def test_a_case_shows_its_looks_and_gives_their_pictures_to_its_own(
    client_of: Callable[..., TestClient], desk: Desk, store: SqlStore
) -> None:
    case_id = desk.receive(sent(report(evidence=())), T0).case_id or ""
    own = Caller("own", frozenset({AccountRole.dispatcher}), Scope(frozenset({"sanitation"}), COMMUNITY))
    foreign = Caller("foreign", frozenset({AccountRole.dispatcher}), Scope(frozenset({"traffic_police"}), COMMUNITY))
    client = client_of(accounts=accounts_of(store, None, own=own, foreign=foreign))
    headers = {"Authorization": "Bearer own"}
    assert client.post(LOOKS, json={"case_id": case_id}, headers=headers).status_code == 202
    answer(desk, store)
    case = client.get(f"/api/v1/cases/{case_id}", headers=headers).json()
    assert [(look["state"], look["camera_id"]) for look in case["looks"]] == [("taken", "gate")]
    assert "looked at the place" in case["history"][-1]["reason"]
    key = case["history"][-1]["evidence"][0]["key"]
    assert client.get(f"/api/v1/evidence/{key}", params={"case": case_id}, headers=headers).content == JPEG

    headers = {"Authorization": "Bearer foreign"}
    assert client.post(LOOKS, json={"case_id": case_id}, headers=headers).status_code == 403
    (seen,) = client.get(LOOKS, headers=headers).json()["items"]
    assert (seen["case_id"], seen["asked_by"]) == (None, ""), "the camera is theirs, the case is not"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        ("/api/v1/cameras/nowhere/looks", {}, 404),
        (LOOKS, {"case_id": "nowhere"}, 404),
        (LOOKS, {"why": "curious"}, 422),
    ],
)
def test_wishes_that_cannot_be_are_problems(client: TestClient, url: str, body: dict[str, Any], status: int) -> None:
    answered = client.post(url, json=body)
    assert answered.status_code == status
    assert answered.json()["what"]


def test_too_many_looks_are_refused_with_when_to_come_again(
    client: TestClient, desk: Desk, store: SqlStore, clock: Clock
) -> None:
    for second in range(6):
        clock.now = at(second)
        assert client.post(LOOKS, json={}).status_code == 202
        answer(desk, store)
    refused = client.post(LOOKS, json={})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert refused.headers["content-type"] == "application/problem+json"


def test_the_live_stream_tells_of_looks(client: TestClient, desk: Desk, store: SqlStore) -> None:
    client.post(LOOKS, json={})
    answer(desk, store)
    text = client.get("/api/v1/stream", params={"after": 0, "limit": 2}).text
    assert text.count("event: look") == 2
    assert "gridpatrol.look.answered.v1" in text


def test_a_repeat_with_its_key_asks_once(client: TestClient, store: SqlStore, evidence: Path) -> None:
    headers = {"Idempotency-Key": "k1"}
    first, second = (client.post(LOOKS, json={}, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert len(outgoing(store, LookRequest)) == 1
