"""A YOLO data file as others write it: where its pictures and labels are and what its classes are called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from models.dataset.labels import PICTURE_SUFFIXES, Label, pictures_in, read_yolo_labels
from models.errors import DatasetError

SPLITS = ("val", "test", "train")
"""Which split measures, the first that the data file has."""


@dataclass(frozen=True, slots=True)
class YoloData:
    """Pictures with labels, as a YOLO data file describes them.

    Attributes:
        names: class name by class id.
        split: which split was read.
        pictures: picture files in order.
        labelled: classes that a source labels completely, by source; empty where nothing is known about sources.
    """

    names: Mapping[int, str]
    split: str
    pictures: tuple[Path, ...]
    labelled: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def labels(self, picture: Path) -> tuple[Label, ...]:
        """Read the labels of one of the pictures.

        Raises:
            DatasetError: broken or out-of-range label, unknown class.
        """
        return read_yolo_labels(label_path(picture), self.names)

    def source(self, picture: Path) -> str:
        """Return the source that a picture of one of our data sets came from, "" for others'."""
        prefix, separator, _ = picture.name.partition("__")
        return prefix if separator and prefix in self.labelled else ""


def label_path(picture: Path) -> Path:
    """Return where the labels of a picture are: the last `images` folder of its path exchanged for `labels`."""
    parts = list(picture.parts)
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] == "images":
            parts[index] = "labels"
            break
    return Path(*parts).with_suffix(".txt")


def load_yolo_data(path: Path, split: str | None = None) -> YoloData:
    """Read a YOLO data file.

    Args:
        path: the YAML file.
        split: `train`, `val` or `test`; by default the first of val, test, train that it has.

    Raises:
        DatasetError: no file, no YAML, no names, no such split, or no pictures.
    """
    values = _values(path)
    names = _names(values.get("names"), path)
    chosen = split or next((key for key in SPLITS if values.get(key)), None)
    if chosen is None or not values.get(chosen):
        raise DatasetError(f"{path}: has no split {chosen or 'val, test or train'}")
    root = Path(str(values.get("path") or "."))
    root = root if root.is_absolute() else path.parent / root
    entries = values[chosen] if isinstance(values[chosen], list) else [values[chosen]]
    pictures = tuple(picture for entry in entries for picture in _pictures(root, str(entry), path))
    if not pictures:
        raise DatasetError(f"{path}: split {chosen} has no pictures")
    return YoloData(names, chosen, pictures, _labelled(path.parent / "manifest.json"))


def _values(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{path}: no such data file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: not YAML: {error}") from error
    if not isinstance(values, dict):
        raise DatasetError(f"{path}: expected a YOLO data file with path, val and names")
    return values


def _names(given: Any, path: Path) -> dict[int, str]:
    if isinstance(given, list) and given:
        return {index: str(name) for index, name in enumerate(given)}
    if isinstance(given, dict) and given:
        return {int(index): str(name) for index, name in given.items()}
    raise DatasetError(f"{path}: `names` must list the class names")


def _pictures(root: Path, entry: str, path: Path) -> list[Path]:
    """Return the pictures of a folder (with its subfolders) or of a text file that lists them."""
    place = Path(entry) if Path(entry).is_absolute() else root / entry
    if place.is_dir():
        found = list(pictures_in(place, "**/*"))
    elif place.is_file():
        lines = [line.strip() for line in place.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [Path(line) if Path(line).is_absolute() else place.parent / line for line in lines]
        found = [picture for picture in found if picture.suffix.lower() in PICTURE_SUFFIXES]
    else:
        raise DatasetError(f"{path}: {place} does not exist")
    missing = next((picture for picture in found if not picture.exists()), None)
    if missing is not None:
        raise DatasetError(f"{path}: picture {missing} does not exist")
    return found


def _labelled(manifest: Path) -> dict[str, frozenset[str]]:
    if not manifest.exists():
        return {}
    sources = json.loads(manifest.read_text(encoding="utf-8")).get("sources", {})
    return {name: frozenset(source["labelled"]) for name, source in sources.items()}
