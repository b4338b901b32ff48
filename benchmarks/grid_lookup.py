"""How long a grid lookup takes, beside trying every cell in turn.

Run: python -m benchmarks.grid_lookup [--json FILE]. The grid is made up: 15,000 unit cells and four layers above them.
Each lookup answers all five layers, with the `ambiguous` of a 5 m radius. Times are the medians of short batches; the
best batch is given too, as it is the least disturbed by other work on the machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import shapely
from rich.console import Console
from rich.table import Table

from dispatch.contract import Location
from dispatch.grid import GridIndex, Layer
from gridpatrol.citygrid import MIDDLE_LONLAT, CityPlan, city_layers

PLAN = CityPlan(communities_wh=(25, 30), street_wh=(5, 5))
AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
RADIUS_M = 5.0


@dataclass(frozen=True)
class Timing:
    what: str
    median_us: float
    best_us: float


def places(count: int, seed: int) -> list[Location]:
    rng = np.random.default_rng(seed)
    lon, lat = (rng.uniform(middle - 0.05, middle + 0.05, count) for middle in MIDDLE_LONLAT)
    return [Location(lon=x, lat=y, error_m=RADIUS_M) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def timed(what: str, look_up: Callable[[Location], object], where: Sequence[Location], batch: int) -> Timing:
    batch_us = []
    for first in range(0, len(where), batch):
        start = time.perf_counter()
        for location in where[first : first + batch]:
            look_up(location)
        batch_us.append((time.perf_counter() - start) / batch * 1e6)
    return Timing(what, statistics.median(batch_us), min(batch_us))


def linear_scan(layers: Sequence[Layer]) -> Callable[[Location], object]:
    """The plain way: every cell of every layer in turn; places only, no distance to the border."""
    cells = [(layer.id, cell.code, cell.polygon) for layer in layers for cell in layer.cells]

    def look_up(location: Location) -> dict[str, str]:
        return {
            layer: code for layer, code, polygon in cells if shapely.contains_xy(polygon, location.lon, location.lat)
        }

    return look_up


def box_scan(layers: Sequence[Layer]) -> Callable[[Location], object]:
    """The plain way with all bounding boxes in one numpy array; places only."""
    cells = [(layer.id, cell.code, cell.polygon) for layer in layers for cell in layer.cells]
    bounds = shapely.bounds([polygon for _, _, polygon in cells])

    def look_up(location: Location) -> dict[str, str]:
        x, y = location.lon, location.lat
        inside = (bounds[:, 0] <= x) & (x <= bounds[:, 2]) & (bounds[:, 1] <= y) & (y <= bounds[:, 3])
        near = (cells[index] for index in np.flatnonzero(inside).tolist())
        return {layer: code for layer, code, polygon in near if shapely.contains_xy(polygon, x, y)}

    return look_up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    layers = city_layers(PLAN)
    started = time.perf_counter()
    index = GridIndex(layers)
    prepared_s = time.perf_counter() - started
    scan = linear_scan(layers)
    for location in places(20, seed=3):
        answer = {member.layer: member.code for member in index.memberships(location, AT)}
        if answer != scan(location):
            raise SystemExit(f"the index and the plain scan differ at {location}")
    timings = [
        timed(
            "GridIndex, five layers and ambiguity", lambda place: index.memberships(place, AT), places(10_000, 1), 50
        ),
        timed("bounding boxes in numpy, then shapely", box_scan(layers), places(1_000, 1), 50),
        timed("every cell in turn with shapely", scan, places(25, 1), 1),
    ]
    cells = sum(len(layer.cells) for layer in layers)
    table = Table(title=f"Grid lookup, {cells} cells in {len(layers)} layers, prepared in {prepared_s:.1f} s")
    for column in ("way", "median us", "best us", "times GridIndex"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for timing in timings:
        ratio = timing.median_us / timings[0].median_us
        table.add_row(timing.what, f"{timing.median_us:.1f}", f"{timing.best_us:.1f}", f"{ratio:.1f}")
    Console().print(table)
    if options.json:
        figures = {"cells": cells, "prepared_s": prepared_s, "timings": [asdict(timing) for timing in timings]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
