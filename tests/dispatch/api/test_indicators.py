"""Indicators over HTTP, of cases that went through the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller
from dispatch.accounts.values import Scope
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import Clock
from tests.dispatch.builders import T0, answer, at, metres_east, report, requests, sent


@pytest.fixture
def day(desk: Desk, clock: Clock) -> None:
    """Three cases: closed after its camera looked again, not filed for want of confidence, open."""
    first = desk.receive(sent(report("e1")), at(10)).case_id or ""
    desk.receive(sent(report("e2", confidence=0.1, location=metres_east(300), camera_id="corner")), at(20))
    desk.receive(sent(report("e3", matter="illegal_parking")), at(30))
    desk.handle(first, actor="Wang", now=at(610))
    desk.receive(sent(answer(requests(desk.store)[0])), at(700))  # type: ignore[arg-type]
    clock.now = at(3600)


def ratios(row: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {name: (ratio["part"], ratio["whole"]) for name, ratio in row["ratios"].items()}


@pytest.mark.usefixtures("day")
def test_indicators_of_a_day(client: TestClient) -> None:
    found = client.get("/api/v1/indicators").json()
    (row,) = found["rows"]
    assert row["counts"] == {"reported": 3, "filed": 2, "dispatched": 2, "handled": 1, "verified": 1, "closed": 1}
    assert ratios(row)["filing_rate"] == (2, 3)
    assert ratios(row)["closing_rate"] == (1, 2)
    assert row["handling_s"] == 600
    assert row["latencies_s"]["verified"] == 90
    assert found["as_of"] == "2026-11-21T09:00:00Z"


@pytest.mark.usefixtures("day")
def test_the_city_in_parts(client: TestClient) -> None:
    by_matter = client.get("/api/v1/indicators", params={"by": "matter"}).json()["rows"]
    assert [(row["key"], row["counts"]["filed"]) for row in by_matter] == [
        ("illegal_parking", 1),
        ("litter_exposed", 1),
    ]
    by_grid = client.get("/api/v1/indicators", params={"by": "grid"}).json()
    assert (by_grid["layer"], [row["key"] for row in by_grid["rows"]]) == ("unit", ["440303001002003"])
    community = client.get("/api/v1/indicators", params={"by": "grid", "layer": "community"}).json()["rows"]
    assert community[0]["counts"]["reported"] == 3


@pytest.mark.usefixtures("day")
def test_scores_of_cameras(client: TestClient) -> None:
    found = client.get("/api/v1/indicators/cameras").json()
    total, corner, gate = found["cameras"]
    assert (total["camera_id"], total["reports"]) == ("", 3)
    assert (corner["valid"]["whole"], gate["valid"]["part"]) == (0, 2), "what the machine dropped was never judged"
    assert gate["on_time_verification"] == {"part": 1, "whole": 1, "value": 1.0}
    assert gate["detection_s"] == 140
    assert found["coverage"]["unit"]["value"] == 1


@pytest.mark.usefixtures("day")
def test_the_times_of_each_case(client: TestClient) -> None:
    found = client.get("/api/v1/indicators/cases").json()
    assert found["is_complete"]
    assert [len(case["times"]) for case in found["cases"]] == [6, 1, 3]
    assert found["cases"][0]["times"]["closed"] == "2026-11-21T08:11:40Z"


@pytest.mark.usefixtures("day")
def test_the_cases_by_the_hour_and_by_the_day_of_their_report(client: TestClient) -> None:
    hours = client.get("/api/v1/indicators/series").json()
    assert hours["step"] == "hour"
    begin = datetime.fromisoformat(hours["buckets"][0]["begin"])
    assert (begin.minute, len(hours["buckets"])) == (0, 24)
    assert [bucket["counts"]["reported"] for bucket in hours["buckets"] if bucket["counts"]["reported"]] == [3]
    days = client.get("/api/v1/indicators/series", params={"since": at(-3 * 86_400).isoformat()}).json()
    assert days["step"] == "day"
    assert [bucket["begin"][11:] for bucket in days["buckets"]] == ["16:00:00Z"] * 4, "midnight in the city"
    assert days["buckets"][-1]["counts"] == {
        "reported": 3,
        "filed": 2,
        "dispatched": 2,
        "handled": 1,
        "verified": 1,
        "closed": 1,
    }


def test_nothing_writes_reports_where_there_is_no_node(client: TestClient) -> None:
    answered = client.get("/api/v1/indicators/report/html")
    assert (answered.status_code, answered.headers["content-type"]) == (503, "application/problem+json")


def test_a_period_without_cases(client: TestClient) -> None:
    (row,) = client.get("/api/v1/indicators", params={"until": T0.isoformat()}).json()["rows"]
    assert row["counts"]["reported"] == 0
    assert row["ratios"]["filing_rate"]["value"] is None


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"since": "2026-11-21T09:00:00Z", "until": "2026-11-21T08:00:00Z"}, "ends before it begins"),
        ({"since": "2020-01-01T00:00:00Z"}, "more than 92 days"),
        ({"since": "2026-11-21"}, "since"),
        ({"by": "weather"}, "by"),
        ({"until": "0001-01-01T00:00:00Z"}, "outside of what a calendar has"),
        ({"since": "0001-01-01T00:00:00+14:00", "until": "0001-01-02T00:00:00Z"}, "outside of what a calendar has"),
    ],
)
def test_periods_that_cannot_be(client: TestClient, params: dict[str, str], said: str) -> None:
    refused = client.get("/api/v1/indicators", params=params)
    assert refused.status_code == 422
    assert said in refused.json()["what"]


@pytest.mark.usefixtures("day")
def test_all_that_a_report_tells_in_one_answer(client: TestClient) -> None:
    told = client.get("/api/v1/indicators/report", params={"day": "2026-11-21"}).json()
    assert (told["since"], told["until"]) == ("2026-11-21T00:00:00+08:00", "2026-11-22T00:00:00+08:00")
    assert (told["total"]["counts"]["reported"], told["before"]["counts"]["reported"]) == (3, 0)
    assert [row["key"] for row in told["parts"]["department"]] == ["sanitation", "traffic_police"]
    assert (len(told["cases"]), told["is_complete"], told["layer"]) == (3, True, "unit")
    yesterday = client.get("/api/v1/indicators/report").json()
    assert yesterday["since"] == "2026-11-20T00:00:00+08:00"
    for day in ("0001-01-01", "0001-01-08", "0001-01-15", "9999-12-24", "9999-12-31"):
        refused = client.get("/api/v1/indicators/report", params={"day": day, "kind": "weekly"})
        assert refused.status_code in {200, 422}, refused.text


@pytest.mark.usefixtures("day")
def test_a_department_sees_its_own(client_of: Callable[..., TestClient], store: SqlStore) -> None:
    police = Caller("Zhou", frozenset({AccountRole.viewer}), Scope(departments=frozenset({"traffic_police"})))
    client = client_of(accounts=accounts_of(store, police))
    told = client.get("/api/v1/indicators/report", params={"day": "2026-11-21"}).json()
    assert [case["matter"] for case in told["cases"]] == ["illegal_parking"]
    assert told["total"]["counts"]["reported"] == 1
    assert told["cameras"][0]["reports"] == 1
    assert told["coverage"] == {}
    assert [row["key"] for row in client.get("/api/v1/indicators", params={"by": "matter"}).json()["rows"]] == [
        "illegal_parking"
    ]
