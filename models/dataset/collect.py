"""From looks that a node kept, and what became of their cases, to a review set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from supervision import box_iou_batch

from detector.looks import KeptLook, SeenBox
from models.dataset.labels import Label, Picture, read_image
from models.dataset.review import ReviewedBox, ReviewedPicture, Verdict

SAME_PLACE_IOU = 0.5

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
    """Join looks with judgements.

    A confirmed incident must have a name to teach: what the model calls it, or the only class of its matter's rule.
    Where it has none, the look is left out, because without a label it would teach that nothing is there.

    Args:
        looks: with their picture files.
        judgements: by event id.
        only_class: the class of each matter whose rule asks for just one.

    Raises:
        DatasetError: a picture is broken.
    """
    rows: list[Row] = []
    unsure: list[Picture] = []
    left_out: Counter[str] = Counter()
    for look, path in looks:
        judgement = judgements.get(look.event_id)
        if not look.event_id or judgement is None or judgement.verdict is Verdict.unreviewed:
            unsure.append(_guessed(look, path))
            continue
        boxes = _boxes(look, judgement, only_class)
        if boxes is None:
            left_out["confirmed, but without a name to teach"] += 1
            continue
        picture = f"images/{path.name}"
        rows.append(
            (ReviewedPicture(picture=picture, camera_id=look.camera_id, at=look.at, boxes=boxes), read_image(path))
        )
    return Collected(tuple(rows), tuple(unsure), dict(left_out))


def _boxes(look: KeptLook, judgement: Judgement, only_class: Mapping[str, str]) -> tuple[ReviewedBox, ...] | None:
    """Return the boxes of a judged look; None where what was confirmed has no name."""
    at_place = _at_place(look)
    judged = [look.seen[i] for i in at_place]
    others = [seen for i, seen in enumerate(look.seen) if i not in at_place]
    boxes = [_box(seen, Verdict.unreviewed) for seen in others]
    corrected = only_class.get(judgement.correct_matter, "")
    if judgement.verdict is Verdict.rejected and not corrected:
        # Whatever the model calls it there, it is nothing that anybody asked for.
        return (*boxes, *(_box(seen, Verdict.rejected, case_id=judgement.case_id) for seen in judged))
    name = corrected or look.class_name or only_class.get(look.matter, "")
    if not name or look.box_xyxy_px is None:
        return None
    said = SeenBox(class_name=look.class_name or name, box_xyxy_px=look.box_xyxy_px, confidence=1.0)
    if judgement.verdict is Verdict.rejected:
        return (*boxes, _box(said, Verdict.rejected, correct_name=name, case_id=judgement.case_id))
    return (*boxes, _box(said, Verdict.confirmed, case_id=judgement.case_id))


def _at_place(look: KeptLook) -> set[int]:
    """Return which of the seen boxes are the incident itself."""
    if look.box_xyxy_px is None or not look.seen:
        return set()
    overlap = box_iou_batch(np.array([look.box_xyxy_px]), np.array([seen.box_xyxy_px for seen in look.seen]))[0]
    return {int(i) for i in np.flatnonzero(overlap >= SAME_PLACE_IOU)}


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
