"""Build one YOLO data set from several sources, with splits that do not leak and a manifest that says what is in it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.dataset.duplicates import duplicate_groups
from models.dataset.frames import write_frames
from models.dataset.labels import Picture, pictures_in, read_image, read_yolo_labels
from models.dataset.paste import write_pasted
from models.errors import DatasetError
from models.recipe import DataRecipe, Paste, SourceSpec
from models.registry import sha256_of

MANIFEST_NAME = "manifest.json"
SEPARATOR = "__"
"""Between source and file name in a data set, so that a picture's source can be read off its name."""


@dataclass(frozen=True, slots=True)
class BuiltDataset:
    """Where a data set lies.

    Attributes:
        folder: its root.
        data_yaml: the YOLO data file.
        manifest_path: what is in it, with a hash for every file.
        sha256: of the manifest, which names the whole set.
    """

    folder: Path
    data_yaml: Path
    manifest_path: Path
    sha256: str


def build_dataset(
    recipe: DataRecipe, folder: Path, progress: Callable[[str], None] = lambda message: None
) -> BuiltDataset:
    """Collect the sources of a recipe into a YOLO data set.

    Pictures that look alike share a group, over all sources; a group is held out as a whole, by a hash of the seed and
    its first picture's name, so that the split is the same on every machine. A group that stands in two sources is
    held out where either source asks for it. A source's `limit` takes pictures away only afterwards, so that it changes
    nothing about which picture is held out.

    Args:
        recipe: classes and sources.
        folder: where to write; an earlier set there is replaced.
        progress: told what is done.

    Raises:
        DatasetError: a source is missing or empty, a picture or label is broken.
    """
    pictures: list[Picture] = []
    for source in recipe.sources:
        if source.paste is not None:
            continue
        make_source(source, progress)
        found = read_source(source, recipe.classes)
        if not found:
            raise DatasetError(f"source {source.name}: no pictures match {source.path / 'images' / source.include}")
        progress(f"{source.name}: {len(found)} pictures, {sum(len(p.labels) for p in found)} boxes")
        pictures.extend(found)
    progress(f"looking for near-duplicates among {len(pictures)} pictures")
    groups = duplicate_groups(pictures)
    splits = _split(pictures, groups, recipe)
    pictures, groups, splits = _thinned(pictures, groups, splits, recipe)
    progress(f"{len(pictures)} pictures stay within the limits of their sources")
    for source in recipe.sources:
        if source.paste is not None:
            made = _paste(source, source.paste, pictures, splits, recipe.seed)
            progress(f"{source.name}: {len(made)} pictures, {sum(len(p.labels) for p in made)} boxes")
            groups = [*groups, *range(len(pictures), len(pictures) + len(made))]
            pictures, splits = [*pictures, *made], [*splits, *["train"] * len(made)]
    return _write(recipe, folder, pictures, groups, splits)


def make_source(source: SourceSpec, progress: Callable[[str], None] = lambda message: None) -> None:
    """Make the pictures of a source that the program makes itself; what is there already is kept.

    Raises:
        DatasetError: a clip cannot be read.
    """
    if source.streets is not None:
        from models.dataset.simulated import write_simulated

        streets = source.streets
        write_simulated(
            source.path,
            range(*streets.seeds),
            per_scene=streets.per_scene,
            resolution_wh=streets.resolution_wh,
            progress=lambda message: progress(f"{source.name}: {message}"),
        )
    if source.frames is not None and not (source.path / "images").is_dir():
        write_frames(source.path, source.frames.clips, source.frames.every_s)


def _paste(
    source: SourceSpec, paste: Paste, pictures: Sequence[Picture], splits: Sequence[str], seed: int
) -> list[Picture]:
    """Paste from training pictures on training pictures; a background's source keeps its say on what is labelled."""
    training = [picture for picture, split in zip(pictures, splits, strict=True) if split == "train"]
    made = write_pasted(
        source.path / "images", training, paste.cutouts, paste.backgrounds, count=paste.count, seed=seed
    )
    return [
        Picture(picture.path, source.name, tuple(label for label in picture.labels if label.name in source.labelled))
        for picture in made
    ]


def read_source(source: SourceSpec, classes: Sequence[str]) -> list[Picture]:
    """Read the pictures and labels of one source, also those beyond its limit.

    Raises:
        DatasetError: the folder is missing, or a label is broken.
    """
    names = class_names_of(source, classes)
    paths = list(pictures_in(source.path / "images", source.include))
    pictures = []
    for path in paths:
        labels = read_yolo_labels(source.path / "labels" / f"{path.stem}.txt", names)
        if source.min_side_px:
            height, width = read_image(path).shape[:2]
            sides = [min(label.box_cxcywh[2] * width, label.box_cxcywh[3] * height) for label in labels]
            labels = tuple(label for label, side in zip(labels, sides, strict=True) if side >= source.min_side_px)
        pictures.append(Picture(path, source.name, labels))
    return pictures


def class_names_of(source: SourceSpec, classes: Sequence[str]) -> dict[int, str]:
    """Return our class name by the source's class id; "" for those that we do not take."""
    data_yaml = source.path / "data.yaml"
    if data_yaml.exists():
        given = yaml.safe_load(data_yaml.read_text(encoding="utf-8")).get("names", [])
        own = dict(enumerate(given)) if isinstance(given, list) else {int(k): str(v) for k, v in given.items()}
    else:
        mapped_ids = [int(key) for key in source.class_map if str(key).isdigit()]
        own = dict.fromkeys(range(source.class_count or max(mapped_ids, default=-1) + 1), "")
    names = {}
    for class_id, name in own.items():
        mapped = source.class_map.get(class_id, source.class_map.get(name))
        if mapped is None and not source.class_map:
            mapped = name if name in classes else ""
        names[class_id] = mapped if mapped in source.labelled else ""
    return names


def _split(pictures: Sequence[Picture], groups: Sequence[int], recipe: DataRecipe) -> list[str]:
    """Return `train` or `val` for each picture."""
    share = {source.name: source.holdout for source in recipe.sources}
    wanted: dict[int, float] = defaultdict(float)
    for picture, group in zip(pictures, groups, strict=True):
        wanted[group] = max(wanted[group], share[picture.source])
    held = {}
    for group, holdout in wanted.items():
        seed = f"{recipe.seed}:{pictures[group].path.name}".encode()
        held[group] = int.from_bytes(hashlib.sha256(seed).digest()[:4]) / 2**32 < holdout
    return ["val" if held[group] else "train" for group in groups]


def _thinned(
    pictures: Sequence[Picture], groups: Sequence[int], splits: Sequence[str], recipe: DataRecipe
) -> tuple[list[Picture], list[int], list[str]]:
    """Return what stays of pictures, groups and splits within the sources' limits.

    Of each source every n-th picture in order of name, whether held out or not. A group is numbered by the first of its
    pictures that stays.
    """
    limits = {source.name: source.limit for source in recipe.sources}
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, picture in enumerate(pictures):
        rows_of[picture.source].append(row)
    kept: list[int] = []
    for name, rows in rows_of.items():
        limit = limits[name]
        kept.extend(rows if limit is None else rows[:: max(1, len(rows) // limit)][:limit])
    number: dict[int, int] = {}
    for index, row in enumerate(kept):
        number.setdefault(groups[row], index)
    return [pictures[row] for row in kept], [number[groups[row]] for row in kept], [splits[row] for row in kept]


def _write(
    recipe: DataRecipe, folder: Path, pictures: Sequence[Picture], groups: Sequence[int], splits: Sequence[str]
) -> BuiltDataset:
    if folder.exists() and not (folder / MANIFEST_NAME).exists() and any(folder.iterdir()):
        raise DatasetError(f"{folder}: not empty and not a data set of ours; choose another folder")
    shutil.rmtree(folder, ignore_errors=True)
    class_ids = {name: index for index, name in enumerate(recipe.classes)}
    rows: list[dict[str, Any]] = []
    for picture, group, split in zip(pictures, groups, splits, strict=True):
        name = f"{picture.source}{SEPARATOR}{picture.path.name}"
        target = folder / "images" / split / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture.path, target)
        labels = folder / "labels" / split / f"{Path(name).stem}.txt"
        labels.parent.mkdir(parents=True, exist_ok=True)
        lines = [label.line(class_ids[label.name]) for label in picture.labels]
        labels.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        rows.append(
            {
                "file": str(target.relative_to(folder)),
                "sha256": sha256_of(target),
                "labels_sha256": sha256_of(labels),
                "source": picture.source,
                "split": split,
                "group": int(group),
                "boxes": len(lines),
            }
        )
    sources = {source.name: source.model_dump(mode="json") for source in recipe.sources}
    return _finish(recipe, folder, rows, sources)


def _finish(
    recipe: DataRecipe, folder: Path, rows: Sequence[Mapping[str, Any]], sources: Mapping[str, Any]
) -> BuiltDataset:
    manifest = {
        "name": recipe.name,
        "seed": recipe.seed,
        "classes": list(recipe.classes),
        "sources": sources,
        "pictures": list(rows),
    }
    manifest_path = folder / MANIFEST_NAME
    manifest_path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    data = {
        "path": str(folder.resolve()),
        "train": "images/train",
        "val": "images/val",
        "names": dict(enumerate(recipe.classes)),
    }
    data_yaml = folder / "data.yaml"
    data_yaml.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return BuiltDataset(folder, data_yaml, manifest_path, sha256_of(manifest_path))


def open_dataset(folder: Path) -> BuiltDataset:
    """Return a data set that was built before.

    Raises:
        DatasetError: there is none.
    """
    manifest_path = folder / MANIFEST_NAME
    if not manifest_path.exists():
        raise DatasetError(f"{folder}: no data set there; build one with `gridpatrol dataset build`")
    return BuiltDataset(folder, folder / "data.yaml", manifest_path, sha256_of(manifest_path))
