"""The streets of the review circle: what stands there is judged by the simulation's truth, and wrong events teach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.review_streets import street_of, watch
from detector.frame import Image
from detector.inference.scripted import ScriptedDetector, ScriptedObject
from detector.looks import LookStore
from detector.sources.sim.spec import SceneSpec
from models.dataset.collect import collect
from models.dataset.review import read_review, write_review

SEED = 7004
"""A street with two bins in full view."""
BESIDE = (20.0, 300.0, 70.0, 360.0)
"""A place on it where nothing stands."""


def watched_by(tmp_path: Path, *more: ScriptedObject) -> tuple[ScriptedDetector, LookStore]:
    bins = [
        ScriptedObject("bin", thing.box_xyxy_px) for thing in street_of(SEED).truth(0.0) if thing.class_name == "bin"
    ]

    def sees(image: Image) -> Sequence[ScriptedObject]:
        return (*bins, *more)

    return ScriptedDetector(("person", "bin"), sees), LookStore(tmp_path / "looks")


def test_bins_are_found_and_nothing_else(tmp_path: Path) -> None:
    detector, store = watched_by(tmp_path)
    seen = watch([SEED], detector, store)
    assert (seen.false, seen.found, seen.missed) == (0, 2, 0)
    assert seen.score == 1.0


def test_a_false_event_is_rejected_and_teaches_that_nothing_is_there(tmp_path: Path) -> None:
    detector, store = watched_by(tmp_path, ScriptedObject("bin", BESIDE))
    seen = watch([SEED], detector, store)
    assert (seen.false, seen.found) == (1, 2)
    assert seen.score == 0.5
    write_review(tmp_path / "review", collect(store.looks(), seen.judgements, {}).rows)
    review = read_review(tmp_path / "review", ["person", "bin"])
    assert (review.verdicts["rejected"], review.verdicts["confirmed"]) == (1, 2)
    left, top, right, bottom = BESIDE
    for picture in review.pictures:
        assert len(picture.labels) == 2
        centres = [(label.box_cxcywh[0] * 800, label.box_cxcywh[1] * 450) for label in picture.labels]
        assert not any(left < x < right and top < y < bottom for x, y in centres)


def test_on_another_day_the_cabinets_stand_where_they_stood() -> None:
    first, later = (street_of(SEED, day).scene.spec for day in (0, 3))

    def standing(spec: SceneSpec, what: str) -> list[tuple[float, float]]:
        return [item.at_m for item in spec.furniture if item.what == what]

    assert standing(first, "cabinet") == standing(later, "cabinet")
    assert standing(first, "bin") != standing(later, "bin")
    assert (first.hour, first.sun_bearing_deg) != (later.hour, later.sun_bearing_deg)
    assert first.views == later.views
    assert street_of(SEED, 3).scene.spec == later


def test_two_days_are_counted_together(tmp_path: Path) -> None:
    detector, store = watched_by(tmp_path, ScriptedObject("bin", BESIDE))
    once = watch([SEED], detector, store)
    both = once + watch([SEED], detector, store, day=1)
    assert len(both.judgements) == both.false + both.found
    assert both.found + both.missed > once.found + once.missed
