"""What the board and the tables of cases read: parts of the list, counted and with pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller, Scope
from dispatch.case import Action, Role
from dispatch.contract import EvidenceKind
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import Clock
from tests.dispatch.builders import PICTURE, T0, at, metres_east, report, sent

ClientOf = Callable[..., TestClient]


def filed(desk: Desk, number: int, matter: str = "litter_exposed", **changes: object) -> str:
    told = report(f"e{number}", matter=matter, camera_id=f"c{number}", location=metres_east(500 * number), **changes)
    return desk.receive(sent(told), T0).case_id or ""


def ids(client: TestClient, **asked: str | bool | Sequence[str]) -> list[str]:
    answer = client.get("/api/v1/cases", params=asked)
    assert answer.status_code == 200, answer.text
    return [each["case_id"] for each in answer.json()["items"]]


def test_cases_are_counted_and_found_by_how_soon_they_are_due(client_of: ClientOf, desk: Desk, clock: Clock) -> None:
    client = client_of()
    open_case, ended = filed(desk, 1), filed(desk, 2)
    desk.act(ended, Action.void, actor="Li", role=Role.dispatcher, now=at(30), reason="a shadow")
    running = client.get(f"/api/v1/cases/{open_case}").json()["deadlines"]
    due_at = min(datetime.fromisoformat(each["due_at"]) for each in running if each["due_at"])
    for before, due in ((-1, "overdue"), (1800, "hour"), (3 * 86_400, "later")):
        clock.now = due_at - timedelta(seconds=before)
        counted = client.get("/api/v1/cases/counts").json()
        assert counted["due"] == [{"due": due, "number": 1}]
        assert {each["state"]: each["number"] for each in counted["states"]} == {"dispatched": 1, "voided": 1}
        for asked in ("overdue", "hour", "today", "later", "none"):
            assert ids(client, due=asked) == ([open_case] if asked == due else [])
    assert ids(client, due="later", overdue=True) == []


def test_a_case_whose_clocks_stand_still_has_no_deadline(client_of: ClientOf, desk: Desk) -> None:
    client, case = client_of(), filed(desk, 1)
    desk.act(
        case, Action.suspend, actor="Li", role=Role.dispatcher, now=at(30), reason="roadworks", until=at(86_400 * 9)
    )
    assert client.get("/api/v1/cases/counts").json()["due"] == [{"due": "none", "number": 1}]
    assert ids(client, due="none") == [case]


def test_counts_keep_to_the_filter_and_to_the_callers_part(client_of: ClientOf, desk: Desk, store: SqlStore) -> None:
    for number, matter in enumerate(("litter_exposed", "illegal_parking", "illegal_parking")):
        filed(desk, number, matter)
    police = Caller("Li", frozenset({AccountRole.dispatcher}), Scope(departments=frozenset({"traffic_police"})))
    for client, asked, number in (
        (client_of(), {}, 3),
        (client_of(), {"matter": "litter_exposed"}, 1),
        (client_of(), {"camera": "c2", "state": ["dispatched", "review"]}, 1),
        (client_of(accounts=accounts_of(store, police)), {}, 2),
    ):
        states = client.get("/api/v1/cases/counts", params=asked).json()["states"]
        assert states == [{"state": "dispatched", "number": number}]
    nothing = client_of().get("/api/v1/cases/counts", params={"open": False}).json()
    assert nothing == {"states": [], "due": []}


def test_of_the_cases_that_are_named_those_come_that_match(client_of: ClientOf, desk: Desk) -> None:
    client = client_of()
    litter, parking, other = filed(desk, 1), filed(desk, 2, "illegal_parking"), filed(desk, 3)
    assert ids(client, case=[litter, parking, "none"]) == [parking, litter]
    assert ids(client, case=[litter, parking], matter="illegal_parking") == [parking]
    assert ids(client, case=[other], state="review") == []
    assert client.get("/api/v1/cases", params={"case": [litter] * 101}).status_code == 422


def test_a_list_has_pictures_when_it_is_asked_for_them(client_of: ClientOf, desk: Desk) -> None:
    client = client_of()
    close = PICTURE.model_copy(update={"kind": EvidenceKind.close, "key": "2026/11/21/gate/close.jpg"})
    filed(desk, 1)
    filed(desk, 2, evidence=(PICTURE, close))
    filed(desk, 3, evidence=())
    read = client.get("/api/v1/cases", params={"pictures": True}).json()["items"]
    assert [each["picture"] and each["picture"]["kind"] for each in read] == [None, "close", "wide"]
    assert all(each["picture"] is None for each in client.get("/api/v1/cases").json()["items"])
