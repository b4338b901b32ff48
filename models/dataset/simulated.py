"""Simulated streets with exact labels, written as a YOLO folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import yaml

from detector.sources.sim.pictures import CLASSES, training_pictures
from models.dataset.labels import Label

JPEG_QUALITY = 92


def write_simulated(
    folder: Path,
    seeds: Iterable[int],
    *,
    per_scene: int = 4,
    resolution_wh: tuple[int, int] | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Path:
    """Render streets into `images/`, `labels/` and `data.yaml`; streets that are there already are not rendered again.

    Args:
        folder: where to write.
        seeds: one street each; the same seed gives the same pictures.
        per_scene: pictures of each street.
        resolution_wh: picture size; drawn at random from common camera sizes when absent.
        progress: told of each street.

    Returns:
        The data file, in which every picture is for measuring.
    """
    images, labels = folder / "images", folder / "labels"
    images.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    wanted = list(seeds)
    for done, seed in enumerate(wanted, start=1):
        if not (labels / f"{_stem(seed, per_scene - 1)}.txt").exists():
            _write_street(images, labels, seed, per_scene, resolution_wh)
            progress(f"street {done} of {len(wanted)}")
    data = {"path": str(folder.resolve()), "val": "images", "names": list(CLASSES)}
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def _write_street(images: Path, labels: Path, seed: int, per_scene: int, resolution_wh: tuple[int, int] | None) -> None:
    pictures = training_pictures([seed], per_scene=per_scene, resolution_wh=resolution_wh)
    for number, (image, seen) in enumerate(pictures):
        height, width = image.shape[:2]
        lines = []
        for name, (left, top, right, bottom) in seen:
            box = (
                (left + right) / 2 / width,
                (top + bottom) / 2 / height,
                (right - left) / width,
                (bottom - top) / height,
            )
            lines.append(Label(name, box).line(CLASSES.index(name)))
        stem = _stem(seed, number)
        cv2.imwrite(str(images / f"{stem}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        (labels / f"{stem}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _stem(seed: int, number: int) -> str:
    return f"street{seed:06d}_{number:02d}"
