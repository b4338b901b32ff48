"""The demonstration's streets: every incident one event and one case, closed as it should be, come what may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from detector.config import Camera
from detector.sources.sim.surveyor import survey
from dispatch.contract import CaseState, Resolution, Verdict
from tests.accuracy.city import DEMO, City, demo_camera

pytestmark = pytest.mark.slow

SCENES = DEMO / "scenes"


def verdicts(city: City) -> list[list[Verdict | None]]:
    return [[check.verdict for check in view.checks] for view in city.cases]


def test_a_bag_is_dumped_and_cleared_over_a_restart(tmp_path: Path) -> None:
    with City(tmp_path, [demo_camera("market")]) as city:
        city.watch(0, 33)
        city.restart()
        city.watch(36, 84)
        city.restart()
        city.handle(84)
        city.watch(85, 110)
        ((at_s, event),) = city.events
        assert event.matter == "litter_exposed"
        assert 37 <= at_s <= 48
        assert verdicts(city) == [[Verdict.absent]]
        assert city.cases[0].case.state is CaseState.closed
        assert city.cases[0].case.resolution is Resolution.verified_by_camera


def test_a_parked_car_over_a_gap_and_a_van_within_its_tolerance(tmp_path: Path) -> None:
    with City(tmp_path, [demo_camera("parking")]) as city:
        city.watch(0, 25)
        # The line is down for twelve seconds, and again after the report.
        city.watch(37, 62)
        city.watch(70, 85)
        (event,) = [e for _, e in city.events]
        assert event.matter == "illegal_parking"
        assert event.class_name in ("car", "truck")
        assert 49 <= city.events[0][0] <= 56
        assert [view.case.state for view in city.cases] == [CaseState.dispatched]


def test_goods_in_a_fire_lane_that_were_not_removed_go_back(tmp_path: Path) -> None:
    with City(tmp_path, [demo_camera("firelane")]) as city:
        city.watch(0, 60)
        city.handle(60)
        city.watch(60, 63)
        city.restart()
        city.watch(64, 90)
        assert [e.matter for _, e in city.events] == ["fire_lane_blocked"]
        assert verdicts(city) == [[Verdict.present]]
        assert [view.case.state for view in city.cases] == [CaseState.rework]


def corner_camera() -> Camera:
    """The crossing's second camera: the same pavement from the other side, surveyed as the first was."""
    first = demo_camera("crossing")
    source = first.source.model_copy(update={"url": f"{first.source.url}&view=corner"})
    return survey(first.model_copy(update={"id": "crossing-corner", "source": source}))


def test_two_cameras_see_one_incident(tmp_path: Path) -> None:
    with City(tmp_path, [demo_camera("crossing"), corner_camera()]) as city:
        city.watch(10, 75)
        assert {(e.camera_id, e.matter) for _, e in city.events} == {
            ("crossing", "goods_occupation"),
            ("crossing-corner", "goods_occupation"),
        }
        assert len(city.events) == 2
        (view,) = city.cases
        assert set(view.case.event_ids) == {e.event_id for _, e in city.events}
        # The cartons are taken away at 110 s; nothing in between is worth drawing.
        city.watch(106, 116)
        city.handle(116)
        city.watch(116, 140)
        (view,) = city.cases
        assert view.case.state is CaseState.closed
        assert len(city.events) == 2


def with_second_bag(folder: Path, at_m: list[float]) -> Path:
    """The market with another bag at 45 s."""
    scene: dict[str, Any] = yaml.safe_load((SCENES / "market.yaml").read_text(encoding="utf-8"))
    first = scene["happenings"][0]
    scene["happenings"] = [
        first,
        {**first, "id": "second-bag", "variant": 3, "at_m": at_m, "arrives_s": 45, "leaves_s": 300},
    ]
    path = folder / "two-bags.yaml"
    path.write_text(yaml.safe_dump(scene, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("at_m", "events"), [([-0.1, 9.1], 1), ([-0.9, 13.5], 2)], ids=["beside the first", "some steps away"]
)
def test_a_second_bag(tmp_path: Path, at_m: list[float], events: int) -> None:
    with City(tmp_path, [demo_camera("market")], scene_file=with_second_bag(tmp_path, at_m)) as city:
        city.watch(0, 75)
        assert len(city.events) == events
        assert len({e.event_id for _, e in city.events}) == events
        # The first is taken away at 80 s, the second stays.
        city.watch(75, 84)
        city.handle(84)
        city.watch(84, 115)
        assert len(city.events) == events
        assert verdicts(city) == ([[Verdict.present]] if events == 1 else [[Verdict.absent], [Verdict.present]])
