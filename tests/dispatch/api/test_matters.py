"""The catalogue over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

DEFINITION: dict[str, Any] = {
    "matter": "gbt30428_0112",
    "name_zh": "道路不洁",
    "major": "市容环境",
    "codes": [{"scheme": "gbt30428", "value": "0112"}],
    "conditions": [{"filing": "有泥", "limit_text": "2工作时", "limit": {"value": 2, "clock": "work_hour"}}],
    "department": "sanitation",
}
NEW = {"actor": "Li", "reason": "table of May", "definitions": [DEFINITION]}


def test_a_matter_goes_from_proposal_to_admission(client: TestClient) -> None:
    assert [item["matter"] for item in client.get("/api/v1/matters").json()["items"]] == [
        "litter_exposed",
        "illegal_parking",
    ]
    made = client.post("/api/v1/matters", json=NEW)
    assert (made.status_code, made.json()["items"]) == (
        201,
        [{"matter": "gbt30428_0112", "version": 1, "is_new": True}],
    )
    for step in ("reviewed", "admitted"):
        answer = client.post(
            f"/api/v1/matters/gbt30428_0112/decisions/{step}", json={"actor": "Wu", "reason": "read with care"}
        )
        assert answer.status_code == 200, answer.text
    found = client.get("/api/v1/matters/gbt30428_0112").json()
    assert found["admitted_version"] == 1
    assert found["newest"]["definition"]["conditions"][0]["limit_text"] == "2工作时"
    assert [(one["state"], one["actor"]) for one in found["decisions"]] == [
        ("proposed", "Li (tester)"),
        ("reviewed", "Wu (tester)"),
        ("admitted", "Wu (tester)"),
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/nothing/decisions/admitted", {"actor": "Li", "reason": "so"}, 404, "no matter nothing"),
        ("/litter_exposed/decisions/admitted", {"actor": "Li", "reason": "so"}, 409, "version 0 is admitted"),
        ("/litter_exposed/decisions/retired", {"actor": "Li", "reason": " "}, 422, "reason"),
        (
            "/litter_exposed/decisions/retired",
            {"actor": "Li", "reason": "so", "effective_from": "9999-12-31T23:59:59-12:00"},
            422,
            "days ahead",
        ),
        (
            "/litter_exposed/decisions/retired",
            {"actor": "Li", "reason": "so", "effective_from": "0001-01-01T00:00:00+14:00"},
            409,
            "lies before",
        ),
        ("/litter_exposed/decisions/burnt", {"actor": "Li", "reason": "so"}, 422, "step"),
        ("", {**NEW, "definitions": []}, 422, "definitions"),
        ("", {**NEW, "definitions": [{**DEFINITION, "major": "突发事件"}]}, 422, "the table says 突发事件"),
        ("", {**NEW, "definitions": [{**DEFINITION, "colour": "red"}]}, 422, "colour"),
    ],
)
def test_what_is_refused(client: TestClient, path: str, body: dict[str, Any], status: int, said: str) -> None:
    answer = client.post(f"/api/v1/matters{path}", json=body)
    assert answer.status_code == status
    assert said in answer.json()["what"]


def test_two_people_do_not_decide_on_the_same_state_of_a_matter(client: TestClient) -> None:
    client.post("/api/v1/matters", json=NEW)
    url = "/api/v1/matters/gbt30428_0112"
    seen = client.get(url).json()["revision"]
    body = {"actor": "Wu", "reason": "read with care"}
    headers = {"If-Match": f'"{seen}"'}
    newer = {**NEW, "actor": "Sun", "definitions": [{**DEFINITION, "name_zh": "道路污染"}]}
    client.post("/api/v1/matters", json=newer)
    refused = client.post(f"{url}/decisions/reviewed", json=body, headers=headers)
    assert (refused.status_code, refused.json()["newest"]["changed_by"]) == (412, "Sun (tester)")
    present = {"If-Match": f'"{client.get(url).json()["revision"]}"'}
    done = client.post(f"{url}/decisions/reviewed", json=body, headers=present)
    assert (done.status_code, done.json()["revision"]) == (200, seen + 2)


def test_a_matter_nobody_knows(client: TestClient) -> None:
    assert client.get("/api/v1/matters/nothing").status_code == 404
