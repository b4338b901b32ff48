"""Which detection is the thing that stood there. On painted pictures: `test_pipeline.py`, `rules/test_dwell.py`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from detector.association import associate, distinct
from detector.geometry import BoxXyxy
from detector.observation import Remains, Sighting
from tests.detector.looks import BEHIND_SOMEBODY, EMPTY_PLACE, OTHER_THING, UNTOUCHED, SaidLook, resting

PLACE = (100.0, 100.0, 160.0, 140.0)
JITTERED = (104.0, 99.0, 163.0, 141.0)
HALF = (100.0, 100.0, 130.0, 140.0)
NEARER = (90.0, 95.0, 180.0, 170.0)
FITTING = (98.0, 100.0, 166.0, 152.0)


def car(box: BoxXyxy = PLACE, name: str = "car", confidence: float = 0.8) -> Sighting:
    return Sighting(box, name, confidence)


REMAINS_OF_LIGHT = Remains(similarity=0.6, changed=None, same=None, hidden=0.0)
SLIGHTLY_LIKE = Remains(similarity=0.45, changed=None, same=None, hidden=0.0)


@pytest.mark.parametrize(
    ("remains", "seen", "outcome", "born"),
    [
        (UNTOUCHED, [car()], "seen", 0),
        (UNTOUCHED, [car(JITTERED)], "seen", 0),
        (UNTOUCHED, [car(name="truck")], "seen", 0),
        (UNTOUCHED, [], "seen", 0),
        # A box on half of it: the picture there has not changed.
        (UNTOUCHED, [car(HALF)], "seen", 0),
        (UNTOUCHED, [car(), car((112, 104, 150, 138), confidence=0.5)], "seen", 0),
        (UNTOUCHED, [car(), car((162, 100, 222, 140))], "seen", 1),
        (REMAINS_OF_LIGHT, [car(JITTERED)], "seen", 0),
        (REMAINS_OF_LIGHT, [], "hidden", 0),
        # Its box fits closely: a boot was opened.
        (SLIGHTLY_LIKE, [car()], "seen", 0),
        (SLIGHTLY_LIKE, [], "missed", 0),
        (BEHIND_SOMEBODY, [], "hidden", 0),
        (BEHIND_SOMEBODY, [car()], "seen", 0),
        (EMPTY_PLACE, [], "missed", 0),
        (OTHER_THING, [car()], "missed", 1),
        (OTHER_THING, [car(JITTERED)], "missed", 1),
        # A van has stopped in front of it.
        (OTHER_THING, [car(NEARER, "truck")], "hidden", 1),
        # So has a truck whose box fits the place.
        (OTHER_THING, [car(FITTING, "truck")], "hidden", 1),
        # Another one in its place: not nearer.
        (OTHER_THING, [car(JITTERED, "truck")], "missed", 1),
        # The same class family does not make a bicycle a car.
        (EMPTY_PLACE, [car(name="bicycle")], "missed", 1),
        (None, [car()], "seen", 0),
        # How it looked is not known.
        (None, [], "hidden", 0),
    ],
)
def test_a_standing_thing(remains: Remains | None, seen: list[Sighting], outcome: str, born: int) -> None:
    thing = resting()
    look = SaidLook(sightings=tuple(seen), places={} if remains is None else {"a": remains})
    begun = associate([thing], look, distinct(seen))
    assert len(begun) == born
    says = "missed" if thing.missed else "hidden" if thing.unclear else "seen"
    assert says == outcome
    assert thing.rest_s == (6.0 if outcome == "seen" else 5.0)


def test_two_that_stand_close_keep_their_ids_whatever_the_order() -> None:
    boxes = [(100.0, 100.0, 160.0, 140.0), (130.0, 104.0, 190.0, 144.0)]
    for order in ([0, 1], [1, 0]):
        things = [resting(boxes[0], uid="a"), resting(boxes[1], uid="b")]
        seen = [car(boxes[i]) for i in order]
        look = SaidLook(sightings=tuple(seen), places={"a": UNTOUCHED, "b": UNTOUCHED})
        assert associate(things, look, seen) == []
        assert [t.box_xyxy_px for t in things] == [pytest.approx(b) for b in boxes]


def test_the_box_of_a_reported_thing_does_not_wander() -> None:
    thing = resting(event_id="e")
    associate([thing], SaidLook(places={"a": UNTOUCHED}), [car(JITTERED)])
    assert thing.box_xyxy_px == PLACE


def test_before_that_it_is_the_mean_of_its_boxes() -> None:
    thing = resting()
    for dx in (-6, 6, -6, 6):
        x1, y1, x2, y2 = PLACE
        associate([thing], SaidLook(places={"a": UNTOUCHED}), [car((x1 + dx, y1, x2 + dx, y2))])
    assert thing.box_xyxy_px == pytest.approx(PLACE, abs=3)


def test_what_begins_carries_its_name_and_no_time() -> None:
    (begun,) = associate([], SaidLook(), [car()])
    assert (begun.kind, begun.rest_s, begun.looks) == ("standing", 0.0, 1)
    assert begun.votes == {"car": 0.8}
    (again,) = associate([], SaidLook(), [car()])
    assert again.uid == begun.uid, "ids follow from what was seen, so that two replays agree"
    (other,) = associate([], SaidLook(at_s=1001), [car()])
    assert other.uid != begun.uid


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        ([car(), car(JITTERED, confidence=0.5)], [0.8]),
        ([car(confidence=0.5), car(JITTERED, "truck", 0.9)], [0.9]),
        ([car(), car((105, 105, 140, 138), confidence=0.4)], [0.8]),
        ([car(), car((140, 100, 200, 140), confidence=0.4)], [0.8, 0.4]),
        ([car(), car(name="bicycle", confidence=0.4)], [0.8, 0.4]),
        ([], []),
    ],
    ids=["jitter", "family", "inside", "side by side", "another kind", "none"],
)
def test_one_box_an_object(seen: Sequence[Sighting], kept: list[float]) -> None:
    assert [s.confidence for s in distinct(seen)] == kept
