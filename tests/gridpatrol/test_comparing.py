"""Two models on the same recordings: how their events are put side by side, and the whole of it in a child process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from detector.config import Camera
from dispatch.accounts import AccountRole, Caller
from dispatch.api import create_app
from dispatch.clip_comparisons import RowKind, Side
from dispatch.store import SqlStore
from gridpatrol.comparerun import PICTURES, ModelEvent, compare, rows_of
from gridpatrol.comparing import ComparisonRoom
from gridpatrol.config import load_camera, load_matters
from gridpatrol.errands import Errands
from gridpatrol.modelroom import ModelRoom
from gridpatrol.recent import RecentBook
from gridpatrol.settings import RecentSettings
from gridpatrol.shipped import SHIPPED_CONFIG
from gridpatrol.trials import TrialRoom
from models.events import Incident
from models.register import register
from tests.detector.inference.test_openvino import tiny_network
from tests.detector.street import scene, there
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import a_desk
from tests.gridpatrol.test_replay import BAG, CAMERA, record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COMPARISONS = "/api/v1/comparisons"
Json = dict[str, Any]
HERE, THERE = (0.0, 0.0, 40.0, 40.0), (200.0, 100.0, 260.0, 150.0)
NEARLY_HERE = (4.0, 0.0, 44.0, 40.0)


def event(box: tuple[float, float, float, float], matter: str = "litter_exposed", at_s: float = 20.0) -> ModelEvent:
    return ModelEvent(matter, "p", box, Side("bag", 0.5, at_s - 10, at_s))


def incident(box: tuple[float, float, float, float], at_s: float = 15.0) -> Incident:
    return Incident(("litter_exposed", "goods_occupation"), (box,), at_s)


SIDE_BY_SIDE: dict[
    str, tuple[list[ModelEvent], list[ModelEvent], list[Incident] | None, list[tuple[str, bool | None]]]
] = {
    "nothing": ([], [], None, []),
    "the same": ([event(HERE)], [event(NEARLY_HERE)], None, [("both", None)]),
    "elsewhere": ([event(HERE)], [event(THERE)], None, [("first", None), ("second", None)]),
    "another matter": ([event(HERE)], [event(HERE, "bike_disorder")], None, [("first", None), ("second", None)]),
    "twice": ([event(HERE), event(HERE, at_s=90)], [event(HERE)], None, [("first", None), ("both", None)]),
    "found by one": ([], [event(HERE)], [incident(HERE)], [("second", True)]),
    "false by one": ([event(THERE)], [], [], [("first", False)]),
    "missed by both": ([], [], [incident(HERE)], [("neither", True)]),
    "all of it": (
        [event(HERE), event(THERE)],
        [event(NEARLY_HERE)],
        [incident(HERE), incident((100.0, 0.0, 140.0, 40.0))],
        [("neither", True), ("first", False), ("both", True)],
    ),
}


@pytest.mark.parametrize(("first", "second", "truth", "expected"), SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE.keys())
def test_events_of_two_models_are_put_side_by_side(
    first: list[ModelEvent],
    second: list[ModelEvent],
    truth: list[Incident] | None,
    expected: list[tuple[str, bool | None]],
) -> None:
    rows = [row for row, _ in rows_of(first, second, truth)]
    assert [(row.kind.value, row.is_incident) for row in rows] == expected
    for row in rows:
        assert (row.first is not None) == (row.kind in {RowKind.first, RowKind.both})
        assert (row.second is not None) == (row.kind in {RowKind.second, RowKind.both})


@dataclass
class Node:
    """A client and what stands behind it."""

    client: TestClient
    clip: Path
    folder: Path
    camera: Camera

    def upload(self) -> str:
        answered = self.client.post("/api/v1/recordings", content=self.clip.read_bytes())
        assert answered.status_code == 201, answered.text
        recording_id: str = answered.json()["recording_id"]
        return recording_id

    def start(self, *clips: Json, model: str = "tiny@2") -> Json:
        answered = self.client.post(COMPARISONS, json={"model_id": model, "clips": list(clips)})
        assert answered.status_code == 202, answered.text
        started: Json = answered.json()
        return started

    def over(self, comparison: Json) -> Json:
        until_s = time.monotonic() + 120
        while comparison["state"] in {"waiting", "running"}:
            assert time.monotonic() < until_s, "waited in vain"
            time.sleep(0.2)
            comparison = self.client.get(f"{COMPARISONS}/{comparison['comparison_id']}").json()
        return comparison


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the gate's: 26 s of a street, a bag from the sixth second on, and an incident that is not there."""
    folder = tmp_path_factory.mktemp("clips")
    (folder / "cameras").mkdir()
    (folder / "cameras" / "corner.yaml").write_text(CAMERA, encoding="utf-8")
    record(folder / "cameras" / "street.mp4", scene(there(BAG, 6, 99)), seconds=26)
    incidents = [
        {"matters": ["litter_exposed"], "box_xyxy_px": list(BAG.box_xyxy_px), "confirm_window_s": [12, 24]},
        {"matters": ["litter_exposed"], "box_xyxy_px": [10, 70, 40, 100], "confirm_window_s": [5, 20]},
    ]
    (folder / "ground_truth.json").write_text(json.dumps({"corner": {"incidents": incidents}}), encoding="utf-8")
    return folder


@pytest.fixture
def node(tmp_path: Path, clips: Path, store: SqlStore) -> Iterator[Node]:
    matters = SHIPPED_CONFIG / "matters"
    camera = load_camera(clips / "cameras" / "corner.yaml", load_matters(matters))
    manifest = tmp_path / "registry" / "manifest.toml"
    for version in "12":
        register(manifest, tiny_network(tmp_path / "registry", version, gain=0.01))
    errands = Errands(tmp_path / "errands")

    def cameras() -> dict[str, Camera]:
        return {"corner": camera}

    trials = TrialRoom(
        tmp_path / "recordings",
        errands=errands,
        cameras=cameras,
        check=lambda _id, _draft: camera,
        matters=lambda: matters,
        manifest=manifest,
        recent=RecentBook(tmp_path / "recent", RecentSettings(minutes=60)),
        most_bytes=2_000_000,
    )
    room = ComparisonRoom(
        errands=errands, trials=trials, cameras=cameras, matters=lambda: matters, manifest=manifest, clips=clips
    )
    tokens = {role.value: Caller(role.value, frozenset({role})) for role in AccountRole}
    app = create_app(
        a_desk(store),
        evidence_root=tmp_path,
        accounts=accounts_of(store, None, **tokens),
        model_control=ModelRoom(manifest, lambda: ("tiny@1", ""), errands=errands, clips=room),
        trial_control=trials,
        clock=lambda: NOW,
    )
    client = TestClient(app, base_url="http://127.0.0.1:8600", headers={"Authorization": "Bearer model_engineer"})
    stop = threading.Event()
    thread = threading.Thread(target=errands.run, args=(stop,))
    thread.start()
    yield Node(client, clips / "cameras" / "street.mp4", tmp_path, camera)
    stop.set()
    thread.join(15)
    assert not thread.is_alive()


def test_two_models_on_a_known_clip_and_on_a_recording(node: Node) -> None:
    recording_id = node.upload()
    means = node.client.get(f"{COMPARISONS}/means").json()
    assert (means["clips"], means["recent"]) == (["corner"], [])
    assert [one["recording_id"] for one in means["recordings"]] == [recording_id]
    started = node.start({"camera_id": "corner"}, {"camera_id": "corner", "recording_id": recording_id})
    assert (started["first"], started["second"], started["by"]) == ("tiny@1", "tiny@2", "model_engineer")
    assert started["sources"] == ["corner:clip", f"corner:{recording_id}"]

    done = node.over(started)
    assert (done["state"], done["progress"], done["problem"]) == ("done", 1.0, ""), done["problem"]
    known, uploaded = done["clips"]
    assert (known["has_truth"], known["source"], known["looks"]) == (True, "clip", 26)
    assert [(row["kind"], row["is_incident"]) for row in known["rows"]] == [("neither", True), ("both", True)]
    assert (uploaded["has_truth"], uploaded["source"]) == (False, recording_id)
    (row,) = uploaded["rows"]
    assert (row["kind"], row["is_incident"], row["matter"], row["zone"]) == ("both", None, "litter_exposed", "p")
    assert row["first"] == row["second"] and 12 <= row["at_s"] <= 20

    for each in (*known["rows"], row):
        for address in (each["first_picture"], each["second_picture"]):
            answered = node.client.get(address)
            assert answered.status_code == 200
            picture = cv2.imdecode(np.frombuffer(answered.content, np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None and picture.shape[1] == 640
    stray = node.client.get(f"{COMPARISONS}/{done['comparison_id']}/pictures/comparison.json")
    assert stray.status_code == 404
    (listed,) = node.client.get(COMPARISONS).json()["items"]
    assert listed["comparison_id"] == done["comparison_id"] and listed["clips"] == []
    left = {path.name for path in (node.folder / "errands" / done["comparison_id"]).iterdir()}
    assert left == {"comparison.json", "pictures", "job.json", "errand.json", "errors.txt"}


def test_drawing_the_pictures_is_a_part_of_the_work(node: Node, tmp_path: Path) -> None:
    started = node.start({"camera_id": "corner"})
    node.over(started)
    job = json.loads((node.folder / "errands" / started["comparison_id"] / "job.json").read_text("utf-8"))
    told: list[tuple[float, int]] = []
    folder = tmp_path / "again"
    folder.mkdir()
    compare(folder, job, lambda share: told.append((share, len(list((folder / PICTURES).iterdir())))))
    shares, drawn = zip(*told, strict=True)
    assert list(shares) == sorted(shares) and shares[-1] == 1
    assert max(share for share, pictures in told if pictures < drawn[-1]) < 1


def test_a_comparison_can_be_cancelled(node: Node) -> None:
    started = node.start(*[{"camera_id": "corner"}] * 8)
    cancelled = node.client.post(f"{COMPARISONS}/{started['comparison_id']}/cancel").json()
    assert cancelled["state"] == "cancelled"
    assert node.over(cancelled)["state"] == "cancelled"


def test_a_recording_that_is_none_fails_with_the_reason(node: Node) -> None:
    answered = node.client.post("/api/v1/recordings", content=b"this is no video" * 100)
    failed = node.over(node.start({"camera_id": "corner", "recording_id": answered.json()["recording_id"]}))
    assert failed["state"] == "failed" and failed["problem"]


@pytest.mark.parametrize(
    ("model", "clip", "status", "what"),
    [
        ("tiny@1", {"camera_id": "corner"}, 409, "in service"),
        ("tiny@9", {"camera_id": "corner"}, 404, "no model"),
        ("tiny@2", {"camera_id": "gate"}, 404, "no clip"),
        ("tiny@2", {"camera_id": "../corner"}, 404, "no clip"),
        ("tiny@2", {"camera_id": "gate", "minutes": 5}, 404, "no camera"),
        ("tiny@2", {"camera_id": "corner", "minutes": 5}, 409, "nothing is kept"),
        ("tiny@2", {"camera_id": "corner", "recording_id": "a" * 24}, 404, "no recording"),
    ],
)
def test_what_cannot_be_compared_is_refused(node: Node, model: str, clip: Json, status: int, what: str) -> None:
    answered = node.client.post(COMPARISONS, json={"model_id": model, "clips": [clip]})
    assert answered.status_code == status, answered.text
    assert what in answered.json()["what"] and answered.json()["remedy"]
    assert not list((node.folder / "errands").glob("*")), "nothing is left of it"


@pytest.mark.parametrize("role", [str(role) for role in AccountRole])
def test_model_engineers_and_administrators_compare(node: Node, role: str) -> None:
    may = role in {"model_engineer", "administrator"}
    headers = {"Authorization": f"Bearer {role}"}
    assert (node.client.get(f"{COMPARISONS}/means", headers=headers).status_code == 200) == may
    body = {"model_id": "tiny@1", "clips": [{"camera_id": "corner"}]}
    assert node.client.post(COMPARISONS, json=body, headers=headers).status_code == (409 if may else 403)
