"""A report as a spreadsheet: every figure with its numerator and denominator, and the times of every case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dispatch.api.indicator_schemas import CaseTimes, RatioItem, RowItem
from dispatch.indicators.facts import Milestone
from dispatch.indicators.formulas import By, Indicator
from gridpatrol.reporting.data import ReportData
from gridpatrol.reporting.page import camera_name, part_name, stages_late
from gridpatrol.reporting.words import INDICATORS, MILESTONES, word
from gridpatrol.wording import Language, pick

Cell = str | int | float | datetime | None
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def workbook(data: ReportData, language: Language) -> Workbook:
    """Return the spreadsheet: one sheet for the whole, one a division of the city, cameras, times of the cases."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _indicators(book, word("overview", language), (data.told.total,), language)
    _over_time(book, data, language)
    for by, heading in ((By.department, "by_department"), (By.matter, "by_matter"), (By.grid, "by_grid")):
        _indicators(book, word(heading, language), data.told.parts[by], language)
    _cameras(book, data, language)
    _times(book, data, language)
    return book


def _indicators(book: Workbook, title: str, rows: Sequence[RowItem], language: Language) -> None:
    head = [word("part", language), "id", *(pick(MILESTONES[milestone], language) for milestone in Milestone)]
    for indicator in Indicator:
        name = pick(INDICATORS[indicator], language)
        head += [name, f"{name} n", f"{name} N"]
    head += [f"{word('handling_time', language)} (h)"]
    body: list[list[Cell]] = []
    for row in rows:
        name = part_name(row, language) if row.key or len(rows) > 1 else word("all", language)
        line: list[Cell] = [name, row.key, *(row.counts[milestone] for milestone in Milestone)]
        for indicator in Indicator:
            line += _ratio(row.ratios[indicator])
        body.append([*line, _hours(row.handling_s)])
    shares = range(3 + len(Milestone), 3 + len(Milestone) + 3 * len(Indicator), 3)
    _sheet(book, title, head, body, shares=shares)


def _over_time(book: Workbook, data: ReportData, language: Language) -> None:
    title = word("over_time_day" if len(data.buckets) == 24 else "over_time_week", language)
    shown = (Milestone.reported, Milestone.filed, Milestone.closed)
    head = ["", *(pick(MILESTONES[milestone], language) for milestone in shown)]
    body: list[list[Cell]] = [
        [bucket.label, *(bucket.counts[milestone] for milestone in shown)] for bucket in data.buckets
    ]
    sheet = _sheet(book, title, head, body)
    chart = BarChart()
    chart.title = title
    chart.add_data(Reference(sheet, min_col=2, max_col=4, min_row=1, max_row=len(body) + 1), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(body) + 1))
    chart.width, chart.height = 24, 10
    sheet.add_chart(chart, "F2")


def _cameras(book: Workbook, data: ReportData, language: Language) -> None:
    valid, checked = word("valid", language), word("on_time_verification", language)
    head = [word("camera", language), "id", word("reports", language)]
    head += [valid, f"{valid} n", f"{valid} N", checked, f"{checked} n", f"{checked} N"]
    head += [word("false_alarms", language), f"{word('detection', language)} (s)"]
    if data.missed is not None:
        missed = word("missed", language)
        head += [missed, f"{missed} n", f"{missed} N"]
    body: list[list[Cell]] = []
    for score in data.told.cameras:
        line: list[Cell] = [camera_name(data, score.camera_id, language), score.camera_id, score.reports]
        line += [*_ratio(score.valid), *_ratio(score.on_time_verification)]
        line += [score.false_alarms_a_day, score.detection_s]
        if data.missed is not None:
            found = data.missed.get(score.camera_id)
            line += [found.value, found.part, found.whole] if found else [None, None, None]
        body.append(line)
    _sheet(book, word("cameras", language), head, body, shares=(4, 7, 12))


def _times(book: Workbook, data: ReportData, language: Language) -> None:
    head = [word(name, language) for name in ("case", "matter", "department")]
    head += [pick(MILESTONES[milestone], language) for milestone in Milestone]
    milestones = list(Milestone)
    head += [
        f"{pick(MILESTONES[begin], language)}→{pick(MILESTONES[end], language)} (h)"
        for begin, end in pairwise(milestones)
    ]
    head += [word(name, language) for name in ("late_in", "reworks", "returns", "extensions")]
    _sheet(book, word("times", language), head, [_case(case, data, language) for case in data.told.cases])


def _case(case: CaseTimes, data: ReportData, language: Language) -> list[Cell]:
    zone = data.since.tzinfo
    # A spreadsheet has no zones: times are the city's local time.
    local = {milestone: at.astimezone(zone).replace(tzinfo=None) for milestone, at in case.times.items()}
    line: list[Cell] = [case.case_id, case.matter, case.department, *(local.get(milestone) for milestone in Milestone)]
    milestones = list(Milestone)
    for begin, end in pairwise(milestones):
        known = begin in case.times and end in case.times
        line.append(_hours((case.times[end] - case.times[begin]).total_seconds()) if known else None)
    return [*line, stages_late(case, language), case.reworks, case.returns, case.extensions]


def _sheet(
    book: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, shares: Iterable[int] = ()
) -> Any:
    sheet = book.create_sheet(title[:31])
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_plain(value) for value in row])
    for column in range(1, len(head) + 1):
        letter = get_column_letter(column)
        longest = max(len(str(cell.value or "")) for cell in sheet[letter][:200])
        sheet.column_dimensions[letter].width = min(
            40, max(8, 1.6 * longest if _is_wide(head[column - 1]) else longest + 2)
        )
    for column in shares:
        for cell in sheet[get_column_letter(column)][1:]:
            cell.number_format = "0.0%"
    sheet.freeze_panes = "B2"
    return sheet


def _is_wide(text: str) -> bool:
    return any(ord(character) > 0x2E7F for character in text)


def _plain(value: Cell) -> Cell:
    """Return a value that no spreadsheet takes for a formula: names come from people."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def _ratio(ratio: RatioItem) -> list[Cell]:
    return [ratio.value, ratio.part, ratio.whole]


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 3)
