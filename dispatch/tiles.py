"""Which of many polygons hold a point, answered in microseconds.

The plane is cut into square tiles. A tile knows the polygons that meet it and, of each, the edges in and near the tile.
A polygon without such edges covers the tile with its border far away: most answers need nothing more. The others are
tested edge by edge, which is faster in Python than a call into a geometry library.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Edge: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2, metres; the lower end first."""
Candidate: TypeAlias = tuple[int, tuple[Edge, ...]]
"""Index of a polygon that meets a tile, and its edges in and near the tile."""

NEAR_M = 30.0
"""How far around a tile edges are near: more than the error of most places."""
_TILE_SHARE = 0.6
"""Side of a tile over the side of a typical polygon."""
_MAX_TILES = 100_000
_MAX_EDGES = 40
"""Whether a polygon with more edges holds a point is asked of shapely."""


class Tiles:
    """Polygons of a plane in metres, prepared for lookups. Never changes.

    Args:
        polygons: shapely Polygons and MultiPolygons, shape (n,); answers name them by their index.
    """

    def __init__(self, polygons: NDArray[np.object_]) -> None:
        self._polygons = polygons
        self._borders = np.asarray(shapely.boundary(polygons), dtype=object)
        shapely.prepare(polygons)
        shapely.prepare(self._borders)
        self._tree = shapely.STRtree(polygons)
        self._edges = [_edges(border) for border in self._borders]
        self._side_m = _tile_side_m(polygons)
        self._tiles = self._cut() if len(polygons) else {}

    def candidates(self, x_m: float, y_m: float) -> Sequence[Candidate]:
        """Return the polygons that meet the tile of a point, by growing index."""
        if not (math.isfinite(x_m) and math.isfinite(y_m)):
            return ()
        return self._tiles.get((int(x_m // self._side_m), int(y_m // self._side_m)), ())

    def holds(self, candidate: Candidate, x_m: float, y_m: float) -> bool:
        """Whether a polygon holds the point for which it is a candidate."""
        index, near = candidate
        if not near:
            return True
        edges = self._edges[index]
        if len(edges) <= _MAX_EDGES:
            return _is_inside(edges, x_m, y_m)
        return bool(shapely.intersects_xy(self._polygons[index], x_m, y_m))

    def border_within(self, candidate: Candidate, x_m: float, y_m: float, radius_m: float) -> bool:
        """Whether the border of a polygon comes within the radius of the point for which it is a candidate."""
        index, near = candidate
        if radius_m <= NEAR_M:
            return _any_within(near, x_m, y_m, radius_m)
        return bool(shapely.dwithin(self._borders[index], shapely.Point(x_m, y_m), radius_m))

    def touches(self, x_m: float, y_m: float, radius_m: float) -> bool:
        """Whether any polygon holds the point or comes within the radius of it."""
        if not (math.isfinite(x_m) and math.isfinite(y_m)):
            return False
        return len(self._tree.query(shapely.Point(x_m, y_m), predicate="dwithin", distance=radius_m)) > 0

    def _cut(self) -> dict[tuple[int, int], tuple[Candidate, ...]]:
        west, south, east, north = (math.floor(value / self._side_m) for value in shapely.total_bounds(self._polygons))
        columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
        near: dict[tuple[int, int], list[Edge]] = defaultdict(list)
        edges = [(index, edge) for index, own in enumerate(self._edges) for edge in own]
        lines = shapely.linestrings(np.array([edge for _, edge in edges]).reshape(-1, 2, 2))
        tile_at, edge_at = shapely.STRtree(lines).query(
            _squares(columns, rows, self._side_m, NEAR_M), predicate="intersects"
        )
        for tile, number in zip(tile_at.tolist(), edge_at.tolist(), strict=True):
            index, edge = edges[number]
            near[tile, index].append(edge)
        tiles: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
        tile_at, polygon_at = self._tree.query(_squares(columns, rows, self._side_m, 0.0), predicate="intersects")
        for tile, index in sorted(zip(tile_at.tolist(), polygon_at.tolist(), strict=True)):
            tiles[int(columns[tile]), int(rows[tile])].append((index, tuple(near.get((tile, index), ()))))
        return {tile: tuple(candidates) for tile, candidates in tiles.items()}


def _squares(columns: Ints, rows: Ints, side_m: float, margin_m: float) -> NDArray[np.object_]:
    """Return tiles as polygons, each grown by a margin."""
    west, south = columns * side_m - margin_m, rows * side_m - margin_m
    grown_m = side_m + 2 * margin_m
    return np.asarray(shapely.box(west, south, west + grown_m, south + grown_m), dtype=object)


def _tile_side_m(polygons: NDArray[np.object_]) -> float:
    if not len(polygons):
        return 1.0
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    typical_m = math.sqrt(float(np.median(shapely.area(polygons))))
    return max(_TILE_SHARE * typical_m, math.sqrt((east - west) * (north - south) / _MAX_TILES), 1.0)


def _edges(border: shapely.Geometry) -> tuple[Edge, ...]:
    """Return the edges of all rings, each from its lower end up.

    With the even-odd rule they describe holes and several parts alike. As neighbours compute with the same numbers on a
    shared edge, a point on it lies in exactly one of them.
    """
    edges: list[Edge] = []
    for ring in shapely.get_parts(border):
        corners = shapely.get_coordinates(ring)
        ends = np.hstack([corners[:-1], corners[1:]])
        upward = (ends[:, 1] < ends[:, 3]) | ((ends[:, 1] == ends[:, 3]) & (ends[:, 0] <= ends[:, 2]))
        ends[~upward] = ends[~upward][:, [2, 3, 0, 1]]
        edges += [(x1, y1, x2, y2) for x1, y1, x2, y2 in ends.tolist()]
    return tuple(edges)


def _is_inside(edges: Sequence[Edge], x: float, y: float) -> bool:
    """Whether a ray to the east crosses an odd number of edges."""
    inside = False
    for x1, y1, x2, y2 in edges:
        if y1 <= y < y2 and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
            inside = not inside
    return inside


def _any_within(edges: Sequence[Edge], x: float, y: float, radius: float) -> bool:
    """Whether any edge comes within the radius of a point."""
    for x1, y1, x2, y2 in edges:
        across, up, right, over = x2 - x1, y2 - y1, x - x1, y - y1
        length_squared = across * across + up * up
        along = (right * across + over * up) / length_squared if length_squared else 0.0
        along = min(max(along, 0.0), 1.0)
        if math.hypot(right - along * across, over - along * up) <= radius:
            return True
    return False
