"""Which cells hold a place, when, and how surely."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import hypothesis.strategies as st
import pytest
import shapely
from hypothesis import given, settings

from dispatch.config import Names
from dispatch.contract import Location
from dispatch.grid import Cell, GridIndex, Layer, find_faults
from gridpatrol.citygrid import CityPlan, city_layers

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LON, LAT = 114.13, 22.55
LON_M, LAT_M = 102850.0, 110760.0
"""Metres a degree at LAT, to a part in a thousand."""
NAMES = Names(en="x", zh="某")


def _square(west_m: float, south_m: float, side_m: float = 100.0) -> shapely.Polygon:
    west, south = LON + west_m / LON_M, LAT + south_m / LAT_M
    return shapely.box(west, south, west + side_m / LON_M, south + side_m / LAT_M)


def _place(east_m: float, north_m: float, error_m: float = 1.0) -> Location:
    return Location(lon=LON + east_m / LON_M, lat=LAT + north_m / LAT_M, error_m=error_m)


def _layer(*cells: Cell, id: str = "unit", rank: int = 1, pattern: str = r".+") -> Layer:
    return Layer(id, NAMES, rank, cells, pattern)


def _codes(index: GridIndex, location: Location, at: datetime = AT) -> dict[str, tuple[str, bool]]:
    return {member.layer: (member.code, member.ambiguous) for member in index.memberships(location, at)}


TWO = _layer(Cell("A", _square(0, 0), names=Names(en="West", zh="西格")), Cell("B", _square(100, 0)))
DONUT = Cell("D", shapely.difference(_square(0, 0, 300), _square(100, 100, 100)))
PARTS = Cell("P", shapely.MultiPolygon([_square(0, 0), _square(300, 0)]))


@pytest.mark.parametrize(
    ("east_m", "error_m", "expected"),
    [
        (50, 1, ("A", False)),
        (97, 1, ("A", False)),
        (97, 5, ("A", True)),
        (103, 5, ("B", True)),
        (103, 1, ("B", False)),
        (50, 49, ("A", False)),
        (50, 51, ("A", True)),
        (3, 5, ("A", True)),
        (-1, 5, None),
        (-40, 500, None),
        (205, 1, None),
    ],
)
def test_one_cell_or_none_and_its_doubt(east_m: float, error_m: float, expected: tuple[str, bool] | None) -> None:
    found = _codes(GridIndex([TWO]), _place(east_m, 50, error_m))
    assert found == ({} if expected is None else {"unit": expected})


@pytest.mark.parametrize("error_m", [0.0, 1.0, 29.0, 31.0, 500.0])
def test_a_place_on_a_shared_border_has_one_cell_and_doubt(error_m: float) -> None:
    shared = shapely.get_coordinates(_square(0, 0)).max(axis=0)[0]
    (member,) = GridIndex([TWO]).memberships(Location(lon=shared, lat=LAT + 50 / LAT_M, error_m=error_m), AT)
    assert member.code in {"A", "B"}
    assert member.ambiguous or error_m == 0.0


@pytest.mark.parametrize(
    ("cell", "east_m", "north_m", "held"),
    [
        (DONUT, 50, 150, True),
        (DONUT, 150, 150, False),
        (DONUT, 250, 250, True),
        (PARTS, 50, 50, True),
        (PARTS, 200, 50, False),
        (PARTS, 350, 50, True),
    ],
)
def test_holes_and_parts(cell: Cell, east_m: float, north_m: float, held: bool) -> None:
    assert bool(_codes(GridIndex([_layer(cell)]), _place(east_m, north_m))) is held


def test_the_border_of_a_hole_counts() -> None:
    index = GridIndex([_layer(DONUT)])
    assert _codes(index, _place(97, 150, 5)) == {"unit": ("D", True)}
    assert _codes(index, _place(50, 150, 5)) == {"unit": ("D", False)}


def test_layers_are_listed_by_rank_whatever_their_order() -> None:
    street = _layer(Cell("S", _square(-500, -500, 1100)), id="street", rank=3)
    members = GridIndex([street, TWO]).memberships(_place(97, 50, 5), AT)
    assert [(member.layer, member.ambiguous) for member in members] == [("unit", True), ("street", False)]
    assert members[0].name == "西格"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(2023, 12, 31, 15, 59, tzinfo=UTC), None),
        (datetime(2023, 12, 31, 16, 0, tzinfo=UTC), "old"),
        (datetime(2025, 6, 30, 15, 59, tzinfo=UTC), "old"),
        (datetime(2025, 6, 30, 16, 0, tzinfo=UTC), "new"),
        (datetime(2099, 1, 1, tzinfo=UTC), "new"),
    ],
)
def test_cells_hold_from_midnight_to_midnight_of_the_city(at: datetime, code: str | None) -> None:
    layer = _layer(
        Cell("old", _square(0, 0), valid_from=date(2024, 1, 1), valid_to=date(2025, 7, 1)),
        Cell("new", _square(0, 0), valid_from=date(2025, 7, 1)),
    )
    assert not list(find_faults([layer]))
    index = GridIndex([layer], time_zone="Asia/Shanghai")
    assert _codes(index, _place(50, 50), at) == ({} if code is None else {"unit": (code, False)})
    assert [f["properties"]["code"] for f in index.feature_collection(None, at)["features"]] == [code] * bool(code)


def test_an_empty_grid_holds_nothing() -> None:
    index = GridIndex([])
    assert index.memberships(_place(0, 0), AT) == ()
    assert not index.touches(_place(0, 0))
    assert index.feature_collection(None, AT) == {"type": "FeatureCollection", "features": []}


def test_touches_reaches_as_far_as_the_error() -> None:
    index = GridIndex([TWO])
    assert index.touches(_place(-40, 50, 50))
    assert not index.touches(_place(-40, 50, 30))


CITY = city_layers(CityPlan())
CITY_INDEX = GridIndex(CITY)


@settings(max_examples=300, deadline=None)
@given(
    lon=st.floats(114.124, 114.137),
    lat=st.floats(22.542, 22.554),
    error_m=st.sampled_from([0.5, 5.0, 29.9, 30.1, 60.0, 400.0]),
)
def test_lookups_agree_with_plain_geometry(lon: float, lat: float, error_m: float) -> None:
    """Beside borders, where degrees and metres differ by centimetres, every answer equals a scan with shapely."""
    point = shapely.Point(lon, lat)
    local = {"lon": LON_M, "lat": LAT_M}
    found = _codes(CITY_INDEX, Location(lon=lon, lat=lat, error_m=error_m))
    for layer in CITY:
        for cell in layer.cells:
            coordinates = shapely.transform(
                shapely.boundary(cell.polygon), lambda xy: (xy - (lon, lat)) * (local["lon"], local["lat"])
            )
            border_m = float(shapely.distance(coordinates, shapely.Point(0, 0)))
            held = layer.id in found and found[layer.id][0] == cell.code
            if border_m > 0.1:
                assert held == bool(shapely.contains(cell.polygon, point))
            if held and abs(border_m - error_m) > 0.01 * error_m + 0.1:
                assert found[layer.id][1] is (border_m < error_m)


def test_every_cell_of_the_demonstration_finds_itself_and_its_path() -> None:
    for cell in CITY[0].cells:
        middle = shapely.point_on_surface(cell.polygon)
        found = _codes(CITY_INDEX, Location(lon=middle.x, lat=middle.y, error_m=0.1))
        assert found["unit"] == (cell.code, False)
        path = CITY_INDEX.path("unit", cell.code, AT)
        assert [layer for layer, _ in path] == ["district", "street", "community", "comprehensive", "unit"]
        assert {layer: code for layer, (code, _) in found.items()} == dict(path)


def test_a_path_ends_where_a_parent_is_missing_or_turns_back() -> None:
    lost = _layer(Cell("A", _square(0, 0), parent=("street", "none")))
    circle = _layer(Cell("A", _square(0, 0), parent=("unit", "B")), Cell("B", _square(100, 0), parent=("unit", "A")))
    assert GridIndex([lost]).path("unit", "A", AT) == (("unit", "A"),)
    assert GridIndex([circle]).path("unit", "A", AT) == (("unit", "B"), ("unit", "A"))
    assert GridIndex([circle]).path("unit", "Z", AT) == ()


def test_geojson_is_rfc_7946() -> None:
    clockwise = shapely.reverse(shapely.orient_polygons(_square(0, 0)))
    layer = _layer(Cell("A", clockwise, names=NAMES, kind="mixed", management_class=2, parent=("street", "S")))
    street = _layer(Cell("S", _square(-500, -500, 1100)), id="street", rank=2)
    index = GridIndex([layer, street])
    (feature,) = index.feature_collection("unit", AT)["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw, "outer rings run counter-clockwise"
    assert ring[0] == ring[-1]
    assert math.isclose(ring[0][0], LON, abs_tol=0.01), "longitude before latitude"
    assert feature["properties"] == {
        "layer": "unit",
        "code": "A",
        "names": {"en": "x", "zh": "某"},
        "kind": "mixed",
        "management_class": 2,
        "parent": {"layer": "street", "code": "S"},
        "valid_from": None,
        "valid_to": None,
    }
    assert len(index.feature_collection(None, AT)["features"]) == 2


FAULTY = {
    "code form": (_layer(Cell("12", _square(0, 0)), pattern=r"\d{15}"), "does not match"),
    "same code twice": (_layer(Cell("A", _square(0, 0)), Cell("A", _square(500, 0))), "given twice"),
    "parent": (_layer(Cell("A", _square(0, 0), parent=("street", "S"))), "parent street/S does not exist"),
    "overlap": (_layer(Cell("A", _square(0, 0)), Cell("B", _square(80, 0))), "overlaps B by 20"),
    "one in the other": (_layer(Cell("A", _square(0, 0)), Cell("B", _square(20, 20, 40))), "overlaps B"),
    "the same twice": (_layer(Cell("A", _square(0, 0)), Cell("B", _square(0, 0))), "overlaps B"),
    "dates": (_layer(Cell("A", _square(0, 0), valid_from=date(2025, 1, 1), valid_to=date(2025, 1, 1))), "not after"),
}


@pytest.mark.parametrize(("layer", "message"), FAULTY.values(), ids=FAULTY.keys())
def test_faults_are_found(layer: Layer, message: str) -> None:
    (fault,) = find_faults([layer])
    assert fault.layer == "unit"
    assert message in fault.message


SOUND = {
    "side by side": _layer(Cell("A", _square(0, 0)), Cell("B", _square(100, 0))),
    "sliver of a border digitised twice": _layer(Cell("A", _square(0, 0)), Cell("B", _square(99.5, 0))),
    "one after the other": _layer(
        Cell("A", _square(0, 0), valid_to=date(2025, 1, 1)), Cell("B", _square(0, 0), valid_from=date(2025, 1, 1))
    ),
}


@pytest.mark.parametrize("layer", SOUND.values(), ids=SOUND.keys())
def test_sound_layers_have_no_fault(layer: Layer) -> None:
    assert not list(find_faults([layer]))


def test_the_made_up_city_is_sound_and_coded_like_a_real_one() -> None:
    assert not list(find_faults(CITY))
    units = CITY[0].cells
    assert len(units) >= 60
    assert all(len(cell.code) == 15 for cell in units)
    assert all(cell.kind and cell.management_class in {1, 2, 3} for cell in CITY[1].cells)
    areas_m2 = [shapely.area(cell.polygon) * LON_M * LAT_M for cell in units]
    assert 9_000 < sum(areas_m2) / len(areas_m2) < 11_000
