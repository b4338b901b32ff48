"""Labelled pictures as a value, and reading them from YOLO folders with every fault named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import DatasetError

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled object: class name and box, centre and size as shares of the picture."""

    name: str
    box_cxcywh: tuple[float, float, float, float]

    def line(self, class_id: int) -> str:
        """Return the line of a YOLO label file."""
        return " ".join([str(class_id), *(f"{value:.6f}" for value in self.box_cxcywh)])


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture with its labels.

    Attributes:
        path: the picture file.
        source: name of the source it came from.
        labels: what is on it, of the classes that the source labels.
    """

    path: Path
    source: str
    labels: tuple[Label, ...]


def read_image(path: Path) -> NDArray[np.uint8]:
    """Read a picture as BGR.

    Raises:
        DatasetError: it is missing or cannot be decoded.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        reason = "cannot be decoded as a picture" if path.exists() else "does not exist"
        raise DatasetError(f"{path}: {reason}; remove it from the set or replace it")
    return np.asarray(image, dtype=np.uint8)


def read_yolo_labels(path: Path, names: Mapping[int, str]) -> tuple[Label, ...]:
    """Read one YOLO label file; an absent file means that nothing is on the picture.

    Args:
        path: text file, one `class cx cy w h` a line, shares of the picture.
        names: our class name by class id; ids mapped to "" are dropped.

    Raises:
        DatasetError: a line that is broken, out of range or of an unknown class, with its number.
    """
    if not path.exists():
        return ()
    labels = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        label = _parse(line, names, where=f"{path}:{number}")
        if label.name:
            labels.append(label)
    return tuple(labels)


def pictures_in(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """Yield the picture files of a folder in the order of their names.

    Raises:
        DatasetError: no such folder.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder of pictures")
    for path in sorted(folder.glob(pattern)):
        if path.suffix.lower() in PICTURE_SUFFIXES:
            yield path


def _parse(line: str, names: Mapping[int, str], where: str) -> Label:
    parts = line.split()
    if len(parts) != 5:
        raise DatasetError(f"{where}: expected `class cx cy w h`, got {len(parts)} values")
    try:
        class_id = int(float(parts[0]))
        cx, cy, width, height = (float(part) for part in parts[1:])
    except ValueError as error:
        raise DatasetError(f"{where}: not a number: {error}") from error
    if class_id not in names:
        raise DatasetError(f"{where}: unknown class {class_id}; known are 0 to {max(names, default=-1)}")
    values = np.array([cx, cy, width, height])
    if not np.isfinite(values).all() or values.min() < -1e-3 or values.max() > 1 + 1e-3 or min(width, height) <= 0:
        raise DatasetError(
            f"{where}: box {cx:g} {cy:g} {width:g} {height:g} is out of range; expected shares of the picture, 0 to 1"
        )
    return Label(names[class_id], (cx, cy, width, height))
