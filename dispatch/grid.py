"""The management grid: cells in layers, and which of them hold a place.

Cells are polygons in WGS84 with a code, valid between two days. A lookup answers one cell a layer and says whether the
place's error radius crosses that cell's border; distances are metres in the UTM zone of the grid.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from dispatch.config import Names
from dispatch.contract import GridMembership, Location
from dispatch.routing import CellFacts
from dispatch.tiles import Tiles

OVERLAP_TOLERANCE = 0.01
"""Two cells of a layer may share this part of the smaller one: borders digitised twice never quite agree."""
_WGS84 = 4326
_DECIMALS = 7
"""Decimals of exported coordinates: a centimetre."""


@dataclass(frozen=True)
class Cell:
    """One cell of a layer during one span of days.

    Attributes:
        code: such as the 15 digits of a unit cell; unique in its layer on any day.
        polygon: shapely Polygon or MultiPolygon, WGS84 degrees, longitude first.
        names: shown to operators; the code when absent.
        kind: what the place is, such as residential or urban_village.
        management_class: difficulty of keeping order, 1 the hardest; None where the layer has no classes.
        parent: layer and code of the cell above it.
        valid_from, valid_to: first day on which it holds, first day on which it no longer does; None is open.
    """

    code: str
    polygon: shapely.Geometry
    names: Names | None = None
    kind: str = ""
    management_class: int | None = None
    parent: tuple[str, str] | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def overlaps_in_time(self, other: Cell) -> bool:
        """Whether there is a day on which both hold."""
        start = max(self.valid_from or date.min, other.valid_from or date.min)
        end = min(self.valid_to or date.max, other.valid_to or date.max)
        return start < end


@dataclass(frozen=True)
class Layer:
    """Cells of one kind that do not overlap.

    Attributes:
        id: such as `unit` or `street`.
        names: shown to operators.
        rank: layers are listed by it, the finest first.
        cells: all versions of all cells.
        code_pattern: regular expression that every code matches whole; cities differ in length.
    """

    id: str
    names: Names
    rank: int
    cells: tuple[Cell, ...]
    code_pattern: str = r".+"


@dataclass(frozen=True)
class GridFault:
    """Something in a grid that cannot be right."""

    layer: str
    code: str
    message: str


class GridIndex:
    """All layers, prepared for lookups. Never changes: a changed grid is a new index; safe to share between threads.

    Args:
        layers: their cells must be free of faults, see `find_faults`.
        time_zone: IANA name of the zone whose days the cells' validity counts.
    """

    def __init__(self, layers: Sequence[Layer], *, time_zone: str = "Asia/Shanghai") -> None:
        self.layers = tuple(sorted(layers, key=lambda layer: (layer.rank, layer.id)))
        self._entries = tuple(
            (layer, cell) for layer in self.layers for cell in sorted(layer.cells, key=lambda cell: cell.code)
        )
        self._ranks = [rank for rank, layer in enumerate(self.layers) for _ in layer.cells]
        self._by_code: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, (layer, cell) in enumerate(self._entries):
            self._by_code[layer.id, cell.code].append(index)
        zone = ZoneInfo(time_zone)
        self._valid_s = [_span_s(cell, zone) for _, cell in self._entries]
        self._answers = [
            tuple(_membership(layer, cell, doubt) for doubt in (False, True)) for layer, cell in self._entries
        ]
        self._metric = metric_transformer(cell.polygon for _, cell in self._entries) if self._entries else None
        self._tiles = Tiles(_projected([cell.polygon for _, cell in self._entries], self._metric))

    def memberships(self, location: Location, at: datetime) -> tuple[GridMembership, ...]:
        """Return the cell of every layer that holds a place at a time, the finest layer first; no cell, no entry.

        A place on a shared border belongs to one of the cells and is ambiguous.

        Args:
            location: the place and the radius of its error.
            at: aware; the day counts, in the grid's time zone.
        """
        if self._metric is None:
            return ()
        x_m, y_m = self._metric.transform(location.lon, location.lat)
        at_s = at.timestamp()
        found: dict[int, GridMembership] = {}
        for candidate in self._tiles.candidates(x_m, y_m):
            index = candidate[0]
            start_s, end_s = self._valid_s[index]
            rank = self._ranks[index]
            if rank not in found and start_s <= at_s < end_s and self._tiles.holds(candidate, x_m, y_m):
                ambiguous = self._tiles.border_within(candidate, x_m, y_m, location.error_m)
                found[rank] = self._answers[index][ambiguous]
        return tuple(found.values())

    def touches(self, location: Location) -> bool:
        """Whether a place or what lies within its error is in any cell, of any day."""
        if self._metric is None:
            return False
        x_m, y_m = self._metric.transform(location.lon, location.lat)
        return self._tiles.touches(x_m, y_m, location.error_m)

    def cell(self, layer: str, code: str, at: datetime) -> Cell | None:
        """Return the cell of a code as it holds at a time, or None."""
        return next((self._entries[i][1] for i in self._by_code.get((layer, code), ()) if self._holds(i, at)), None)

    def facts(self, cells: Sequence[GridMembership], at: datetime) -> tuple[CellFacts, ...]:
        """Return what the grid says of cells at a time."""
        found = ((member, self.cell(member.layer, member.code, at)) for member in cells)
        return tuple(
            CellFacts(member.layer, member.code, cell.kind, cell.management_class)
            if cell
            else CellFacts(member.layer, member.code)
            for member, cell in found
        )

    def path(self, layer: str, code: str, at: datetime) -> tuple[tuple[str, str], ...]:
        """Return layer and code of a cell and of every cell above it, from the top down; empty when there is none."""
        steps: list[tuple[str, str]] = []
        step: tuple[str, str] | None = (layer, code)
        while step is not None and step not in steps:
            cell = self.cell(*step, at)
            if cell is None:
                break
            steps.append(step)
            step = cell.parent
        return tuple(reversed(steps))

    def feature_collection(self, layer: str | None, at: datetime) -> dict[str, Any]:
        """Return the cells in force at a time as a GeoJSON FeatureCollection (RFC 7946), of one layer or all."""
        features = [
            feature(own_layer, cell)
            for index, (own_layer, cell) in enumerate(self._entries)
            if layer in (None, own_layer.id) and self._holds(index, at)
        ]
        return {"type": "FeatureCollection", "features": features}

    def _holds(self, index: int, at: datetime) -> bool:
        start_s, end_s = self._valid_s[index]
        return start_s <= at.timestamp() < end_s


def _membership(layer: Layer, cell: Cell, ambiguous: bool) -> GridMembership:
    name = cell.names.zh if cell.names else ""
    return GridMembership(layer=layer.id, code=cell.code, name=name, ambiguous=ambiguous)


def feature(layer: Layer, cell: Cell) -> dict[str, Any]:
    """Return a cell as a GeoJSON Feature: WGS84, outer rings counter-clockwise, as RFC 7946 asks."""
    polygon = shapely.set_precision(cell.polygon, 10.0**-_DECIMALS, mode="pointwise")
    return {
        "type": "Feature",
        "id": f"{layer.id}/{cell.code}",
        "geometry": shapely.geometry.mapping(shapely.orient_polygons(polygon)),
        "properties": {
            "layer": layer.id,
            "code": cell.code,
            "names": cell.names.model_dump() if cell.names else None,
            "kind": cell.kind,
            "management_class": cell.management_class,
            "parent": {"layer": cell.parent[0], "code": cell.parent[1]} if cell.parent else None,
            "valid_from": cell.valid_from.isoformat() if cell.valid_from else None,
            "valid_to": cell.valid_to.isoformat() if cell.valid_to else None,
        },
    }


def metric_transformer(polygons: Iterable[shapely.Geometry]) -> Transformer:
    """Return the way from WGS84 to metres for a grid: the UTM zone in which its middle lies."""
    west, south, east, north = shapely.total_bounds(list(polygons)).tolist()
    zone = min(60, int((west + east) / 2 + 180) // 6 + 1)
    return Transformer.from_crs(_WGS84, (32600 if south + north >= 0 else 32700) + zone, always_xy=True)


def find_faults(layers: Sequence[Layer]) -> Iterator[GridFault]:
    """Yield what cannot be right: codes of the wrong form or given twice, unknown parents, cells that overlap."""
    known = {(layer.id, cell.code) for layer in layers for cell in layer.cells}
    for layer in layers:
        for cell in layer.cells:
            if re.fullmatch(layer.code_pattern, cell.code) is None:
                yield GridFault(layer.id, cell.code, f"the code does not match {layer.code_pattern}")
            if cell.valid_from and cell.valid_to and cell.valid_from >= cell.valid_to:
                yield GridFault(
                    layer.id, cell.code, f"valid_to {cell.valid_to} is not after valid_from {cell.valid_from}"
                )
            if cell.parent is not None and cell.parent not in known:
                yield GridFault(layer.id, cell.code, f"its parent {'/'.join(cell.parent)} does not exist")
        yield from _given_twice(layer)
        yield from _overlapping(layer)


def _given_twice(layer: Layer) -> Iterator[GridFault]:
    in_order = sorted(layer.cells, key=lambda cell: (cell.code, cell.valid_from or date.min))
    for code, versions in groupby(in_order, key=lambda cell: cell.code):
        rows = list(versions)
        if any(one.overlaps_in_time(other) for one, other in pairwise(rows)):
            yield GridFault(layer.id, code, "the code is given twice for the same days")


def _overlapping(layer: Layer) -> Iterator[GridFault]:
    if not layer.cells:
        return
    polygons = _projected([cell.polygon for cell in layer.cells], metric_transformer(c.polygon for c in layer.cells))
    tree = shapely.STRtree(polygons)
    pairs = {
        (min(one, other), max(one, other))
        for predicate in ("overlaps", "covers")
        for one, other in tree.query(polygons, predicate=predicate).T.tolist()
        if one != other
    }
    areas_m2 = shapely.area(polygons)
    for one, other in sorted(pairs):
        first, second = layer.cells[one], layer.cells[other]
        if first.code == second.code or not first.overlaps_in_time(second):
            continue
        shared_m2 = float(shapely.area(shapely.intersection(polygons[one], polygons[other])))
        if shared_m2 > OVERLAP_TOLERANCE * min(areas_m2[one], areas_m2[other]):
            yield GridFault(layer.id, first.code, f"overlaps {second.code} by {shared_m2:.0f} m2")


def _projected(polygons: Sequence[shapely.Geometry], metric: Transformer | None) -> NDArray[np.object_]:
    geometries = np.array(polygons, dtype=object)
    if metric is None:
        return geometries
    return np.asarray(shapely.transform(geometries, metric.transform, interleaved=False), dtype=object)


def _span_s(cell: Cell, zone: ZoneInfo) -> tuple[float, float]:
    """Return from when to when a cell holds, Unix seconds: days start at midnight of the city."""
    start, end = (
        None if day is None else datetime.combine(day, time.min, tzinfo=zone).timestamp()
        for day in (cell.valid_from, cell.valid_to)
    )
    return -math.inf if start is None else start, math.inf if end is None else end
