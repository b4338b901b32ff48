"""How the console is served: its pages, its files, and nothing else of the machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller, Scope
from dispatch.api.console import ASK_EVERY_TIME, FOR_EVER, PAGES
from dispatch.case import Action, Role
from dispatch.config import Names
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.wording import NameBook
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import Clock
from tests.dispatch.builders import T0, at, metres_east, report, sent

ROOT = Path(__file__).parents[3]
PAGE = "<!doctype html><title>the console</title>"
DAYS_S = 7 * 86_400.0

ClientOf = Callable[..., TestClient]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.js").write_text("not for you")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "secret.js")
    return folder


@pytest.mark.one_database
@pytest.mark.parametrize(
    "address",
    [
        *PAGES,
        "/cases/20261121-56a8d8231589",
        "/cameras/parking",
        "/cameras/parking/zones",
        "/models/city@2026.11.22/clips",
    ],
)
def test_every_page_has_an_address_that_can_be_shared(client_of: ClientOf, built: Path, address: str) -> None:
    read = client_of(console=built).get(address)
    assert (read.status_code, read.text) == (200, PAGE)
    assert read.headers["cache-control"] == ASK_EVERY_TIME
    policy = read.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert read.headers["x-content-type-options"] == "nosniff"


def test_a_file_is_kept_for_ever_and_the_page_is_asked_for_again(client_of: ClientOf, built: Path) -> None:
    client = client_of(console=built)
    read = client.get("/assets/app-1a2b.js")
    assert (read.text, read.headers["cache-control"]) == ("1", FOR_EVER)
    assert "javascript" in read.headers["content-type"]
    assert client.get("/favicon.svg").headers["cache-control"] == ASK_EVERY_TIME


@pytest.mark.one_database
@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/api",
        "/api/v1/nowhere",
        "/api/v1/cases/nowhere",
        "/cases/a/b",
        "/assets/none.js",
        "/assets/link.js",
        "/assets/..%2f..%2fsecret.js",
        "/assets/%2e%2e/index.html",
        "/index.html",
        "/assets/",
    ],
)
def test_what_is_no_page_stays_a_problem(client_of: ClientOf, built: Path, address: str) -> None:
    answered = client_of(console=built).get(address)
    assert answered.status_code == 404
    assert answered.headers["content-type"] == "application/problem+json"
    assert "not for you" not in answered.text


def test_the_api_is_not_hidden_by_the_console(client_of: ClientOf, built: Path) -> None:
    client = client_of(console=built)
    assert client.get("/api/v1/cases").json() == {"items": [], "next": None}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert "/assets/{name}" not in client.get("/api/v1/openapi.json").json()["paths"]


def test_without_a_built_console_the_api_works_and_says_how_to_get_one(client_of: ClientOf, tmp_path: Path) -> None:
    for folder in (None, tmp_path / "nothing"):
        client = client_of(console=folder)
        read = client.get("/")
        assert read.status_code == 200
        assert "make web" in read.text
        assert client.get("/api/v1/cases").status_code == 200


def test_a_console_that_is_built_later_is_there_at_once(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(console=tmp_path / "later")
    assert "make web" in client.get("/").text
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "index.html").write_text(PAGE)
    assert client.get("/").text == PAGE


def test_the_server_knows_every_page_that_the_console_draws() -> None:
    routes = re.findall(r'<Route path="(\w+)(?:/:id)?"', (ROOT / "web/src/App.tsx").read_text(encoding="utf-8"))
    assert routes
    assert {f"/{route}" for route in routes} <= set(PAGES)


def test_the_one_screen_has_names_counters_and_loads(client_of: ClientOf, desk: Desk) -> None:
    client = client_of()
    for number in range(2):
        desk.receive(sent(report(f"e{number}", camera_id=f"c{number}", location=metres_east(500 * number))), T0)
    read = client.get("/api/v1/overview").json()
    assert read["cases"] == [{"matter": "litter_exposed", "state": "dispatched", "number": 2}]
    assert client.get("/api/v1/stream", params={"after": read["last_message"] - 1, "limit": 1}).text.startswith(
        "event:"
    )
    unit = {"layer": "unit", "code": "440303001002003", "open": 2, "repeated": 0, "overdue": 0}
    assert client.get("/api/v1/grid/load", params={"layer": "unit"}).json() == [unit]
    assert len(client.get("/api/v1/grid/load").json()) == 2
    for narrowed in (
        {"matter": "illegal_parking"},
        {"department": "traffic_police"},
        {"layer": "nowhere"},
        {"since": at(60).isoformat()},
    ):
        assert client.get("/api/v1/grid/load", params=narrowed).json() == []


def test_a_case_over_its_deadline_is_counted_coloured_and_found(client_of: ClientOf, desk: Desk, clock: Clock) -> None:
    client = client_of()
    late = desk.receive(sent(report("e1")), T0).case_id
    desk.receive(sent(report("e2", camera_id="c2", location=metres_east(500))), at(DAYS_S))
    for now, overdue in ((at(60), []), (at(DAYS_S + 60), [late])):
        clock.now = now
        assert client.get("/api/v1/overview").json()["overdue"] == len(overdue)
        found = client.get("/api/v1/cases", params={"overdue": True}).json()["items"]
        assert [case["case_id"] for case in found] == overdue
        assert client.get("/api/v1/grid/load", params={"layer": "unit"}).json()[0]["overdue"] == len(overdue)
    desk.act(late or "", Action.void, actor="Li", role=Role.dispatcher, now=at(DAYS_S + 90), reason="a shadow")
    assert client.get("/api/v1/overview").json()["overdue"] == 0


def test_cases_are_found_by_the_time_of_their_report(client_of: ClientOf, desk: Desk) -> None:
    client = client_of()
    for number in range(3):
        desk.receive(
            sent(report(f"e{number}", camera_id=f"c{number}", location=metres_east(500 * number))), at(60 * number)
        )
    within = {"since": at(60).isoformat(), "until": at(120).isoformat()}
    assert [case["event_ids"] for case in client.get("/api/v1/cases", params=within).json()["items"]] == [["e1"]]


def test_cases_are_found_by_the_time_of_their_last_change(client_of: ClientOf, desk: Desk) -> None:
    client = client_of()
    old, other = (
        desk.receive(sent(report(f"e{number}", camera_id=f"c{number}", location=metres_east(500 * number))), T0).case_id
        for number in range(2)
    )
    desk.act(old or "", Action.note, actor="Li", role=Role.dispatcher, now=at(60), reason="seen")
    for since, expected in ((T0, [other, old]), (at(60), [old]), (at(61), [])):
        found = client.get("/api/v1/cases", params={"changed_since": since.isoformat()}).json()["items"]
        assert [case["case_id"] for case in found] == expected


def test_who_is_limited_to_a_department_counts_its_own(client_of: ClientOf, desk: Desk, store: SqlStore) -> None:
    police = Caller("Li", frozenset({AccountRole.dispatcher}), Scope(departments=frozenset({"traffic_police"})))
    for number, matter in enumerate(("litter_exposed", "illegal_parking")):
        desk.receive(sent(report(f"e{number}", matter=matter, location=metres_east(500 * number))), T0)
    client = client_of(accounts=accounts_of(store, police))
    assert [each["matter"] for each in client.get("/api/v1/overview").json()["cases"]] == ["illegal_parking"]
    assert client.get("/api/v1/grid/load", params={"layer": "unit"}).json()[0]["open"] == 1


def test_the_city_is_told_by_name_in_both_languages(client_of: ClientOf) -> None:
    litter, unit = Names(en="Exposed litter", zh="暴露生活垃圾"), Names(en="Unit cells", zh="单元网格")
    names = NameBook(matters={"litter_exposed": litter}, layers={"unit": unit})
    client = client_of(names=names)
    read = client.get("/api/v1/city").json()
    assert read["matters"] == [{"id": "litter_exposed", "en": "Exposed litter", "zh": "暴露生活垃圾"}]
    assert [layer["id"] for layer in read["layers"]] == ["unit"]
    assert read["time_zone"] == "Asia/Shanghai"
