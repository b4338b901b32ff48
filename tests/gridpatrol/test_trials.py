"""Rules tried on a recording and on the latest minutes, over the interface, in real child processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from detector.config import Camera
from detector.sources import open_source
from detector.sources.recent import KeptSource
from dispatch.accounts import AccountRole, Caller
from dispatch.api import create_app
from dispatch.errors import Invalid
from dispatch.store import SqlStore, open_store
from dispatch.views import CameraInfo, NoCameras
from gridpatrol.config import load_camera, load_matters
from gridpatrol.errands import Errands
from gridpatrol.errors import UserError
from gridpatrol.recent import RecentBook
from gridpatrol.settings import RecentSettings
from gridpatrol.shipped import SHIPPED_CONFIG
from gridpatrol.trials import MOST_RECORDINGS, TrialRoom
from models.register import register
from tests.detector.inference.test_openvino import tiny_network
from tests.detector.street import scene, there
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import PLACE, a_desk
from tests.gridpatrol.test_replay import BAG, CAMERA, record
from tests.sqlite import with_tables

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TRIALS, RECORDINGS = "/api/v1/cameras/corner/trials", "/api/v1/recordings"
MATTERS = load_matters(SHIPPED_CONFIG / "matters")
Json = dict[str, Any]


class Corner(NoCameras):
    """One camera."""

    def cameras(self) -> tuple[CameraInfo, ...]:
        return (CameraInfo("corner", "Corner", "街角", PLACE),)


@dataclass
class Node:
    """A client and what stands behind it."""

    client: TestClient
    room: TrialRoom
    recent: RecentBook
    camera: Camera
    draft: Json
    clip: Path
    folder: Path

    def upload(self, data: bytes | None = None) -> str:
        answered = self.client.post(RECORDINGS, content=self.clip.read_bytes() if data is None else data)
        assert answered.status_code == 201, answered.text
        recording_id: str = answered.json()["recording_id"]
        return recording_id

    def trial(self, **wish: object) -> Json:
        answered = self.client.post(TRIALS, json=wish)
        assert answered.status_code == 202, answered.text
        trial: Json = answered.json()
        return trial

    def over(self, trial: Json) -> Json:
        until_s = time.monotonic() + 120
        while trial["state"] in {"waiting", "running"}:
            assert time.monotonic() < until_s, "waited in vain"
            time.sleep(0.2)
            trial = self.client.get(f"/api/v1/trials/{trial['trial_id']}").json()
        return trial


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """26 s of a street; a bag lies there from the sixth second on."""
    return record(tmp_path_factory.mktemp("clip") / "street.mp4", scene(there(BAG, 6, 99)), seconds=26)


@pytest.fixture
def settings() -> RecentSettings:
    return RecentSettings(minutes=60)


@pytest.fixture
def node(tmp_path: Path, clip: Path, settings: RecentSettings) -> Iterator[Node]:
    path = tmp_path / "corner.yaml"
    path.write_text(CAMERA, encoding="utf-8")
    camera = load_camera(path, MATTERS, source_exists=False)
    register(tmp_path / "registry" / "manifest.toml", tiny_network(tmp_path / "registry", gain=0.01))

    def check(_camera_id: str, draft: Any) -> Camera:
        place = tmp_path / "draft.yaml"
        place.write_text(yaml.safe_dump(dict(draft)), encoding="utf-8")
        try:
            return load_camera(place, MATTERS, source_exists=False)
        except UserError as error:
            raise Invalid(str(error)) from error

    errands = Errands(tmp_path / "trials")
    recent = RecentBook(tmp_path / "recent", settings)
    room = TrialRoom(
        tmp_path / "recordings",
        errands=errands,
        cameras=lambda: {"corner": camera},
        check=check,
        matters=lambda: SHIPPED_CONFIG / "matters",
        manifest=tmp_path / "registry" / "manifest.toml",
        recent=recent,
        most_bytes=2_000_000,
    )
    store: SqlStore = open_store(with_tables(tmp_path / "dispatch.db"))
    tokens = {role.value: Caller(role.value, frozenset({role})) for role in AccountRole}
    app = create_app(
        a_desk(store),
        evidence_root=tmp_path,
        accounts=accounts_of(store, None, **tokens),
        camera_control=Corner(),
        trial_control=room,
        clock=lambda: NOW,
    )
    client = TestClient(app, base_url="http://127.0.0.1:8600", headers={"Authorization": "Bearer operations"})
    stop = threading.Event()
    thread = threading.Thread(target=errands.run, args=(stop,))
    thread.start()
    yield Node(client, room, recent, camera, yaml.safe_load(CAMERA), clip, tmp_path)
    stop.set()
    thread.join(15)
    store.close()
    assert not thread.is_alive()


def test_the_saved_rules_and_a_draft_on_an_uploaded_recording(node: Node) -> None:
    recording_id = node.upload()
    assert node.upload() == recording_id, "the same bytes are the same recording"
    saved = node.trial(recording_id=recording_id)
    patient = {**node.draft, "overrides": {"litter_exposed": {"dwell_s": 600}}}
    draft = node.trial(recording_id=recording_id, configuration=patient)
    assert (saved["state"], saved["by"], saved["is_draft"], draft["is_draft"]) == ("waiting", "operations", False, True)
    assert saved["source"] == recording_id

    done = node.over(saved)
    assert (done["state"], done["progress"], done["problem"]) == ("done", 1.0, ""), done["problem"]
    assert (done["model"], done["looks"]) == ("tiny@1", 26)
    (event,) = done["events"]
    assert (event["matter"], event["zone"], event["resolution_wh"]) == ("litter_exposed", "p", [320, 180])
    assert 5 <= event["first_seen_s"] <= 8
    assert 12 <= event["confirmed_s"] <= 20
    assert event["pictures"]
    for picture in event["pictures"]:
        answered = node.client.get(picture["address"])
        assert (answered.status_code, answered.content[:2]) == (200, b"\xff\xd8")
    stray = node.client.get(f"/api/v1/trials/{done['trial_id']}/pictures/../../summary.json")
    assert stray.status_code == 404

    assert node.over(draft)["events"] == [], "the draft would have raised nothing"
    listed = node.client.get(TRIALS).json()["items"]
    assert {one["trial_id"] for one in listed} == {saved["trial_id"], draft["trial_id"]}
    assert all(one["events"] == [] for one in listed)
    inputs = list((node.folder / "trials").glob("*/input"))
    assert inputs == [], "the pictures of the street are gone with the trial"


def test_rules_are_tried_on_the_latest_minutes(node: Node) -> None:
    own = node.camera.source.model_copy(update={"url": str(node.clip)})
    filmed = open_source(node.camera.model_copy(update={"source": own}), start=NOW - timedelta(seconds=26))
    kept = node.recent.keeping(filmed, node.camera)
    assert isinstance(kept, KeptSource)
    assert len(list(kept.pictures())) == 26
    means = node.client.get(f"{TRIALS}/means").json()
    assert means["recent_s"] == pytest.approx(26, abs=1)
    assert means["recent_min"] == 60
    done = node.over(node.trial(minutes=30))
    assert (done["state"], done["source"], done["looks"]) == ("done", "recent", 26)
    (event,) = done["events"]
    assert 12 <= event["confirmed_s"] <= 20, "counted from the first picture that was kept"
    assert NOW - timedelta(seconds=15) <= datetime.fromisoformat(event["confirmed_at"]) <= NOW
    assert len(list((node.folder / "recent" / "corner").iterdir())) == 1, "what was tried on stays kept"


def test_a_trial_can_be_cancelled(node: Node) -> None:
    trial = node.trial(recording_id=node.upload())
    cancelled = node.client.post(f"/api/v1/trials/{trial['trial_id']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert node.client.get(f"/api/v1/trials/{trial['trial_id']}").json()["events"] == []


def test_what_is_no_video_fails_with_the_reason(node: Node) -> None:
    failed = node.over(node.trial(recording_id=node.upload(b"this is no video" * 100)))
    assert failed["state"] == "failed"
    assert "cannot be" in failed["problem"] or "no video" in failed["problem"] or "Invalid" in failed["problem"]


@pytest.mark.parametrize(
    ("wish", "status", "what"),
    [
        ({}, 422, "either"),
        ({"minutes": 5, "recording_id": "a" * 24}, 422, "either"),
        ({"recording_id": "a" * 24}, 404, "no recording"),
        ({"recording_id": "../corner"}, 404, "no recording"),
        ({"minutes": 5}, 409, "nothing is kept"),
        ({"minutes": 5, "configuration": {"id": "corner"}}, 422, "names"),
    ],
)
def test_trials_that_cannot_be_are_refused(node: Node, wish: Json, status: int, what: str) -> None:
    answered = node.client.post(TRIALS, json=wish)
    assert answered.status_code == status, answered.text
    assert what in answered.json()["what"]
    assert not list((node.folder / "trials").glob("*")), "nothing is left of it"


class TestWithoutRecent:
    """A node that keeps nothing."""

    @pytest.fixture
    def settings(self) -> RecentSettings:
        return RecentSettings()

    def test_it_says_how_to_switch_it_on(self, node: Node) -> None:
        refused = node.client.post(TRIALS, json={"minutes": 5})
        assert refused.status_code == 409
        assert "recent.minutes" in refused.json()["remedy"]


def test_switched_off_nothing_is_kept_and_what_was_is_removed(node: Node, tmp_path: Path) -> None:
    kept = tmp_path / "recent" / "corner" / "0.keys"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"faces")
    off = RecentBook(tmp_path / "recent", RecentSettings())
    assert not kept.exists()
    own = node.camera.source.model_copy(update={"url": str(node.clip)})
    source = open_source(node.camera.model_copy(update={"source": own}), start=NOW)
    assert off.keeping(source, node.camera) is source


def test_uploads_are_bounded_in_size_number_and_age(node: Node) -> None:
    large = node.client.post(RECORDINGS, content=b"x" * 2_000_001)
    assert large.status_code == 413
    assert large.json()["what"]
    assert node.client.post(RECORDINGS, content=b"").status_code == 422
    assert node.client.post(TRIALS, content=b"x" * (1 << 20) + b"x").status_code == 413, "small everywhere else"
    ids = [node.upload(b"%d" % number) for number in range(MOST_RECORDINGS + 2)]
    kept = {path.stem for path in (node.folder / "recordings").iterdir()}
    assert len(kept) == MOST_RECORDINGS
    assert kept <= set(ids)
    node.room.prune(NOW + timedelta(days=2))
    assert list((node.folder / "recordings").iterdir()) == []


@pytest.mark.parametrize("role", sorted(AccountRole))
def test_who_may_try(node: Node, role: str) -> None:
    may = role in {"administrator", "operations", "model_engineer"}
    headers = {"Authorization": f"Bearer {role}"}
    assert node.client.get(f"{TRIALS}/means", headers=headers).status_code == (200 if may else 403)
    answered = node.client.post(RECORDINGS, content=b"x", headers=headers)
    assert answered.status_code == (201 if may else 403)


def test_a_key_does_not_make_an_upload_a_repeat(node: Node) -> None:
    def post(data: bytes) -> Any:
        return node.client.post(RECORDINGS, content=data, headers={"Idempotency-Key": "k1"})

    assert post(b"one").json()["recording_id"] == post(b"one").json()["recording_id"]
    assert post(b"two").status_code == 201
