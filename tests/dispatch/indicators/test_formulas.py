"""Indicators of a table of cases, worked by hand.

Minutes after the report; the limit for handling is five hours.

a: filed and dispatched 0, handled 60, closed by its camera 70; for the grid itself
b: filed 20, dispatched 30, handled 90, still there 100, handled 110, closed 120; extended once
c: filed and dispatched 0, returned 10, dispatched 20, handled 400 (late), closed by a person 430
d: filed and dispatched 0, nothing done (late)
e: filed 5, dispatched 6, nothing done and in time; a recurrence
f: declined by a person at 10
g: declined by the machine at 0
h: filed and dispatched 0, voided at 30
i: filed and dispatched 0, cleared by itself at 40
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatch.calendar import WorkCalendar
from dispatch.config import ClockKind, HandlingMode, Limit
from dispatch.contract import CaseState, GridMembership, Resolution, Stage
from dispatch.indicators.facts import CaseFacts, CaseRecord, Milestone, Step, facts_of
from dispatch.indicators.formulas import By, Indicator, Ratio, row_of, rows
from dispatch.moves import Action, Role
from dispatch.timing import Watch
from tests.dispatch.builders import T0

A, S = Action, CaseState
MACHINE, CAMERA, HAND, OFFICE = Role.machine, Role.camera, Role.handler, Role.operations
AS_OF = T0 + timedelta(hours=10)
LIMIT = Limit(value=5, clock=ClockKind.urgent_hour)


def after(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def watch(begin: float, end: float | None) -> tuple[Watch, ...]:
    return (Watch(Stage.handle, LIMIT, ((after(begin), None if end is None else after(end)),)),)


def case(case_id: str, state: CaseState, *steps: tuple[float, Action, Role, CaseState], **more: Any) -> CaseFacts:
    values: dict[str, Any] = {
        "version": len(steps) + 1,
        "matter": "litter_exposed",
        "department": "sanitation",
        "resolution": None,
        "closed_at": after(steps[-1][0]) if state is S.closed else None,
        "mode": None,
        "extensions": 0,
        "recurrence_of": None,
        "watches": (),
        "grid": (GridMembership(layer="unit", code="c1", name=""),),
        "camera_ids": ("gate",),
    }
    history = (Step(A.report, CAMERA, S.reported, T0), *(Step(a, role, to, after(at)) for at, a, role, to in steps))
    record = CaseRecord(case_id=case_id, state=state, opened_at=T0, history=history, **{**values, **more})
    return facts_of(record, as_of=AS_OF, calendar=WorkCalendar())


SENT = ((0, A.file, MACHINE, S.filed), (0, A.dispatch, MACHINE, S.dispatched))
CASES = (
    case(
        "a",
        S.closed,
        *SENT,
        (60, A.handle, HAND, S.handled),
        (60, A.ask_camera, MACHINE, S.verifying),
        (70, A.confirm_gone, CAMERA, S.closed),
        mode=HandlingMode.self,
        watches=watch(0, 60),
        resolution=Resolution.verified_by_camera,
    ),
    case(
        "b",
        S.closed,
        (20, A.file, OFFICE, S.filed),
        (30, A.dispatch, MACHINE, S.dispatched),
        (40, A.extend, OFFICE, S.dispatched),
        (90, A.handle, HAND, S.handled),
        (100, A.still_there, CAMERA, S.rework),
        (110, A.handle, HAND, S.handled),
        (120, A.confirm_gone, CAMERA, S.closed),
        extensions=1,
        watches=watch(30, 110),
        camera_ids=("gate", "corner"),
    ),
    case(
        "c",
        S.closed,
        *SENT,
        (10, A.send_back, HAND, S.returned),
        (20, A.dispatch, OFFICE, S.dispatched),
        (400, A.handle, HAND, S.handled),
        (430, A.approve, OFFICE, S.closed),
        watches=watch(20, 400),
        department="urban_management",
    ),
    case("d", S.dispatched, *SENT, watches=watch(0, None), matter="street_stall"),
    case(
        "e",
        S.dispatched,
        (5, A.file, MACHINE, S.filed),
        (6, A.dispatch, MACHINE, S.dispatched),
        recurrence_of="x",
        watches=(Watch(Stage.handle, LIMIT, ((AS_OF - timedelta(minutes=10), None),)),),
        grid=(GridMembership(layer="unit", code="c2", name=""),),
    ),
    case("f", S.not_filed, (0, A.hold, MACHINE, S.review), (10, A.decline, OFFICE, S.not_filed)),
    case("g", S.not_filed, (0, A.decline, MACHINE, S.not_filed), camera_ids=()),
    case("h", S.voided, *SENT, (30, A.void, OFFICE, S.voided)),
    case("i", S.closed, *SENT, (40, A.clear, CAMERA, S.closed), grid=()),
)


@pytest.mark.parametrize(
    ("indicator", "part", "whole"),
    [
        (Indicator.filing_rate, 6, 9),  # a b c d e i
        (Indicator.on_time_filing, 8, 9),  # all but b were decided within 15 minutes
        (Indicator.accurate_dispatch, 5, 6),  # not c
        (Indicator.handling_rate, 4, 6),  # a b c, and i which left by itself
        (Indicator.on_time_handling, 2, 4),  # a b in time; c and d not
        (Indicator.closing_rate, 4, 6),
        (Indicator.on_time_closing, 3, 5),  # a b i of a b c d i
        (Indicator.rework_rate, 1, 3),  # b of a b c
        (Indicator.return_rate, 1, 6),
        (Indicator.extension_rate, 1, 6),
        (Indicator.repeated_rate, 1, 6),
        (Indicator.in_grid_closure, 1, 4),  # a
    ],
)
def test_ratios_by_hand(indicator: Indicator, part: int, whole: int) -> None:
    assert row_of("", CASES).ratios[indicator] == Ratio(part, whole)


def test_counts_and_latencies_by_hand() -> None:
    row = row_of("", CASES)
    assert row.counts == {"reported": 9, "filed": 6, "dispatched": 6, "handled": 3, "verified": 3, "closed": 4}
    minutes = {name: None if mean is None else round(mean / 60, 6) for name, mean in row.latencies_s.items()}
    assert minutes == {
        # a 0, b 20, c 0, d 0, e 5, h void but filed at 0: a void case has its times and is no filed case
        "filed": pytest.approx(25 / 6, abs=1e-5),
        "dispatched": pytest.approx((10 + 1) / 6, abs=1e-5),
        "handled": pytest.approx((60 + 80 + 400) / 3),
        "verified": pytest.approx((10 + 10 + 30) / 3, abs=1e-5),
        "closed": 0,
    }
    assert row.handling_s == pytest.approx(540 / 3 * 60)


def test_the_parts_of_a_city_add_up() -> None:
    whole = row_of("", CASES)
    for by in (By.department, By.matter, By.grid):
        parts = rows(CASES, by, layer="unit")
        for milestone in Milestone:
            assert sum(part.counts[milestone] for part in parts) == whole.counts[milestone], by
        for indicator, ratio in whole.ratios.items():
            assert sum(part.ratios[indicator].part for part in parts) == ratio.part
            assert sum(part.ratios[indicator].whole for part in parts) == ratio.whole
    assert [part.key for part in rows(CASES, By.grid, layer="unit")] == ["", "c1", "c2"]
    assert [part.key for part in rows(CASES, By.matter)] == ["litter_exposed", "street_stall"]


def test_a_case_counts_for_every_camera_that_reported_it() -> None:
    corner, gate = rows(CASES, By.camera)
    assert (corner.key, corner.counts[Milestone.reported]) == ("corner", 1)
    assert (gate.key, gate.counts[Milestone.reported]) == ("gate", 8)


def test_nothing_to_count_is_no_share() -> None:
    (empty,) = rows((), By.all)
    assert empty.counts[Milestone.reported] == 0
    assert {ratio.value for ratio in empty.ratios.values()} == {None}
    assert set(empty.latencies_s.values()) == {None}
    assert rows((), By.matter) == ()


def test_the_six_times_of_a_case() -> None:
    times = {name: (at - T0) / timedelta(minutes=1) for name, at in CASES[1].times.items()}
    assert times == {"reported": 0, "filed": 20, "dispatched": 30, "handled": 110, "verified": 120, "closed": 120}
    assert [None if span is None else span / timedelta(minutes=1) for span in CASES[1].latencies()] == [
        20,
        10,
        80,
        10,
        0,
    ]
    assert list(CASES[5].times) == ["reported"]


def test_a_filing_that_was_taken_back_does_not_count() -> None:
    undone = case(
        "u", S.review, (0, A.hold, MACHINE, S.review), (1, A.file, OFFICE, S.filed), (2, A.undo, OFFICE, S.review)
    )
    assert not undone.passed(Milestone.filed)


def test_every_indicator_is_told_in_words() -> None:
    told = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert [name for name in (*Indicator, *Milestone) if f"`{name}`" not in told] == []
