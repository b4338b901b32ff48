"""Grid files: systems converted on reading, faults told with their cell, the shipped grid as its maker writes it."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely

from detector.crs import wgs84_to_gcj02
from dispatch.grid import GridIndex, find_faults
from gridpatrol.citygrid import CityPlan, city_layers, layer_text
from gridpatrol.config import load_grid, load_layer
from gridpatrol.errors import UserError, problems_of
from gridpatrol.shipped import SHIPPED_CONFIG

WEST, SOUTH, EAST, NORTH = 114.13, 22.55, 114.131, 22.551
RING = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]


def _layer(**changes: Any) -> dict[str, Any]:
    return {"id": "unit", "names": {"en": "Units", "zh": "单元"}, "rank": 1, **changes}


def _feature(code: str = "A", ring: list[list[float]] = RING, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": {"code": code, "OBJECTID": 7, **properties}}


def _collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "layer": _layer(), "features": list(features), **more}


def _write(folder: Path, data: object, name: str = "unit.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_what_map_programs_add_is_ignored(tmp_path: Path) -> None:
    data = _collection(_feature(kind="mixed", management_class=2, valid_from="2024-01-01"), name="export", totals=3)
    (cell,) = load_layer(_write(tmp_path, data)).cells
    assert (cell.code, cell.kind, cell.management_class) == ("A", "mixed", 2)
    assert cell.valid_from is not None and cell.valid_from.isoformat() == "2024-01-01"
    assert cell.polygon.bounds == (WEST, SOUTH, EAST, NORTH)


@pytest.mark.parametrize("named_by", ["layer", "crs member"])
def test_projected_files_are_converted(tmp_path: Path, named_by: str) -> None:
    ring = [[513377.0, 2494707.0], [513477.0, 2494707.0], [513477.0, 2494807.0], [513377.0, 2494707.0]]
    data = _collection(_feature(ring=ring))
    if named_by == "layer":
        data["layer"]["crs"] = "EPSG:4547"
    else:
        data["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    (cell,) = load_layer(_write(tmp_path, data)).cells
    assert cell.polygon.bounds[0] == pytest.approx(114.1301, abs=0.001)
    assert cell.polygon.bounds[1] == pytest.approx(22.55, abs=0.001)


def test_gcj02_files_are_converted(tmp_path: Path) -> None:
    data = _collection(_feature(ring=[list(wgs84_to_gcj02(lon, lat)) for lon, lat in RING]))
    data["layer"]["crs"] = "GCJ-02"
    (cell,) = load_layer(_write(tmp_path, data)).cells
    assert cell.polygon.bounds == pytest.approx((WEST, SOUTH, EAST, NORTH), abs=1e-7)


def test_the_old_name_of_wgs84_is_known(tmp_path: Path) -> None:
    data = _collection(_feature(), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}})
    assert load_layer(_write(tmp_path, data)).cells[0].polygon.bounds == (WEST, SOUTH, EAST, NORTH)


def _with(path: str, value: object) -> dict[str, Any]:
    """A good collection with one value changed, or dropped when None."""
    data: Any = copy.deepcopy(_collection(_feature("A"), _feature("B", [[x + 0.001, y] for x, y in RING])))
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    holder = data
    for step in steps:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return dict(data)


BOW_TIE = [[[WEST, SOUTH], [EAST, NORTH], [EAST, SOUTH], [WEST, NORTH], [WEST, SOUTH]]]
FAULTS = {
    "no FeatureCollection": (_with("type", "Feature"), "expected a GeoJSON FeatureCollection"),
    "no layer": (_with("layer", None), "does not say which layer"),
    "layer without rank": (_with("layer.rank", None), "rank: Field required"),
    "unknown crs": (_with("layer.crs", "BD-09"), "unknown coordinate reference system 'BD-09'"),
    "unknown crs member": (_with("crs", {"type": "link"}), "unknown crs"),
    "pattern": (_with("layer.code_pattern", "("), "no regular expression"),
    "code form": (_with("layer.code_pattern", r"\d+"), "cell A: the code does not match"),
    "no code": (_with("features.1.properties.code", None), "features[1]: properties.code: Field required"),
    "a point": (_with("features.1.geometry.type", "Point"), "features[1]"),
    "not numbers": (_with("features.0.geometry.coordinates.0.0.0", "x"), "features[0]: geometry.coordinates"),
    "too few corners": (_with("features.0.geometry.coordinates.0", RING[:2]), "at least 4 items"),
    "self-crossing": (_with("features.0.geometry.coordinates", BOW_TIE), "(cell A): the polygon crosses itself"),
    "no area": (_with("features.0.geometry.coordinates.0", [RING[0]] * 4), "(cell A)"),
    "swapped": (_with("features.0.geometry.coordinates.0.0", [22.55, 114.13]), "swapped"),
    "same code": (_with("features.1.properties.code", "A"), "given twice"),
    "overlap": (_with("features.1.geometry.coordinates.0", RING), "cell A: overlaps B by"),
    "lost parent": (_with("features.0.properties.parent", {"layer": "street", "code": "S"}), "parent street/S"),
    "class": (_with("features.0.properties.management_class", "hard"), "management_class"),
}


@pytest.mark.parametrize(("data", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_its_file_and_cell(tmp_path: Path, data: dict[str, Any], words: str) -> None:
    path = _write(tmp_path, data)
    with pytest.raises(UserError) as caught:
        load_grid(tmp_path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(("content", "words"), [("{", "unit.geojson:1"), ("[" * 100000, "nested"), ("[]", "expected")])
def test_no_json(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "unit.geojson").write_text(content)
    with pytest.raises(UserError, match=words):
        load_grid(tmp_path)


def test_a_file_in_the_wrong_system_does_not_flood(tmp_path: Path) -> None:
    data = _collection(*[_feature(str(n), [[y, x] for x, y in RING]) for n in range(500)])
    with pytest.raises(UserError) as caught:
        load_grid(_write(tmp_path, data).parent)
    assert len(problems_of(caught.value)) == 21
    assert "480 more" in str(caught.value)


def test_one_layer_in_two_files_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, _collection(_feature()), "a.geojson")
    _write(tmp_path, _collection(_feature()), "b.geojson")
    with pytest.raises(UserError, match=r"b\.geojson: layer 'unit' is already given in a\.geojson"):
        load_grid(tmp_path)


def test_what_is_exported_can_be_read_again(tmp_path: Path) -> None:
    layers = city_layers(CityPlan())
    for layer in layers:
        (tmp_path / f"{layer.id}.geojson").write_text(layer_text(layer), encoding="utf-8")
    again = load_grid(tmp_path)
    assert not list(find_faults(again))
    for one, other in zip(GridIndex(layers).layers, GridIndex(again).layers, strict=True):
        assert [cell.code for cell in one.cells] == [cell.code for cell in other.cells]
        assert all(shapely.equals(a.polygon, b.polygon) for a, b in zip(one.cells, other.cells, strict=True))


def test_the_shipped_grid_is_what_its_maker_writes() -> None:
    for layer in city_layers(CityPlan()):
        path = SHIPPED_CONFIG / "grid" / f"{layer.id}.geojson"
        assert path.read_text(encoding="utf-8") == layer_text(layer), "run: python -m gridpatrol.citygrid configs/grid"


def test_the_shipped_grid_is_plainly_made_up() -> None:
    layers = {layer.id: layer for layer in load_grid(SHIPPED_CONFIG / "grid")}
    assert set(layers) == {"unit", "comprehensive", "community", "street", "district"}
    assert len(layers["unit"].cells) >= 60
    assert all(cell.code.startswith("440399") for layer in layers.values() for cell in layer.cells)
    west, south, east, north = layers["district"].cells[0].polygon.bounds
    assert west < 114.1305 < east and south < 22.5478 < north
    assert math.isclose((east - west) * 102850, 1000, rel_tol=0.2)
