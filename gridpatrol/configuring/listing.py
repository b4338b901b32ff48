"""Lists of cameras as tables: CSV with a line of headings, in English or Chinese, as spreadsheets write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dispatch.configuration import Faulty
from gridpatrol.configuring.faults import fault

MAX_ROWS = 2000
_PLACES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "id": (("id",), ("编号", "探头编号")),
    "name_zh": (("names", "zh"), ("名称", "中文名称")),
    "name_en": (("names", "en"), ("英文名称",)),
    "url": (("source", "url"), ("地址", "视频地址")),
    "credentials": (("source", "credentials"), ("凭据",)),
    "lon": (("position", "lon"), ("经度",)),
    "lat": (("position", "lat"), ("纬度",)),
    "crs": (("position", "crs"), ("坐标系",)),
    "error_m": (("position", "error_m"), ("位置误差", "位置误差（米）")),
    "mode": (("watch", "mode"), ("巡查方式",)),
    "look_interval_s": (("watch", "look_interval_s"), ("巡查间隔", "巡查间隔（秒）")),
    "matters": (("matters",), ("事项",)),
}
"""Each column: where it goes in a camera file, and its Chinese headings."""
_NEEDED = ("id", "url", "lon", "lat")
_NUMBERS = frozenset({"lon", "lat", "error_m", "look_interval_s"})
_HEADINGS = {heading: name for name, (_, chinese) in _PLACES.items() for heading in (name, *chinese)}


@dataclass(frozen=True)
class Listed:
    """A line of a list: its number in the file, and the camera file that it stands for."""

    line: int
    content: dict[str, Any]


def read_list(table: bytes) -> tuple[Listed, ...]:
    """Read a list of cameras.

    Raises:
        Faulty: it is no such table.
    """
    text = _text(table)
    sample = text[:4096].partition("\n")[0]
    separator = max(",;\t", key=sample.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        headings = [_HEADINGS.get(cell.strip().lower(), cell.strip()) for cell in next(rows, [])]
        _check(headings)
        return tuple(_listed(rows, headings))
    except csv.Error as error:
        raise Faulty([fault("", f"line {rows.line_num} is no line of a table: {error}")]) from error


def _text(table: bytes) -> str:
    try:
        return table.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return table.decode("gb18030")  # what spreadsheets write on a Chinese Windows
    except UnicodeDecodeError as error:
        raise Faulty([fault("", "the file is neither UTF-8 nor GB 18030", "Save it as CSV UTF-8")]) from error


def _check(headings: list[str]) -> None:
    faults = [
        fault(f"column {name or '?'}", "unknown column", f"Known here: {', '.join(_PLACES)}")
        for name in headings
        if name not in _PLACES
    ]
    faults += [fault(f"column {name}", "this column is missing") for name in _NEEDED if name not in headings]
    faults += [
        fault(f"column {name}", "this column is given twice") for name in set(headings) if headings.count(name) > 1
    ]
    if faults:
        raise Faulty(faults)


def _listed(rows: Iterator[list[str]], headings: list[str]) -> Iterator[Listed]:
    count = 0
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > MAX_ROWS:
            raise Faulty([fault("", f"more than {MAX_ROWS} cameras", "Divide the list")])
        line: int = getattr(rows, "line_num")  # noqa: B009  # csv's reader has it, its type does not
        yield Listed(line, _content(dict(zip(headings, (cell.strip() for cell in row), strict=False))))


def _content(cells: dict[str, str]) -> dict[str, Any]:
    """Return the camera file of a line. What the line leaves out is left out; the checks say what is missing."""
    content: dict[str, Any] = {}
    for name, (place, _) in _PLACES.items():
        cell = cells.get(name, "")
        if cell:
            holder = content
            for step in place[:-1]:
                holder = holder.setdefault(step, {})
            holder[place[-1]] = _value(name, cell)
    names = content.setdefault("names", {})
    either = names.get("zh") or names.get("en") or content.get("id", "")
    content["names"] = {"en": names.get("en", either), "zh": names.get("zh", either)}
    if "position" in content:
        content["position"].setdefault("crs", "EPSG:4326")
    return content


def _value(name: str, cell: str) -> Any:
    if name == "matters":
        return cell.replace("，", " ").replace(",", " ").replace(";", " ").replace("、", " ").split()
    if name in _NUMBERS:
        try:
            return float(cell)
        except ValueError:
            return cell  # the checks say that it is no number
    return cell
