"""Writing the registry: new entries, what is in service, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4

from models.errors import PromotionError
from models.registry import Manifest, ModelEntry, RegistryError, load_manifest, verify

HEADER = """\
# The models that this product may load; written by `gridpatrol model register | promote | rollback`.
# Every file is checked against its hash before it is loaded. Figures: docs/models.md and the model cards.
"""


CHANGES = "changes.jsonl"
"""Beside the manifest: which model entered service when, by whom and why."""


@dataclass(frozen=True, slots=True)
class Change:
    """Why another model is in service.

    Attributes:
        at: aware time.
        by: who did it; empty where nobody was named.
        why: promoted or rolled_back.
        before, after: ids of the models; filled in when it is done.
    """

    at: datetime
    by: str
    why: str
    before: str = ""
    after: str = ""


def register(path: Path, entry: ModelEntry) -> Manifest:
    """Add a model to the registry; the first one enters service, later ones wait for their promotion.

    Args:
        path: the manifest; made when it is not there. The weights must lie in a folder beside it.
        entry: the model.

    Raises:
        RegistryError: the id is taken, a hash is wrong, or the weights lie elsewhere.
    """
    verify(entry)
    if not entry.path.resolve().is_relative_to(path.parent.resolve()):
        raise RegistryError(f"{entry.path}: weights must lie below {path.parent}; copy them to weights/ first")
    if not path.exists():
        return _write(Manifest(path, entry.id, "", {entry.id: entry}))
    manifest = load_manifest(path)
    _check_id(manifest, entry.id)
    return _write(replace(manifest, entries={**manifest.entries, entry.id: entry}))


def check_free(path: Path, model_id: str, names: Iterable[str]) -> None:
    """Check that a model can be registered under an id with files of these names.

    Args:
        path: the manifest; everything is free where there is none.
        model_id: `name@version`.
        names: of the files that would lie in the weights folder.

    Raises:
        RegistryError: the id is taken, or a file of a registered model is called so.
    """
    if not path.exists():
        return
    manifest = load_manifest(path)
    _check_id(manifest, model_id)
    wanted = set(names)
    for entry in manifest.entries.values():
        taken = sorted(wanted & {entry.path.name, *entry.sha256, *entry.trainable})
        if taken:
            raise RegistryError(f"{path}: {', '.join(taken)} belongs to {entry.id}; give the new weights another name")


def _check_id(manifest: Manifest, model_id: str) -> None:
    if model_id in manifest.entries:
        raise RegistryError(f"{manifest.path}: {model_id} is registered already; give the new weights another version")


def put_in_service(path: Path, model_id: str, change: Change | None = None) -> Manifest:
    """Make a registered model the one in service and remember what was before.

    Args:
        change: written into the record of changes.

    Raises:
        RegistryError: it is not registered, or its files are not what they were.
    """
    manifest = load_manifest(path)
    entry = manifest.find(model_id)
    verify(entry)
    if entry.id == manifest.in_service_id:
        return manifest
    written = _write(replace(manifest, in_service_id=entry.id, previous_id=manifest.in_service_id))
    if change is not None:
        row = asdict(replace(change, before=manifest.in_service_id, after=entry.id))
        with (path.parent / CHANGES).open("a", encoding="utf-8") as file:
            file.write(json.dumps({**row, "at": change.at.isoformat()}, ensure_ascii=False) + "\n")
    return written


def changes(path: Path) -> list[Change]:
    """Return which models have entered service, oldest first, as far as it was recorded.

    Raises:
        RegistryError: the record is damaged.
    """
    record = path.parent / CHANGES
    if not record.exists():
        return []
    try:
        rows = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Change(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{record}: the record of changes cannot be read: {error}") from error


def record_figures(
    path: Path, model_id: str, metrics: Mapping[str, float], tolerance: Mapping[str, float] | None = None
) -> Manifest:
    """Write figures of a registered model into the registry, beside those it has.

    Raises:
        RegistryError: it is not registered.
    """
    manifest = load_manifest(path)
    entry = manifest.find(model_id)
    known = replace(entry, metrics={**entry.metrics, **metrics}, tolerance={**entry.tolerance, **(tolerance or {})})
    return _write(replace(manifest, entries={**manifest.entries, entry.id: known}))


def roll_back(path: Path, change: Change | None = None) -> Manifest:
    """Put the model in service that was before; a second call returns to the newer one.

    Args:
        change: written into the record of changes.

    Raises:
        PromotionError: there was none before.
        RegistryError: its files are not what they were.
    """
    manifest = load_manifest(path)
    if not manifest.previous_id:
        raise PromotionError(f"{path}: no model was in service before {manifest.in_service_id}")
    return put_in_service(path, manifest.previous_id, change)


def _write(manifest: Manifest) -> Manifest:
    """Write the manifest in one step, so that a node that reads it meanwhile sees the old or the new one.

    Who may read it stays as it was; a new one is as readable as any file that this user makes.
    """
    lines = [HEADER, f"in_service = {_text(manifest.in_service_id)}", f"previous = {_text(manifest.previous_id)}"]
    for entry in manifest.entries.values():
        lines += ["", "[[model]]", *_fields(entry, manifest.path.parent)]
    written = manifest.path.with_name(f".{manifest.path.name}.{uuid4().hex}")
    try:
        with written.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if manifest.path.exists():
            written.chmod(S_IMODE(manifest.path.stat().st_mode))
        written.replace(manifest.path)
    finally:
        written.unlink(missing_ok=True)
    return load_manifest(manifest.path)


def _fields(entry: ModelEntry, folder: Path) -> list[str]:
    plain = {
        "name": entry.name,
        "version": entry.version,
        "format": entry.format,
        "precision": entry.precision,
        "path": entry.path.resolve().relative_to(folder.resolve()).as_posix(),
        "licence": entry.licence,
        "base": entry.base,
        "data_manifest": entry.data_manifest,
    }
    lines = [f"{key} = {_text(value)}" for key, value in plain.items()]
    lines.append(f"input_size = {entry.input_size}")
    lines.append("classes = [" + ", ".join(_text(name) for name in entry.classes) + "]")
    lines.append(f"sha256 = {_table(entry.sha256)}")
    if entry.trainable:
        lines.append(f"trainable = {_table(entry.trainable)}")
    if entry.metrics:
        lines.append(f"metrics = {_table(entry.metrics)}")
    if entry.tolerance:
        lines.append(f"tolerance = {_table(entry.tolerance)}")
    return lines


def _table(values: Mapping[str, str] | Mapping[str, float]) -> str:
    items = ", ".join(f"{_text(k)} = {_text(v) if isinstance(v, str) else repr(float(v))}" for k, v in values.items())
    return "{ " + items + " }"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
