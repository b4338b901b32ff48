from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

import pytest

from models.errors import PromotionError
from models.register import put_in_service, record_figures, register, roll_back
from models.registry import ModelEntry, RegistryError, load_manifest, published, sha256_of, verify

CLASSES = ("person", "car")


def entry(folder: Path, name: str = "city", version: str = "1", content: bytes = b"weights") -> ModelEntry:
    weights = folder / "weights" / f"{name}-{version}.xml"
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(content)
    return ModelEntry(
        name=name,
        version=version,
        format="openvino",
        path=weights,
        sha256={weights.name: sha256_of(weights)},
        classes=CLASSES,
        input_size=640,
        licence="AGPL-3.0-or-later",
        metrics={"rubbish": 0.5},
    )


def test_what_is_registered_is_read_back(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    one = entry(tmp_path)
    register(manifest, one)
    read = load_manifest(manifest).in_service
    assert read == replace(one, path=manifest.parent / "weights" / one.path.name)
    verify(read)


def test_published_weights_are_checked(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    plain = entry(tmp_path)
    with pytest.raises(RegistryError, match="has no published weights"):
        published(plain)
    weights = plain.path.with_name("city-1.safetensors")
    weights.write_bytes(b"numbers")
    register(manifest, replace(plain, trainable={weights.name: sha256_of(weights)}))
    read = load_manifest(manifest).in_service
    assert published(read) == read.path.with_name(weights.name)
    weights.write_bytes(b"others")
    with pytest.raises(RegistryError, match="the file was changed"):
        published(read)
    verify(read)


def test_a_second_model_waits_for_its_promotion_and_rollback_returns(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))
    register(manifest, entry(tmp_path, version="2"))
    assert load_manifest(manifest).in_service_id == "city@1"
    assert put_in_service(manifest, "city@2").in_service_id == "city@2"
    assert roll_back(manifest).in_service_id == "city@1"
    assert load_manifest(manifest).find("city").version == "2"


def test_nothing_to_roll_back_to(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))
    with pytest.raises(PromotionError, match="no model was in service before"):
        roll_back(manifest)


def test_changed_weights_are_refused_and_the_service_stays(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))
    second = entry(tmp_path, version="2")
    register(manifest, second)
    second.path.write_bytes(b"other")
    with pytest.raises(RegistryError, match=r"city@2: .*sha256"):
        put_in_service(manifest, "city@2")
    assert load_manifest(manifest).in_service_id == "city@1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "pt"}, "may not enter service"),
        ({"format": "pickle"}, "may not enter service"),
        ({"classes": ()}, "classes"),
        ({"classes": ("car", "car")}, "classes"),
        ({"input_size": 500}, "multiple of 32"),
    ],
)
def test_entries_that_cannot_be_used(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    values: dict[str, object] = {
        "name": "x",
        "version": "1",
        "format": "onnx",
        "path": tmp_path / "x.onnx",
        "sha256": {},
        "classes": CLASSES,
        "input_size": 640,
        "licence": "MIT",
    }
    with pytest.raises(RegistryError, match=message):
        ModelEntry(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("in_service = ", "not a TOML file"),
        ('in_service = "a@1"', "not a registered model"),
        ('in_service = "a@1"\n[[model]]\nname = "a"', "version is missing"),
        ('in_service = "a@1"\n[[model]]\nname = "a"\nversion = "1"\nformat = "onnx"\npath = "a"\nsha256 = 3', "a"),
    ],
)
def test_broken_manifests(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(RegistryError, match=message):
        load_manifest(path)


def test_a_manifest_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="the model manifest cannot be read: Is a directory"):
        load_manifest(tmp_path)


@pytest.mark.parametrize(("umask", "wanted"), [(0o022, 0o644), (0o027, 0o640)])
def test_a_new_manifest_is_as_readable_as_any_file(tmp_path: Path, umask: int, wanted: int) -> None:
    before = os.umask(umask)
    try:
        register(tmp_path / "manifest.toml", entry(tmp_path))
    finally:
        os.umask(before)
    assert S_IMODE((tmp_path / "manifest.toml").stat().st_mode) == wanted


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o600])
def test_who_may_read_the_manifest_stays(tmp_path: Path, mode: int) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))
    manifest.chmod(mode)
    register(manifest, entry(tmp_path, version="2"))
    put_in_service(manifest, "city@2")
    assert S_IMODE(manifest.stat().st_mode) == mode


def test_a_manifest_that_cannot_be_replaced_stays_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        register(manifest, entry(tmp_path, version="2"))
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.toml", "weights"}
    assert list(load_manifest(manifest).entries) == ["city@1"]


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="no model manifest"):
        load_manifest(tmp_path / "none.toml")


def test_weights_must_lie_beside_the_manifest_and_ids_are_unique(tmp_path: Path) -> None:
    manifest = tmp_path / "models" / "manifest.toml"
    manifest.parent.mkdir()
    with pytest.raises(RegistryError, match="must lie below"):
        register(manifest, entry(tmp_path))
    register(manifest, entry(manifest.parent))
    with pytest.raises(RegistryError, match="registered already"):
        register(manifest, entry(manifest.parent))


def test_unknown_model(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))
    with pytest.raises(RegistryError, match="no model 'other'; registered: city@1"):
        load_manifest(manifest).find("other")


def test_figures_are_recorded_beside_those_there_are(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, entry(tmp_path))
    record_figures(manifest, "city@1", {"streets.car.ap50": 0.9}, {"rubbish": 0.02})
    read = load_manifest(manifest).in_service
    assert read.metrics == {"rubbish": 0.5, "streets.car.ap50": 0.9}
    assert read.tolerance == {"rubbish": 0.02}
