"""The reference of all configuration files, written from the models that read them.

Run `python -m gridpatrol.reference docs/configuration.md` to write it again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeGuard, get_args, get_origin

from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from detector.config import Camera, DensityRule, DwellRule, ResidueRule, Watched
from dispatch.adapter import FieldMapping
from dispatch.calendar_settings import CalendarSettings
from dispatch.config import DeskSettings, MatterRules
from dispatch.registers import ControlAreas, Places, Profiles, Responders, Teams
from gridpatrol.config.grids import CellProperties, GridLayer
from gridpatrol.config.installation import Departments
from gridpatrol.settings import NodeSettings

Model: TypeAlias = type[BaseModel]
Part: TypeAlias = type[BaseModel] | type[Enum]
_SHORT_CHOICE = 4
"""A choice of more words gets a list of its own."""
_PLAIN: dict[object, str] = {
    str: "text",
    date: "date",
    int: "whole number",
    float: "number",
    bool: "true or false",
    type(None): "",
    JsonValue: "any",
    IPv4Network: "IPv4 network",
    IPv6Network: "IPv6 network",
}
_BOUNDS = (
    ("gt", "> {}"),
    ("ge", ">= {}"),
    ("lt", "< {}"),
    ("le", "<= {}"),
    ("min_length", "at least {}"),
    ("max_length", "at most {}"),
    ("pattern", "form `{}`"),
)

HEAD = """\
# Configuration

<!-- Written by `python -m gridpatrol.reference docs/configuration.md`; a test fails when it is stale. -->

A configuration is a folder. `gridpatrol check DIR` reads all of it and names every fault with its file and line.

| file | what it holds |
|---|---|
| `cameras/*.yaml` | one camera a file |
| `matters/*.yaml` | one matter a file; the shipped catalogue when there is no such folder |
| `grid/*.geojson` | one layer of the management grid a file; no grid when there is no such folder |
| `departments.yaml` | who handles cases; the shipped ones when there is no such file |
| `calendar.yaml` | working days, office hours, warnings; the shipped ones when there is no such file |
| `desk.yaml` | how the desk works; may be absent |
| `control_areas.yaml` | where and when matters are not reported; may be absent |
| `places.yaml` | places where the same thing is worse; may be absent |
| `responders.yaml` | who is told before something is filed; may be absent |
| `teams.yaml` | grid teams; may be absent |
| `profiles.yaml` | ways of working, such as peace and emergency; may be absent |
| `mappings/*.yaml` | how webhooks are written for receivers with field names of their own; may be absent |
| `node.yaml` | addresses and retention of this node; may be absent |

Unknown keys are refused. Pixels count from the top left corner, x to the right, y down. Longitude comes before
latitude, and every place names its coordinate reference system: `EPSG:4326` (WGS84), `EPSG:4490` (CGCS2000, taken as
WGS84), `GCJ-02`, or the EPSG code of a projection; all are converted to WGS84 on reading.
"""


@dataclass(frozen=True)
class FileKind:
    """One kind of configuration file.

    Attributes:
        title: heading.
        intro: a paragraph under it, Markdown.
        models: that together describe the top of the file.
        example: file of the repository that is shown; None for none.
    """

    title: str
    intro: str
    models: tuple[Model, ...]
    example: str | None = None


FILES = (
    FileKind(
        "Cameras: `cameras/*.yaml`",
        "Relative file addresses are relative to the camera file. Zones and calibration name the size of the snapshot "
        "on which they were drawn and are scaled to the picture the camera delivers.",
        (Camera,),
        "docs/examples/camera.yaml",
    ),
    FileKind(
        "Matters: `matters/*.yaml`",
        "What the cameras look for (`rule`, `closure`, `keep_plate`) and what dispatch does with it (`codes`, `dedup`, "
        "`filing`, `handling`, `recheck`). A rule has one of three kinds.",
        (Watched, MatterRules),
        "configs/matters/illegal_parking.yaml",
    ),
    FileKind(
        "Grid: `grid/*.geojson`",
        "A GeoJSON FeatureCollection of Polygons and MultiPolygons with a member `layer` at the top. Other members, "
        "and properties that map programs add, are ignored. The cells of a layer must not overlap on any day.",
        (GridLayer,),
    ),
    FileKind("Properties of a cell", "In `properties` of each feature of a grid file.", (CellProperties,)),
    FileKind("Departments: `departments.yaml`", "", (Departments,), "configs/departments.yaml"),
    FileKind(
        "Calendar: `calendar.yaml`",
        "Which time is working time, for limits in `work_hour` and `work_day`. Public holidays and shifted working "
        "days (调休) come from the tables of the package `chinesecalendar`, which end with the last year that the "
        "government has announced; `holidays` and `working_days` of the city come before them. `gridpatrol check` and "
        "the node say when the tables end within two months: update the package, or list the year's days here.",
        (CalendarSettings,),
        "configs/calendar.yaml",
    ),
    FileKind(
        "Desk: `desk.yaml`",
        "Limits of the stages that are not the handler's, what is said around a deadline, how long a decision can be "
        "taken back. The yellow and red warnings are due by the shares in `calendar.yaml`: `warn_yellow` and "
        "`warn_red` before the deadline, `overdue` at `yellow_after`, `remind` at `red_after`. A clock runs only while "
        "the case is in its stage; a suspension stops all.",
        (DeskSettings,),
    ),
    FileKind(
        "Control areas: `control_areas.yaml`",
        "Places and hours in which a matter is no offence: an approved market, loading hours, the hours in which bins "
        "are put out. A report from there is kept and not filed. Every one ends (`until`). A place lies in a region "
        "when its centre does.",
        (ControlAreas,),
        "docs/examples/control_areas.yaml",
    ),
    FileKind(
        "Sensitive places: `places.yaml`",
        "Schools, hospitals, metro exits: part of the severity of what happens there.",
        (Places,),
    ),
    FileKind(
        "Responders: `responders.yaml`",
        "Estate heads and shops who are told first where a matter has a grace window (`grace`): the nearest who "
        "answers for the place. What is seen to go within the window is recorded and not filed; without a responder in "
        "reach it is filed at once.",
        (Responders,),
    ),
    FileKind(
        "Grid teams: `teams.yaml`",
        "Who handles cases in the modes `self` and `joint`: the first team whose region holds the place.",
        (Teams,),
    ),
    FileKind(
        "Profiles: `profiles.yaml`",
        "The first profile is in force until another is switched to (`PUT /api/v1/profile`); the switch is kept over "
        "restarts. Limits that already run stay as they began.",
        (Profiles,),
    ),
    FileKind(
        "Field mappings: `mappings/*.yaml`",
        "How a webhook's receiver wants its messages, where it has field names of its own: `gridpatrol webhook add ... "
        "--mapping NAME`. A field has exactly one of `value`, `from`, `code`, `fields`, `each`; paths go into the "
        "CloudEvent.",
        (FieldMapping,),
        "docs/examples/city-mapping.yaml",
    ),
    FileKind(
        "Node: `node.yaml`",
        "Environment variables `GRIDPATROL_API_HOST`, `GRIDPATROL_API_PORT`, `GRIDPATROL_REDIS_URL`, "
        "`GRIDPATROL_DISPATCH_DATABASE`, `GRIDPATROL_MODEL_MANIFEST`, `GRIDPATROL_SECRETS_FILE` and "
        "`GRIDPATROL_LANGUAGE` come before the file.",
        (NodeSettings,),
    ),
)


def reference(root: Path) -> str:
    """Return the whole page, Markdown.

    Args:
        root: the repository, for the examples.
    """
    told: set[str] = set()
    return "\n".join([HEAD, *(_section(kind, root, told) for kind in FILES)])


def _section(kind: FileKind, root: Path, told: set[str]) -> str:
    """Return the part of the page about one kind of file; what was told under an earlier one is not repeated."""
    lines = [f"## {kind.title}", ""]
    if kind.intro:
        lines += [kind.intro, ""]
    if kind.example:
        lines += ["```yaml", (root / kind.example).read_text(encoding="utf-8").rstrip(), "```", ""]
    lines += _table(kind.models)
    for part in _parts(kind.models):
        if _heading(part) not in told:
            told.add(_heading(part))
            lines += [f"### {_heading(part)}", "", _first_sentence(part), ""]
            lines += _table((part,)) if issubclass(part, BaseModel) else _choices(part)
    return "\n".join(lines)


def fields_of(models: Sequence[Model]) -> dict[str, FieldInfo]:
    """Return the keys of the models in order; a key that two share is told once."""
    fields: dict[str, FieldInfo] = {}
    for model in models:
        for name, info in model.model_fields.items():
            fields.setdefault(info.alias or name, info)
    return fields


def _table(models: Sequence[Model]) -> list[str]:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for name, info in fields_of(models).items():
        meaning = info.description or _meaning_of_type(info)
        rows.append(f"| `{name}` | {_value(info)} | {_default(info)} | {meaning} |".replace("  ", " "))
    return [*rows, ""]


def _choices(choice: type[Enum]) -> list[str]:
    return [*(f"- `{member.value}`" for member in choice), ""]


def _parts(models: Sequence[Model]) -> list[Part]:
    """Return the models and long choices that the keys of these models hold, each once, in order of first use."""
    found: list[Part] = []
    waiting = [part for info in fields_of(models).values() for part in _parts_in(info.annotation)]
    while waiting:
        part = waiting.pop(0)
        if part in found:
            continue
        found.append(part)
        if issubclass(part, BaseModel):
            waiting = [own for info in part.model_fields.values() for own in _parts_in(info.annotation)] + waiting
    return found


def _parts_in(annotation: Any) -> Iterator[Part]:
    if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or _is_long_choice(annotation)):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts_in(argument)


def _is_long_choice(annotation: type) -> TypeGuard[type[Enum]]:
    return issubclass(annotation, Enum) and len(annotation) > _SHORT_CHOICE


def _heading(part: Part) -> str:
    if part in (DwellRule, ResidueRule, DensityRule):
        return f"Rule of kind `{get_args(fields_of((part,))['kind'].annotation)[0]}`"
    return part.__name__


def _first_sentence(part: Part) -> str:
    return (part.__doc__ or "").strip().splitlines()[0]


def _meaning_of_type(info: FieldInfo) -> str:
    """Return what a key without own description means: the model or the choice it holds, or its only value."""
    parts = list(_parts_in(info.annotation))
    if get_origin(info.annotation) is Literal:
        return "which kind it is"
    return _first_sentence(parts[0]) if len(parts) == 1 else ""


def _value(info: FieldInfo) -> str:
    bounds = [_bound(rule) for rule in info.metadata]
    return ", ".join([_type_name(info.annotation), *(bound for bound in bounds if bound)])


def _bound(rule: object) -> str:
    for attribute, words in _BOUNDS:
        limit = getattr(rule, attribute, None)
        if limit is not None:
            return words.format(limit).replace("|", "\\|")
    return ""


def _type_name(annotation: Any) -> str:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    arguments = get_args(annotation)
    if not arguments:
        return _single_name(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        return _type_name(arguments[0])
    names = [_type_name(argument) for argument in arguments if origin is not Literal and argument is not Ellipsis]
    if origin is Literal:
        return " or ".join(f"`{argument}`" for argument in arguments)
    if origin is tuple:
        return f"list of {names[0]}" if Ellipsis in arguments else f"[{', '.join(names)}]"
    return f"{names[1]} by name" if origin is dict else " or ".join(name for name in names if name)


def _single_name(annotation: type) -> str:
    if issubclass(annotation, BaseModel) or _is_long_choice(annotation):
        return f"[{_heading(annotation)}](#{_anchor(_heading(annotation))})"
    if issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    return annotation.__name__.lower()


def _anchor(heading: str) -> str:
    return heading.lower().replace("`", "").replace(" ", "-")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, BaseModel):
        return "its defaults"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return f"`{json.dumps(value)}`" if isinstance(value, bool | int | float | str) else f"`{value}`"


def main(target: Path) -> None:
    """Write the page; `target` is in the folder `docs` of the repository."""
    target.write_text(reference(target.resolve().parents[1]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
