from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from detector.frame import Image
from detector.sources.sim.street import SimStreet
from detector.sources.sim.truth import TruthIncident, TruthObject
from tests.detector.sources.sim.small import small_scene, small_street


def sharpness(image: Image) -> float:
    return float(np.abs(np.diff(image.astype(np.int16), axis=1)).mean())


def changed(a: Image, b: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray(np.abs(a.astype(np.int16) - b.astype(np.int16)).max(axis=2) > 24)


def incident(street: SimStreet, id: str) -> TruthIncident:
    return next(i for i in street.incidents(100) if i.id == id)


def by_id(truth: tuple[TruthObject, ...]) -> dict[str, TruthObject]:
    return {thing.id: thing for thing in truth}


def test_a_picture_depends_on_scene_seed_and_time_alone() -> None:
    one, other = small_street(seed=7), small_street(seed=7)
    for t_s in (5.0, 25.0):
        one.render(t_s)
    assert np.array_equal(one.render(13.4), other.render(13.4))
    assert one.truth(13.4) == other.truth(13.4)


@pytest.mark.parametrize("change", [{"seed": 8}, {"hour": 21.0}, {"rain": 1.0}, {"view": "side"}, {"quality": 30}])
def test_parameters_change_the_picture(change: dict[str, Any]) -> None:
    assert not np.array_equal(small_street(seed=7).render(13.0), small_street(**{"seed": 7, **change}).render(13.0))


def test_night_is_darker_and_rain_greyer() -> None:
    day, night = small_street(hour=13).render(1.0), small_street(hour=23).render(1.0)
    assert night.mean() < 0.6 * day.mean()


@pytest.mark.parametrize(("id", "t_s"), [("bag", 30.0), ("car", 20.0), ("box", 33.0)])
def test_a_thing_changes_the_picture_inside_its_box(id: str, t_s: float) -> None:
    scene = small_scene(lanes=[], faults=[])
    alone = small_scene(lanes=[], faults=[], happenings=[h for h in scene.spec.happenings if h.id == id])
    empty = small_scene(lanes=[], faults=[], happenings=[])
    with_it, without = small_street(alone, hour=12, cloud=1), small_street(empty, hour=12, cloud=1)
    difference = changed(with_it.render(t_s), without.render(t_s))
    x1, y1, x2, y2 = (round(v) for v in by_id(with_it.truth(t_s))[id].box_xyxy_px)
    inside = difference[y1:y2, x1:x2]
    assert inside.mean() > 0.35
    assert inside.sum() > 0.8 * difference.sum()
    rows, columns = np.nonzero(inside)
    assert columns.min() <= 2 and columns.max() >= x2 - x1 - 3
    assert rows.min() <= 2 and rows.max() >= y2 - y1 - 3


@pytest.mark.parametrize(("t_s", "present"), [
    (9.9, set()), (10.0, {"bag"}), (19.0, {"bag", "car"}), (39.9, {"bag", "car", "box"}), (41.0, {"car", "box"}),
])  # fmt: skip
def test_happenings_stand_in_their_windows(t_s: float, present: set[str]) -> None:
    resting = {t.id for t in small_street().truth(t_s) if t.at_rest}
    assert resting & {"bag", "car", "box"} == present


def test_a_vehicle_rolls_in_stands_and_rolls_off() -> None:
    street = small_street(small_scene(lanes=[], faults=[]))
    places = [by_id(street.truth(t_s))["car"] for t_s in (10.0, 11.5, 12.0, 30.0, 49.9, 51.5)]
    assert [p.at_rest for p in places] == [False, False, True, True, True, False]
    assert places[2].at_m == places[4].at_m == pytest.approx((-1.5, 14.0))
    assert places[0].at_m[1] > places[1].at_m[1] > 14 > places[5].at_m[1]


def test_somebody_brings_what_is_carried_and_walks_off() -> None:
    street = small_street(small_scene(lanes=[], faults=[]))
    before, left, taken = (by_id(street.truth(t_s)) for t_s in (17.0, 30.5, 48.0))
    assert not before["box"].at_rest and before["box:carrier"].class_name == "person"
    assert left["box"].at_rest and np.hypot(*np.subtract(left["box:carrier"].at_m, left["box"].at_m)) > 10
    assert not taken["box"].at_rest and "box:cleaner" in taken


def test_what_is_hidden_is_not_in_the_visible_box() -> None:
    wall = {"id": "wall", "what": "truck", "at_m": [-5.2, 6.5], "bearing_deg": 90, "arrives_s": 0}
    bag = {"id": "bag", "what": "garbage_bag", "at_m": [-5, 9], "arrives_s": 0}
    hidden = small_street(small_scene(lanes=[], happenings=[wall, bag])).truth(5.0)
    free = small_street(small_scene(lanes=[], happenings=[bag])).truth(5.0)
    assert by_id(free)["bag"].visible > 0.95
    assert "bag" not in by_id(hidden) or by_id(hidden)["bag"].visible < 0.5


def test_truth_knows_class_place_and_map() -> None:
    street = small_street()
    bag = by_id(street.truth(20.0))["bag"]
    assert (bag.class_name, bag.kind, bag.at_m) == ("garbage_bag", "garbage_bag", (-5.0, 9.0))
    assert bag.lonlat == street.scene.anchor.lonlat(-5.0, 9.0)
    ground, _ = street.camera.project(np.array([[-5.0, 9.0, 0.0]]))
    x1, _, x2, y2 = bag.box_xyxy_px
    assert x1 <= ground[0, 0] <= x2 and abs(ground[0, 1] - y2) < 8


def test_a_ridden_bicycle_is_a_bicycle_and_a_person() -> None:
    lanes = [{"path_m": [[0, 0], [0, 33]], "kinds": {"cyclist": 1}, "every_s": 3, "speed_mps": 4}]
    classes = {t.class_name for t in small_street(small_scene(lanes=lanes, happenings=[])).truth(30.0)}
    assert {"bicycle", "person"} <= classes


def test_both_views_see_the_same_thing_at_the_same_place() -> None:
    main, side = (by_id(small_street(view=view).truth(30.0))["bag"] for view in ("main", "side"))
    assert main.lonlat == side.lonlat
    assert main.box_xyxy_px != side.box_xyxy_px


def test_incidents_tell_window_box_and_matters() -> None:
    street = small_street()
    bag, car, box = (incident(street, id) for id in ("bag", "car", "box"))
    assert (bag.arrives_s, bag.leaves_s, bag.alone_s, bag.matters) == (10, 40, 10, ("litter_exposed",))
    assert box.alone_s > box.arrives_s + 1
    resting = by_id(small_street(small_scene(lanes=[], faults=[])).truth(30.0))["car"]
    assert car.box_xyxy_px == resting.whole_box_xyxy_px
    assert incident(street, "stop").matters == ()


def test_the_script_repeats_and_the_passers_by_do_not() -> None:
    street = small_street()
    ids = [i.id for i in street.incidents(250)]
    assert ids.count("bag") == ids.count("bag#1") == ids.count("bag#2") == 1
    assert {"bag", "bag#1"} & {t.id for t in street.truth(120.0)} == {"bag#1"}
    lanes = [{t.id for t in street.truth(t_s) if t.id.startswith("lane")} for t_s in (30.0, 130.0)]
    assert not lanes[0] & lanes[1]


def test_quiet_leaves_the_happenings_out() -> None:
    street = small_street(quiet=True)
    assert not {"bag", "car", "box"} & {t.id for t in street.truth(30.0)}
    assert list(street.incidents(100)) == []


def test_a_frozen_camera_repeats_one_picture() -> None:
    street = small_street()
    frozen = [street.render(t_s) for t_s in (60.0, 62.5, 63.9)]
    assert np.array_equal(frozen[0], frozen[1]) and np.array_equal(frozen[0], frozen[2])
    assert not np.array_equal(street.render(65.0), frozen[0])


def test_a_covered_camera_sees_a_dark_blur_and_a_blurred_one_no_edges() -> None:
    street = small_street()
    clear, covered, blurred = street.render(65.0), street.render(67.0), street.render(77.0)
    assert covered.mean() < 0.4 * clear.mean()
    assert sharpness(blurred) < 0.6 * sharpness(clear)


def test_a_knocked_camera_looks_elsewhere_and_back() -> None:
    street = small_street(small_scene(lanes=[], happenings=[]))
    still = changed(street.render(69.0), street.render(69.5)).mean()
    assert changed(street.render(69.0), street.render(72.0)).mean() > 10 * max(float(still), 0.005)
    assert changed(street.render(69.0), street.render(75.0)).mean() < 0.01


def test_faults_belong_to_a_view_and_repeat() -> None:
    assert [f.kind for f in small_street().faults_at(181.0)] == ["drop"]
    assert small_street().faults_at(181.0)[0].start_s == 180
    assert small_street(view="side").faults_at(81.0) == []
