"""Exporting never touches what is registered already; the export itself is played by a few bytes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.errors import TrainingError
from models.registry import ModelEntry, RegistryError, load_manifest, published, sha256_of, verify

pytest.importorskip("ultralytics", reason="needs the train extra")

from models import workshop
from models.export import Naming


def written(naming: Naming, folder: Path, content: str, precision: str) -> ModelEntry:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{naming.name}{suffix}" for suffix in (".xml", ".bin")]
    for file in files:
        file.write_text(f"{content} {precision}")
    sha256 = {file.name: sha256_of(file) for file in files}
    return ModelEntry(
        naming.name, naming.version, "openvino", files[0], sha256, ("car",), 320, "AGPL-3.0-or-later", precision
    )


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe whose checkpoints are texts; an export holds the text of its checkpoint."""

    def export(network: Any, naming: Naming, folder: Path, input_size: int) -> ModelEntry:
        entry = written(naming, folder, network, "fp16")
        weights = folder / f"{naming.name}.safetensors"
        weights.write_text(f"{network} {naming.name}")
        return ModelEntry(**{**values_of(entry), "trainable": {weights.name: sha256_of(weights)}})

    def quantized(entry: ModelEntry, pictures: Iterable[object], naming: Naming, folder: Path) -> ModelEntry:
        assert not list(pictures)
        return written(naming, folder, entry.path.read_text(), "int8")

    monkeypatch.setattr(workshop, "trained_network", lambda recipe, checkpoint: checkpoint.read_text())
    monkeypatch.setattr(workshop, "export_openvino", export)
    monkeypatch.setattr(workshop, "quantize", quantized)
    monkeypatch.setattr(workshop, "calibration_inputs", lambda dataset, input_size: iter(()))
    data = {"name": "d", "classes": ["car"], "sources": [{"name": "s", "path": "s"}]}
    values = {"name": "city", "base_weights": "base.pt", "schedule": {"epochs": 1}, "data": data}
    path = tmp_path / "city.yaml"
    path.write_text(yaml.safe_dump(values))
    (tmp_path / "manifest.json").write_text("{}")
    return path


def values_of(entry: ModelEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ModelEntry.__slots__}


def export(recipe: Path, content: str, version: str, *, name: str = "", int8: bool = False) -> ModelEntry:
    checkpoint = recipe.with_name("final.pt")
    checkpoint.write_text(content)
    return workshop.export_and_register(
        recipe,
        checkpoint,
        name=name,
        version=version,
        manifest_path=manifest_of(recipe),
        data=recipe.parent,
        int8=int8,
    )


def manifest_of(recipe: Path) -> Path:
    return recipe.with_name("registry") / "manifest.toml"


def lying(recipe: Path) -> dict[str, str]:
    folder = manifest_of(recipe).parent
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def check_all(recipe: Path) -> list[str]:
    entries = load_manifest(manifest_of(recipe)).entries
    for entry in entries.values():
        verify(entry)
        published(entry)
    return list(entries)


@pytest.mark.parametrize("int8", [False, True])
def test_a_registered_version_is_left_as_it_is(recipe: Path, int8: bool) -> None:
    export(recipe, "first", "1", int8=int8)
    before = lying(recipe)
    with pytest.raises(
        RegistryError, match=r"city(-int8)?@1 is registered already; give the new weights another version"
    ):
        export(recipe, "second", "1", int8=int8)
    assert lying(recipe) == before
    check_all(recipe)


@pytest.mark.parametrize("int8_first", [False, True])
def test_both_precisions_of_a_version_stand_beside_each_other(recipe: Path, int8_first: bool) -> None:
    for int8 in (int8_first, not int8_first):
        entry = export(recipe, "trained", "1", int8=int8)
        assert entry.id == ("city-int8@1" if int8 else "city@1")
        assert entry.precision == ("int8" if int8 else "fp16")
    assert sorted(check_all(recipe)) == ["city-int8@1", "city@1"]
    names = {"city-1.xml", "city-1.bin", "city-1.safetensors"}
    names |= {name.replace("city-1", "city-1-int8") for name in names}
    assert lying(recipe).keys() == {"manifest.toml", *(f"weights/{name}" for name in names)}


def test_another_model_whose_files_would_be_called_the_same_is_refused(recipe: Path) -> None:
    export(recipe, "first", "1", int8=True)
    with pytest.raises(RegistryError, match=r"city-1-int8\.bin.* belongs to city-int8@1"):
        export(recipe, "second", "1-int8")
    assert check_all(recipe) == ["city-int8@1"]


def test_an_export_that_fails_leaves_nothing(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> ModelEntry:
        raise TrainingError("too large")

    export(recipe, "first", "1")
    before = lying(recipe)
    monkeypatch.setattr(workshop, "quantize", failing)
    with pytest.raises(TrainingError, match="too large"):
        export(recipe, "first", "1", int8=True)
    assert lying(recipe) == before
    assert {path.name for path in manifest_of(recipe).parent.iterdir()} == {"manifest.toml", "weights"}
