"""From looks that a node kept, and what became of their cases, to a review set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from supervision import box_iou_batch

from detector.geometry import BoxXyxy
from detector.looks import KeptLook, SeenBox
from models.dataset.labels import Label, Picture, read_image
from models.dataset.review import ReviewedBox, ReviewedPicture, Verdict

SAME_PLACE_IOU = 0.5
UNNAMED = "unnamed"
"""What a rejected incident is called for which the model had no name."""
NO_BOX = "judged, but without a box"
NO_NAME = "confirmed, but without a name to teach"
NO_CORRECT_NAME = "corrected to a matter that does not say which class it is"

Row = tuple[ReviewedPicture, NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of an incident.

    Attributes:
        verdict: confirmed, rejected, or unreviewed while nobody has judged.
        case_id: its case.
        correct_matter: what it really was, where somebody corrected it; the verdict is then rejected.
        proven: it was handled and then seen to be gone, so that there was something.
    """

    verdict: Verdict
    case_id: str = ""
    correct_matter: str = ""
    proven: bool = False


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What is to be learnt of an incident on a look.

    Attributes:
        verdict: on the name that the model gave it.
        name: what it is; empty where nobody knows, or where it is nothing.
        case_id: its case.
        left_out: why the look cannot teach anything; empty where it can.
    """

    verdict: Verdict
    name: str = ""
    case_id: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    """A review set in the making.

    Attributes:
        rows: judged looks with their pictures.
        unsure: looks that nobody judged, with the model's boxes as first guesses, to be labelled by hand.
        left_out: why looks were left out, with their number.
    """

    rows: tuple[Row, ...]
    unsure: tuple[Picture, ...]
    left_out: Mapping[str, int]


def collect(
    looks: Iterable[tuple[KeptLook, Path]],
    judgements: Mapping[str, Judgement],
    classes_of: Mapping[str, Sequence[str]],
) -> Collected:
    """Join looks with judgements, one row a picture.

    What was rejected once on a camera is rejected on all its looks, because what is mistaken for something mostly stays
    where it is. A confirmed incident must have a name to teach: what the model calls it, or the only class of its
    matter's rule. Where it has none, the picture is left out: without a label it would teach that nothing is there.

    An incident whose matter was corrected is not nothing. Where the other matter asks for what the model saw, the name
    was right; where it asks for one class alone, it is that; else the picture is left out.

    Args:
        looks: with their picture files.
        judgements: by event id.
        classes_of: the classes that each matter's rule asks for.

    Raises:
        DatasetError: a picture is broken.
    """
    taken: dict[tuple[str, datetime], list[tuple[KeptLook, Path, _Lesson]]] = defaultdict(list)
    refused: dict[str, list[tuple[BoxXyxy, str]]] = defaultdict(list)
    for look, path in looks:
        lesson = _lesson(look, judgements, classes_of)
        taken[look.camera_id, look.at].append((look, path, lesson))
        if lesson.verdict is Verdict.rejected and not lesson.left_out and look.box_xyxy_px is not None:
            refused[look.camera_id].append((look.box_xyxy_px, lesson.name))
    rows: list[Row] = []
    unsure: list[Picture] = []
    left_out: Counter[str] = Counter()
    for (camera_id, at), group in taken.items():
        judged = [(look, lesson) for look, _, lesson in group if lesson.verdict is not Verdict.unreviewed]
        first, path, _ = group[0]
        if not judged:
            unsure.append(_guessed(first, path))
            continue
        why = next((lesson.left_out for _, lesson in judged if lesson.left_out), "")
        if why:
            left_out[why] += 1
            continue
        known = [_incident(look, lesson, classes_of.get(look.matter, ())) for look, lesson in judged]
        others = [
            _other(seen, refused[camera_id])
            for seen in first.seen
            if not _lies_on(seen.box_xyxy_px, [box.box_xyxy_px for box in known])
        ]
        row = ReviewedPicture(picture=f"images/{path.name}", camera_id=camera_id, at=at, boxes=(*known, *others))
        rows.append((row, read_image(path)))
    return Collected(tuple(rows), tuple(unsure), dict(left_out))


def _lesson(look: KeptLook, judgements: Mapping[str, Judgement], classes_of: Mapping[str, Sequence[str]]) -> _Lesson:
    judgement = judgements.get(look.event_id) if look.event_id else None
    if judgement is None or judgement.verdict is Verdict.unreviewed:
        return _Lesson(Verdict.unreviewed)
    verdict, case_id = judgement.verdict, judgement.case_id
    if look.box_xyxy_px is None:
        return _Lesson(verdict, case_id=case_id, left_out=NO_BOX)
    if judgement.correct_matter:
        return _corrected(look, judgement, classes_of.get(judgement.correct_matter, ()))
    if verdict is Verdict.rejected:
        return _Lesson(verdict, case_id=case_id)
    name = look.class_name or _only(classes_of.get(look.matter, ()))
    return _Lesson(verdict, name, case_id, "" if name else NO_NAME)


def _corrected(look: KeptLook, judgement: Judgement, classes: Sequence[str]) -> _Lesson:
    """Say what a corrected matter, which asks for these classes, tells of the name that the model gave."""
    if look.class_name is not None and look.class_name in classes:
        right = Verdict.confirmed if judgement.proven else Verdict.unreviewed
        return _Lesson(right, look.class_name, judgement.case_id)
    name = _only(classes)
    return _Lesson(Verdict.rejected, name, judgement.case_id, "" if name else NO_CORRECT_NAME)


def _only(classes: Sequence[str]) -> str:
    """Return the class of a matter that asks for just one, else nothing."""
    return classes[0] if len(classes) == 1 else ""


def _incident(look: KeptLook, lesson: _Lesson, classes: Sequence[str]) -> ReviewedBox:
    """Return the box of a judged incident, whose matter asks for these classes."""
    assert look.box_xyxy_px is not None, "left out otherwise"
    said = look.class_name or lesson.name or _only(classes) or UNNAMED
    seen = SeenBox(class_name=said, box_xyxy_px=look.box_xyxy_px, confidence=1.0)
    return _box(seen, lesson.verdict, correct_name=lesson.name, case_id=lesson.case_id)


def _other(seen: SeenBox, refused: Sequence[tuple[BoxXyxy, str]]) -> ReviewedBox:
    """Return what else was seen: rejected where something was on this camera, and then called as it was there."""
    for box, name in refused:
        if _lies_on(seen.box_xyxy_px, [box]):
            return _box(seen, Verdict.rejected, correct_name=name)
    return _box(seen, Verdict.unreviewed)


def _lies_on(box: BoxXyxy, others: Sequence[BoxXyxy]) -> bool:
    return bool(others) and float(box_iou_batch(np.array([box]), np.array(others)).max()) >= SAME_PLACE_IOU


def _box(seen: SeenBox, verdict: Verdict, *, correct_name: str = "", case_id: str = "") -> ReviewedBox:
    return ReviewedBox(
        class_name=seen.class_name,
        box_xyxy_px=seen.box_xyxy_px,
        confidence=seen.confidence,
        verdict=verdict,
        correct_name=correct_name,
        case_id=case_id,
    )


def _guessed(look: KeptLook, path: Path) -> Picture:
    """Return an unjudged look with the model's boxes as labels to be corrected."""
    height, width = read_image(path).shape[:2]
    labels = []
    for seen in look.seen:
        left, top, right, bottom = seen.box_xyxy_px
        box = ((left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height)
        labels.append(Label(seen.class_name, box))
    return Picture(path, look.camera_id, tuple(labels))
