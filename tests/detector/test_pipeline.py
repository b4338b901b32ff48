"""What a camera tells of a street: scripted scenes through the whole pipeline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detector.config import Purpose, ResidueRule
from dispatch.contract import Verdict
from tests.detector.street import (
    LITTER,
    PARKING,
    START,
    Body,
    Moment,
    Script1s,
    Watcher,
    bag,
    car,
    cloud,
    overlap,
    person,
    scene,
    there,
    walking,
)

BAG = bag(150, 120)
BESIDE = bag(172, 122, seed=8)
FAR = bag(250, 140, seed=8)
HEAP = Body((116, 108, 180, 140), (35, 30, 30), 5)
APART = Body((190, 108, 230, 140), (30, 30, 35), 8)
CAR = car(120)


def test_a_thing_that_appears_is_one_event_after_its_dwell() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6)), 40)
    (event,) = watcher.events
    assert event.matter == "litter_exposed"
    assert event.camera_id == "cam"
    assert event.zone_purpose == "pavement"
    assert overlap(event.box_xyxy_px, BAG.box_xyxy_px) > 0.7
    assert 14 <= watcher.event_times_s[0] <= 16
    assert 5 <= (event.first_seen_at.timestamp() - event.confirmed_at.timestamp()) * -1 <= 10
    assert event.location.error_m >= 50
    assert not watcher.cleared


NOTHING: dict[str, Script1s] = {
    "an empty street": scene(),
    "a short visit": scene(there(BAG, 6, 12)),
    "a cloud's shadow passes": scene(light=cloud),
    "the light is cut by 40 % at once": scene(light=lambda t: 1.0 if t < 10 else 0.6),
    "the light comes back at once": scene(light=lambda t: 0.6 if t < 10 else 1.0),
    "dusk": scene(light=lambda t: 1 - t / 70),
    "what was there from the start leaves": scene(there(BAG, 0, 15)),
    "what was there from the start stays": scene(there(BAG, 0)),
    "people pass": scene(walking(150), walking(120, -70, seed=4)),
    "somebody stands still": scene(there(person(160, 150), 6)),
    "a parked car, named, where only litter counts": scene(there(car(120), 6)),
    "it lies outside the zone": scene(there(bag(150, 20), 6)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_no_event(name: str) -> None:
    watcher = Watcher()
    watcher.watch(NOTHING[name], 40)
    assert watcher.told == []


ONE: dict[str, tuple[Script1s, float]] = {
    "passers-by do not pause the timer": (scene(there(BAG, 6), walking(150)), 17),
    "its owner beside it does": (scene(there(BAG, 6), there(person(190, 140), 4, 16)), 25),
    "a cloud passes meanwhile": (scene(there(BAG, 6), light=cloud), 17),
    "the light is cut while it rests": (scene(there(BAG, 6), light=lambda t: 1.0 if t < 10 else 0.6), 17),
    "a detector that calls it a cat": (scene(there(replace(BAG, name="cat", confidence=0.6), 6)), 17),
    "a detector that calls it a car, not firmly": (scene(there(replace(BAG, name="car", confidence=0.35), 6)), 17),
    "a pale one": (scene(there(bag(150, 120, bgr=(215, 220, 220)), 6)), 17),
}


@pytest.mark.parametrize("name", ONE)
def test_one_event_on_time(name: str) -> None:
    script, latest_s = ONE[name]
    watcher = Watcher()
    watcher.watch(script, 40)
    assert len(watcher.events) == 1
    assert latest_s - 4 <= watcher.event_times_s[0] <= latest_s
    assert overlap(watcher.events[0].box_xyxy_px, BAG.box_xyxy_px) > 0.5


def test_what_hides_a_thing_while_it_comes_to_rest_does_not_make_two_of_it() -> None:
    watcher = Watcher()
    # On the look that makes it a thing somebody hides its middle, so that it shows in two pieces.
    watcher.watch(scene(there(BAG, 6), lambda t: (person((60 * t) % 320, 146),)), 45)
    assert len(watcher.events) == 1
    assert overlap(watcher.events[0].box_xyxy_px, BAG.box_xyxy_px) > 0.7


@pytest.mark.parametrize("gap_px", [2, 10])
def test_growth_is_the_same_incident(gap_px: int) -> None:
    watcher = Watcher()
    watcher.watch(scene(there(HEAP, 6), there(bag(180 + gap_px, 120, seed=8), 20)), 50)
    assert len(watcher.events) == 1


def test_a_second_thing_far_away_is_a_second_incident() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6), there(FAR, 18)), 50)
    assert len(watcher.events) == 2
    assert len({e.event_id for e in watcher.events}) == 2
    assert overlap(watcher.events[1].box_xyxy_px, FAR.box_xyxy_px) > 0.5


VERDICTS: dict[str, tuple[Script1s, Verdict]] = {
    "still there": (scene(there(BAG, 6)), Verdict.present),
    "still there, in less light": (
        scene(there(BAG, 6), light=lambda t: 1.0 if t < 20 else 0.6),
        Verdict.present,
    ),
    "still there, people pass": (scene(there(BAG, 6), walking(146)), Verdict.present),
    "all gone": (scene(there(BAG, 6, 26)), Verdict.absent),
    "all gone, in less light": (
        scene(there(BAG, 6, 26), light=lambda t: 1.0 if t < 20 else 0.6),
        Verdict.absent,
    ),
    "all gone, people pass": (scene(there(BAG, 6, 26), walking(146)), Verdict.absent),
    "dragged aside": (scene(there(BAG, 6, 26), there(BAG.at(45, 6), 26)), Verdict.present),
    "partly cleared": (scene(there(BAG, 6), there(BESIDE, 6, 26)), Verdict.present),
    "the other part cleared": (scene(there(BAG, 6, 26), there(BESIDE, 6)), Verdict.present),
    "it grew, what came later was cleared": (scene(there(HEAP, 6), there(APART, 18, 26)), Verdict.present),
    "it grew, what was there first was cleared": (scene(there(HEAP, 6, 26), there(APART, 18)), Verdict.present),
    "it grew, all cleared": (scene(there(HEAP, 6, 26), there(APART, 18, 26)), Verdict.absent),
    "the lens is covered": (
        lambda t: Moment((BAG,) if t >= 6 else (), covered=t >= 25),
        Verdict.inconclusive,
    ),
    "somebody stands before it": (
        scene(there(BAG, 6), there(person(162, 142), 25)),
        Verdict.inconclusive,
    ),
    "somebody stands before the place": (
        scene(there(BAG, 6, 26), there(person(162, 142), 26)),
        Verdict.inconclusive,
    ),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(name: str) -> None:
    script, expected = VERDICTS[name]
    watcher = Watcher(checks_view="covered" in name)
    watcher.watch(script, 28)
    assert len(watcher.events) == 1
    watcher.ask(watcher.events[0], 28)
    watcher.watch(script, 42, from_s=28)
    assert watcher.verdicts == [expected], watcher.answers
    assert len(watcher.events) == 1
    answer = watcher.answers[0]
    assert answer.reason
    assert 2 <= (answer.decided_at - answer.asked_at).total_seconds() <= 10
    if expected is not Verdict.inconclusive:
        assert answer.looks >= 3


def test_looks_that_cannot_see_the_place_prove_nothing_after_one_that_missed_the_thing() -> None:
    # One look sees the empty pavement, by whatever mistake; from the next on somebody stands before the bag.
    script = scene(there(BAG, 6, 28), there(BAG, 29), there(person(162, 142), 29))
    watcher = Watcher()
    watcher.watch(script, 42, asks={28: 0})
    assert watcher.verdicts == [Verdict.inconclusive], watcher.answers


def test_what_is_hidden_is_not_cleared_however_often_it_was_missed_before() -> None:
    # Three looks missed it, too close together to prove anything; the time that is wanted passes while it is hidden.
    slow = LITTER.model_copy(update={"closure": LITTER.closure.model_copy(update={"interval_s": 4.0})})
    watcher = Watcher([slow])
    watcher.watch(scene(there(BAG, 6, 28), there(BAG, 31), there(person(162, 142), 31)), 50)
    assert len(watcher.events) == 1
    assert not watcher.cleared


def test_a_thing_that_leaves_unasked_is_cleared_once() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6, 20)), 50)
    (cleared,) = watcher.cleared
    assert cleared.event_id == watcher.events[0].event_id
    assert 20 <= cleared.first_missed_at.timestamp() - START.timestamp() <= 21
    assert cleared.cleared_at > cleared.first_missed_at


def test_dragged_aside_is_not_cleared() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6, 22), there(BAG.at(45, 6), 22)), 50)
    assert len(watcher.events) == 1
    assert not watcher.cleared


def test_dragged_aside_and_not_to_be_recognised_is_not_taken_for_cleared() -> None:
    turned_over = bag(190, 128, bgr=(130, 70, 40), seed=70)
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6, 26), there(turned_over, 26)), 34, asks={28: 0})
    assert watcher.verdicts == [Verdict.present]
    assert not watcher.cleared


@pytest.mark.parametrize("asked", [False, True], ids=["by itself", "by a crew"])
def test_what_comes_back_after_it_was_cleared_is_a_new_event(asked: bool) -> None:
    watcher = Watcher()
    script = scene(there(BAG, 6, 20), there(BAG, 34))
    watcher.watch(script, 55, asks={21: 0} if asked else None)
    assert watcher.verdicts == ([Verdict.absent] if asked else [])
    assert len(watcher.cleared) == (0 if asked else 1)
    assert len(watcher.events) == 2
    assert watcher.events[0].event_id != watcher.events[1].event_id
    assert watcher.event_times_s[1] >= 34 + 8


def test_a_question_about_what_left_by_itself_is_answered() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6, 20)), 45, asks={32: 0})
    assert watcher.verdicts == [Verdict.absent]
    assert len(watcher.cleared) == 1


def test_a_question_asked_twice_is_answered_once() -> None:
    watcher = Watcher()
    script = scene(there(BAG, 6))
    watcher.watch(script, 20)
    for _ in range(2):
        watcher.ask(watcher.events[0], 20, request_id="r1")
    watcher.watch(script, 35, from_s=20)
    assert [a.request_id for a in watcher.answers] == ["r1"]


@pytest.mark.parametrize(("uncovered_s", "earliest_s"), [(30, 32), (12, 17)], ids=["long", "for two looks"])
def test_bad_views_time_nothing(uncovered_s: float, earliest_s: float) -> None:
    watcher = Watcher(checks_view=True)
    watcher.watch(lambda t: Moment((BAG,) if t >= 6 else (), covered=10 <= t < uncovered_s), uncovered_s + 15)
    assert len(watcher.events) == 1
    # Three seconds before the cover, the rest after it, and two looks until the view is trusted again.
    assert earliest_s <= watcher.event_times_s[0] <= uncovered_s + 10


def test_busy_while_something_is_timed_or_verified() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6, 30)), 40, asks={20: 0})
    busy = [r.busy for r in watcher.results]
    assert not any(busy[:6])
    assert all(busy[9:13])
    assert not busy[18]
    assert any(busy[20:24])
    assert not busy[-1]


def test_litter_at_one_look_a_minute() -> None:
    patient = LITTER.model_copy(
        update={
            "rule": LITTER.rule.model_copy(update={"dwell_s": 300.0}),
            "closure": LITTER.closure.model_copy(update={"interval_s": 20.0, "patience_s": 900.0}),
        }
    )
    watcher = Watcher([patient], look_interval_s=60.0)
    watcher.watch(scene(there(BAG, 360, 1200), light=lambda t: 1 - t / 6000), 1800)
    assert len(watcher.events) == 1
    assert len(watcher.cleared) == 1


def test_a_car_in_a_fire_lane_that_is_also_a_no_parking_zone_is_one_event() -> None:
    lane = LITTER.model_copy(
        update={
            "code": "fire_lane_blocked",
            "rule": ResidueRule(kind="residue", classes=("car",), unnamed=True, zones=(Purpose.fire_lane,), dwell_s=8),
        }
    )
    watcher = Watcher([PARKING, lane])
    watcher.watch(scene(there(CAR, 6)), 45)
    assert len(watcher.events) == 1


def test_a_named_residue_goes_to_the_matter_that_lists_its_name() -> None:
    goods = LITTER.model_copy(
        update={
            "code": "goods_occupation",
            "rule": ResidueRule(kind="residue", classes=("goods", "chair"), zones=(Purpose.pavement,), dwell_s=8),
        }
    )
    for body, matter, name in (
        (replace(BAG, name="goods"), "goods_occupation", "goods"),
        (replace(BAG, name="garbage_bag"), "litter_exposed", "garbage_bag"),
        (BAG, "litter_exposed", None),
    ):
        watcher = Watcher([LITTER, goods])
        watcher.watch(scene(there(body, 6)), 25)
        assert [(e.matter, e.class_name) for e in watcher.events] == [(matter, name)]
