"""Reading again what has not changed."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from dispatch.service import Desk
from tests.dispatch.builders import T0, report, sent


@pytest.mark.parametrize(
    "path",
    [
        "cases",
        "cases/{case}",
        "events",
        "orders",
        "hot-spots",
        "matters",
        "cameras",
        "grid",
        "cases.geojson",
        "overview",
    ],
)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, desk: Desk, path: str) -> None:
    case_id = desk.receive(sent(report("e1")), T0).case_id or ""
    url = f"/api/v1/{path.format(case=case_id)}"
    first = client.get(url)
    etag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for seen in (etag, f'"other", {etag}', "*"):
        again = client.get(url, headers={"If-None-Match": seen})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = client.get(url, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.json()) == (200, first.json())


def test_what_has_changed_is_sent(client: TestClient, desk: Desk) -> None:
    etag = client.get("/api/v1/cases").headers["etag"]
    desk.receive(sent(report("e1")), T0)
    again = client.get("/api/v1/cases", headers={"If-None-Match": etag})
    assert (again.status_code, len(again.json()["items"])) == (200, 1)
    assert again.headers["etag"] != etag


def test_a_refusal_has_no_etag(client: TestClient) -> None:
    missing = client.get("/api/v1/cases/nowhere", headers={"If-None-Match": "*"})
    assert (missing.status_code, "etag" in missing.headers) == (404, False)


def test_the_description_says_so(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "304" in paths["/api/v1/orders"]["get"]["responses"]
    assert "304" not in paths["/api/v1/orders"]["post"]["responses"]
    assert "304" not in paths["/api/v1/stream"]["get"]["responses"]


def test_cameras_are_points_on_the_map(client: TestClient) -> None:
    corner, gate = client.get("/api/v1/cameras.geojson").json()["features"]
    assert (gate["id"], gate["geometry"]) == ("gate", {"type": "Point", "coordinates": [114.1305, 22.5478]})
    assert (corner["properties"]["name_zh"], corner["properties"]["error_m"]) == ("拐角", 50)
