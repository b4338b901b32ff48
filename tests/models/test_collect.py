"""Looks and judgements become a review set that teaches what was judged and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.looks import KeptLook, Occasion, SeenBox
from models.dataset.collect import Judgement, class_of_matters, collect
from models.dataset.review import Verdict, read_review, write_review

AT = datetime(2026, 3, 2, tzinfo=UTC)
BOX = (100.0, 100.0, 160.0, 140.0)
CLASSES = ("person", "suitcase", "bin", "goods")
ONLY_CLASS = class_of_matters({"goods_occupation": ["goods", "suitcase"], "bins": ["bin"]})
REJECTED, CONFIRMED = Judgement(Verdict.rejected, "c"), Judgement(Verdict.confirmed, "c")
CORRECTED = Judgement(Verdict.rejected, "c", "bins")
CORRECTED_TO_MANY = Judgement(Verdict.rejected, "c", "goods_occupation")


def look(
    tmp_path: Path, class_name: str | None = "suitcase", *, matter: str = "goods_occupation"
) -> tuple[KeptLook, Path]:
    path = tmp_path / "look.jpg"
    cv2.imwrite(str(path), np.full((240, 320, 3), 90, np.uint8))
    seen = [SeenBox(class_name="person", box_xyxy_px=(10, 20, 60, 200), confidence=0.9)]
    if class_name is not None:
        seen.append(SeenBox(class_name=class_name, box_xyxy_px=(102, 101, 161, 140), confidence=0.6))
    kept = KeptLook(
        camera_id="cam",
        at=AT,
        occasion=Occasion.reported,
        model="m",
        event_id="e",
        matter=matter,
        class_name=class_name,
        box_xyxy_px=BOX,
        seen=tuple(seen),
    )
    return kept, path


@pytest.mark.parametrize(
    ("judgement", "class_name", "matter", "taught"),
    [
        (CONFIRMED, "suitcase", "goods_occupation", ["person", "suitcase"]),
        (REJECTED, "suitcase", "goods_occupation", ["person"]),
        (CORRECTED, "suitcase", "goods_occupation", ["bin", "person"]),
        (CORRECTED_TO_MANY, "suitcase", "bins", ["person"]),
        (REJECTED, None, "goods_occupation", ["person"]),
        (CONFIRMED, None, "bins", ["bin", "person"]),
        (CONFIRMED, None, "goods_occupation", None),
    ],
)
def test_what_a_judged_look_teaches(
    judgement: Judgement, class_name: str | None, matter: str, taught: list[str] | None, tmp_path: Path
) -> None:
    found = collect([look(tmp_path, class_name, matter=matter)], {"e": judgement}, ONLY_CLASS)
    assert not found.unsure
    if taught is None:
        assert found.rows == ()
        assert found.left_out == {"confirmed, but without a name to teach": 1}
        return
    write_review(tmp_path / "set", found.rows)
    (picture,) = read_review(tmp_path / "set", CLASSES).pictures
    assert sorted(label.name for label in picture.labels) == taught


@pytest.mark.parametrize("judgement", [None, Judgement(Verdict.unreviewed, "c")])
def test_what_nobody_judged_is_for_labelling_by_hand(judgement: Judgement | None, tmp_path: Path) -> None:
    found = collect([look(tmp_path)], {"e": judgement} if judgement else {}, ONLY_CLASS)
    assert found.rows == ()
    (picture,) = found.unsure
    assert [label.name for label in picture.labels] == ["person", "suitcase"]
    assert picture.labels[1].box_cxcywh == pytest.approx((131.5 / 320, 120.5 / 240, 59 / 320, 39 / 240))


def test_what_was_rejected_once_is_rejected_on_every_look_of_its_camera(tmp_path: Path) -> None:
    first, path = look(tmp_path)
    kept = first.model_copy(
        update={"event_id": "other", "box_xyxy_px": (10.0, 20.0, 60.0, 200.0), "class_name": "person"}
    )
    later = kept.model_copy(update={"at": AT + timedelta(hours=3)})
    judgements = {"e": REJECTED, "other": CONFIRMED}
    found = collect([(first, path), (kept, path), (later, path)], judgements, ONLY_CLASS)
    assert [[box.verdict for box in row.boxes] for row, _ in found.rows] == [
        [Verdict.rejected, Verdict.confirmed],
        [Verdict.confirmed, Verdict.rejected],
    ]
