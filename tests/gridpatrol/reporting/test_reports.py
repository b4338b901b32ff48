"""`gridpatrol report` against a real server: the page, the spreadsheet, and what they say."""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from dispatch.indicators.facts import Milestone
from dispatch.indicators.formulas import By
from dispatch.indicators.gathering import Kind, last_whole, period_of
from gridpatrol.cli import main
from gridpatrol.cli.client import Node
from gridpatrol.reporting.data import fetch
from gridpatrol.reporting.words import duration, percent
from tests.gridpatrol.reporting.conftest import DAY


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["gridpatrol", "report", *words])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.mark.parametrize(("kind", "lang", "heading"), [("daily", "zh", "日报"), ("weekly", "en", "Weekly report")])
def test_a_report_is_written(
    kind: str, lang: str, heading: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "reports"
    assert run(monkeypatch, kind, "--out", str(out), "--date", DAY, "--lang", lang, "--url", url) == 0
    day = DAY if kind == "daily" else "2026-11-16"
    html = (out / f"{kind}-{day}-{lang}.html").read_text(encoding="utf-8")
    assert heading in html
    assert not re.search(r"(src|href)=|url\(|@import", html), "nothing is loaded from elsewhere"
    assert "<parking>" not in html, "names are escaped"
    book = openpyxl.load_workbook(out / f"{kind}-{day}-{lang}.xlsx")
    assert len(book.sheetnames) == 7
    row = dict(zip(*(tuple(book.worksheets[0].values)[:2]), strict=True))
    reported, filed, closed = ("上报", "立案", "结案") if lang == "zh" else ("Reported", "Filed", "Closed")
    assert (row[reported], row[filed], row[closed]) == (12, 10, 8)
    times = list(book.worksheets[-1].values)
    assert len(times) == 13
    assert str(times[1][3]) == "2026-11-21 16:00:05", "local time of the city"


def test_the_figures_are_those_of_the_node(url: str) -> None:
    data = fetch(Node(url), Kind.daily, date.fromisoformat(DAY))
    reported = Milestone.reported
    assert sum(bucket.counts[reported] for bucket in data.buckets) == data.told.total.counts[reported] == 12
    assert data.told.before.counts[reported] == 0
    assert [row.key for row in data.told.parts[By.matter]] == ["illegal_parking", "litter_exposed"]
    score = {one.camera_id: one for one in data.told.cameras}[""]
    assert (score.valid.part, score.valid.whole) == (10, 12)


def test_the_missed_rate_of_a_truth(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "camera_id,matter,begin,end\n"
        "corner,litter_exposed,2026-11-21T15:58:00+08:00,2026-11-21T16:10:00+08:00\n"
        "gate,street_stall,2026-11-21T15:58:00+08:00,2026-11-21T16:10:00+08:00\n",
        encoding="utf-8",
    )
    words = ("daily", "--out", str(tmp_path), "--date", DAY, "--lang", "en", "--url", url, "--truth", str(truth))
    assert run(monkeypatch, *words) == 0
    sheet = openpyxl.load_workbook(tmp_path / f"daily-{DAY}-en.xlsx")["Cameras"]
    head, total = list(sheet.values)[:2]
    assert dict(zip(head, total, strict=True))["Missed"] == 0.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "truth.csv:1: columns are missing"),
        ("camera_id,matter,begin,end\ngate,x,soon,later\n", "truth.csv:2: not a time"),
        ("camera_id,matter,begin,end\ngate,x,2026-11-21T10:00,2026-11-21T11:00\n", "must have a time zone"),
    ],
)
def test_a_truth_that_cannot_be_read(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(text, encoding="utf-8")
    assert run(monkeypatch, "daily", "--out", str(tmp_path), "--truth", str(truth)) == 2
    assert said in capsys.readouterr().err


def test_what_cannot_be_written(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run(monkeypatch, "daily", "--out", str(tmp_path / "file"), "--date", DAY, "--url", url) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert run(monkeypatch, "daily", "--out", str(tmp_path), "--lang", "fr", "--url", url) == 2
    assert "write zh or en" in capsys.readouterr().err


def test_periods() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert [f"{at:%m-%d %H}" for at in period_of(Kind.daily, date(2026, 11, 22), zone)] == ["11-22 00", "11-23 00"]
    now = datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert last_whole(Kind.daily, now, zone) == date(2026, 11, 22), "it is Monday in the city"
    assert last_whole(Kind.weekly, now, zone) == date(2026, 11, 16)
    assert [f"{at:%m-%d %H}" for at in period_of(Kind.weekly, date(2026, 11, 22), zone)] == ["11-16 00", "11-23 00"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "–"), (45, "45 s"), (600, "10 min"), (9000, "2.5 h"), (259200, "3.0 d")]
)
def test_spans_in_words(seconds: float | None, said: str) -> None:
    assert duration(seconds, "en") == said
    assert percent(None if seconds is None else 0.1234) == ("–" if seconds is None else "12.3 %")
