"""Following what came to rest, said by hand. The same on painted pictures: `test_pipeline.py`."""

from __future__ import annotations

import pytest

from detector.geometry import BoxXyxy
from detector.observation import Remains, Sighting
from detector.residue import attended, follow, grown_box, names_at, near, same_place, swallow, twin
from detector.thing import Thing
from tests.detector.looks import (
    BEHIND_SOMEBODY,
    EMPTY_PLACE,
    OTHER_THING,
    UNTOUCHED,
    SaidLook,
    residue,
    resting,
)

PLACE = (100.0, 100.0, 160.0, 140.0)


def heap(*, event_id: str | None = None, uid: str = "a", box: BoxXyxy = PLACE) -> Thing:
    return resting(box, uid=uid, kind="residue", names={}, event_id=event_id)


@pytest.mark.parametrize(
    ("remains", "outcome"),
    [
        (UNTOUCHED, "seen"),
        (Remains(0.5, 0.4, 0.35, 0.1), "seen"),
        (EMPTY_PLACE, "missed"),
        (BEHIND_SOMEBODY, "hidden"),
        # Somebody walks over the empty place: that proves nothing.
        (Remains(0.1, 0.05, 0.0, 0.5), "hidden"),
        (OTHER_THING, "hidden"),
        (Remains(0.3, 0.2, 0.2, 0.0), "hidden"),
        (Remains(0.9, None, None, 0.0), "hidden"),
        (None, "hidden"),
    ],
)
def test_what_remains_decides(remains: Remains | None, outcome: str) -> None:
    thing = heap()
    follow([thing], SaidLook(places={} if remains is None else {"a": remains}))
    assert ("missed" if thing.missed else "hidden" if thing.unclear else "seen") == outcome


@pytest.mark.parametrize(
    ("boxes", "evidence", "born"),
    [
        ([(300, 100, 340, 130)], 0.8, 1),
        ([(300, 100, 340, 130), (400, 100, 440, 130)], 0.8, 2),
        # Beside what is there already, or over it: it has grown.
        ([(165, 100, 190, 130)], 0.8, 0),
        ([(90, 95, 170, 145)], 0.8, 0),
        # What has left, and light.
        ([(300, 100, 340, 130)], -0.5, 0),
        ([(300, 100, 340, 130)], 0.05, 0),
        # One thing in two pieces.
        ([(300, 100, 340, 130), (345, 100, 360, 130)], 0.8, 1),
    ],
)
def test_what_begins(boxes: list[BoxXyxy], evidence: float, born: int) -> None:
    look = SaidLook(residues=tuple(residue(b, evidence) for b in boxes), places={"a": UNTOUCHED})
    assert len(follow([heap()], look).born) == born


def test_it_began_when_its_pixels_came_to_rest() -> None:
    ((thing, _),) = follow([], SaidLook(residues=(residue((300, 100, 340, 130), rest_s=3.0),))).born
    assert (thing.first_seen_at_s, thing.rest_s, thing.last_seen_at_s) == (997.0, 3.0, 1000.0)


def test_growth_renews_the_thing_that_is_there() -> None:
    thing = heap()
    followed = follow([thing], SaidLook(residues=(residue((100, 100, 190, 140)),), places={"a": UNTOUCHED}))
    assert [t.uid for t, _ in followed.renewed] == ["a"]
    assert followed.born == ()


def test_the_box_of_a_reported_thing_only_grows() -> None:
    grown = residue((90, 110, 150, 145))
    assert grown_box(heap(event_id="e"), grown) == (90, 100, 160, 145)
    assert grown_box(heap(), grown) == grown.box_xyxy_px


@pytest.mark.parametrize(
    ("like", "box", "moved"),
    [
        (0.9, (190, 110, 250, 150), True),
        (0.3, (190, 110, 250, 150), False),
        (0.9, (500, 110, 560, 150), False),
        (0.9, (190, 110, 205, 120), False),
    ],
    ids=["like it and near", "unlike", "far", "much smaller"],
)
def test_a_reported_thing_that_turns_up_beside_its_place_was_dragged(like: float, box: BoxXyxy, moved: bool) -> None:
    thing = heap(event_id="e")
    thing.not_there(999.5)
    look = SaidLook(residues=(residue(box, rest_s=0.5),), places={"a": EMPTY_PLACE}, like=like)
    followed = follow([thing], look)
    assert len(followed.born) == (0 if moved else 1)
    assert (thing.box_xyxy_px == box) is moved
    assert (thing.missed == 0) is moved


def test_what_stood_there_before_it_left_is_not_it() -> None:
    thing = heap(event_id="e")
    thing.not_there(999.5)
    look = SaidLook(residues=(residue((190, 110, 250, 150), rest_s=300.0),), places={"a": EMPTY_PLACE}, like=0.9)
    assert len(follow([thing], look).born) == 1


@pytest.mark.parametrize(
    ("feet", "height", "passing", "beside"),
    [
        ((180, 140), 80, False, True),
        ((130, 130), 80, False, True),
        ((180, 140), 80, True, False),
        ((260, 140), 80, False, False),
        # Farther away in the picture the same distance is more steps.
        ((190, 140), 40, False, False),
        ((130, 200), 80, False, False),
    ],
)
def test_somebody_beside_it(feet: tuple[float, float], height: float, passing: bool, beside: bool) -> None:
    x, y = feet
    someone = Sighting((x - 15, y - height, x + 15, y), "person", 0.8, passing=passing)
    assert attended(PLACE, [someone]) is beside
    assert not attended(PLACE, [Sighting(someone.box_xyxy_px, "car", 0.8)])


def test_attended_time_includes_what_was_seen_before_it_was_believed() -> None:
    owner = Sighting((165, 60, 195, 140), "person", 0.8)
    recent = tuple((1000.0 - n, 1.0, (owner,)) for n in range(9, -1, -1))
    ((thing, _),) = follow([], SaidLook(residues=(residue(PLACE, rest_s=4.0),), recent=recent)).born
    assert thing.attended_s == 4.0
    thing.uid = "a"
    follow([thing], SaidLook(at_s=1001, sightings=(owner,), places={"a": UNTOUCHED}))
    assert (thing.rest_s, thing.attended_s) == (5.0, 5.0)
    follow([thing], SaidLook(at_s=1002, places={"a": UNTOUCHED}))
    assert (thing.rest_s, thing.attended_s) == (6.0, 5.0)


def test_a_thing_swallows_the_pieces_that_its_box_covers() -> None:
    whole, piece, beside = heap(), heap(uid="b", box=(150, 105, 162, 138)), heap(uid="c", box=(155, 100, 215, 140))
    told = heap(uid="d", box=(110, 110, 130, 130), event_id="e")
    piece.rest_s, piece.first_seen_at_s = 9.0, 980.0
    assert [t.uid for t in swallow(whole, [whole, piece, beside, told])] == ["b"]
    assert (whole.rest_s, whole.first_seen_at_s) == (9.0, 980.0)


def test_near_and_same_place() -> None:
    assert near(PLACE, (190, 110, 250, 150))
    assert not near(PLACE, (400, 110, 460, 150))
    assert same_place(PLACE, (105, 100, 165, 142))
    assert same_place(PLACE, (120, 110, 130, 120))
    assert not same_place(PLACE, (150, 100, 210, 140))


def test_a_twin_is_a_fresh_thing_near_one_that_left() -> None:
    gone, fresh = heap(event_id="e"), heap(uid="b", box=(190, 110, 250, 150))
    gone.not_there(1000)
    fresh.first_seen_at_s = 999.0
    assert twin(gone, [gone, fresh], SaidLook()) is fresh
    fresh.first_seen_at_s = 900.0
    assert twin(gone, [gone, fresh], SaidLook()) is None
    gone.seen(1000, 0)
    fresh.first_seen_at_s = 999.0
    assert twin(gone, [gone, fresh], SaidLook()) is None


def test_names_are_those_of_boxes_that_fit() -> None:
    seen = [
        Sighting((98, 98, 162, 142), "goods", 0.6),
        Sighting((100, 100, 140, 140), "goods", 0.7),
        Sighting((105, 105, 110, 110), "litter_item", 0.9),
        Sighting((0, 0, 400, 300), "bus", 0.9),
    ]
    assert names_at(PLACE, seen) == {"goods": 0.7}
