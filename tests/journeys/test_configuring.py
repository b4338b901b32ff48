"""Cameras are changed while a node runs: a zone is drawn, an event comes out of it, and nothing else is disturbed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from gridpatrol.lock import read_beacon
from tests.journeys.test_node import CAMERA, FOREVER_S, Street

DWELL_S = 4.0
ZONE = {
    "id": "yard",
    "purpose": "pavement",
    "resolution_wh": [640, 360],
    "polygon_px": [[100, 100], [540, 100], [600, 350], [40, 350]],
}
BAGS = "\n".join(
    f"  - {{id: bag{n}, what: garbage_bag, at_m: [{-2 + 0.8 * (n % 6)}, {4 + 1.5 * (n // 6)}], "
    f"arrives_s: {12 + 7 * n}, leaves_s: {FOREVER_S}}}"
    for n in range(18)
)
"""One after the other, so that one comes after each step of the test, however long that took."""


class Office(Street):
    """A node whose one camera has no zone, and what its operators ask of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        scene = self.scene.read_text()
        self.scene = self.config / "yard-scene.yaml"
        self.scene.write_text(scene[: scene.index("happenings:")] + "happenings:\n" + BAGS + "\n")
        self.file = self.config / "cameras" / "yard.yaml"
        text = CAMERA.format(scene=self.scene)
        camera = yaml.safe_load(text) | {"zones": []}
        camera["overrides"]["litter_exposed"]["dwell_s"] = DWELL_S
        self.file.write_text("# Seen from the roof.\n" + yaml.safe_dump(camera, allow_unicode=True))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        beacon = read_beacon(self.data)
        assert beacon is not None
        given = {**self.key(), **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = f"{beacon.api_url}/api/v1{path}"
        return httpx2.request(method, url, json=body, headers=given, timeout=30, trust_env=False)

    def camera(self) -> dict[str, Any]:
        return dict(self.get("/api/v1/cameras/yard"))

    def events(self) -> list[dict[str, Any]]:
        return list(self.get("/api/v1/events")["items"])


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Office]:
    node = Office(tmp_path)
    yield node
    if node.process is not None:
        node.process.kill()
        node.process.wait()


@pytest.mark.timeout(400)
def test_a_zone_is_drawn_in_a_running_node_and_taken_back(node: Office) -> None:
    node.start()
    node.wait(lambda: node.looks() >= 3, "the camera does not look")
    read = node.ask("GET", "/cameras/yard/configuration")
    assert read.headers["ETag"] == '"1"' and read.json()["changed_by"] == ""
    old = read.json()["configuration"]
    drawn = {**old, "zones": [ZONE]}
    path = "/cameras/yard/configuration"

    refused = node.ask("PUT", path, {"configuration": {**drawn, "matters": ["litter"]}}, If_Match='"1"')
    assert refused.status_code == 422
    (fault,) = refused.json()["faults"]
    assert fault["where"] == "matters[0]" and "catalogue" in fault["what"] and fault["what_zh"] and fault["remedy"]
    assert node.camera()["zones"] == [] and node.file.read_text().startswith("# Seen from the roof.")

    saved = node.ask("PUT", path, {"configuration": drawn, "note": "the yard"}, If_Match='"1"')
    assert saved.status_code == 200, saved.text
    assert saved.headers["ETag"] == '"2"' and saved.json()["effect"] == "at_once"
    assert [zone["id"] for zone in node.camera()["zones"]] == ["yard"]

    late = node.ask("PUT", path, {"configuration": old}, If_Match='"1"')
    assert late.status_code == 412
    newest = late.json()["newest"]
    assert newest["version"] == 2 and newest["changed_by"] == saved.json()["changed_by"] != ""
    assert abs((datetime.now(UTC) - datetime.fromisoformat(newest["changed_at"])).total_seconds()) < 60

    node.wait(lambda: bool(node.events()), "no event came out of the new zone")
    assert node.events()[0]["zone"] == "yard"
    time_goes_on_over_a_save(node, drawn)
    what_is_restored_holds(node, old)
    pauses_last(node)
    assert "Traceback" not in node.output.read_text()


def time_goes_on_over_a_save(node: Office, drawn: dict[str, Any]) -> None:
    """A camera is saved again and again while things are timed; none begins anew, none is lost."""
    seen = {event["event_id"] for event in node.events()}
    camera = deepcopy(drawn)
    saves: list[datetime] = []

    def save() -> bool:
        camera["names"]["en"] = f"Yard {len(saves)}"
        assert node.ask("PUT", "/cameras/yard/configuration", {"configuration": camera}, If_Match="*").is_success
        saves.append(datetime.now(UTC))
        time.sleep(DWELL_S / 3)
        return any(event["event_id"] not in seen for event in node.events())

    node.wait(save, "a thing that is timed over saves is not reported")
    (event, *_) = [event for event in node.events() if event["event_id"] not in seen]
    first, confirmed = (datetime.fromisoformat(event[name]) for name in ("first_seen_at", "confirmed_at"))
    assert sum(first < at < confirmed for at in saves) >= 1, "it was timed over a save"
    assert node.camera()["name_en"] == camera["names"]["en"]


def what_is_restored_holds(node: Office, old: dict[str, Any]) -> None:
    """The version without a zone holds again, in the list, in the file and as a version."""
    restored = node.ask("POST", "/cameras/yard/configuration/versions/1/restore", {"note": "was wrong"})
    assert restored.status_code == 200, restored.text
    assert node.camera()["zones"] == []
    assert yaml.safe_load(node.file.read_text()) == old
    lines = node.ask("GET", "/cameras/yard/configuration/versions").json()["items"]
    assert (lines[0]["origin"], lines[0]["note"], lines[-1]["origin"]) == ("restored", "was wrong", "file")
    looks = node.looks()
    node.wait(lambda: node.looks() > looks + 2, "looks go on")
    audit = node.get("/api/v1/audit")["items"]
    assert any(line["action"] == "PUT /api/v1/cameras/{camera_id}/configuration" for line in audit)


def pauses_last(node: Office) -> None:
    """A paused camera is left alone after a restart too; one that is added is watched at once, one retired is gone."""
    assert node.ask("POST", "/cameras/yard/pause", {"reason": "roadworks"}).is_success
    node.wait(lambda: node.camera()["state"] == "paused", "it is not paused")
    added = deepcopy(node.ask("GET", "/cameras/yard/configuration").json()["configuration"])
    added |= {"id": "second", "source": {"url": f"sim://{node.scene}?seed=5&width=320"}}
    assert node.ask("POST", "/cameras", {"configuration": added}).status_code == 201

    def looks_of(camera_id: str) -> int:
        cameras = {camera["camera_id"]: camera for camera in node.get("/api/v1/cameras")["items"]}
        return int(cameras[camera_id]["looks"])

    node.wait(lambda: looks_of("second") > 1, "the added camera does not look")
    assert node.stop(signal.SIGTERM) == 0
    node.start()
    node.wait(lambda: looks_of("second") > 1, "the added camera does not look after a restart")
    assert looks_of("yard") == 0 and node.camera()["state"] == "paused" and "roadworks" in node.camera()["detail"]
    assert node.ask("POST", "/cameras/yard/resume").status_code == 204
    node.wait(lambda: looks_of("yard") > 1, "the camera does not look again")
    assert node.ask("DELETE", "/cameras/second").is_success
    assert [camera["camera_id"] for camera in node.get("/api/v1/cameras")["items"]] == ["yard"]
    assert node.ask("GET", "/cameras/second/configuration").json()["configuration"] is None
