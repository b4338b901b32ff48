"""Data sets in the forms of others: YOLO and COCO through labelformat, Label Studio tasks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from labelformat.formats import (
    COCOObjectDetectionInput,
    COCOObjectDetectionOutput,
    YOLOv8ObjectDetectionOutput,
)
from labelformat.model.bounding_box import BoundingBox
from labelformat.model.category import Category
from labelformat.model.image import Image as ImageRow
from labelformat.model.object_detection import ImageObjectDetection, ObjectDetectionInput, SingleObjectDetection

from models.dataset.labels import Label, Picture, read_image
from models.dataset.yolo_data import YoloData
from models.errors import DatasetError

FORMS = ("yolo", "coco", "labelstudio")


def pictures_of(data: YoloData) -> list[Picture]:
    """Return the pictures of a YOLO data file with their labels.

    Raises:
        DatasetError: a label is broken.
    """
    return [Picture(path, data.source(path), data.labels(path)) for path in data.pictures]


def write_form(
    pictures: Sequence[Picture], classes: Sequence[str], folder: Path, form: str, *, by_source: bool = False
) -> Path:
    """Write a data set in another form, with its pictures in `images/`.

    Args:
        pictures: what to write; file names must differ.
        classes: class names by id.
        folder: where to write; must be empty or new.
        form: one of `FORMS`.
        by_source: begin each file name with its picture's source, so that a recipe can take them apart (`include`).

    Returns:
        The file to open: data.yaml, instances.json or tasks.json.

    Raises:
        DatasetError: unknown form, folder in use, broken picture.
    """
    if form not in FORMS:
        raise DatasetError(f"unknown form {form!r}; known are {', '.join(FORMS)}")
    if folder.exists() and any(folder.iterdir()):
        raise DatasetError(f"{folder}: not empty; choose a new folder")
    images = folder / "images"
    images.mkdir(parents=True)
    copied = []
    for p in pictures:
        target = images / (f"{p.source}_{p.path.name}" if by_source else p.path.name)
        copied.append(Picture(Path(shutil.copyfile(p.path, target)), p.source, p.labels))
    if form == "labelstudio":
        path = folder / "tasks.json"
        path.write_text(json.dumps([_task(p) for p in copied], indent=1, ensure_ascii=False), encoding="utf-8")
        return path
    rows = _Rows(copied, classes)
    if form == "coco":
        path = folder / "instances.json"
        COCOObjectDetectionOutput(output_file=path).save(label_input=rows)
        return path
    path = folder / "data.yaml"
    YOLOv8ObjectDetectionOutput(output_file=path, output_split="train").save(label_input=rows)
    return path


def read_coco(annotations: Path, images: Path) -> tuple[list[Picture], tuple[str, ...]]:
    """Read a COCO annotation file.

    Raises:
        DatasetError: no such file, no COCO JSON, a box outside its picture, or a missing picture.
    """
    try:
        given = COCOObjectDetectionInput(input_file=annotations)
        classes = tuple(category.name for category in given.get_categories())
        rows = list(given.get_labels())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{annotations}: not a COCO annotation file: {error!r}") from error
    pictures = []
    for row in rows:
        wh = (row.image.width, row.image.height)
        labels = []
        for seen in row.objects:
            corners = (seen.box.xmin, seen.box.ymin, seen.box.xmax, seen.box.ymax)
            labels.append(_label(seen.category.name, corners, wh, f"{annotations}: {row.image.filename}"))
        pictures.append(Picture(_existing(images / row.image.filename), "", tuple(labels)))
    return pictures, classes


def read_labelstudio(tasks: Path, images: Path) -> tuple[list[Picture], tuple[str, ...]]:
    """Read a Label Studio JSON export with rectangle labels; cancelled annotations are left out.

    Raises:
        DatasetError: no such file, no Label Studio export, a box outside its picture, or a missing picture.
    """
    try:
        rows = json.loads(tasks.read_text(encoding="utf-8"))
        pictures = [_picture_of_task(row, images) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DatasetError(f"{tasks}: not a Label Studio export: {error!r}") from error
    return pictures, tuple(sorted({label.name for picture in pictures for label in picture.labels}))


class _Rows(ObjectDetectionInput):  # type: ignore[misc]
    """Our pictures as labelformat reads them."""

    def __init__(self, pictures: Sequence[Picture], classes: Sequence[str]):
        self._pictures = pictures
        self._categories = {name: Category(index, name) for index, name in enumerate(classes)}
        self._images = []
        for index, picture in enumerate(pictures):
            height, width = read_image(picture.path).shape[:2]
            self._images.append(ImageRow(index, picture.path.name, width, height))

    @staticmethod
    def add_cli_arguments(parser: Any) -> None:
        """Nothing: this input is made in code."""

    def get_categories(self) -> Iterable[Category]:
        """Return the classes."""
        return self._categories.values()

    def get_images(self) -> Iterable[ImageRow]:
        """Return the pictures."""
        return self._images

    def get_labels(self) -> Iterator[ImageObjectDetection]:
        """Yield each picture with its objects, boxes in pixels."""
        for row, picture in zip(self._images, self._pictures, strict=True):
            objects = []
            for label in picture.labels:
                cx, cy, w, h = label.box_cxcywh
                box = BoundingBox(
                    (cx - w / 2) * row.width,
                    (cy - h / 2) * row.height,
                    (cx + w / 2) * row.width,
                    (cy + h / 2) * row.height,
                )
                objects.append(SingleObjectDetection(self._categories[label.name], box))
            yield ImageObjectDetection(row, objects)


def _task(picture: Picture) -> dict[str, Any]:
    """Return a Label Studio task: rectangles in percent of the picture, top left corner and size."""
    height, width = read_image(picture.path).shape[:2]
    result = []
    for number, label in enumerate(picture.labels):
        cx, cy, w, h = label.box_cxcywh
        value = {"x": (cx - w / 2) * 100, "y": (cy - h / 2) * 100, "width": w * 100, "height": h * 100}
        result.append(
            {
                "id": f"box{number}",
                "type": "rectanglelabels",
                "from_name": "label",
                "to_name": "image",
                "original_width": width,
                "original_height": height,
                "value": {**value, "rotation": 0, "rectanglelabels": [label.name]},
            }
        )
    return {
        "data": {"image": f"/data/local-files/?d=images/{picture.path.name}"},
        "annotations": [{"result": result}],
    }


def _picture_of_task(row: dict[str, Any], images: Path) -> Picture:
    name = Path(unquote(str(row["data"]["image"])).split("?d=")[-1]).name
    labels = []
    for annotation in row["annotations"]:
        if annotation.get("was_cancelled"):
            continue
        for item in annotation["result"]:
            if item["type"] != "rectanglelabels":
                continue
            value = item["value"]
            x, y, w, h = (float(value[key]) / 100 for key in ("x", "y", "width", "height"))
            labels.append(_label(value["rectanglelabels"][0], (x, y, x + w, y + h), (1, 1), name))
    return Picture(_existing(images / name), "", tuple(labels))


def _label(name: str, corners: tuple[float, float, float, float], wh: tuple[int, int], where: str) -> Label:
    left, top, right, bottom = corners[0] / wh[0], corners[1] / wh[1], corners[2] / wh[0], corners[3] / wh[1]
    if not (-0.01 <= left < right <= 1.01 and -0.01 <= top < bottom <= 1.01):
        raise DatasetError(f"{where}: box {', '.join(f'{v:g}' for v in corners)} lies outside its picture or is empty")
    left, top, right, bottom = (min(1.0, max(0.0, value)) for value in (left, top, right, bottom))
    return Label(name, ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top))


def _existing(path: Path) -> Path:
    if not path.exists():
        raise DatasetError(f"{path}: picture does not exist; give the folder of pictures with --images")
    return path
