"""The commands `model` and `dataset` as people type them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import pytest
import yaml

from gridpatrol.cli import main
from models.register import register
from models.registry import load_manifest
from tests.detector.inference.test_openvino import grey, tiny_network
from tests.models.test_dataset import scene, write_source


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "registry" / "manifest.toml"
    for version in "12":
        register(path, tiny_network(path.parent, version))
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["gridpatrol", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    code = left.value.code
    return code if isinstance(code, int) else 0


def bright_set(folder: Path) -> Path:
    """A set on which `tiny_network` is right: a car in the middle of a bright picture, none on a dark one."""
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    for name, value, text in (("day", 250, "0 0.5 0.5 0.25 0.266667"), ("night", 5, "")):
        cv2.imwrite(str(folder / "images" / f"{name}.png"), grey(value))
        (folder / "labels" / f"{name}.txt").write_text(text)
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump({"val": "images", "names": ["car", "stall"]}))
    return path


def test_evaluate_writes_the_figures(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    data = bright_set(tmp_path / "set")
    assert run(monkeypatch, "model", "evaluate", "--manifest", manifest, "--data", data, "--json", out) == 0
    figures = json.loads(out.read_text())
    assert figures["model"] == "tiny@1"
    assert figures["classes"] == {"car": {"ap50": 1.0, "ap50_95": pytest.approx(1.0), "images": 1, "instances": 1}}
    assert "car" in capsys.readouterr().out


def test_list_show_compare_rollback(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "model", "list", "--manifest", manifest) == 0
    assert "in service" in capsys.readouterr().out
    assert run(monkeypatch, "model", "show", "tiny@2", "--manifest", manifest) == 0
    assert "hashes are right" in capsys.readouterr().out
    data = bright_set(tmp_path / "set")
    assert run(monkeypatch, "model", "compare", "tiny@1", "tiny@2", "--data", data, "--manifest", manifest) == 0
    assert "+0.000" in capsys.readouterr().out
    assert run(monkeypatch, "model", "rollback", "--manifest", manifest) == 2
    assert "no model was in service before" in capsys.readouterr().err


def test_promote_refuses_what_gained_nothing(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bright_set(tmp_path / "set")
    arguments = ("model", "promote", "tiny@2", "--data", data, "--aim", "people_and_vehicles", "--manifest", manifest)
    assert run(monkeypatch, *arguments) == 2
    assert "the aim, people_and_vehicles, is not better; tiny@1 stays" in capsys.readouterr().err
    assert load_manifest(manifest).in_service_id == "tiny@1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model", "evaluate", "--data", "none.yaml"], "none.yaml: no such data file"),
        (["model", "show", "other"], "no model 'other'"),
        (["model", "train", "none.yaml", "--out", "run"], "no such recipe"),
        (["dataset", "build", "none.yaml", "--out", "set"], "no such recipe"),
        (["dataset", "import", "x.json", "--form", "coco", "--out", "o"], "not a COCO annotation file"),
        (["dataset", "import", "x", "--form", "voc", "--out", "o"], "unknown form 'voc'"),
        (["dataset", "streets", "--seeds", "9", "--out", "o"], "seeds must be FIRST:END"),
    ],
)
def test_one_clear_message_and_no_traceback(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    manifest: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    extra = ["--manifest", str(manifest)] if arguments[0] == "model" and arguments[1] != "train" else []
    assert run(monkeypatch, *arguments, *extra) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


def test_inspect_and_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("labelformat")
    data = write_source(tmp_path / "s", {"a": scene(1)}) / "data.yaml"
    assert run(monkeypatch, "dataset", "inspect", data, "--report", tmp_path / "report") == 0
    assert "garbage_bag" in capsys.readouterr().out
    assert run(monkeypatch, "dataset", "export", data, "--out", tmp_path / "coco", "--form", "coco") == 0
    source = tmp_path / "coco" / "instances.json"
    images = tmp_path / "coco" / "images"
    back = ("dataset", "import", source, "--form", "coco", "--images", images, "--out", tmp_path / "back")
    assert run(monkeypatch, *back) == 0
    assert "1 pictures, 1 boxes" in capsys.readouterr().out
    (tmp_path / "s" / "labels" / "a.txt").write_text("5 0.5 0.5 0.1 0.1")
    assert run(monkeypatch, "dataset", "inspect", data) == 1
    assert "unknown class 5" in capsys.readouterr().err
