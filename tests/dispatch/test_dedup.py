"""The same incident, a recurrence, a new neighbour: by table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.config import Dedup
from dispatch.contract import BoxXyxy, Location
from dispatch.dedup import Known, Relation, Sighting, decide, distance_m, iou, reach_m
from tests.dispatch.builders import PLACE, at, metres_east

RULES = Dedup(radius_m=10, window_h=24)
BOX: BoxXyxy = (100, 100, 200, 200)
BESIDE: BoxXyxy = (190, 100, 290, 200)
HOUR = 3600.0


def sighting(
    event_id: str = "new",
    camera_id: str | None = "gate",
    box: BoxXyxy | None = BOX,
    east_m: float = 0,
    *,
    error_m: float = 2,
    after_s: float = 0,
    size: tuple[int, int] = (1280, 720),
) -> Sighting:
    place = metres_east(east_m).model_copy(update={"error_m": error_m})
    return Sighting(event_id, camera_id, box, size, place, at(after_s - 120), at(after_s))


def known(
    of: Sighting,
    case_id: str = "A",
    *,
    ended_s: float | None = None,
    cleared_s: float | None = None,
) -> Known:
    return Known(
        of,
        case_id,
        ended_s is None,
        None if ended_s is None else at(ended_s),
        None if cleared_s is None else at(cleared_s),
    )


OLD = sighting("old")
CASES: list[tuple[str, Sighting, list[Known], tuple[Relation, str | None]]] = [
    ("nothing known", sighting(), [], (Relation.new, None)),
    ("same camera, same place", sighting(after_s=60), [known(OLD)], (Relation.same, "A")),
    ("same camera, same place, days later", sighting(after_s=72 * HOUR), [known(OLD)], (Relation.same, "A")),
    (
        "same place in a picture of another size",
        sighting(box=(50, 50, 100, 100), size=(640, 360)),
        [known(OLD)],
        (Relation.same, "A"),
    ),
    ("same camera, beside it, same ground", sighting(box=BESIDE), [known(OLD)], (Relation.new, None)),
    (
        "same camera, beside it, and another camera saw the first too",
        sighting(box=BESIDE),
        [known(OLD), known(sighting("e2", "corner", None))],
        (Relation.new, None),
    ),
    ("other camera, same ground", sighting(camera_id="corner"), [known(OLD)], (Relation.same, "A")),
    (
        "other camera, 14 m: radius and both errors",
        sighting(camera_id="c", east_m=13.9),
        [known(OLD)],
        (Relation.same, "A"),
    ),
    ("other camera, 15 m: too far", sighting(camera_id="c", east_m=14.2), [known(OLD)], (Relation.new, None)),
    (
        "other camera, 55 m, badly placed",
        sighting(camera_id="c", east_m=55, error_m=50),
        [known(OLD)],
        (Relation.same, "A"),
    ),
    (
        "a place error beyond all use counts as 100 m",
        sighting(camera_id="c", east_m=150, error_m=1000),
        [known(OLD)],
        (Relation.new, None),
    ),
    (
        "other camera, a day and more later",
        sighting(camera_id="c", after_s=25 * HOUR),
        [known(OLD)],
        (Relation.new, None),
    ),
    ("a person, same ground", sighting(camera_id=None, box=None, east_m=9), [known(OLD)], (Relation.same, "A")),
    (
        "a camera, where two people reported",
        sighting(),
        [known(sighting("p1", None, None, 8), "A"), known(sighting("p2", None, None, 3), "B")],
        (Relation.same, "B"),
    ),
    (
        "two persons at one place",
        sighting("p2", None, None),
        [known(sighting("p1", None, None))],
        (Relation.same, "A"),
    ),
    (
        "second camera, two neighbours of the first: the nearest",
        sighting(camera_id="c", east_m=4),
        [known(OLD, "A"), known(sighting("e2", "gate", BESIDE, 5), "B")],
        (Relation.same, "B"),
    ),
    (
        "second camera's second: the other one",
        sighting("n2", "c", BESIDE, 3),
        [known(OLD, "A"), known(sighting("e2", "gate", BESIDE, 5), "B"), known(sighting("n1", "c", BOX, 4), "B")],
        (Relation.same, "A"),
    ),
    (
        "same place, closed an hour ago",
        sighting(after_s=2 * HOUR),
        [known(OLD, ended_s=HOUR)],
        (Relation.recurrence, "A"),
    ),
    ("same place, closed two days ago", sighting(after_s=49 * HOUR), [known(OLD, ended_s=HOUR)], (Relation.new, None)),
    (
        "same place, its camera saw the first go while the case is being checked",
        sighting(after_s=600),
        [known(OLD, cleared_s=300)],
        (Relation.recurrence, "A"),
    ),
    (
        "other camera near a closed case",
        sighting(camera_id="c", after_s=2 * HOUR, east_m=5),
        [known(OLD, ended_s=HOUR)],
        (Relation.recurrence, "A"),
    ),
    (
        "recurrence at the first camera, already opened by the second",
        sighting(after_s=2 * HOUR),
        [known(OLD, ended_s=HOUR), known(sighting("e2", "corner", after_s=1.9 * HOUR), "B")],
        (Relation.same, "B"),
    ),
    (
        "two closed ones: follows the later",
        sighting(after_s=3 * HOUR),
        [known(OLD, ended_s=HOUR), known(sighting("e2"), "B", ended_s=2 * HOUR)],
        (Relation.recurrence, "B"),
    ),
    (
        "gone for this camera, still seen by the other: the same",
        sighting(after_s=600),
        [known(OLD, cleared_s=300), known(sighting("e2", "corner"), "A")],
        (Relation.same, "A"),
    ),
    (
        "a closed neighbour of the same camera is no forerunner",
        sighting(box=BESIDE, after_s=2 * HOUR),
        [known(OLD, ended_s=HOUR)],
        (Relation.new, None),
    ),
]


@pytest.mark.parametrize(("new", "earlier", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_table(new: Sighting, earlier: list[Known], expected: tuple[Relation, str | None]) -> None:
    decision = decide(new, earlier, RULES)
    assert (decision.relation, decision.case_id) == expected
    assert decision.reason
    assert decide(new, earlier[::-1], RULES) == decision


def test_distance_is_geodesic() -> None:
    """One second of longitude and of latitude at 22.5478 N (GRS80 series: 30.76 m north, 28.58 m east)."""
    second = 1 / 3600
    north = Location(lon=PLACE.lon, lat=PLACE.lat + second, error_m=0)
    east = Location(lon=PLACE.lon + second, lat=PLACE.lat, error_m=0)
    assert distance_m(PLACE, north) == pytest.approx(30.76, abs=0.02)
    assert distance_m(PLACE, east) == pytest.approx(28.58, abs=0.02)


coordinates = st.integers(min_value=0, max_value=700)
boxes = st.tuples(coordinates, coordinates, coordinates, coordinates).map(
    lambda c: (float(min(c[0], c[2])), float(min(c[1], c[3])), max(c[0], c[2]) + 1.0, max(c[1], c[3]) + 1.0)
)


@given(boxes, boxes)
def test_iou_is_symmetric_bounded_and_one_for_itself(a: BoxXyxy, b: BoxXyxy) -> None:
    left, right = sighting(box=a), sighting(box=b)
    assert iou(left, right) == iou(right, left)
    assert 0 <= iou(left, right) <= 1 + 1e-9
    assert iou(left, left) == pytest.approx(1)


def test_reach_is_radius_and_both_errors() -> None:
    assert reach_m(RULES, PLACE, PLACE) == 14
    assert timedelta(hours=RULES.window_h) == timedelta(days=1)
