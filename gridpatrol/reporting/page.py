"""A report as one HTML file: styles and charts inside, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from html import escape
from itertools import pairwise

from dispatch.api.indicator_schemas import CameraScoreItem, CaseTimes, RowItem
from dispatch.contract import Stage
from dispatch.indicators.facts import Milestone
from dispatch.indicators.formulas import By, Indicator
from dispatch.indicators.gathering import Kind
from gridpatrol.reporting.charts import bars, columns
from gridpatrol.reporting.data import ReportData
from gridpatrol.reporting.words import (
    INDICATORS,
    LESS_IS_BETTER,
    MILESTONES,
    STAGES,
    duration,
    percent,
    word,
)
from gridpatrol.wording import Language, pick

MAX_ROWS = 40
"""Rows of a table on the page; the spreadsheet has all."""

_COLUMNS = (
    Indicator.filing_rate,
    Indicator.on_time_handling,
    Indicator.on_time_closing,
    Indicator.accurate_dispatch,
    Indicator.rework_rate,
    Indicator.return_rate,
)
_PARTS = ((By.department, "by_department"), (By.matter, "by_matter"), (By.grid, "by_grid"))
_STYLE = """
:root { --ink: #1c2733; --soft: #5b6b7b; --line: #d9e0e7; --paper: #fff; --ground: #f4f6f8;
  --a: #8fa9c4; --b: #2f6fb3; --c: #2f9e6e; --warn: #b3542f; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 34px 0 10px; }
p.about { color: var(--soft); margin: 4px 0 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(145px, 1fr)); gap: 10px; }
.tile, .box { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; } .tile .worse { color: var(--warn); }
.box { overflow-x: auto; margin-bottom: 12px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, .words th, .words td { text-align: left; }
th { color: var(--soft); font-weight: 600; white-space: normal; word-break: keep-all; vertical-align: bottom; }
tr:last-child td { border-bottom: 0; }
svg { width: 100%; min-width: 640px; height: auto; display: block; }
svg text { font-size: 12px; fill: var(--ink); } svg .tick { fill: var(--soft); font-size: 11px; }
svg .grid { stroke: var(--line); } svg .rail { fill: var(--ground); }
svg .a { fill: var(--a); } svg .b { fill: var(--b); } svg .c { fill: var(--c); }
@media print { body { background: #fff; } .box, .tile { break-inside: avoid; } }
"""


def page(data: ReportData, language: Language) -> str:
    """Return the whole page."""
    last = data.until - timedelta(days=1)
    days = f"{data.since:%Y-%m-%d}" if data.kind is Kind.daily else f"{data.since:%Y-%m-%d} – {last:%Y-%m-%d}"
    title = f"GridPatrol {word(data.kind.value, language)} {days}"
    about = f"{word('subject', language)} · {word('as_of', language)} {data.as_of:%Y-%m-%d %H:%M %Z}"
    sections = list(_sections(data, language))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{escape(title)}</h1><p class="about">{escape(about)}</p>'
        f'{"".join(sections)}<p class="about">{escape(word("formulas", language))}</p></main></body></html>\n'
    )


def part_name(row: RowItem, language: Language) -> str:
    """Return the name of a part of the city, its key where it has none."""
    return pick((row.name_en, row.name_zh), language) or row.key or word("outside", language)


def camera_name(data: ReportData, camera_id: str, language: Language) -> str:
    """Return the name of a camera, its id where it has none."""
    if not camera_id:
        return word("all", language)
    return pick(data.camera_names.get(camera_id, (camera_id, camera_id)), language) or camera_id


def _sections(data: ReportData, language: Language) -> Iterator[str]:
    yield _tiles(data, language)
    if not data.told.total.counts[Milestone.reported]:
        yield f"<p>{escape(word('none', language))}</p>"
        return
    yield _over_time(data, language)
    yield _stages(data, language)
    for by, heading in _PARTS:
        yield _part(data.told.parts[by], heading, language, layer=data.told.layer if by is By.grid else "")
    yield _cameras(data, language)
    yield _late(data, language)
    if not data.told.is_complete:
        yield f'<p class="about">{escape(word("cut", language))}</p>'


def _tiles(data: ReportData, language: Language) -> str:
    tiles = []
    for milestone in (Milestone.reported, Milestone.filed, Milestone.closed):
        now, before = data.told.total.counts[milestone], data.told.before.counts[milestone]
        tiles.append(_tile(pick(MILESTONES[milestone], language), str(now), str(before), language))
    for indicator in (Indicator.on_time_handling, Indicator.on_time_closing, Indicator.rework_rate):
        value, earlier = data.told.total.ratios[indicator].value, data.told.before.ratios[indicator].value
        worse = value is not None and earlier is not None and value != earlier
        worse = worse and ((value or 0) > (earlier or 0)) == (indicator in LESS_IS_BETTER)
        name = pick(INDICATORS[indicator], language)
        tiles.append(_tile(name, percent(value), percent(earlier), language, is_worse=worse))
    return f'<section class="tiles">{"".join(tiles)}</section>'


def _tile(name: str, now: str, before: str, language: Language, *, is_worse: bool = False) -> str:
    style = ' class="worse"' if is_worse else ""
    return (
        f'<div class="tile"><span>{escape(name)}</span><b{style}>{escape(now)}</b>'
        f"<span>{escape(word('before', language))}: {escape(before)}</span></div>"
    )


def _over_time(data: ReportData, language: Language) -> str:
    heading = word("over_time_day" if data.kind is Kind.daily else "over_time_week", language)
    series = [
        (pick(MILESTONES[milestone], language), style, [bucket.counts[milestone] for bucket in data.buckets])
        for milestone, style in ((Milestone.reported, "a"), (Milestone.filed, "b"), (Milestone.closed, "c"))
    ]
    return _boxed(heading, columns(heading, [bucket.label for bucket in data.buckets], series))


def _stages(data: ReportData, language: Language) -> str:
    names = list(Milestone)
    rows = [
        (
            f"{pick(MILESTONES[begin], language)} → {pick(MILESTONES[end], language)}",
            data.told.total.latencies_s[end],
            duration(data.told.total.latencies_s[end], language),
        )
        for begin, end in pairwise(names)
    ]
    heading = word("stages", language)
    return _boxed(heading, bars(heading, rows, style="b"))


def _part(rows: Sequence[RowItem], heading: str, language: Language, *, layer: str) -> str:
    title = f"{word(heading, language)} ({layer})" if layer else word(heading, language)
    most = sorted(rows, key=lambda row: -row.counts[Milestone.reported])[:MAX_ROWS]
    chart = bars(
        title,
        [
            (part_name(row, language), row.ratios[Indicator.on_time_handling].value, _on_time(row, language))
            for row in most[:15]
        ],
        style="c",
        top=1.0,
    )
    shown = (Milestone.reported, Milestone.filed, Milestone.closed)
    head = [
        word("part", language),
        *(pick(MILESTONES[milestone], language) for milestone in shown),
        *(pick(INDICATORS[indicator], language) for indicator in _COLUMNS),
        word("handling_time", language),
    ]
    body = [
        [
            part_name(row, language),
            *(str(row.counts[milestone]) for milestone in shown),
            *(percent(row.ratios[indicator].value) for indicator in _COLUMNS),
            duration(row.handling_s, language),
        ]
        for row in most
    ]
    caption = f'<p class="about">{escape(pick(INDICATORS[Indicator.on_time_handling], language))}</p>'
    return _boxed(title, caption + chart, _table(head, body) + _more(len(rows), language))


def _on_time(row: RowItem, language: Language) -> str:
    ratio = row.ratios[Indicator.on_time_handling]
    return f"{percent(ratio.value)} ({ratio.part}/{ratio.whole})"


def _cameras(data: ReportData, language: Language) -> str:
    names = ("camera", "reports", "valid", "on_time_verification", "false_alarms", "detection")
    head = [word(name, language) for name in names]
    if data.missed is not None:
        head.insert(3, word("missed", language))
    scores = data.told.cameras
    body = [_score(data, score, language) for score in scores[:MAX_ROWS]]
    coverage = " · ".join(
        f"{word('coverage', language)} {layer}: {percent(ratio.value)} ({ratio.part}/{ratio.whole})"
        for layer, ratio in data.told.coverage.items()
    )
    note = f'<p class="about">{escape(coverage)}</p>' if coverage else ""
    return _boxed(word("cameras", language), note + _table(head, body) + _more(len(scores), language))


def _score(data: ReportData, score: CameraScoreItem, language: Language) -> list[str]:
    cells = [
        camera_name(data, score.camera_id, language),
        str(score.reports),
        percent(score.valid.value),
        percent(score.on_time_verification.value),
        f"{score.false_alarms_a_day:.2f}",
        duration(score.detection_s, language),
    ]
    if data.missed is not None:
        missed = data.missed.get(score.camera_id)
        cells.insert(3, percent(missed.value if missed else None))
    return cells


def _late(data: ReportData, language: Language) -> str:
    late = [case for case in data.told.cases if case.late]
    if not late:
        return _boxed(word("late", language), f"<p>{escape(word('none_late', language))}</p>")
    head = [word(name, language) for name in ("case", "matter", "department", "late_in")]
    names = {(by, row.key): part_name(row, language) for by, rows in data.told.parts.items() for row in rows}
    body = [
        [
            case.case_id,
            names.get((By.matter, case.matter), case.matter),
            names.get((By.department, case.department), case.department),
            stages_late(case, language),
        ]
        for case in late[:MAX_ROWS]
    ]
    table = _table(head, body, style="words")
    return _boxed(f"{word('late', language)} ({len(late)})", table + _more(len(late), language))


def stages_late(case: CaseTimes, language: Language) -> str:
    """Return the names of the stages in which a case is late."""
    return ", ".join(pick(STAGES[Stage(stage)], language) for stage in case.late)


def _more(number: int, language: Language) -> str:
    return f'<p class="about">{escape(word("more", language))}</p>' if number > MAX_ROWS else ""


def _boxed(heading: str, *boxes: str) -> str:
    inside = "".join(f'<div class="box">{box}</div>' for box in boxes)
    return f"<section><h2>{escape(heading)}</h2>{inside}</section>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], *, style: str = "figures") -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="{style}"><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>'
