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
    assert client.get("/api/v1/profile").json() == {"in_force": None, "profiles": [], "version": 0}
    desk.policy = Policy(profiles=(Profile(id="peace", names=NAMES), Profile(id="storm", names=NAMES)))
    assert client.get("/api/v1/profile").json()["in_force"] == "peace"
    body = {"profile": "storm", "actor": "Zhao", "reason": "typhoon"}
    assert client.put("/api/v1/profile", json=body).json()["in_force"] == "storm"
    assert client.put("/api/v1/profile", json=body | {"profile": "war"}).status_code == 422


def test_a_refusal_is_told_in_both_languages(client: TestClient, desk: Desk) -> None:
    case_id = opened(desk, "e1")
    refused = client.post(f"/api/v1/cases/{case_id}/actions/approve", json={"reason": "x", "role": "dispatcher"}).json()
    assert (refused["status"], refused["title_zh"]) == (409, "当前不能这样操作")
    assert refused["what_zh"] == f"案件 {case_id} 处于“派遣”，不能执行“核查通过并结案”"
    assert refused["remedy_zh"].startswith("分拨员当前可以：")
    assert "挂账" in refused["remedy_zh"]
    long = client.post(f"/api/v1/cases/{case_id}/actions/note", json={"reason": "x" * 5000}).json()
    assert (long["faults"][0]["what_zh"], long["what_zh"]) == ("至多 4000 个字符", "body.reason：至多 4000 个字符")
    lost = client.get("/api/v1/nothing", headers={"Accept": "application/json"}).json()
    assert (lost["title_zh"], lost["what_zh"]) == ("未找到", "GET /api/v1/nothing：未找到")


def test_a_profile_is_not_switched_by_who_has_not_seen_the_last_switch(client: TestClient, desk: Desk) -> None:
    desk.policy = Policy(profiles=(Profile(id="peace", names=NAMES), Profile(id="storm", names=NAMES)))
    seen = client.get("/api/v1/profile").json()["version"]
    storm = {"profile": "storm", "actor": "Zhao", "reason": "typhoon"}
    first = client.put("/api/v1/profile", json=storm, headers={"If-Match": f'"{seen}"'})
    assert first.status_code == 200
    late = {"profile": "peace", "actor": "Qian", "reason": "it is over"}
    refused = client.put("/api/v1/profile", json=late, headers={"If-Match": f'"{seen}"'})
    newest = refused.json()["newest"]
    assert (refused.status_code, newest["version"]) == (412, first.json()["version"])
    assert newest["changed_by"].startswith("Zhao")
    assert client.get("/api/v1/profile").json()["in_force"] == "storm"
    again = client.put("/api/v1/profile", json=late, headers={"If-Match": f'"{newest["version"]}"'})
    assert (again.status_code, again.json()["in_force"]) == (200, "peace")


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


def test_two_people_do_not_act_on_the_same_state_of_an_order(client: TestClient, desk: Desk, clock: Clock) -> None:
    order = {"department": "sanitation", "text": "sweep", "check_in_by": at(3600).isoformat(), "actor": "Community 5"}
    made = client.post("/api/v1/orders", json=order)
    url = f"/api/v1/orders/{made.json()['order_id']}"
    seen = client.get(url)
    assert (seen.headers["etag"], seen.json()) == (made.headers["etag"], made.json())
    clock.now = at(3700)
    desk.sweep(clock.now)
    late = client.post(f"{url}/check-in", json={"actor": "Team 3"}, headers={"If-Match": seen.headers["etag"]})
    assert late.status_code == 412
    newest = {"version": 2, "changed_by": "gridpatrol", "changed_at": at(3700).isoformat().replace("+00:00", "Z")}
    assert late.json()["newest"] == newest
    again = client.get(url, headers={"If-None-Match": seen.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    taken = client.post(f"{url}/check-in", json={"actor": "Team 3"}, headers={"If-Match": again.headers["etag"]})
    assert (taken.status_code, taken.headers["etag"], taken.json()["version"]) == (200, '"3"', 3)
    other = client.post(f"{url}/check-in", json={"actor": "Team 4"}, headers={"If-Match": '"2"'})
    assert (other.status_code, other.json()["newest"]["changed_by"]) == (412, "Team 3 (tester)")
    assert client.get("/api/v1/orders/none").status_code == 404


def test_who_settles_a_hot_spot_has_seen_every_case_of_it(client: TestClient, desk: Desk) -> None:
    def filed(number: int) -> None:
        case_id = opened(desk, f"e{number}", camera_id=f"c{number}")
        client.post(f"/api/v1/cases/{case_id}/actions/force_close", json={"actor": "Li", "reason": "done"})

    for number in range(3):
        filed(number)
    url = f"/api/v1/hot-spots/{client.get('/api/v1/hot-spots').json()['items'][0]['spot_id']}"
    seen = {"If-Match": client.get(url).headers["etag"]}
    filed(3)
    body = {"actor": "Zhao", "reason": "bins were moved"}
    refused = client.post(f"{url}/steps/settled", json=body, headers=seen)
    assert (refused.status_code, refused.json()["newest"]["version"]) == (412, 2)
    present = client.get(url)
    assert len(present.json()["case_ids"]) == 4
    settled = client.post(f"{url}/steps/settled", json=body, headers={"If-Match": present.headers["etag"]})
    assert (settled.status_code, settled.json()["state"], settled.headers["etag"]) == (200, "settled", '"3"')
    assert client.get("/api/v1/hot-spots/none").status_code == 404
