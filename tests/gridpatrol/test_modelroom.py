"""The models of a node over the interface: what is shown, promoted, refused and rolled back, by whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller
from dispatch.api import create_app
from dispatch.store import SqlStore
from gridpatrol.cli import main
from gridpatrol.errands import Errands
from gridpatrol.modelroom import ModelRoom
from gridpatrol.settings import GateSettings
from models.promote import DECISIONS, Decision, Line, record
from models.register import record_figures, register
from models.registry import load_manifest
from tests.detector.inference.test_openvino import tiny_network
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import a_desk
from tests.gridpatrol.test_errands import running, wait_for
from tests.models.test_commands import bright_set

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MODELS = "/api/v1/models"
PASSED = Line("people_and_vehicles", "data.yaml", 0.5, 0.6, 0.495, True)
WORSE = Line("rubbish", "data.yaml", 0.4, 0.2, 0.392, False)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "registry" / "manifest.toml"
    for version in "12":
        register(path, tiny_network(path.parent, version))
    record_figures(path, "tiny@1", {"held_out.car.ap50": 0.5, "streets.car.ap50": 0.25})
    record_figures(path, "tiny@2", {"held_out.car.ap50": 0.75})
    card = path.parent / "cards" / "tiny-1"
    card.mkdir(parents=True)
    card.with_suffix(".md").write_text("# tiny@1\n\nFinds cars.\n", encoding="utf-8")
    (card / "worst.png").write_bytes(b"\x89PNG a picture")
    (card / "training.csv").write_text("epoch,loss\n1,0.5\n2,\n", encoding="utf-8")
    return path


@pytest.fixture
def errands(tmp_path: Path) -> Errands:
    return Errands(tmp_path / "errands")


@pytest.fixture
def gate() -> GateSettings | None:
    return None


@pytest.fixture
def client(
    manifest: Path, store: SqlStore, tmp_path: Path, errands: Errands, gate: GateSettings | None
) -> Iterator[TestClient]:
    tokens = {role.value: Caller(role.value, frozenset({role})) for role in AccountRole}
    app = create_app(
        a_desk(store),
        evidence_root=tmp_path,
        accounts=accounts_of(store, None, **tokens),
        model_control=ModelRoom(manifest, lambda: ("tiny@1", ""), errands=errands, gate=gate),
        clock=lambda: NOW,
    )
    yield TestClient(app, base_url="http://127.0.0.1:8600", headers={"Authorization": "Bearer model_engineer"})


def decided(manifest: Path, *lines: Line, at: datetime = NOW, gained: bool = True, **changes: Any) -> None:
    is_accepted = gained and all(line.passed for line in lines)
    decision = Decision(at, "tiny@1", "tiny@2", "people_and_vehicles", lines, gained, is_accepted)
    record(manifest.parent / DECISIONS, replace(decision, **changes))


def test_the_list_says_what_is_in_service_and_what_challenges_it(client: TestClient, manifest: Path) -> None:
    decided(manifest, PASSED, WORSE)
    body = client.get(MODELS).json()
    assert [(one["id"], one["standing"]) for one in body["items"]] == [
        ("tiny@1", "in_service"), ("tiny@2", "challenger")
    ]  # fmt: skip
    assert (body["in_service"], body["answering"], body["fault"]) == ("tiny@1", "tiny@1", "")
    (decision,) = body["decisions"]
    assert not decision["accepted"]
    assert "rubbish on data.yaml: 0.2" in decision["reasons"][0]
    assert {"rubbish", "speed", "events"} <= set(body["aims"])


def test_a_model_has_its_card_curves_and_pictures(client: TestClient) -> None:
    body = client.get(f"{MODELS}/tiny@1").json()
    assert body["card"].startswith("# tiny@1")
    assert body["curves"] == [{"name": "training", "columns": ["epoch", "loss"], "rows": [[1, 0.5], [2, None]]}]
    (address,) = body["pictures"]
    picture = client.get(address)
    assert (picture.content[:4], picture.headers["content-type"]) == (b"\x89PNG", "image/png")
    bare = client.get(f"{MODELS}/tiny").json()
    assert (bare["id"], bare["card"], bare["pictures"]) == ("tiny@2", "", [])


@pytest.mark.parametrize(
    "path",
    [
        "/other",
        "/tiny@1/pictures/training.csv",
        "/tiny@1/pictures/..%2F..%2Fmanifest.toml",
        "/tiny@1/pictures/none.png",
        "/tiny@1/compare/other",
    ],
)
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    assert client.get(MODELS + path).status_code == 404


def test_two_models_side_by_side(client: TestClient, manifest: Path) -> None:
    decided(manifest, PASSED)
    body = client.get(f"{MODELS}/tiny@1/compare/tiny@2").json()
    assert body["figures"] == [
        {"figure": "held_out.car.ap50", "first": 0.5, "second": 0.75, "difference": 0.25},
        {"figure": "streets.car.ap50", "first": 0.25, "second": None, "difference": None},
    ]
    assert [one["challenger"] for one in body["decisions"]] == ["tiny@2"]


def test_what_the_gate_passes_enters_service_and_rollback_returns(client: TestClient, manifest: Path) -> None:
    decided(manifest, PASSED)
    promoted = client.post(f"{MODELS}/tiny@2/promote")
    assert promoted.status_code == 200
    assert promoted.json()["in_service"] == "tiny@2"
    assert load_manifest(manifest).in_service_id == "tiny@2"
    back = client.post(f"{MODELS}/rollback").json()
    assert back["in_service"] == load_manifest(manifest).in_service_id == "tiny@1"
    assert [(one["by"], one["why"], one["before"], one["after"]) for one in back["changes"]] == [
        ("model_engineer", "rolled_back", "tiny@2", "tiny@1"),
        ("model_engineer", "promoted", "tiny@1", "tiny@2"),
    ]
    audit = client.get("/api/v1/audit", headers={"Authorization": "Bearer administrator"}).json()["items"]
    assert [(line["actor"], line["target"]) for line in audit][:2] == [
        ("model_engineer", f"{MODELS}/rollback"),
        ("model_engineer", f"{MODELS}/tiny@2/promote"),
    ]


@pytest.mark.parametrize(
    ("decisions", "reason"),
    [
        ([], "was not measured against tiny@1"),
        ([((PASSED, WORSE), {})], "rubbish on data.yaml"),
        ([((PASSED,), {}), ((PASSED,), {"gained": False})], "is not better"),
        ([((PASSED,), {"champion": "tiny@0"})], "was not measured against tiny@1"),
        ([((PASSED,), {"at": NOW - timedelta(days=31)})], "measure it again"),
    ],
)
def test_what_the_gate_has_not_passed_stays_out(
    client: TestClient, manifest: Path, decisions: list[tuple[tuple[Line, ...], dict[str, Any]]], reason: str
) -> None:
    for lines, changes in decisions:
        decided(manifest, *lines, **changes)
    refused = client.post(f"{MODELS}/tiny@2/promote")
    assert refused.status_code == 409
    assert reason in refused.json()["what"]
    assert load_manifest(manifest).in_service_id == "tiny@1"


def test_weights_that_were_changed_do_not_enter_service(client: TestClient, manifest: Path) -> None:
    decided(manifest, PASSED)
    load_manifest(manifest).find("tiny@2").path.write_text("not what was registered")
    refused = client.post(f"{MODELS}/tiny@2/promote")
    assert (refused.status_code, load_manifest(manifest).in_service_id) == (409, "tiny@1")
    assert "sha256" in refused.json()["what"]


def test_rollback_without_a_model_before_is_refused(client: TestClient) -> None:
    refused = client.post(f"{MODELS}/rollback")
    assert refused.status_code == 409
    assert "no model was in service before" in refused.json()["what"]


@pytest.mark.parametrize("role", sorted(AccountRole))
def test_model_engineers_and_administrators_change_models_and_all_may_read(client: TestClient, role: str) -> None:
    headers = {"Authorization": f"Bearer {role}"}
    assert client.get(MODELS, headers=headers).status_code == 200
    answered = client.post(f"{MODELS}/tiny@2/promote", headers=headers)
    assert answered.status_code == (409 if role in {"model_engineer", "administrator"} else 403)


def test_a_refusal_on_the_command_line_is_known_to_the_interface(
    client: TestClient, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bright_set(tmp_path / "set")
    arguments = ["model", "promote", "tiny@2", "--data", data, "--aim", "people_and_vehicles", "--manifest", manifest]
    monkeypatch.setattr(sys, "argv", ["gridpatrol", *map(str, arguments)])
    with pytest.raises(SystemExit):
        main()
    told = json.loads((manifest.parent / DECISIONS).read_text().splitlines()[-1])
    (shown,) = client.get(MODELS).json()["decisions"]
    assert shown["reasons"] == told["reasons"]


def test_a_gate_on_the_command_line_lets_the_interface_promote(
    client: TestClient, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["model", "gate", "tiny@2", "--data", bright_set(tmp_path / "set"), "--aim", "speed"]
    monkeypatch.setattr(sys, "argv", ["gridpatrol", *map(str, [*arguments, "--manifest", manifest])])
    monkeypatch.setattr("gridpatrol.gate.speed", lambda first, second: (10.0, 9.0))
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in {0, None}
    assert load_manifest(manifest).in_service_id == "tiny@1", "measuring alone changes nothing"
    (decision,) = client.get(MODELS).json()["decisions"]
    promoted = client.post(f"{MODELS}/tiny@2/promote", headers={"Authorization": "Bearer administrator"})
    assert (decision["accepted"], promoted.status_code) == (True, 200)
    assert load_manifest(manifest).in_service_id == "tiny@2"


def test_without_data_measuring_is_refused_with_what_to_do(client: TestClient) -> None:
    assert client.get(MODELS).json()["can_measure"] is False
    refused = client.post(f"{MODELS}/tiny@2/measurements", json={"aim": "speed"})
    assert refused.status_code == 409
    assert "gridpatrol model gate tiny@2" in refused.json()["remedy"]


class TestWithData:
    """A node that has data to measure on."""

    @pytest.fixture
    def gate(self, tmp_path: Path) -> GateSettings:
        return GateSettings(data=(bright_set(tmp_path / "set"),))

    def test_a_challenger_is_measured_in_a_process_of_its_own(self, client: TestClient, errands: Errands) -> None:
        asked = client.post(f"{MODELS}/tiny@2/measurements", json={"aim": "people_and_vehicles"})
        assert asked.status_code == 202
        assert (asked.json()["state"], asked.json()["by"]) == ("waiting", "model_engineer")
        with running(errands):
            wait_for(lambda: client.get(MODELS).json()["measurements"][0]["state"] not in {"waiting", "running"}, 120)
        body = client.get(MODELS).json()
        (measured,) = body["measurements"]
        assert (measured["state"], measured["problem"], measured["challenger"]) == ("done", "", "tiny@2")
        (decision,) = body["decisions"]
        assert (decision["challenger"], decision["in_service"], decision["accepted"]) == ("tiny@2", "tiny@1", False)
        assert {line["family"] for line in decision["lines"]} == {"people_and_vehicles", "speed"}
        refused = client.post(f"{MODELS}/tiny@2/promote")
        assert refused.status_code == 409
        assert "the aim, people_and_vehicles, is not better" in refused.json()["what"]

    def test_a_measurement_can_be_cancelled(self, client: TestClient) -> None:
        asked = client.post(f"{MODELS}/tiny@2/measurements", json={"aim": "speed"}).json()
        cancelled = client.post(f"{MODELS}/measurements/{asked['measurement_id']}/cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")

    @pytest.mark.parametrize(
        ("path", "aim", "status"),
        [("tiny@2", "beauty", 422), ("tiny@1", "speed", 409), ("tiny@2", "events", 409), ("other", "speed", 404)],
    )
    def test_what_cannot_be_measured_is_refused(self, client: TestClient, path: str, aim: str, status: int) -> None:
        assert client.post(f"{MODELS}/{path}/measurements", json={"aim": aim}).status_code == status
