"""Review sets: what people and re-checks said about what the model saw, as something to learn from.

A review set is a folder with `review.jsonl`, one picture a line, and the pictures it names:

    {"picture": "images/a.jpg", "camera_id": "north-3", "at": "2026-11-21T19:00:00+00:00", "boxes": [
     {"class_name": "suitcase", "box_xyxy_px": [10, 20, 60, 90], "verdict": "rejected", "correct_name": "bin"}]}

Verdicts: `confirmed` (it is what the model said), `rejected` (it is not; with `correct_name` where the person said what
it is), `unreviewed` (the model saw it, nobody looked). A rejected box without a correct name teaches that nothing is
there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models.dataset.labels import Label, Picture, read_image
from models.errors import DatasetError

FILE_NAME = "review.jsonl"
MIN_UNREVIEWED_CONFIDENCE = 0.5
"""What the model saw without anybody's verdict counts as right only where it was sure."""


class Verdict(StrEnum):
    """What was said about a box."""

    confirmed = "confirmed"
    rejected = "rejected"
    unreviewed = "unreviewed"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReviewedBox(_Row):
    """One box of the model with what became of it."""

    class_name: str = Field(min_length=1)
    box_xyxy_px: tuple[float, float, float, float]
    confidence: float = Field(default=1.0, ge=0, le=1)
    verdict: Verdict
    correct_name: str = Field(default="", description="what it really is, where the reviewer said so")
    case_id: str = ""

    @property
    def teaches(self) -> str:
        """The class that this box is a sample of; "" where it is a sample of nothing."""
        if self.verdict is Verdict.confirmed:
            return self.correct_name or self.class_name
        if self.verdict is Verdict.rejected:
            return self.correct_name
        return self.class_name if self.confidence >= MIN_UNREVIEWED_CONFIDENCE else ""


class ReviewedPicture(_Row):
    """One picture with the verdicts on it."""

    picture: str = Field(min_length=1, description="file, relative to the review set's folder")
    camera_id: str
    at: AwareDatetime
    boxes: tuple[ReviewedBox, ...]

    @property
    def verdict(self) -> Verdict:
        """Rejected where any box was: a mistake on it weighs more than what was right."""
        found = {box.verdict for box in self.boxes}
        return next(
            (verdict for verdict in (Verdict.rejected, Verdict.confirmed) if verdict in found), Verdict.unreviewed
        )


@dataclass(frozen=True, slots=True)
class ReviewSet:
    """A review set as read.

    Attributes:
        pictures: in training form; the source of one is "rejected" where a box on it was, else "confirmed" or
            "unreviewed".
        verdicts: how many of each kind there were.
        judged: classes that somebody gave a verdict on. Only these can be trusted: a source of the set should name them
            as `labelled`, since nobody looked at the rest.
    """

    pictures: tuple[Picture, ...]
    verdicts: dict[str, int]
    judged: tuple[str, ...]


def write_review(folder: Path, rows: Iterable[tuple[ReviewedPicture, NDArray[np.uint8]]]) -> Path:
    """Write a review set, pictures without loss, and return its `review.jsonl`."""
    lines = []
    for row, image in rows:
        target = folder / row.picture
        target.parent.mkdir(parents=True, exist_ok=True)
        if not cv2.imwrite(str(target), image):
            raise DatasetError(f"{target}: cannot be written")
        lines.append(row.model_dump_json())
    path = folder / FILE_NAME
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read_review(folder: Path, classes: Iterable[str]) -> ReviewSet:
    """Read a review set into pictures with labels.

    Args:
        folder: with `review.jsonl`.
        classes: what a box may teach; a verdict that names another class is an error.

    Raises:
        DatasetError: no such file, a broken line (with its number), a missing picture, an unknown class, an empty set.
    """
    path = folder / FILE_NAME
    if not path.exists():
        raise DatasetError(f"{path}: no review set there; it is a folder with {FILE_NAME}")
    known = set(classes)
    pictures: list[Picture] = []
    verdicts = dict.fromkeys((verdict.value for verdict in Verdict), 0)
    judged: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path}:{number}"
        try:
            row = ReviewedPicture.model_validate(json.loads(line))
        except (ValidationError, json.JSONDecodeError) as error:
            raise DatasetError(f"{where}: broken line: {str(error).splitlines()[0]}") from error
        labels = []
        height, width = read_image(folder / row.picture).shape[:2]
        for box in row.boxes:
            verdicts[box.verdict.value] += 1
            if box.verdict is not Verdict.unreviewed:
                judged |= {box.class_name, box.teaches} & known
            if box.teaches and box.teaches not in known:
                raise DatasetError(f"{where}: unknown class {box.teaches!r}; known are {', '.join(sorted(known))}")
            if box.teaches:
                labels.append(_label(box, (width, height), where))
        pictures.append(Picture(folder / row.picture, row.verdict.value, tuple(labels)))
    if not pictures:
        raise DatasetError(f"{path}: empty; nothing was reviewed")
    return ReviewSet(tuple(pictures), verdicts, tuple(sorted(judged)))


def _label(box: ReviewedBox, wh: tuple[int, int], where: str) -> Label:
    left, top, right, bottom = box.box_xyxy_px
    if not (0 <= left < right <= wh[0] + 1 and 0 <= top < bottom <= wh[1] + 1):
        raise DatasetError(
            f"{where}: box {left:g}, {top:g}, {right:g}, {bottom:g} lies outside the picture {wh[0]}x{wh[1]}"
        )
    return Label(
        box.teaches,
        ((left + right) / 2 / wh[0], (top + bottom) / 2 / wh[1], (right - left) / wh[0], (bottom - top) / wh[1]),
    )
