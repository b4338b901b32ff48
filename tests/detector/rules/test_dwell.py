"""Vehicles that stand where they may not, painted and through the whole pipeline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detector.config import DwellRule, Purpose
from detector.observation import Sighting
from detector.rules import View, judge
from detector.rules.dwell import stopped
from detector.zone import scaled
from tests.detector.looks import SaidLook, resting
from tests.detector.street import (
    PARKING,
    START,
    Body,
    Moment,
    Script1s,
    Watcher,
    camera,
    car,
    cloud,
    overlap,
    person,
    scene,
    there,
    walking,
)

CAR = car(120)
RULE = PARKING.rule
assert isinstance(RULE, DwellRule)
VIEW = View(SaidLook(), tuple(scaled(z, (320, 180)) for z in camera(Purpose.no_parking, matters=[PARKING]).zones))


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


def test_a_truck_before_a_parked_car_does_not_clear_it_even_where_its_box_fits_the_place() -> None:
    truck = Body((112, 96, 186, 138), (60, 150, 70), 14, "truck")
    assert overlap(truck.box_xyxy_px, CAR.box_xyxy_px) > 0.6
    watcher = Watcher([PARKING])
    watcher.watch(scene(there(CAR, 5, 20), there(CAR.unseen(), 20, 26), there(CAR, 26), there(truck, 20, 26)), 40)
    assert len(watcher.events) == 1
    assert not watcher.cleared


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


def test_a_gap_between_looks_times_nothing_and_keeps_the_thing() -> None:
    watcher = Watcher([PARKING])
    script = scene(there(CAR, 5))
    watcher.watch(script, 10)
    watcher.watch(script, 315, from_s=300)
    assert len(watcher.events) == 1
    assert 302 <= watcher.event_times_s[0] <= 306
    assert watcher.events[0].first_seen_at.timestamp() == pytest.approx(START.timestamp() + 5, abs=1)


@pytest.mark.parametrize("fresh_every", [2, 3])
def test_a_camera_whose_pictures_come_more_than_once_reports_a_parked_car(fresh_every: int) -> None:
    watcher = Watcher([PARKING], checks_view=True, fresh_every=fresh_every)
    watcher.watch(scene(there(CAR, 6), walking(170, 20)), 40)
    (event,) = watcher.events
    assert 14 <= watcher.event_times_s[0] <= 20
    assert overlap(event.box_xyxy_px, CAR.box_xyxy_px) > 0.6
    assert not watcher.cleared


def test_clock_that_jumps_back_times_nothing() -> None:
    watcher = Watcher([PARKING])
    script = scene(there(CAR, 0))
    watcher.watch(script, 5, from_s=0)
    watcher.watch(script, 4, from_s=1)
    assert watcher.events == []
    watcher.watch(script, 14, from_s=4)
    assert len(watcher.events) == 1


# The rule alone


@pytest.mark.parametrize(
    ("rest_s", "is_stopped", "found"), [(2.0, False, False), (4.0, True, False), (8.0, True, True), (900.0, True, True)]
)
def test_two_timers(rest_s: float, is_stopped: bool, found: bool) -> None:
    thing = resting(rest_s=rest_s)
    thing.last_seen_at_s = VIEW.look.at_s
    assert isinstance(RULE, DwellRule)
    assert stopped(thing, RULE) is is_stopped
    assert [f.thing for f in judge(PARKING, VIEW, [thing])] == ([thing] if found else [])


def test_a_thing_not_seen_on_this_look_is_not_judged() -> None:
    assert judge(PARKING, VIEW, [resting(rest_s=100)]) == []


@pytest.mark.parametrize(
    ("edge_y", "found"), [(140, True), (124, True), (115, False)], ids=["inside", "mostly inside", "half inside"]
)
def test_the_ground_must_lie_in_the_zone(edge_y: float, found: bool) -> None:
    zone = camera(Purpose.no_parking, matters=[PARKING]).zones[0]
    zone = zone.model_copy(update={"polygon_px": ((0, 0), (320, 0), (320, edge_y), (0, edge_y))})
    thing = resting((100, 80, 160, 130), rest_s=100)
    thing.last_seen_at_s = VIEW.look.at_s
    view = replace(VIEW, zones=(scaled(zone, (320, 180)),))
    assert bool(judge(PARKING, view, [thing])) is found


@pytest.mark.parametrize("beside", [True, False])
def test_a_stall_needs_its_vendor(beside: bool) -> None:
    rule = PARKING.rule.model_copy(update={"attended_by": ("person",)})
    stall = PARKING.model_copy(update={"rule": rule})
    vendor = Sighting((165, 90, 185, 140) if beside else (290, 90, 310, 140), "person", 0.9)
    thing = resting(rest_s=100)
    thing.last_seen_at_s = VIEW.look.at_s
    assert bool(judge(stall, replace(VIEW, look=SaidLook(sightings=(vendor,))), [thing])) is beside
