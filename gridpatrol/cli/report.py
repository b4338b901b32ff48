"""`gridpatrol report`: the daily and the weekly report, as a page and as a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dispatch.indicators.cameras import Incident
from dispatch.indicators.gathering import Kind
from gridpatrol.cli.client import DEFAULT_URL, Node, TokenOption, UrlOption
from gridpatrol.config.document import read_text
from gridpatrol.errors import UserError
from gridpatrol.reporting.data import fetch
from gridpatrol.reporting.page import page
from gridpatrol.reporting.workbook import workbook
from gridpatrol.wording import Language, terminal_language

app = typer.Typer(help="Daily and weekly report, as a page and a spreadsheet.", no_args_is_help=True)

TIMEOUT_S = 300.0
"""A week of a large city takes the node a while to count."""
TRUTH_COLUMNS = ("camera_id", "matter", "begin", "end")

OutOption = Annotated[Path, typer.Option("--out", help="Folder for the files; made when absent.")]
DateOption = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="A day of the period; the last whole one when absent."),
]
LanguageOption = Annotated[str | None, typer.Option("--lang", help="zh or en; the terminal's when absent.")]
TruthOption = Annotated[
    Path | None, typer.Option("--truth", help="csv of incidents that were there, for the missed rate.")
]


@app.callback()
def group() -> None:
    """Write reports."""


@app.command()
def daily(
    out: OutOption,
    day: DateOption = None,
    lang: LanguageOption = None,
    truth: TruthOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Write the report of one day."""
    _write(Kind.daily, out, day, lang, truth, Node(url, token, timeout_s=TIMEOUT_S))


@app.command()
def weekly(
    out: OutOption,
    day: DateOption = None,
    lang: LanguageOption = None,
    truth: TruthOption = None,
    url: UrlOption = DEFAULT_URL,
    token: TokenOption = None,
) -> None:
    """Write the report of a week, Monday to Sunday."""
    _write(Kind.weekly, out, day, lang, truth, Node(url, token, timeout_s=TIMEOUT_S))


def _write(kind: Kind, out: Path, day: datetime | None, lang: str | None, truth: Path | None, node: Node) -> None:
    language = _language(lang)
    incidents = None if truth is None else read_truth(truth)
    data = fetch(node, kind, day.date() if day else None, incidents)
    stem = out / f"{kind.value}-{data.since:%Y-%m-%d}-{language}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        stem.with_suffix(".html").write_text(page(data, language), encoding="utf-8")
        workbook(data, language).save(stem.with_suffix(".xlsx"))
    except OSError as error:
        raise UserError(f"cannot be written ({error.strerror or error})", place=str(out)) from error
    for suffix in (".html", ".xlsx"):
        typer.echo(str(stem.with_suffix(suffix)))


def _language(given: str | None) -> Language:
    if given is None:
        return terminal_language(None)
    known: dict[str, Language] = {"zh": "zh", "en": "en"}
    if given not in known:
        raise UserError(f"{given!r} is not a language of the reports", place="--lang", remedy="write zh or en")
    return known[given]


def read_truth(path: Path) -> tuple[Incident, ...]:
    """Read incidents that were there: csv with the columns `TRUTH_COLUMNS`, times with their zone.

    Raises:
        UserError: the file cannot be read, or a row of it.
    """
    rows = csv.DictReader(io.StringIO(read_text(path)))
    if set(TRUTH_COLUMNS) - set(rows.fieldnames or ()):
        raise UserError("columns are missing", place=f"{path}:1", remedy=f"needed: {', '.join(TRUTH_COLUMNS)}")
    incidents = []
    for row in rows:
        place = f"{path}:{rows.line_num}"
        try:
            begin, end = (datetime.fromisoformat((row[name] or "").strip()) for name in ("begin", "end"))
        except ValueError as error:
            raise UserError(f"not a time: {error}", place=place, remedy="write 2026-11-21T08:00:00+08:00") from error
        if begin.tzinfo is None or end.tzinfo is None or end <= begin:
            raise UserError(
                "begin and end must have a time zone and be in order", place=place, remedy="2026-11-21T08:00:00+08:00"
            )
        incidents.append(Incident((row["camera_id"] or "").strip(), (row["matter"] or "").strip(), begin, end))
    return tuple(incidents)
