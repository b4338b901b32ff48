"""What is in a data set: counts, box sizes, contact sheets, and everything that is wrong with it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.dataset.labels import Label, Picture, read_image
from models.dataset.yolo_data import YoloData
from models.errors import DatasetError

SMALL_PX, LARGE_PX = 32, 96
"""Sides of the squares that divide small, medium and large boxes, as in COCO."""
TILE_PX = 220
COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in one split.

    Attributes:
        split: which.
        pictures: how many can be used.
        empty: how many of them have no object.
        instances: objects by class.
        sizes: objects by class and size (`small`, `medium`, `large`).
        sources: pictures by source.
        faults: what is wrong, one message each.
    """

    split: str
    pictures: int
    empty: int
    instances: dict[str, int]
    sizes: dict[str, dict[str, int]]
    sources: dict[str, int]
    faults: tuple[str, ...]


def inspect(data: YoloData) -> tuple[Inspection, list[Picture]]:
    """Read every picture and label of a split; faults are collected, not raised.

    Returns:
        The findings and the usable pictures.
    """
    usable: list[Picture] = []
    faults: list[str] = []
    sizes: dict[str, Counter[str]] = {}
    for path in data.pictures:
        try:
            image = read_image(path)
            picture = Picture(path, data.source(path), data.labels(path))
        except DatasetError as error:
            faults.append(str(error))
            continue
        usable.append(picture)
        for label in picture.labels:
            sizes.setdefault(label.name, Counter())[_size(label, (image.shape[1], image.shape[0]))] += 1
    found = Inspection(
        split=data.split,
        pictures=len(usable),
        empty=sum(not picture.labels for picture in usable),
        instances={name: sum(counts.values()) for name, counts in sorted(sizes.items())},
        sizes={name: dict(counts) for name, counts in sorted(sizes.items())},
        sources=dict(Counter(picture.source or "all" for picture in usable)),
        faults=tuple(faults),
    )
    return found, usable


def contact_sheet(pictures: Sequence[Picture], count: int = 20) -> NDArray[np.uint8]:
    """Return pictures spread over the set, with their boxes, on one sheet (BGR)."""
    chosen = pictures[:: max(1, len(pictures) // count)][:count]
    tiles = [_tile(picture) for picture in chosen]
    blank = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
    tiles += [blank] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    return np.asarray(np.vstack(rows) if rows else blank, np.uint8)


def write_report(folder: Path, findings: Sequence[tuple[Inspection, list[Picture]]], title: str) -> Path:
    """Write `index.html` with a contact sheet for each split and source, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1>"]
    for found, pictures in findings:
        parts.append(f"<h2>{found.split}</h2><p>{found.pictures} pictures, {found.empty} without objects.</p>")
        parts.append("<table border=1 cellpadding=4><tr><th>class<th>objects<th>small<th>medium<th>large")
        for name, number in found.instances.items():
            by_size = "".join(f"<td>{found.sizes[name].get(size, 0)}" for size in ("small", "medium", "large"))
            parts.append(f"<tr><td>{html.escape(name)}<td>{number}{by_size}")
        parts.append("</table>")
        for source, number in found.sources.items():
            sheet = folder / f"{found.split}-{source}.jpg"
            of_source = [picture for picture in pictures if (picture.source or "all") == source]
            cv2.imwrite(str(sheet), contact_sheet(of_source), [cv2.IMWRITE_JPEG_QUALITY, 80])
            parts.append(f"<h3>{html.escape(source)}: {number}</h3><img src='{sheet.name}' style='max-width:100%'>")
        if found.faults:
            items = "".join(f"<li>{html.escape(fault)}" for fault in found.faults)
            parts.append(f"<h3>{len(found.faults)} faults</h3><ul>{items}</ul>")
    path = folder / "index.html"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def _size(label: Label, resolution_wh: tuple[int, int]) -> str:
    area = label.box_cxcywh[2] * resolution_wh[0] * label.box_cxcywh[3] * resolution_wh[1]
    if area < SMALL_PX**2:
        return "small"
    return "large" if area >= LARGE_PX**2 else "medium"


def _tile(picture: Picture) -> NDArray[np.uint8]:
    image = read_image(picture.path).copy()
    height, width = image.shape[:2]
    thick = max(1, round(max(height, width) / 300))
    for label in picture.labels:
        cx, cy, w, h = label.box_cxcywh
        left, top = int((cx - w / 2) * width), int((cy - h / 2) * height)
        cv2.rectangle(image, (left, top), (int((cx + w / 2) * width), int((cy + h / 2) * height)), (0, 230, 0), thick)
        cv2.putText(
            image, label.name, (left, max(12, top)), cv2.FONT_HERSHEY_SIMPLEX, 0.45 * thick, (0, 255, 255), thick
        )
    scale = TILE_PX / max(height, width)
    small = cv2.resize(image, (max(1, int(width * scale)), max(1, int(height * scale))), interpolation=cv2.INTER_AREA)
    tile = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    return tile
