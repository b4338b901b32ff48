"""Orders and hot spots of a part of the city: a community orders what is in it and sees what is its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller, Cell, Scope
from dispatch.case import Action, Role
from dispatch.config import Department, Names
from dispatch.contract import GridMembership, Location
from dispatch.policy import Policy
from dispatch.routing import CellFacts
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import MATTERS, PLACE, T0, at, metres_east, report, sent

HERE, THERE = "440303001", "440303002"
NAMES = Names(en="x", zh="某处")


@dataclass(frozen=True)
class TwoCommunities:
    """A grid that is one community in the west and another one east of it."""

    def memberships(self, location: Location, at: datetime) -> tuple[GridMembership, ...]:
        code = HERE if location.lon < PLACE.lon + 0.005 else THERE
        return (GridMembership(layer="unit", code=f"{code}003"), GridMembership(layer="community", code=code))

    def facts(self, cells: Sequence[GridMembership], at: datetime) -> tuple[CellFacts, ...]:
        return tuple(CellFacts(cell.layer, cell.code) for cell in cells)


def of_community(code: str, *roles: AccountRole, departments: tuple[str, ...] = ()) -> Caller:
    scope = Scope(frozenset(departments), frozenset({Cell("community", code)}))
    return Caller("-".join((*roles, code)), frozenset(roles), scope)


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    departments = {name: Department(id=name, names=NAMES) for name in ("sanitation", "traffic_police")}
    return Desk(store, matters=MATTERS, grid=TwoCommunities(), policy=Policy(departments=departments))


@pytest.fixture
def client(client_of: Callable[..., TestClient], store: SqlStore) -> TestClient:
    callers = {
        "here": of_community(HERE, AccountRole.dispatcher),
        "there": of_community(THERE, AccountRole.dispatcher),
        "crew": of_community(HERE, AccountRole.handler, departments=("sanitation",)),
        "police": of_community(HERE, AccountRole.handler, departments=("traffic_police",)),
        "city": Caller("city", frozenset({AccountRole.dispatcher})),
    }
    return client_of(accounts=accounts_of(store, None, **callers))


def as_(name: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {name}"}}


def order(**changes: Any) -> dict[str, Any]:
    return {"department": "sanitation", "text": "sweep", "check_in_by": at(3600).isoformat(), **changes}


def test_a_community_orders_what_is_in_it(client: TestClient, desk: Desk) -> None:
    case_id = desk.receive(sent(report("e1")), T0).case_id
    for about, status in (
        ({"place": HERE}, 201),
        ({"place": f"{HERE}003"}, 201),
        ({"case_id": case_id}, 201),
        ({"place": THERE}, 403),
        ({"case_id": "nowhere"}, 403),
        ({}, 403),
    ):
        made = client.post("/api/v1/orders", json=order(**about), **as_("here"))
        assert made.status_code == status, (about, made.text)
    assert client.post("/api/v1/orders", json=order(case_id=case_id), **as_("there")).status_code == 403
    assert client.post("/api/v1/orders", json=order(), **as_("city")).status_code == 201
    seen = {name: len(client.get("/api/v1/orders", **as_(name)).json()["items"]) for name in ("here", "there", "city")}
    assert seen == {"here": 3, "there": 0, "city": 4}


def test_who_handles_there_checks_in(client: TestClient) -> None:
    made = client.post("/api/v1/orders", json=order(place=HERE), **as_("here")).json()
    url = f"/api/v1/orders/{made['order_id']}/check-in"
    assert client.post(url, json={}, **as_("police")).status_code == 403
    assert client.post(url, json={}, **as_("there")).status_code == 403
    one = url.removesuffix("/check-in")
    assert [client.get(one, **as_(name)).status_code for name in ("police", "there", "crew")] == [403, 403, 200]
    assert client.post(url, json={"note": "on our way"}, **as_("crew")).json()["checked_in_by"] == "handler-440303001"


def test_the_live_view_tells_a_community_of_its_own(client: TestClient) -> None:
    for place, name in ((HERE, "here"), (THERE, "there")):
        client.post("/api/v1/orders", json=order(place=place, text=f"sweep {name}"), **as_(name))
    for name in ("here", "there"):
        text = client.get("/api/v1/stream", params={"after": 0, "limit": 1}, **as_(name)).text
        assert ("event: supervision" in text, f"sweep {name}" in text) == (True, True)


def test_a_hot_spot_is_its_communitys(client: TestClient, desk: Desk) -> None:
    for number, place in enumerate([PLACE] * 3 + [metres_east(2000)] * 3):
        changes = {"camera_id": f"c{number}", "location": place}
        case_id = desk.receive(sent(report(f"e{number}", **changes)), at(number)).case_id or ""
        desk.act(case_id, Action.force_close, actor="Li", role=Role.dispatcher, now=at(number + 0.5), reason="done")
    found = {name: client.get("/api/v1/hot-spots", **as_(name)).json()["items"] for name in ("here", "there", "city")}
    assert {name: len(spots) for name, spots in found.items()} == {"here": 1, "there": 1, "city": 2}
    older = min(("here", "there"), key=lambda name: found["city"][1]["spot_id"] != found[name][0]["spot_id"])
    page = client.get("/api/v1/hot-spots", params={"limit": 1}, **as_(older)).json()
    assert (page["items"], page["next"]) == (found[older], None), "the newer one of others takes no place on the page"
    assert client.get("/api/v1/hot-spots", **as_("police")).json()["items"] == found["here"], (
        "they are of no department"
    )
    url = f"/api/v1/hot-spots/{found['here'][0]['spot_id']}/steps/tracked"
    assert client.post(url, json={"reason": "bins are moved"}, **as_("there")).status_code == 403
    spot = url.removesuffix("/steps/tracked")
    assert [client.get(spot, **as_(name)).status_code for name in ("there", "here", "city")] == [403, 200, 200]
    assert client.post(url, json={"reason": "bins are moved"}, **as_("here")).json()["state"] == "tracked"


def test_a_case_is_not_sent_to_a_department_that_there_is_none_of(client: TestClient, desk: Desk) -> None:
    url = f"/api/v1/cases/{desk.receive(sent(report('e1')), T0).case_id}/actions"
    assert client.post(f"{url}/return", json={"reason": "not ours"}, **as_("here")).json()["state"] == "returned"
    refused = client.post(f"{url}/dispatch", json={"department": "circus"}, **as_("here"))
    assert (refused.status_code, refused.json()["what"]) == (422, "there is no department 'circus'")
    sent_on = client.post(f"{url}/dispatch", json={"department": "traffic_police"}, **as_("here")).json()
    assert (sent_on["state"], sent_on["department"]) == ("dispatched", "traffic_police")
