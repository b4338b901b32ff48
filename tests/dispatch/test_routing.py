"""Severity by its formula, and who handles what by level and grid."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.areas import Region, Team
from dispatch.config import Handling, Names, SeverityRules
from dispatch.routing import CellFacts, assign
from dispatch.severity import Facts, severity_of

NAMES = Names(en="x", zh="某处")
TEAM = Team("grid_3", NAMES, Region())
RULES = SeverityRules(area_weight=2, place_weight=0.5)

WORKED = [
    (Facts(), None),
    (Facts(area_m2=10), 0.5),
    (Facts(area_m2=500), 1.0),
    (Facts(dwell_min=15), 0.25),
    (Facts(sensitivity=0.4), 0.4),
    (Facts(earlier=1), 1 / 3),
    (Facts(area_m2=20, dwell_min=0), 2 / 3),
    (Facts(area_m2=5, dwell_min=30, sensitivity=1, earlier=0), (2 * 0.25 + 0.5 + 0.5) / 4.5),
]


@pytest.mark.parametrize(("facts", "expected"), WORKED)
def test_severity_is_the_weighted_mean_of_what_is_known(facts: Facts, expected: float | None) -> None:
    assert severity_of(facts, RULES) == (pytest.approx(expected) if expected is not None else None)


def test_a_part_without_weight_is_no_severity() -> None:
    assert severity_of(Facts(area_m2=9), SeverityRules(area_weight=0)) is None


HANDLING: dict[str, Any] = {
    "department": "sanitation",
    "mode": "self",
    "limit": {"value": 4, "clock": "work_hour"},
    "levels": [
        {"id": "plain", "names": NAMES, "severity": 0.2},
        {"id": "serious", "names": NAMES, "severity": 0.7, "limit": {"value": 1, "clock": "urgent_hour"}},
    ],
    "routes": [
        {"levels": ["serious"], "kinds": ["school"], "department": "police", "mode": "dispatched"},
        {"layer": "street", "codes": ["440303"], "department": "street_office"},
        {"classes": [1], "mode": "joint"},
    ],
}
UNIT, STREET = CellFacts("unit", "440303001", "school", 1), CellFacts("street", "440303")

ROUTED = [
    (None, [], "self", "sanitation", "grid_3", 4, ""),
    (0.1, [], "self", "sanitation", "grid_3", 4, ""),
    (0.2, [], "self", "sanitation", "grid_3", 4, "plain"),
    (0.7, [], "self", "sanitation", "grid_3", 1, "serious"),
    (0.7, [UNIT], "dispatched", "police", "", 1, "serious"),
    (0.6, [UNIT], "joint", "sanitation", "grid_3", 4, "plain"),
    (0.6, [UNIT, STREET], "self", "street_office", "grid_3", 4, "plain"),
    (0.6, [CellFacts("street", "440304")], "self", "sanitation", "grid_3", 4, "plain"),
]


@pytest.mark.parametrize(("severity", "cells", "mode", "department", "team", "hours", "level"), ROUTED)
def test_level_then_the_first_route_that_fits(
    severity: float | None, cells: list[CellFacts], mode: str, department: str, team: str, hours: float, level: str
) -> None:
    found = assign(Handling.model_validate(HANDLING), severity, cells, TEAM)
    assert (found.mode, found.department, found.team, found.level) == (mode, department, team, level)
    assert found.limit is not None
    assert found.limit.value == hours


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"levels": list(reversed(HANDLING["levels"]))}, "mildest"),
        ({"routes": [{"levels": ["terrible"]}]}, "terrible"),
    ],
)
def test_levels_out_of_order_and_routes_of_no_level_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Handling.model_validate(HANDLING | changes)
