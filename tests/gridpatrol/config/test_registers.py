"""Who is where: files read, places converted, faults told with their line."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from dispatch.contract import Location
from gridpatrol.config.registers import Registers, load_registers
from gridpatrol.errors import UserError, problems_of

NAMES = "names: {en: x, zh: 某处}"
SQUARE = "[[114.0, 22.0], [114.1, 22.0], [114.1, 22.1], [114.0, 22.1]]"
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "control_areas.yaml"
MATTERS = ("litter_exposed", "street_stall", "shopfront_overflow")


def place(lon: float, lat: float) -> Location:
    return Location(lon=lon, lat=lat, error_m=1)


def read(folder: Path, name: str, text: str) -> Registers:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_registers(folder, matters=MATTERS)


def test_without_files_nobody_is_anywhere(tmp_path: Path) -> None:
    assert load_registers(tmp_path, matters=MATTERS) == Registers()


def test_the_example_is_read(tmp_path: Path) -> None:
    market, bins = read(tmp_path, "control_areas", EXAMPLE.read_text(encoding="utf-8")).controls
    assert market.region.holds(place(114.1305, 22.5478), ())
    assert not market.region.holds(place(114.1325, 22.5478), ())
    assert (market.windows[0].begin, market.windows[0].end, len(market.windows[0].days)) == (time(5, 30), time(9), 7)
    assert bins.region.codes == ("440303001",)


def test_places_in_the_offset_system_of_web_maps_are_converted(tmp_path: Path) -> None:
    text = f"places: [{{id: school, {NAMES}, sensitivity: 1, region: {{crs: GCJ-02, polygon: {SQUARE}}}}}]"
    (school,) = read(tmp_path, "places", text).places
    assert school.region.holds(place(114.05, 22.05), ())
    assert not school.region.holds(place(114.0999, 22.05), ())


def test_responders_teams_and_profiles_are_read(tmp_path: Path) -> None:
    point = "{crs: EPSG:4326, x: 114.05, y: 22.05}"
    shop = f"responders: [{{id: shop, {NAMES}, contact: '555', place: {point}, matters: [street_stall]}}]"
    (responder,) = read(tmp_path, "responders", shop).responders
    assert responder.apart_m("street_stall", place(114.0501, 22.05), ()) == pytest.approx(10.3, abs=0.1)
    assert responder.apart_m("litter_exposed", place(114.05, 22.05), ()) is None
    assert responder.apart_m("street_stall", place(114.06, 22.05), ()) is None
    (team,) = read(tmp_path, "teams", f"teams: [{{id: t1, {NAMES}, region: {{cells: ['44']}}}}]").teams
    assert team.region.codes == ("44",)
    text = f"profiles: [{{id: peace, {NAMES}}}, {{id: storm, {NAMES}, limit_factor: 0.5}}]"
    assert [profile.limit_factor for profile in read(tmp_path, "profiles", text).profiles] == [1, 0.5]


FAULTS = [
    ("places", f"places:\n- id: a\n  {NAMES}\n  sensitivity: 2\n  region: {{cells: ['1']}}", "4", "less than or equal"),
    ("places", f"places:\n- id: a\n  {NAMES}\n  sensitivity: 1\n  region: {{polygon: {SQUARE}}}", "5", "names its crs"),
    ("teams", f"teams:\n- {{id: a, {NAMES}, region: {{}}}}", "2", "either polygon"),
    ("teams", f"teams:\n- {{id: a, {NAMES}, region: {{crs: EPSG:1, polygon: {SQUARE}}}}}", "2", "unknown coordinate"),
    (
        "teams",
        f"teams:\n- {{id: a, {NAMES}, region: {{crs: EPSG:4326, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}}}}",
        "2",
        "crosses itself",
    ),
    ("teams", "teams:\n" + f"- {{id: a, {NAMES}, region: {{cells: ['1']}}}}\n" * 2, "3", "given twice"),
    (
        "control_areas",
        f"control_areas:\n- {{id: a, {NAMES}, matters: [street_stal], until: 2027-01-01}}",
        "2",
        "no matter",
    ),
    ("control_areas", f"control_areas:\n- {{id: a, {NAMES}, matters: [street_stall]}}", "2", "until"),
    (
        "control_areas",
        f"control_areas:\n- {{id: a, {NAMES}, matters: [street_stall], since: 2027-01-02, until: 2027-01-01}}",
        "2",
        "must come after",
    ),
    ("responders", f"responders:\n- {{id: a, {NAMES}, contact: x}}", "2", "either place or region"),
    ("profiles", f"profiles:\n- {{id: a, {NAMES}, min_confidence: 0.9, review_below: 0.1}}", "2", "must not be less"),
]


@pytest.mark.parametrize(("name", "text", "line", "said"), FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, name: str, text: str, line: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, name, text)
    (problem,) = problems_of(refused.value)
    assert said in str(problem)
    assert f"{name}.yaml:{line}" in str(problem)
