"""A made-up management grid: the demonstration's, and any size of it for measuring.

Blocks of streets with uneven corners; every code begins with 440399, which is no district. Run
`python -m gridpatrol.citygrid configs/grid` to write the demonstration's layers again.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from dispatch.config import Names
from dispatch.grid import Cell, Layer, feature

DISTRICT = "440399"
MIDDLE_LONLAT = (114.1305, 22.5478)
VALID_FROM = date(2024, 1, 1)
_BLOCK_M = 100.0
_CORNER_JITTER_M = 9.0
_TURN_DEG = -7.0
_COMMUNITY_WH = (5, 4)
_COMPREHENSIVE_ROWS = 2
_KINDS = ("residential", "commercial", "urban_village", "mixed")

Place = tuple[int, int]
"""Column from the west and row from the north of a unit cell."""


@dataclass(frozen=True)
class CityPlan:
    """How large a made-up city is.

    Attributes:
        communities_wh: communities from west to east and from north to south; each has 5 x 4 unit cells.
        street_wh: communities of one street.
        seed: of the uneven corners and of the kinds.
    """

    communities_wh: tuple[int, int] = (2, 2)
    street_wh: tuple[int, int] = (1, 2)
    seed: int = 7

    @property
    def units_wh(self) -> tuple[int, int]:
        """Unit cells from west to east and from north to south."""
        return self.communities_wh[0] * _COMMUNITY_WH[0], self.communities_wh[1] * _COMMUNITY_WH[1]

    def community_of(self, place: Place) -> str:
        """Return the 12 digits of the community a unit cell lies in."""
        column, row = place[0] // _COMMUNITY_WH[0], place[1] // _COMMUNITY_WH[1]
        street_columns = math.ceil(self.communities_wh[0] / self.street_wh[0])
        street = row // self.street_wh[1] * street_columns + column // self.street_wh[0] + 1
        within = row % self.street_wh[1] * self.street_wh[0] + column % self.street_wh[0] + 1
        return f"{DISTRICT}{street:03d}{within:03d}"

    def comprehensive_of(self, place: Place) -> str:
        """Return the code of the comprehensive grid a unit cell lies in."""
        half = place[1] % _COMMUNITY_WH[1] // _COMPREHENSIVE_ROWS + 1
        return f"{self.community_of(place)}ZH{half:02d}"


def city_layers(plan: CityPlan) -> tuple[Layer, ...]:
    """Return the layers of a made-up city, the same for the same plan."""
    rng = np.random.default_rng(plan.seed)
    polygons = _unit_polygons(plan, rng)
    units = _unit_cells(plan, polygons)

    def merged(code_of: Callable[[Place], str]) -> Mapping[str, shapely.Geometry]:
        parts: dict[str, list[shapely.Geometry]] = defaultdict(list)
        for place, polygon in polygons.items():
            parts[code_of(place)].append(polygon)
        return {code: shapely.union_all(part) for code, part in parts.items()}

    comprehensive = [
        Cell(
            code,
            polygon,
            names=Names(en=f"Grid {code[9:12]}-{code[14:]}", zh=f"第{int(code[9:12])}社区第{int(code[14:])}综合网格"),
            kind=_KINDS[int(rng.integers(len(_KINDS)))],
            management_class=int(rng.integers(1, 4)),
            parent=("community", code[:12]),
            valid_from=VALID_FROM,
        )
        for code, polygon in merged(plan.comprehensive_of).items()
    ]
    communities = _upper(merged(plan.community_of), "Demonstration community {}", "示范第{}社区", ("street", 9))
    streets = _upper(
        merged(lambda p: plan.community_of(p)[:9]), "Demonstration street {}", "示范第{}街道", ("district", 6)
    )
    district = Cell(
        DISTRICT,
        shapely.union_all(list(polygons.values())),
        names=Names(en="Demonstration district", zh="示范区"),
        valid_from=VALID_FROM,
    )
    return (
        Layer("unit", Names(en="Unit cells", zh="单元网格"), 1, tuple(units), r"\d{15}"),
        Layer(
            "comprehensive", Names(en="Comprehensive grid", zh="综合网格"), 2, tuple(comprehensive), r"\d{12}ZH\d{2}"
        ),
        Layer("community", Names(en="Communities", zh="社区"), 3, communities, r"\d{12}"),
        Layer("street", Names(en="Streets", zh="街道"), 4, streets, r"\d{9}"),
        Layer("district", Names(en="Districts", zh="区"), 5, (district,), r"\d{6}"),
    )


def _unit_polygons(plan: CityPlan, rng: np.random.Generator) -> dict[Place, shapely.Geometry]:
    columns, rows = plan.units_wh
    east, south = np.meshgrid(np.arange(columns + 1) - columns / 2, np.arange(rows + 1) - rows / 2)
    east_m = east * _BLOCK_M + rng.uniform(-_CORNER_JITTER_M, _CORNER_JITTER_M, east.shape)
    north_m = -south * _BLOCK_M + rng.uniform(-_CORNER_JITTER_M, _CORNER_JITTER_M, east.shape)
    turn = math.radians(_TURN_DEG)
    to_lonlat = Transformer.from_crs(
        f"+proj=tmerc +lon_0={MIDDLE_LONLAT[0]} +lat_0={MIDDLE_LONLAT[1]} +ellps=WGS84", "EPSG:4326", always_xy=True
    )
    lon, lat = to_lonlat.transform(
        east_m * math.cos(turn) - north_m * math.sin(turn), east_m * math.sin(turn) + north_m * math.cos(turn)
    )
    corners = np.round(np.dstack([lon, lat]), 7)
    return {
        (column, row): shapely.Polygon(
            [corners[row, column], corners[row + 1, column], corners[row + 1, column + 1], corners[row, column + 1]]
        )
        for row in range(rows)
        for column in range(columns)
    }


def _unit_cells(plan: CityPlan, polygons: Mapping[Place, shapely.Geometry]) -> list[Cell]:
    """Number the cells of each community from west to east, row by row from the north."""
    numbered: dict[str, int] = defaultdict(int)
    cells = []
    for place in sorted(polygons, key=lambda place: (place[1], place[0])):
        community = plan.community_of(place)
        numbered[community] += 1
        cells.append(
            Cell(
                f"{community}{numbered[community]:03d}",
                polygons[place],
                parent=("comprehensive", plan.comprehensive_of(place)),
                valid_from=VALID_FROM,
            )
        )
    return cells


def _upper(
    merged: Mapping[str, shapely.Geometry], name_en: str, name_zh: str, parent: tuple[str, int]
) -> tuple[Cell, ...]:
    layer, digits = parent
    return tuple(
        Cell(
            code,
            polygon,
            names=Names(en=name_en.format(number), zh=name_zh.format(number)),
            parent=(layer, code[:digits]),
            valid_from=VALID_FROM,
        )
        for number, (code, polygon) in enumerate(sorted(merged.items()), start=1)
    )


def layer_text(layer: Layer) -> str:
    """Return a layer as the text of a grid file, one cell a line."""
    head: dict[str, Any] = {
        "id": layer.id,
        "names": layer.names.model_dump(),
        "rank": layer.rank,
        "code_pattern": layer.code_pattern,
        "crs": "EPSG:4326",
    }
    rows = ",\n".join(json.dumps(feature(layer, cell), ensure_ascii=False) for cell in layer.cells)
    layer_line = json.dumps(head, ensure_ascii=False)
    return f'{{"type": "FeatureCollection",\n"layer": {layer_line},\n"features": [\n{rows}\n]}}\n'


def main(folder: Path) -> None:
    """Write the demonstration's layers, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for layer in city_layers(CityPlan()):
        (folder / f"{layer.id}.geojson").write_text(layer_text(layer), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
