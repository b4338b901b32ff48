"""Grid files: one GeoJSON FeatureCollection a layer, described by its `layer` member, converted to WGS84 on reading."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely.validation import explain_validity

from detector.crs import WGS84, to_wgs84
from detector.errors import ConfigError
from dispatch.config import Names, Settings
from dispatch.grid import Cell, Layer, find_faults
from gridpatrol.config.document import shown
from gridpatrol.errors import UserError, raise_all

MAX_TOLD = 20
"""Faults told of one file; a file in the wrong system has one for every cell."""
_OLD_CRS = re.compile(r"^(?:urn:ogc:def:crs:)?EPSG:[0-9.]*:?(\d+)$", re.IGNORECASE)

Position = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=2, max_length=3)]
Rings = Annotated[list[Annotated[list[Position], Field(min_length=4)]], Field(min_length=1)]


class GridLayer(Settings):
    """The `layer` member at the top of a grid file."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="name of the layer, such as unit or street")
    names: Names = Field(description="shown to operators")
    rank: int = Field(ge=1, description="layers are listed by it, the finest first")
    code_pattern: str = Field(default=r".+", description="regular expression that every code matches whole")
    crs: str = Field(default=WGS84, description="coordinate reference system of the file: EPSG code or GCJ-02")


class Parent(BaseModel):
    """The cell above a cell."""

    model_config = ConfigDict(frozen=True)

    layer: str = Field(description="id of its layer")
    code: str = Field(description="its code")


class CellProperties(BaseModel):
    """What a grid file says of a cell. Other properties, which map programs add, are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str = Field(min_length=1, description="code of the cell, unique in its layer on any day")
    names: Names | None = Field(default=None, description="shown to operators; the code when absent")
    kind: str = Field(
        default="", description="what the place is, such as residential, commercial, urban_village, mixed"
    )
    management_class: int | None = Field(default=None, ge=1, le=9, description="difficulty of keeping order, 1 hardest")
    parent: Parent | None = Field(default=None, description="layer and code of the cell above it")
    valid_from: date | None = Field(default=None, description="first day on which the cell holds")
    valid_to: date | None = Field(default=None, description="first day on which it no longer holds")


class _Polygon(BaseModel):
    type: Literal["Polygon"]
    coordinates: Rings


class _MultiPolygon(BaseModel):
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1)]


class _Feature(BaseModel):
    type: Literal["Feature"]
    geometry: Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]
    properties: CellProperties


def load_grid(folder: Path) -> tuple[Layer, ...]:
    """Read every `*.geojson` of a folder.

    Raises:
        UserError: every fault of every file, with its cell.
    """
    if not folder.is_dir():
        raise UserError("there is no such folder", place=str(folder), remedy="Check the path of the configuration")
    layers: list[Layer] = []
    paths: dict[str, Path] = {}
    problems: list[UserError] = []
    for path in sorted(folder.glob("*.geojson")):
        try:
            layer = load_layer(path)
        except UserError as error:
            problems.append(error)
            continue
        if layer.id in paths:
            problems.append(
                UserError(f"layer {layer.id!r} is already given in {paths[layer.id].name}", place=str(path))
            )
            continue
        layers.append(layer)
        paths[layer.id] = path
    if not problems:
        problems = [
            UserError(f"cell {fault.code}: {fault.message}", place=str(paths[fault.layer]))
            for fault in find_faults(layers)
        ]
    raise_all(_bounded(problems))
    return tuple(layers)


def load_layer(path: Path) -> Layer:
    """Read one layer.

    Raises:
        UserError: every fault of the file, with its cell.
    """
    data = _read_json(path)
    header = _header(path, data)
    cells: list[Cell] = []
    problems: list[UserError] = []
    for index, raw in enumerate(data["features"]):
        try:
            cells.append(_cell(f"{path}: features[{index}]", raw, header.crs))
        except UserError as error:
            problems.append(error)
    raise_all(_bounded(problems))
    return Layer(header.id, header.names, header.rank, tuple(cells), header.code_pattern)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise UserError(f"not valid JSON: {error.msg}", place=f"{path}:{error.lineno}") from error
    except RecursionError as error:
        raise UserError("not valid JSON: nested too deeply", place=str(path)) from error
    except UnicodeDecodeError as error:
        raise UserError("not UTF-8", place=str(path), remedy="Save the file as UTF-8") from error
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror or error})", place=str(path)) from error
    if (
        not isinstance(data, dict)
        or data.get("type") != "FeatureCollection"
        or not isinstance(data.get("features"), list)
    ):
        raise UserError("expected a GeoJSON FeatureCollection", place=str(path))
    return data


def _header(path: Path, data: dict[str, Any]) -> GridLayer:
    if "layer" not in data:
        raise UserError(
            "the file does not say which layer it is",
            place=str(path),
            remedy='Add "layer": {"id": "unit", "names": {"en": ..., "zh": ...}, "rank": 1, "crs": "EPSG:4326"}',
        )
    try:
        header = GridLayer.model_validate(data["layer"])
        re.compile(header.code_pattern)
    except ValidationError as error:
        raise_all(list(_complaints(f"{path}: layer", error)))
        raise
    except re.error as error:
        raise UserError(f"layer.code_pattern is no regular expression: {error}", place=str(path)) from error
    if "crs" not in data["layer"] and "crs" in data:
        return header.model_copy(update={"crs": _old_crs(path, data["crs"])})
    return header


def _old_crs(path: Path, member: object) -> str:
    """Return the system named by the `crs` member that map programs still write (GeoJSON before RFC 7946)."""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str):
        if name.upper().endswith("CRS84"):
            return WGS84
        if found := _OLD_CRS.match(name):
            return f"EPSG:{found.group(1)}"
    raise UserError(f"unknown crs {shown(member)}", place=str(path), remedy='Name it in the layer: "crs": "EPSG:4547"')


def _cell(place: str, raw: object, crs: str) -> Cell:
    try:
        given = _Feature.model_validate(raw)
    except ValidationError as error:
        raise_all(list(_complaints(place, error)))
        raise
    properties = given.properties
    named = f"{place} (cell {properties.code})"
    parts = [given.geometry.coordinates] if isinstance(given.geometry, _Polygon) else given.geometry.coordinates
    try:
        polygons = [_polygon(rings, crs) for rings in parts]
    except ConfigError as error:
        raise UserError(str(error), place=named) from error
    polygon = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if not polygon.is_valid or polygon.area == 0:
        raise UserError(
            f"the polygon crosses itself: {explain_validity(polygon)}",
            place=named,
            remedy="Repair it in a map program (QGIS: Fix geometries)",
        )
    return Cell(
        code=properties.code,
        polygon=polygon,
        names=properties.names,
        kind=properties.kind,
        management_class=properties.management_class,
        parent=(properties.parent.layer, properties.parent.code) if properties.parent else None,
        valid_from=properties.valid_from,
        valid_to=properties.valid_to,
    )


def _polygon(rings: Sequence[Sequence[Sequence[float]]], crs: str) -> shapely.Polygon:
    shell, *holes = [[to_wgs84(crs, position[0], position[1]) for position in ring] for ring in rings]
    return shapely.Polygon(shell, holes)


def _complaints(place: str, error: ValidationError) -> Iterator[UserError]:
    for details in error.errors():
        name = ".".join(str(step) for step in details["loc"] if step not in ("Polygon", "MultiPolygon"))
        yield UserError(f"{name}: {details['msg']}, got {shown(details['input'])}", place=place)


def _bounded(problems: list[UserError]) -> list[UserError]:
    if len(problems) <= MAX_TOLD:
        return problems
    return [*problems[:MAX_TOLD], UserError(f"and {len(problems) - MAX_TOLD} more faults")]
