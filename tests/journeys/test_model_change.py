"""Another model enters service while a node runs: no look and no timer is lost, and what is wrong changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from gridpatrol.lock import read_beacon
from models.register import put_in_service, register
from models.registry import ModelEntry
from tests.detector.inference.test_openvino import tiny_network
from tests.journeys.test_node import BAG_AT_S, PATIENCE_S, REPOSITORY, Street

DWELL_S = 20
BLIND = 0.0


class Installed(Street):
    """A node that takes its model from a registry of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.registry = folder / "registry"
        self.manifest = self.registry / "manifest.toml"
        camera = self.config / "cameras" / "yard.yaml"
        camera.write_text(camera.read_text().replace("dwell_s: 3", f"dwell_s: {DWELL_S}"))
        (self.config / "node.yaml").write_text(f"api: {{port: 0}}\nmodel_manifest: {self.manifest}\nlanguage: en\n")

    def command(self) -> list[str]:
        return ["gridpatrol.cli", "run", "--config", str(self.config), "--data", str(self.data)]

    def add(self, version: str) -> ModelEntry:
        entry = tiny_network(self.registry, version, gain=BLIND)
        register(self.manifest, entry)
        return entry

    def void(self, case_id: str) -> None:
        beacon = read_beacon(self.data)
        assert beacon is not None
        body = {"actor": "desk", "reason": "nothing there"}
        url = f"{beacon.api_url}/api/v1/cases/{case_id}/actions/void"
        httpx2.post(url, json=body, headers=self.key(), timeout=10, trust_env=False).raise_for_status()

    def says(self, text: str) -> bool:
        return text in self.output.read_text()


@pytest.fixture
def node(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


@pytest.mark.timeout(300)
def test_models_come_and_go_under_a_running_node(node: Installed, tmp_path: Path) -> None:
    node.add("1")
    node.add("2")
    broken = node.add("3")
    node.start()
    try:
        bag_is_there_s = time.monotonic() + BAG_AT_S + 2
        node.wait(lambda: time.monotonic() > bag_is_there_s and node.looks() > 0, "the camera does not look")
        began, changed_at = node.looks(), datetime.now(UTC)
        put_in_service(node.manifest, "tiny@2")
        node.wait(lambda: node.says("model changed from tiny@1 to tiny@2"), "the change was not taken up")
        node.wait(lambda: node.state() == "dispatched", "the bag was not reported")
        (event,) = node.get("/api/v1/events")["items"]
        assert datetime.fromisoformat(event["first_seen_at"]) < changed_at, "its time began under the old model"
        assert event["model"] == "tiny@2"
        assert node.looks() > began

        put_in_service(node.manifest, "tiny@3")
        broken.path.write_bytes(b"altered")
        looks = node.looks()
        node.wait(lambda: node.says("tiny@2 stays in service"), "the broken one was not refused")
        node.wait(lambda: node.looks() > looks + 2, "looks go on")

        back = [sys.executable, "-m", "gridpatrol.cli", "model", "rollback", "--manifest", str(node.manifest)]
        subprocess.run(back, cwd=REPOSITORY, check=True, timeout=PATIENCE_S)
        looks = node.looks()
        node.wait(lambda: node.looks() > looks + 2, "looks go on")
        assert len(node.cases()) == 1
        rejected_case_teaches(node, tmp_path)
        assert "Traceback" not in node.output.read_text()
    finally:
        if node.process is not None:
            node.process.kill()
            node.process.wait()


def rejected_case_teaches(node: Installed, folder: Path) -> None:
    """A person voids the case; the look that opened it becomes a training picture on which there is nothing."""
    (case,) = node.cases()
    node.void(case["case_id"])
    for arguments in (
        ["dataset", "review", str(node.data), "--out", str(folder / "review")],
        ["dataset", "import", str(folder / "review"), "--form", "review", "--out", str(folder / "set")],
    ):
        command = [sys.executable, "-m", "gridpatrol.cli", *arguments]
        subprocess.run(command, cwd=REPOSITORY, check=True, timeout=PATIENCE_S)
    (line,) = (folder / "review" / "review.jsonl").read_text().splitlines()
    assert json.loads(line)["camera_id"] == "yard"
    (labels,) = (folder / "set").rglob("labels/**/*.txt")
    assert labels.read_text() == ""
