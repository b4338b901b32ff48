"""Looks and judgements become a review set that teaches what was judged and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.looks import KeptLook, Occasion, SeenBox
from models.dataset.collect import Judgement, collect
from models.dataset.review import Verdict, read_review, write_review

AT = datetime(2026, 3, 2, tzinfo=UTC)
BOX = (100.0, 100.0, 160.0, 140.0)
CLASSES = ("person", "suitcase", "bin", "goods")
CLASSES_OF = {"goods_occupation": ("goods", "suitcase"), "bins": ("bin",), "luggage": ("suitcase",), "any": ()}
REJECTED, CONFIRMED = Judgement(Verdict.rejected, "c"), Judgement(Verdict.confirmed, "c")
CORRECTED = Judgement(Verdict.rejected, "c", "bins")
CORRECTED_TO_MANY = Judgement(Verdict.rejected, "c", "goods_occupation")
NAMELESS = "confirmed, but without a name to teach"
AMBIGUOUS = "corrected to a matter that does not say which class it is"


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
        (CORRECTED, None, "goods_occupation", ["bin", "person"]),
        (replace(CORRECTED, proven=True), "suitcase", "goods_occupation", ["bin", "person"]),
        (replace(CORRECTED_TO_MANY, proven=True), "suitcase", "bins", ["person", "suitcase"]),
        (replace(CORRECTED_TO_MANY, correct_matter="luggage", proven=True), "suitcase", "bins", ["person", "suitcase"]),
        (CORRECTED_TO_MANY, "bin", "bins", AMBIGUOUS),
        (CORRECTED_TO_MANY, None, "bins", AMBIGUOUS),
        (replace(CORRECTED, correct_matter="any"), "suitcase", "goods_occupation", AMBIGUOUS),
        (replace(CORRECTED, correct_matter="elsewhere"), "suitcase", "goods_occupation", AMBIGUOUS),
        (REJECTED, None, "goods_occupation", ["person"]),
        (CONFIRMED, None, "bins", ["bin", "person"]),
        (CONFIRMED, None, "goods_occupation", NAMELESS),
    ],
)
def test_what_a_judged_look_teaches(
    judgement: Judgement, class_name: str | None, matter: str, taught: list[str] | str, tmp_path: Path
) -> None:
    found = collect([look(tmp_path, class_name, matter=matter)], {"e": judgement}, CLASSES_OF)
    assert not found.unsure
    if isinstance(taught, str):
        assert found.rows == ()
        assert found.left_out == {taught: 1}
        return
    write_review(tmp_path / "set", found.rows)
    (picture,) = read_review(tmp_path / "set", CLASSES).pictures
    assert sorted(label.name for label in picture.labels) == taught


@pytest.mark.parametrize("judgement", [None, Judgement(Verdict.unreviewed, "c"), CORRECTED_TO_MANY])
def test_what_nobody_judged_or_may_be_named_right_is_for_labelling_by_hand(
    judgement: Judgement | None, tmp_path: Path
) -> None:
    found = collect([look(tmp_path)], {"e": judgement} if judgement else {}, CLASSES_OF)
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
    found = collect([(first, path), (kept, path), (later, path)], judgements, CLASSES_OF)
    assert [[box.verdict for box in row.boxes] for row, _ in found.rows] == [
        [Verdict.rejected, Verdict.confirmed],
        [Verdict.confirmed, Verdict.rejected],
    ]


@pytest.mark.parametrize(
    ("correction", "elsewhere"),
    [
        (CORRECTED, (Verdict.rejected, "bin")),
        (replace(CORRECTED_TO_MANY, proven=True), (Verdict.unreviewed, "suitcase")),
        (CORRECTED_TO_MANY, (Verdict.unreviewed, "suitcase")),
    ],
)
def test_a_corrected_thing_is_not_taken_for_nothing_on_other_looks(
    correction: Judgement, elsewhere: tuple[Verdict, str], tmp_path: Path
) -> None:
    first, path = look(tmp_path, matter="bins")
    other = {"at": AT + timedelta(hours=3), "event_id": "other", "class_name": "person"}
    later = first.model_copy(update={**other, "box_xyxy_px": (10.0, 20.0, 60.0, 200.0)})
    judgements = {"e": correction, "other": CONFIRMED}
    found = collect([(first, path), (later, path)], judgements, CLASSES_OF)
    (person, thing) = found.rows[-1][0].boxes
    assert person.verdict is Verdict.confirmed
    assert (thing.verdict, thing.teaches) == elsewhere


def test_a_judged_look_without_a_box_is_left_out(tmp_path: Path) -> None:
    kept, path = look(tmp_path)
    found = collect([(kept.model_copy(update={"box_xyxy_px": None}), path)], {"e": REJECTED}, CLASSES_OF)
    assert (found.rows, found.left_out) == ((), {"judged, but without a box": 1})
