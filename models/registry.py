"""Which weights exist, what they can see, and which are in service. Standard library only.

`models/manifest.toml` lists every model with the hash of its files; nothing is loaded whose hash differs.
Only formats that hold tensors and a graph are known: a pickle runs code and is refused by name.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMATS = ("openvino", "onnx", "safetensors")
MANIFEST = Path(__file__).parent / "manifest.toml"


class RegistryError(Exception):
    """The manifest or the weights cannot be trusted. The message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the registry.

    Attributes:
        name: e.g. `gridpatrol-city`.
        version: e.g. `2026.11.21`.
        format: one of `FORMATS`.
        path: the file to load (the .xml of an OpenVINO pair, the .onnx file).
        sha256: hash by file name, of every file that is loaded.
        trainable: the same for the safetensors that a training may start from; never read in service.
        classes: class names by output row.
        input_size: width and height of the square network input, pixels.
        licence: SPDX identifier.
        precision: `fp32`, `fp16` or `int8`.
        base: what it was trained from.
        data_manifest: hash of the data set's manifest, empty where there is none.
        metrics: figure by name, as measured when it was registered.
        tolerance: how much a challenger may be worse, by figure family.
    """

    name: str
    version: str
    format: str
    path: Path
    sha256: Mapping[str, str]
    classes: tuple[str, ...]
    input_size: int
    licence: str
    precision: str = "fp16"
    base: str = ""
    data_manifest: str = ""
    trainable: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tolerance: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise RegistryError(
                f"{self.id}: format {self.format!r} may not enter service, expected one of {', '.join(FORMATS)}; "
                "export the model first (gridpatrol model export)"
            )
        if not self.classes or len(set(self.classes)) != len(self.classes):
            raise RegistryError(f"{self.id}: classes must be a non-empty list of different names")
        if self.input_size < 32 or self.input_size % 32:
            raise RegistryError(f"{self.id}: input_size must be a multiple of 32, got {self.input_size}")

    @property
    def id(self) -> str:
        """`name@version`, how people and the manifest refer to it."""
        return f"{self.name}@{self.version}"

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that loading reads."""
        return tuple(self.path.parent / name for name in self.sha256)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The registry as read from its file.

    Attributes:
        path: the file.
        in_service_id: `name@version` of the model that the product uses.
        previous_id: what was in service before, for the rollback; empty where there was none.
        entries: by id, in the order of the file.
    """

    path: Path
    in_service_id: str
    previous_id: str
    entries: Mapping[str, ModelEntry]

    @property
    def in_service(self) -> ModelEntry:
        """The model that the product uses."""
        return self.find(self.in_service_id)

    def find(self, wanted: str) -> ModelEntry:
        """Return an entry by `name@version`, or by name alone (its latest in the file).

        Raises:
            RegistryError: there is none.
        """
        if wanted in self.entries:
            return self.entries[wanted]
        named = [entry for entry in self.entries.values() if entry.name == wanted]
        if named:
            return named[-1]
        known = ", ".join(self.entries) or "none"
        raise RegistryError(f"{self.path}: no model {wanted!r}; registered: {known}")


def load_manifest(path: Path = MANIFEST) -> Manifest:
    """Read the registry.

    Raises:
        RegistryError: missing, unreadable, no TOML, or an entry that cannot be used; the message names file and entry.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RegistryError(f"{path}: no model manifest there; give its path with --manifest") from error
    except OSError as error:
        raise RegistryError(f"{path}: the model manifest cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path}: not a TOML file: {error}") from error
    entries = {}
    for number, item in enumerate(values.get("model", []), start=1):
        entry = _entry(item, path, number)
        if entry.id in entries:
            raise RegistryError(f"{path}: {entry.id} is listed twice")
        entries[entry.id] = entry
    in_service = str(values.get("in_service", ""))
    manifest = Manifest(path, in_service, str(values.get("previous", "")), entries)
    if in_service not in entries:
        known = ", ".join(entries) or "none"
        raise RegistryError(f"{path}: in_service = {in_service!r} is not a registered model; registered: {known}")
    return manifest


def verify(entry: ModelEntry) -> None:
    """Check the hash of every file of a model.

    Raises:
        RegistryError: a file is missing or its hash differs; it must not be loaded.
    """
    if entry.path.name not in entry.sha256:
        raise RegistryError(f"{entry.id}: the manifest has no sha256 for {entry.path.name}")
    for file in entry.files:
        _check(entry, file, entry.sha256[file.name])


def published(entry: ModelEntry) -> Path:
    """Return the weights that a training may start from, with the hash of the manifest.

    Raises:
        RegistryError: the model has none, or the file is missing or its hash differs.
    """
    if not entry.trainable:
        raise RegistryError(f"{entry.id}: has no published weights; a training needs its checkpoint")
    name, wanted = next(iter(entry.trainable.items()))
    _check(entry, entry.path.parent / name, wanted)
    return entry.path.parent / name


def _check(entry: ModelEntry, file: Path, wanted: str) -> None:
    try:
        got = sha256_of(file)
    except OSError as error:
        raise RegistryError(f"{entry.id}: cannot read {file}: {error.strerror}") from error
    if got != wanted:
        raise RegistryError(
            f"{entry.id}: {file} has sha256 {got[:12]}…, the manifest says {wanted[:12]}…; "
            "the file was changed or is incomplete, restore it or register it anew"
        )


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(item: Mapping[str, Any], path: Path, number: int) -> ModelEntry:
    """Make an entry from its TOML table; paths are relative to the manifest."""
    where = f"{path}: model {number} ({item.get('name', 'no name')})"
    try:
        return ModelEntry(
            name=str(item["name"]),
            version=str(item["version"]),
            format=str(item["format"]),
            path=path.parent / str(item["path"]),
            sha256={str(name): str(value) for name, value in item["sha256"].items()},
            classes=tuple(str(name) for name in item["classes"]),
            input_size=int(item["input_size"]),
            licence=str(item["licence"]),
            precision=str(item.get("precision", "fp16")),
            base=str(item.get("base", "")),
            data_manifest=str(item.get("data_manifest", "")),
            trainable={str(name): str(value) for name, value in item.get("trainable", {}).items()},
            metrics={str(k): float(v) for k, v in item.get("metrics", {}).items()},
            tolerance={str(k): float(v) for k, v in item.get("tolerance", {}).items()},
        )
    except KeyError as error:
        raise RegistryError(f"{where}: {error.args[0]} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise RegistryError(f"{where}: {error}") from error
