"""Too many of a class in a zone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from detector.config import DensityRule, Purpose, Watched
from detector.config import Zone as ZoneSettings
from detector.rules import View, judge
from detector.rules.density import count
from detector.thing import Thing
from detector.zone import scaled
from tests.detector.looks import SaidLook, resting
from tests.detector.street import BIKES, SIZE_WH, START, WHOLE, Body, Watcher, overlap, scene, there

PAVEMENT = ZoneSettings(id="pavement", purpose=Purpose.pavement, resolution_wh=SIZE_WH, polygon_px=WHOLE)
BAY = ZoneSettings(
    id="bay",
    purpose=Purpose.bike_bay,
    resolution_wh=SIZE_WH,
    polygon_px=((0, 60), (100, 60), (100, 180), (0, 180)),
)
GOODS = Watched(
    code="shopfront_overflow",
    names=BIKES.names,
    rule=DensityRule(kind="density", classes=("goods", "chair"), zones=(Purpose.pavement,), min_share=0.1, dwell_s=8),
)


def standing(name: str, boxes: Sequence[tuple[float, float]], size: tuple[float, float] = (30, 25)) -> list[Thing]:
    things = [
        resting((x, y, x + size[0], y + size[1]), uid=f"{name}{n}", names={name: 0.7}) for n, (x, y) in enumerate(boxes)
    ]
    for thing in things:
        thing.last_seen_at_s = 1000.0
    return things


def crowds(watched: Watched, things: list[Thing], zones: Sequence[ZoneSettings] = (PAVEMENT, BAY)) -> list[Thing]:
    assert isinstance(watched.rule, DensityRule)
    view = View(SaidLook(), tuple(scaled(z, SIZE_WH) for z in zones))
    return count(watched, watched.rule, view, things)


THREE = [(120.0, 120.0), (170.0, 120.0), (220.0, 120.0)]


@pytest.mark.parametrize(
    ("things", "crowded"),
    [
        (standing("bicycle", THREE), True),
        (standing("motorcycle", THREE), True),
        (standing("bicycle", THREE[:2]), False),
        (standing("car", THREE), False),
        # One of the three stands in its bay, or outside the zone.
        (standing("bicycle", [(30, 120), *THREE[:2]]), False),
        (standing("bicycle", [(120, 20), *THREE[:2]]), False),
        (standing("bicycle", [*THREE, (30, 120)]), True),
    ],
    ids=["three", "family", "two", "other class", "one in the bay", "one outside", "three and one in the bay"],
)
def test_count(things: list[Thing], crowded: bool) -> None:
    assert len(crowds(BIKES, things)) == int(crowded)


@pytest.mark.parametrize(
    ("boxes", "size", "crowded"),
    [
        ([(120.0, 100.0)], (70, 60), True),
        ([(120.0, 100.0)], (50, 50), False),
        (THREE, (48, 30), True),
        ([], (1, 1), False),
    ],
    ids=["one large", "one small", "three small", "none"],
)
def test_share_of_the_zone(boxes: Sequence[tuple[float, float]], size: tuple[float, float], crowded: bool) -> None:
    assert len(crowds(GOODS, standing("goods", boxes, size))) == int(crowded)


def test_those_that_were_not_seen_do_not_count() -> None:
    things = standing("bicycle", THREE)
    things[0].last_seen_at_s = 999.0
    assert crowds(BIKES, things) == []


def test_a_crowd_is_timed_and_judged() -> None:
    things = standing("bicycle", THREE)
    (crowd,) = crowds(BIKES, things)
    assert crowd.box_xyxy_px == (120, 120, 250, 145)
    zones = tuple(scaled(z, SIZE_WH) for z in (PAVEMENT, BAY))
    assert isinstance(BIKES.rule, DensityRule)
    for second in range(1, 9):
        view = View(SaidLook(at_s=1000.0 + second), zones)
        assert judge(BIKES, view, [crowd]) == []
        for thing in things:
            thing.last_seen_at_s = 1000.0 + second
        assert count(BIKES, BIKES.rule, view, [*things, crowd]) == []
    (finding,) = judge(BIKES, view, [crowd])
    assert finding.zone.id == "pavement"
    assert finding.class_name == "bicycle"
    assert finding.confidence == pytest.approx(0.7, abs=0.2)


def test_a_crowd_that_thins_out_is_missed() -> None:
    things = standing("bicycle", THREE)
    (crowd,) = crowds(BIKES, things)
    assert crowds(BIKES, [*things[:2], crowd]) == []
    assert crowd.missed == 1


def hidden(thing: Thing) -> Thing:
    thing.last_seen_at_s = 999.0
    thing.hidden(1.0)
    return thing


def test_a_crowd_of_which_some_are_hidden_is_neither_there_nor_missed() -> None:
    things = standing("bicycle", THREE)
    (crowd,) = crowds(BIKES, things)
    assert crowds(BIKES, [*things[:1], hidden(things[1]), hidden(things[2]), crowd]) == []
    assert (crowd.missed, crowd.unclear, crowd.rest_s) == (0, 1, 0.0)
    things[2].missed = 1
    assert crowds(BIKES, [*things, crowd]) == []
    assert crowd.missed == 1, "one was seen to be gone before it was hidden"


def test_the_hidden_begin_no_crowd() -> None:
    things = standing("bicycle", THREE)
    assert crowds(BIKES, [*things[:2], hidden(things[2])]) == []


@pytest.mark.parametrize("leave_s", [None, 24])
def test_a_truck_before_bikes_does_not_clear_them_and_their_leaving_behind_it_does(leave_s: float | None) -> None:
    bikes = [Body((60 + 50 * n, 120, 90 + 50 * n, 145), (90, 40 + 60 * n, 60), 40 + n, "bicycle") for n in range(3)]
    truck = Body((50, 60, 210, 170), (200, 200, 190), 50, "truck")
    until_s = 1e9 if leave_s is None else leave_s
    shown = [part for bike in bikes for part in (there(bike, 2, 20), there(bike.unseen(), 20, min(until_s, 92)))]
    after = [there(bike, 92, until_s) for bike in bikes]
    watcher = Watcher([BIKES])
    watcher.watch(scene(*shown, *after, there(truck, 20, 92)), 105)
    assert len(watcher.events) == 1
    if leave_s is None:
        assert not watcher.cleared
    else:
        (cleared,) = watcher.cleared
        assert (cleared.first_missed_at - START).total_seconds() >= 92


def test_bikes_in_disorder_are_one_event_of_the_whole_crowd() -> None:
    bikes = [Body((60 + 50 * n, 120, 90 + 50 * n, 145), (90, 40 + 60 * n, 60), 40 + n, "bicycle") for n in range(3)]
    watcher = Watcher([BIKES])
    watcher.watch(scene(there(bikes[0], 2), there(bikes[1], 4), there(bikes[2], 10, 32)), 50)
    (event,) = watcher.events
    assert 18 <= watcher.event_times_s[0] <= 20
    assert overlap(event.box_xyxy_px, (60, 120, 190, 145)) > 0.9
    assert [c.event_id for c in watcher.cleared] == [event.event_id]
