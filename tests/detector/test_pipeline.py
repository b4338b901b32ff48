"""What a camera tells of a street: scripted scenes through the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.config import Purpose, ResidueRule
from detector.geometry import as_boxes, iou
from dispatch.contract import Verdict
from tests.detector.street import (
    BIKES,
    LITTER,
    PARKING,
    START,
    Body,
    Light,
    Moment,
    Script1s,
    Watcher,
    bag,
    car,
    person,
    scene,
    there,
)

BAG = bag(150, 120)
BESIDE = bag(172, 122, seed=8)
FAR = bag(250, 140, seed=8)
HEAP = Body((116, 108, 180, 140), (35, 30, 30), 5)
APART = Body((190, 108, 230, 140), (30, 30, 35), 8)
CAR = car(120)


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return float(iou(as_boxes([a]), as_boxes([b]))[0, 0])


def cloud(t_s: float) -> Light:
    """A shadow that takes half the light and wanders over the whole picture from second 5 to 30."""
    x = np.linspace(0, 1, 320)[None, :, None]
    y = np.linspace(0, 1, 180)[:, None, None]
    front = (t_s - 5) / 12 - 0.3 * y - x
    gain: NDArray[np.float64] = 1 - 0.5 / (1 + np.exp(-9 * front)) + 0.5 / (1 + np.exp(-9 * (front - 1)))
    return gain.astype(np.float32)


def walking(y: float, speed_px: float = 45, seed: int = 9) -> Callable[[float], tuple[Body, ...]]:
    """Somebody crosses the picture again and again."""
    return lambda t_s: (person((t_s * speed_px) % 380 - 30, y, seed=seed),)


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


def test_bad_views_time_nothing() -> None:
    watcher = Watcher(checks_view=True)
    watcher.watch(lambda t: Moment((BAG,) if t >= 6 else (), covered=10 <= t < 30), 50)
    assert len(watcher.events) == 1
    # 4 of 8 seconds before the cover, the rest after it, and two looks until the view is trusted again.
    assert 32 <= watcher.event_times_s[0] <= 40


def test_busy_while_something_is_timed_or_verified() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6, 30)), 40, asks={20: 0})
    busy = [r.busy for r in watcher.results]
    assert not any(busy[:6])
    assert all(busy[9:13])
    assert not busy[18]
    assert any(busy[20:24])
    assert not busy[-1]


# Vehicles at rest


PARKED: dict[str, Script1s] = {
    "stands": scene(there(CAR, 5)),
    "is missed by the detector on half of the looks": lambda t: Moment(
        () if t < 5 else (CAR if t % 2 else CAR.unseen(),)
    ),
    "has a box that jitters": lambda t: Moment(
        () if t < 5 else (replace(CAR, seen_box_xyxy_px=(120 + 6 * (t % 3 - 1), 98, 180 - 4 * (t % 2), 133)),)
    ),
    "is called truck on some looks": lambda t: Moment(
        () if t < 5 else (replace(CAR, name="truck" if t % 3 else "car"),)
    ),
    "has two boxes": lambda t: Moment(
        () if t < 5 else (CAR, replace(CAR, seen_box_xyxy_px=(122, 102, 165, 132), painted=False, confidence=0.5))
    ),
    "people pass in front": scene(there(CAR, 5), walking(140)),
    "the light is cut": scene(there(CAR, 5), light=lambda t: 1.0 if t < 9 else 0.6),
    "a cloud passes": scene(there(CAR, 5), light=cloud),
    "is hidden by a van that stops before it for a while": scene(
        there(CAR, 5, 22),
        there(CAR.unseen(), 22, 27),
        there(CAR, 27),
        there(Body((110, 96, 195, 145), (230, 230, 230), 12, "truck"), 22, 27),
    ),
}


@pytest.mark.parametrize("name", PARKED)
def test_a_parked_car_is_one_event(name: str) -> None:
    watcher = Watcher([PARKING])
    watcher.watch(PARKED[name], 45)
    assert len(watcher.events) == 1, [e.box_xyxy_px for e in watcher.events]
    assert 13 <= watcher.event_times_s[0] <= 16
    assert watcher.events[0].class_name in ("car", "truck")
    assert overlap(watcher.events[0].box_xyxy_px, CAR.box_xyxy_px) > 0.6
    assert not watcher.cleared


NOT_PARKED: dict[str, Script1s] = {
    "it leaves before its tolerance ends": scene(there(CAR, 5, 11)),
    "others stop at the same place one after the other": lambda t: Moment(
        (car(120, bgr=((170, 60, 30), (40, 170, 200), (220, 220, 220))[int(t // 6) % 3], seed=3 + int(t // 6)),)
    ),
    "traffic passes": lambda t: Moment((car((70 * t) % 380 - 60), car(320 - (90 * t) % 400, 140, seed=6))),
    "the detector is not sure": scene(there(replace(CAR, confidence=0.3), 5)),
    "a person stands there": scene(there(person(150, 130), 5)),
    "it stands outside the zone": scene(there(car(120, 20), 5)),
}


@pytest.mark.parametrize("name", NOT_PARKED)
def test_not_parked(name: str) -> None:
    watcher = Watcher([PARKING])
    watcher.watch(NOT_PARKED[name], 40)
    assert watcher.told == []


def test_cars_side_by_side_stay_two_and_one_that_leaves_is_cleared_alone() -> None:
    left, right = car(100), car(150, 104, bgr=(60, 150, 70), seed=14)
    watcher = Watcher([PARKING])
    watcher.watch(scene(there(left, 2), there(right, 5, 25)), 40)
    assert len(watcher.events) == 2
    assert [c.event_id for c in watcher.cleared] == [watcher.events[1].event_id]


def test_another_car_in_the_same_place_is_another_event() -> None:
    other = replace(car(122, bgr=(210, 215, 220), seed=21))
    watcher = Watcher([PARKING])
    watcher.watch(scene(there(CAR, 5, 20), there(other, 20)), 45)
    assert len(watcher.events) == 2
    assert [c.event_id for c in watcher.cleared] == [watcher.events[0].event_id]
    assert 28 <= watcher.event_times_s[1] <= 31


def test_one_look_a_minute() -> None:
    patient = PARKING.model_copy(
        update={
            "rule": PARKING.rule.model_copy(update={"dwell_s": 300.0, "stopped_s": 30.0}),
            "closure": PARKING.closure.model_copy(update={"interval_s": 20.0, "patience_s": 900.0}),
        }
    )
    watcher = Watcher([patient], look_interval_s=60.0)
    passing = [car(120, bgr=(30 + 40 * n, 200 - 30 * n, 120), seed=30 + n) for n in range(4)]

    def street(t_s: float) -> Moment:
        n = int(t_s // 60)
        if n < 4:
            return Moment((passing[n],))
        return Moment((CAR,) if n < 16 else ())

    watcher.watch(street, 25 * 60)
    (event,) = watcher.events
    assert (event.confirmed_at - event.first_seen_at).total_seconds() == pytest.approx(300, abs=61)
    assert len(watcher.cleared) == 1


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


def test_a_gap_between_looks_times_nothing_and_keeps_the_thing() -> None:
    watcher = Watcher([PARKING])
    script = scene(there(CAR, 5))
    watcher.watch(script, 10)
    watcher.watch(script, 315, from_s=300)
    assert len(watcher.events) == 1
    assert 302 <= watcher.event_times_s[0] <= 306
    assert watcher.events[0].first_seen_at.timestamp() == pytest.approx(START.timestamp() + 5, abs=1)


def test_clock_that_jumps_back_times_nothing() -> None:
    watcher = Watcher([PARKING])
    script = scene(there(CAR, 0))
    watcher.watch(script, 5, from_s=0)
    watcher.watch(script, 4, from_s=1)
    assert watcher.events == []
    watcher.watch(script, 14, from_s=4)
    assert len(watcher.events) == 1


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


def test_bikes_in_disorder_are_one_event_of_the_whole_crowd() -> None:
    bikes = [Body((60 + 50 * n, 120, 90 + 50 * n, 145), (90, 40 + 60 * n, 60), 40 + n, "bicycle") for n in range(3)]
    watcher = Watcher([BIKES])
    watcher.watch(scene(there(bikes[0], 2), there(bikes[1], 4), there(bikes[2], 10, 32)), 50)
    (event,) = watcher.events
    assert 18 <= watcher.event_times_s[0] <= 20
    assert overlap(event.box_xyxy_px, (60, 120, 190, 145)) > 0.9
    assert [c.event_id for c in watcher.cleared] == [event.event_id]
