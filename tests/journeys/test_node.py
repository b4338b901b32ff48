"""A node as people run it: a process with a camera, an API and a live log, stopped, killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gridpatrol.keys import read_local_key
from gridpatrol.lock import read_beacon

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 90.0
TRIAL_PATIENCE_S = 360.0
"""A trial has the lowest priority: beside other tests it may wait for long."""
STOP_WITHIN_S = 60.0
BAG_AT_S = 10
FOREVER_S = 1_000_000

SCENE = """
name: yard
names: {{en: Yard, zh: 院子}}
place: {{lon: 114.13, lat: 22.54}}
extent_m: [-8, -2, 8, 24]
base: paving
views:
  main: {{position_m: [0, -3, 5], heading_deg: 0, tilt_deg: 25, hfov_deg: 65}}
happenings:
  - {{id: bag, what: garbage_bag, at_m: [0, 5], arrives_s: {arrives_s}, leaves_s: {leaves_s}}}
"""
CAMERA = """
id: yard
names: {{en: Yard, zh: 院子}}
source: {{url: "sim://{scene}?width=640"}}
watch: {{look_interval_s: 0.5}}
position: {{lon: 114.13, lat: 22.54, crs: "EPSG:4326", error_m: 20}}
zones:
  - id: yard
    purpose: pavement
    resolution_wh: [640, 360]
    polygon_px: [[100, 100], [540, 100], [600, 350], [40, 350]]
matters: [litter_exposed]
overrides:
  litter_exposed: {{dwell_s: 3, closure: {{looks: 3, interval_s: 0.5, patience_s: 30}}}}
"""


class Street:
    """A node in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data, self.output = folder / "config", folder / "data", folder / "output.txt"
        (self.config / "cameras").mkdir(parents=True)
        self.scene = folder / "scene.yaml"
        self.set_scene(leaves_s=FOREVER_S)
        (self.config / "cameras" / "yard.yaml").write_text(CAMERA.format(scene=self.scene))
        (self.config / "node.yaml").write_text("api: {port: 0}\nrecent: {minutes: 10}\n")
        self.process: subprocess.Popen[bytes] | None = None

    def set_scene(self, leaves_s: float) -> None:
        self.scene.write_text(SCENE.format(arrives_s=BAG_AT_S, leaves_s=leaves_s))

    def command(self) -> list[str]:
        return ["tests.journeys.street", str(self.config), str(self.data)]

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command()],
                cwd=REPOSITORY,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "COLUMNS": "200"},
            )
        self.wait(lambda: read_beacon(self.data) is not None, "node did not get ready")

    def stop(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        status = self.process.wait(STOP_WITHIN_S)
        self.process = None
        return status

    def get(self, path: str) -> Any:
        beacon = read_beacon(self.data)
        assert beacon is not None
        return (
            httpx2.get(f"{beacon.api_url}{path}", headers=self.key(), timeout=10, trust_env=False)
            .raise_for_status()
            .json()
        )

    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {read_local_key(self.data)}"}

    def cases(self) -> list[dict[str, Any]]:
        return list(self.get("/api/v1/cases")["items"])

    def state(self) -> str:
        cases = self.cases()
        assert len(cases) <= 1, "one bag, one case"
        return str(cases[0]["state"]) if cases else "none"

    def post(self, path: str, body: dict[str, Any]) -> Any:
        beacon = read_beacon(self.data)
        assert beacon is not None
        answer = httpx2.post(f"{beacon.api_url}{path}", json=body, headers=self.key(), timeout=10, trust_env=False)
        return answer.raise_for_status().json()

    def handle(self) -> None:
        self.post(f"/api/v1/cases/{self.cases()[0]['case_id']}/feedback", {"actor": "crew"})

    def looks(self) -> int:
        return int(self.get("/api/v1/cameras")["items"][0]["looks"])

    def wait(self, condition: Callable[[], bool], otherwise: str, patience_s: float = PATIENCE_S) -> None:
        deadline_s = time.monotonic() + patience_s
        while not condition():
            assert self.process is not None and self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline_s, f"{otherwise}\n{self.output.read_text()}"
            time.sleep(0.1)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path)
    yield street
    if street.process is not None:
        street.process.kill()
        street.process.wait()


def world_s(street: Street) -> float:
    began_at = json.loads((street.data / "world.json").read_text())["began_at"]
    return time.time() - time.mktime(time.strptime(began_at[:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone


@pytest.mark.timeout(400)
def test_one_bag_is_one_case_over_kills_and_restarts_until_the_camera_closes_it(street: Street) -> None:
    street.start()
    street.wait(lambda: street.state() == "dispatched", "the bag was not reported")

    assert street.stop(signal.SIGKILL) == -signal.SIGKILL
    street.start()
    street.wait(lambda: street.looks() >= 12, "the camera does not look")
    assert street.state() == "dispatched", "still one case, after longer than the dwell"

    street.handle()
    street.wait(lambda: street.state() == "rework", "the camera should have seen that it is still there")

    assert street.stop(signal.SIGTERM) == 0
    street.set_scene(leaves_s=world_s(street))  # it is taken away while nobody looks
    street.start()
    street.handle()
    street.wait(lambda: street.state() == "closed", "the camera should have seen that it is gone")
    (case,) = street.cases()
    assert case["resolution"] == "verified_by_camera"
    assert len(case["event_ids"]) == 1
    assert street.stop(signal.SIGINT) == 0
    assert read_beacon(street.data) is None
    log = street.output.read_text()
    for expected in (r"event +Yard · Exposed litter", "1 open cases continue", "still there", "gone", "closed"):
        assert re.search(expected, log), f"{expected!r} is not in:\n{log}"
    assert "Traceback" not in log


def is_over(street: Street, trial: dict[str, Any]) -> bool:
    return street.get(f"/api/v1/trials/{trial['trial_id']}")["state"] not in {"waiting", "running"}


@pytest.mark.timeout(600)
def test_looks_and_trials_of_a_running_camera_over_a_kill(street: Street) -> None:
    street.start()
    street.wait(lambda: street.state() == "dispatched", "the bag was not reported")
    case_id = street.cases()[0]["case_id"]
    seen = street.get("/api/v1/cameras/yard/detections")["view"]
    assert (seen["usable"], seen["resolution_wh"]) == (True, [640, 360])

    look = street.post("/api/v1/cameras/yard/looks", {"case_id": case_id})
    address = f"/api/v1/cameras/yard/looks/{look['look_id']}"
    assert street.stop(signal.SIGKILL) == -signal.SIGKILL
    street.start()
    street.wait(lambda: street.get(address)["state"] == "taken", "the look was not answered after the kill")
    case = street.get(f"/api/v1/cases/{case_id}")
    assert [one["look_id"] for one in case["looks"]] == [look["look_id"]]
    told = [line for line in case["history"] if line["actor"] == "yard" and line["action"] == "note"]
    assert [len(line["evidence"]) for line in told] == [1]

    person = {"matter": "litter_exposed", "location": {"lon": 114.13, "lat": 22.54, "error_m": 5}, "reporter": "Li"}
    joined = street.post("/api/v1/events", person)["case_id"]
    street.wait(
        lambda: (
            [one["state"] for one in street.get(f"/api/v1/cases/{joined}")["looks"] if one["cause"] == "report"]
            == ["taken"]
        ),
        "the camera did not look after the report",
    )

    draft = street.get("/api/v1/cameras/yard/configuration")["configuration"]
    draft["overrides"]["litter_exposed"]["dwell_s"] = 2
    trial = street.post("/api/v1/cameras/yard/trials", {"minutes": 10, "configuration": draft})
    street.wait(lambda: is_over(street, trial), "the trial does not end", TRIAL_PATIENCE_S)
    done = street.get(f"/api/v1/trials/{trial['trial_id']}")
    assert (done["state"], done["problem"]) == ("done", "")
    assert done["looks"] > 10
    assert street.stop(signal.SIGTERM) == 0
    assert "Traceback" not in street.output.read_text()


def test_a_second_node_on_the_same_data_is_refused(street: Street) -> None:
    street.start()
    second = subprocess.run(
        [sys.executable, "-m", "gridpatrol.cli", "run", "--config", str(street.config), "--data", str(street.data)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 2
    assert "another node" in second.stderr
    assert "Traceback" not in second.stderr
    assert street.stop(signal.SIGTERM) == 0
