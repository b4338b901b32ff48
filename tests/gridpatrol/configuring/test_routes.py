"""The routes of configuration: who may, what is answered, and what the audit log keeps."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller, Cell, Scope
from dispatch.api import create_app
from dispatch.api.uploads import MAX_BODY_BYTES
from dispatch.contract import Location
from dispatch.views import CameraInfo, NoCameras
from tests.detector.sources.encode import numbered, write_clip
from tests.dispatch.api.callers import accounts_of
from tests.gridpatrol.configuring.conftest import T0, City, camera
from tests.gridpatrol.configuring.test_folders import NEW

ROLES = {f"of-{role}": Caller(str(role), frozenset({role})) for role in AccountRole}
ELSEWHERE = Caller("district", frozenset({AccountRole.operations}), Scope(grid=frozenset({Cell("unit", "nowhere")})))
GATE = "/api/v1/cameras/gate/configuration"


class OneCamera(NoCameras):
    """The gate, as the API lists it."""

    def cameras(self) -> tuple[CameraInfo, ...]:
        return (CameraInfo("gate", "Gate", "大门", Location(lon=114.1305, lat=22.5478, error_m=50)),)


@pytest.fixture
def client(city: City, tmp_path: Path) -> Iterator[TestClient]:
    configuration = city.configuration()
    app = create_app(
        city.desk,
        evidence_root=tmp_path,
        accounts=accounts_of(city.store, None, **ROLES, district=ELSEWHERE),
        camera_control=OneCamera(),
        clock=lambda: T0,
        configuration=configuration,
    )
    yield TestClient(app, base_url="http://127.0.0.1:8600", headers=of("operations"))


def of(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role if role == 'district' else f'of-{role}'}"}


def test_a_camera_is_read_saved_compared_and_restored(client: TestClient) -> None:
    read = client.get(GATE)
    assert read.headers["ETag"] == '"1"'
    said = read.json()["configuration"]
    assert client.put(GATE, json={"configuration": said}).status_code == 422, "without If-Match"
    changed = {**said, "names": {"en": "Gate", "zh": "正门"}}
    saved = client.put(GATE, json={"configuration": changed, "note": "renamed"}, headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    assert (saved.json()["changed_by"], saved.json()["note"], saved.json()["effect"]) == (
        "operations",
        "renamed",
        "at_once",
    )
    late = client.put(GATE, json={"configuration": said}, headers={"If-Match": '"1"', **of("administrator")})
    assert late.status_code == 412
    assert late.json()["newest"] == {
        "version": 2,
        "changed_by": "operations",
        "changed_at": T0.isoformat().replace("+00:00", "Z"),
    }
    lines = client.get(f"{GATE}/versions", params={"limit": 1}).json()
    assert [line["version"] for line in lines["items"]] == [2] and lines["next"]
    older = client.get(f"{GATE}/versions", params={"cursor": lines["next"]}).json()
    assert [line["version"] for line in older["items"]] == [1] and older["next"] is None
    assert client.get(f"{GATE}/versions/1").json()["configuration"] == said
    restored = client.post(f"{GATE}/versions/1/restore", json={}, headers={"If-Match": '"2"'})
    assert (restored.json()["version"], restored.json()["configuration"]) == (3, said)
    audit = client.get("/api/v1/audit", headers=of("administrator")).json()["items"]
    assert [(line["actor"], line["target"]) for line in audit] == [
        ("operations", f"{GATE}/versions/1/restore"),
        ("operations", GATE),
    ]


def test_faults_come_in_both_languages_with_their_places(client: TestClient) -> None:
    said = client.get(GATE).json()["configuration"]
    wrong = client.put(GATE, json={"configuration": {**said, "zone": []}}, headers={"If-Match": "*"})
    assert wrong.status_code == 422
    assert wrong.json()["faults"] == [
        {
            "where": "zone",
            "what": "unknown key",
            "remedy": "Did you mean 'zones'?",
            "what_zh": "没有这个键",
            "remedy_zh": "是否想写 zones？",
        }
    ]
    assert client.get(GATE).json()["version"] == 1


READERS = {"administrator", "operations", "model_engineer"}
WRITERS = {"administrator", "operations"}


@pytest.mark.parametrize("role", [str(role) for role in AccountRole])
def test_roles_decide(client: TestClient, role: str) -> None:
    said = client.get(GATE).json()["configuration"]
    headers = of(role)
    may_write = 200 if role in WRITERS else 403
    assert client.get(GATE, headers=headers).status_code == (200 if role in READERS else 403)
    saved = client.put(GATE, json={"configuration": said}, headers={"If-Match": "*", **headers})
    assert saved.status_code == may_write
    assert client.post("/api/v1/cameras/gate/pause", json={"reason": "x"}, headers=headers).status_code == may_write
    settings = client.get("/api/v1/configuration/desk", headers=headers)
    assert settings.status_code == (200 if role in WRITERS | {"dispatcher"} else 403)
    desk = client.put("/api/v1/configuration/desk", json={"content": {}}, headers={"If-Match": "*", **headers})
    assert desk.status_code == may_write
    assert client.get(GATE, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_who_is_limited_to_a_part_of_the_grid_changes_nothing_elsewhere(client: TestClient) -> None:
    headers = of("district")
    said = client.get(GATE).json()["configuration"]
    for answer in (
        client.get(GATE, headers=headers),
        client.put(GATE, json={"configuration": said}, headers={"If-Match": "*", **headers}),
        client.post("/api/v1/cameras", json={"configuration": camera("corner")}, headers=headers),
        client.delete("/api/v1/cameras/gate", headers=headers),
        client.post("/api/v1/cameras/probe", json={"url": "rtsp://10.0.0.1/x"}, headers=headers),
        client.get("/api/v1/configuration", headers=headers),
    ):
        assert answer.status_code == 403, answer.text


def test_a_camera_is_added_tried_paused_and_retired(client: TestClient, city: City) -> None:
    write_clip(city.folder / "street.mp4", numbered(20), gop=5)
    tried = client.post("/api/v1/cameras/probe", json={"url": "../street.mp4"}).json()
    assert tried["is_good"] and tried["codec"] == "h264"
    assert base64.b64decode(tried["picture"]).startswith(b"\xff\xd8")
    refused = client.post("/api/v1/cameras/probe", json={"url": "file:///etc/passwd"}).json()
    assert not refused["is_good"] and refused["picture"] is None
    assert [step["outcome"] for step in refused["steps"]][:2] == ["failed", "left_out"]
    key = {"Idempotency-Key": "once"}
    body: dict[str, Any] = {"configuration": camera("corner", source={"url": "../street.mp4"})}
    for _ in range(2):
        added = client.post("/api/v1/cameras", json=body, headers=key)
        assert (added.status_code, added.json()["version"]) == (201, 1)
    assert client.post("/api/v1/cameras", json=body).status_code == 409
    assert client.post("/api/v1/cameras/corner/pause", json={"reason": "works"}).json()["paused_by"] == "operations"
    assert client.post("/api/v1/cameras/corner/resume").status_code == 204
    assert client.delete("/api/v1/cameras/corner", headers={"If-Match": '"7"'}).status_code == 412
    assert client.delete("/api/v1/cameras/corner").json()["configuration"] is None
    assert client.delete("/api/v1/cameras/corner").status_code == 404


def test_a_list_is_sent_as_a_file(client: TestClient, city: City) -> None:
    table = "id,url,lon,lat\na1,rtsp://10.0.0.31/x,114.1306,22.5479\ngate,rtsp://10.0.0.32/x,114.1306,22.5479\n"
    files = {"file": ("list.csv", table.encode(), "text/csv")}
    tried = client.post("/api/v1/cameras/import", params={"dry_run": True}, files=files).json()
    assert (tried["dry_run"], tried["good"], tried["refused"]) == (True, 1, 1)
    assert sorted(city.in_force.installation.cameras) == ["gate"]
    done = client.post("/api/v1/cameras/import", files=files).json()
    assert [(row["line"], row["camera_id"], row["is_good"]) for row in done["rows"]] == [
        (2, "a1", True),
        (3, "gate", False),
    ]
    assert client.get("/api/v1/cameras/a1/configuration").json()["note"] == "from the list list.csv"
    wrong = client.post("/api/v1/cameras/import", files={"file": ("x.csv", b"a,b\n", "text/csv")})
    assert wrong.status_code == 422 and wrong.json()["faults"]


def test_a_document_of_settings_is_read_and_saved(client: TestClient) -> None:
    items = client.get("/api/v1/configuration").json()["items"]
    assert [item["version"] for item in items] == [0] * len(items)
    assert all(item["name_zh"] and item["changed_at"] is None for item in items)
    profiles = "/api/v1/configuration/profiles"
    assert client.get(profiles).headers["ETag"] == '"0"'
    assert "profiles" in client.get(f"{profiles}/schema").json()["properties"]
    content = {"profiles": [{"id": "peace", "names": {"en": "Peace", "zh": "平时"}}]}
    saved = client.put(profiles, json={"content": content}, headers={"If-Match": '"0"'})
    assert (saved.status_code, saved.json()["effect"], saved.json()["content"]) == (200, "at_once", content)
    assert client.get("/api/v1/profile").json()["in_force"] == "peace"
    assert client.put(profiles, json={"content": {}}, headers={"If-Match": '"0"'}).json()["newest"]["version"] == 1
    assert client.post(f"{profiles}/versions/1/restore", json={}).json()["version"] == 1, "it says so already"
    assert client.get("/api/v1/configuration/node").status_code == 404


def test_a_matter_is_added_changed_and_taken_away(client: TestClient) -> None:
    carts, root = "/api/v1/configuration/matter.shared_carts", "/api/v1/configuration"
    new = {"name": "matter.shared_carts", "content": NEW, "note": "the carts came"}
    assert client.post(root, json=new, headers=of("dispatcher")).status_code == 403
    added = client.post(root, json=new)
    assert (added.status_code, added.headers["ETag"], added.json()["kind"]) == (201, '"1"', "matter")
    assert [one["what_zh"] for one in added.json()["notices"]][-1].startswith("shared_carts：尚未准入")
    assert client.get("/api/v1/matters/shared_carts").json()["newest"]["state"] == "proposed"
    wrong = client.put(carts, json={"content": {**NEW, "admitted": True}}, headers={"If-Match": '"1"'})
    assert wrong.status_code == 422 and wrong.json()["faults"][0]["where"] == "admitted"
    assert client.delete(carts).status_code == 422, "without If-Match"
    assert client.delete(carts, headers={"If-Match": '"7"'}).status_code == 412
    gone = client.delete(carts, headers={"If-Match": '"1"'})
    assert (gone.json()["content"], gone.json()["origin"], gone.headers["ETag"]) == (None, "retired", '"2"')
    assert client.get("/api/v1/matters/shared_carts").status_code == 404
    assert client.get(carts).json()["content"] is None
    assert client.post(f"{carts}/versions/1/restore", json={}).json()["version"] == 3
    assert client.get(f"{root}/matter.litter_exposed/versions/0").json()["origin"] == "shipped"
    assert client.delete(f"{root}/calendar", headers={"If-Match": "*"}).status_code == 409
    assert client.post(root, json={**new, "name": "calendar"}).status_code == 422


def test_a_base_picture_is_taken_in_shown_and_removed(client: TestClient) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (700, 900, 3), np.uint8)
    done, data = cv2.imencode(".png", noise)
    assert done and data.size > MAX_BODY_BYTES, "larger than any other body may be"
    place = {"name": "Square", "corners": "114.130,22.548;114.13199999999999,22.548;114.130,22.547"}
    added = client.post("/api/v1/base-maps", content=data.tobytes(), params=place)
    assert added.status_code == 201, added.text
    (listed,) = client.get("/api/v1/base-maps").json()["items"]
    assert listed == added.json() and listed["by"] == "operations"
    assert listed["bounds_lonlat"] == pytest.approx([114.130, 22.547, 114.132, 22.548])
    address = f"/api/v1/base-maps/{listed['map_id']}"
    picture = client.get(f"{address}/picture")
    assert picture.headers["content-type"] == "image/webp" and picture.content[8:12] == b"WEBP"
    assert client.get("/api/v1/base-maps", headers=of("viewer")).status_code == 403
    for wrong in ({"name": "x"}, {**place, "world_file": "1,0,0,-1,5,6"}, {**place, "corners": "1,2"}):
        assert client.post("/api/v1/base-maps", content=data.tobytes(), params=wrong).status_code == 422
    nothing = client.post("/api/v1/base-maps", content=b"no picture", params=place).json()
    assert nothing["faults"][0]["what_zh"]
    assert client.delete(address).status_code == 204
    assert client.get(f"{address}/picture").status_code == 404


def test_the_network_is_searched_only_where_the_operator_lets_it(client: TestClient) -> None:
    assert client.get("/api/v1/discovery").json() == {"is_allowed": False}
    refused = client.post("/api/v1/discovery")
    assert refused.status_code == 409 and "onvif.search" in refused.json()["remedy"]
    asked = client.post("/api/v1/discovery/device", json={"address": "127.0.0.1"}).json()
    assert not asked["is_good"] and "this machine" in asked["fault"]["what"]
    assert client.get("/api/v1/discovery", headers=of("dispatcher")).status_code == 403
    assert client.post("/api/v1/discovery", headers=of("district")).status_code == 403
