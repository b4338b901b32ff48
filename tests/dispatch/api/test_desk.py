"""The desk over HTTP: moves that are legal now, decisions of the review queue, the profile."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from dispatch.config import Names
from dispatch.policy import Policy
from dispatch.registers import Profile
from dispatch.service import Desk
from tests.dispatch.api.conftest import Clock
from tests.dispatch.builders import T0, at, metres_east, report, sent

NAMES = Names(en="x", zh="某处")


def opened(desk: Desk, event_id: str, **changes: Any) -> str:
    return desk.receive(sent(report(event_id, **changes)), T0).case_id or ""


def test_the_moves_that_are_legal_now_are_listed_with_what_they_need(client: TestClient, desk: Desk) -> None:
    url = f"/api/v1/cases/{opened(desk, 'e1')}/moves"
    moves = {move["action"]: move for move in client.get(url).json()["items"]}
    assert moves["suspend"] == {"action": "suspend", "to": "suspended", "needs_reason": True, "needs": ["until"]}
    assert "extend" not in moves  # its matter has no limit
    handler = {move["action"] for move in client.get(url, params={"role": "handler"}).json()["items"]}
    assert handler == {"note", "accept", "return", "handle"}


def test_suspension_and_decisions_over_the_interface(client: TestClient, desk: Desk, clock: Clock) -> None:
    case_id = opened(desk, "e1")
    clock.now = at(60)
    body = {"actor": "Li", "reason": "frost"}
    assert client.post(f"/api/v1/cases/{case_id}/actions/suspend", json=body).status_code == 422
    until = {"until": at(3600).isoformat()}
    case = client.post(f"/api/v1/cases/{case_id}/actions/suspend", json=body | until).json()
    assert (case["state"], case["until"][:19]) == ("suspended", "2026-11-21T09:00:00")
    assert all(not deadline["running"] for deadline in case["deadlines"])
    doubtful = opened(desk, "e2", camera_id="tower", location=metres_east(300), confidence=0.4)
    url = f"/api/v1/cases/{doubtful}/actions"
    merged = client.post(f"{url}/merge_into", json=body | {"into": case_id}).json()
    assert (merged["state"], merged["merged_into"]) == ("not_filed", case_id)
    assert client.post(f"{url}/undo", json=body).json()["state"] == "review"
    assert (
        client.post(f"{url}/correct", json=body | {"matter": "illegal_parking"}).json()["matter"] == "illegal_parking"
    )


def test_the_profile_is_read_and_switched(client: TestClient, desk: Desk) -> None:
    assert client.get("/api/v1/profile").json() == {"in_force": None, "profiles": []}
    desk.policy = Policy(profiles=(Profile(id="peace", names=NAMES), Profile(id="storm", names=NAMES)))
    assert client.get("/api/v1/profile").json()["in_force"] == "peace"
    body = {"profile": "storm", "actor": "Zhao", "reason": "typhoon"}
    assert client.put("/api/v1/profile", json=body).json()["in_force"] == "storm"
    assert client.put("/api/v1/profile", json=body | {"profile": "war"}).status_code == 422


def test_orders_and_hot_spots_over_the_interface(client: TestClient, desk: Desk, clock: Clock) -> None:
    order = {"department": "sanitation", "text": "sweep", "check_in_by": at(3600).isoformat(), "actor": "Community 5"}
    made = client.post("/api/v1/orders", json=order)
    assert made.status_code == 201
    url = f"/api/v1/orders/{made.json()['order_id']}/check-in"
    assert client.post(url, json={"actor": "Team 3"}).json()["checked_in_by"] == "Team 3 (tester)"
    assert client.post(url, json={"actor": "Team 3"}).status_code == 409
    assert client.get("/api/v1/orders", params={"open": "true"}).json()["items"] == []
    assert client.post("/api/v1/orders/none/check-in", json={"actor": "x"}).status_code == 404
    for number in range(3):
        case_id = opened(desk, f"e{number}", camera_id=f"c{number}")
        client.post(f"/api/v1/cases/{case_id}/actions/force_close", json={"actor": "Li", "reason": "done"})
    (spot,) = client.get("/api/v1/hot-spots", params={"open": "true"}).json()["items"]
    assert len(spot["case_ids"]) == 3
    step = f"/api/v1/hot-spots/{spot['spot_id']}/steps"
    assert client.post(f"{step}/tracked", json={"actor": "Li", "reason": "agenda"}).json()["state"] == "tracked"
    assert client.post(f"{step}/raised", json={"actor": "Li", "reason": "agenda"}).status_code == 409
