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

Row = tuple[ReviewedPicture, NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of an incident.

    Attributes:
        verdict: confirmed, rejected, or unreviewed while nobody has judged.
        case_id: its case.
        correct_matter: what it really was, where somebody corrected it.
    """

    verdict: Verdict
    case_id: str = ""
    correct_matter: str = ""


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
    only_class: Mapping[str, str],
) -> Collected:
    """Join looks with judgements, one row a picture.

    What was rejected once on a camera is rejected on all its looks, because what is mistaken for something mostly stays
    where it is. A confirmed incident must have a name to teach: what the model calls it, or the only class of its
    matter's rule. Where it has none, the picture is left out: without a label it would teach that nothing is there.

    Args:
        looks: with their picture files.
        judgements: by event id.
        only_class: the class of each matter whose rule asks for just one.

    Raises:
        DatasetError: a picture is broken.
    """
    taken: dict[tuple[str, datetime], list[tuple[KeptLook, Path]]] = defaultdict(list)
    refused: dict[str, list[BoxXyxy]] = defaultdict(list)
    for look, path in looks:
        taken[look.camera_id, look.at].append((look, path))
        if _verdict(look, judgements) is Verdict.rejected and look.box_xyxy_px is not None:
            refused[look.camera_id].append(look.box_xyxy_px)
    rows: list[Row] = []
    unsure: list[Picture] = []
    left_out: Counter[str] = Counter()
    for (camera_id, at), group in taken.items():
        judged = [look for look, _ in group if _verdict(look, judgements) is not Verdict.unreviewed]
        path = group[0][1]
        if not judged:
            unsure.append(_guessed(group[0][0], path))
            continue
        boxes = [_incident(look, judgements[look.event_id], only_class) for look in judged]
        if any(box is None for box in boxes):
            left_out["confirmed, but without a name to teach"] += 1
            continue
        known = [box for box in boxes if box is not None]
        others = [
            _box(seen, Verdict.rejected if _lies_on(seen.box_xyxy_px, refused[camera_id]) else Verdict.unreviewed)
            for seen in group[0][0].seen
            if not _lies_on(seen.box_xyxy_px, [box.box_xyxy_px for box in known])
        ]
        row = ReviewedPicture(picture=f"images/{path.name}", camera_id=camera_id, at=at, boxes=(*known, *others))
        rows.append((row, read_image(path)))
    return Collected(tuple(rows), tuple(unsure), dict(left_out))


def _verdict(look: KeptLook, judgements: Mapping[str, Judgement]) -> Verdict:
    judgement = judgements.get(look.event_id) if look.event_id else None
    return judgement.verdict if judgement is not None else Verdict.unreviewed


def _incident(look: KeptLook, judgement: Judgement, only_class: Mapping[str, str]) -> ReviewedBox | None:
    """Return the box of a judged incident; None where it was confirmed and has no name."""
    if look.box_xyxy_px is None:
        return None
    corrected = only_class.get(judgement.correct_matter, "")
    name = corrected or look.class_name or only_class.get(look.matter, "")
    if not name and judgement.verdict is Verdict.confirmed:
        return None
    said = SeenBox(class_name=look.class_name or name or UNNAMED, box_xyxy_px=look.box_xyxy_px, confidence=1.0)
    right = name if judgement.verdict is Verdict.confirmed else corrected
    return _box(said, judgement.verdict, correct_name=right, case_id=judgement.case_id)


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


def class_of_matters(classes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the class of each matter whose rule asks for just one."""
    return {matter: names[0] for matter, names in classes.items() if len(names) == 1}
