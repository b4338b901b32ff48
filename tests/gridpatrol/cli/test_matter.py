"""`gridpatrol matter` against a real server on a loopback port."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatch.accounts.service import GUEST
from dispatch.api import create_app
from dispatch.store import open_store
from gridpatrol.callers import LOCAL
from gridpatrol.cli import main
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import a_desk
from tests.sqlite import with_tables

TABLE = """大类,小类,代码,立案条件,结案条件,处置时限,责任部门
市容环境,道路不洁,0112,有泥,洗净,2工作时,sanitation
街面秩序,无照经营游商,0401,占道,离开,{limit},
"""
TOKEN = "open-sesame"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    store = open_store(with_tables(tmp_path / "dispatch.db"))
    with serving(
        create_app(a_desk(store), evidence_root=tmp_path, accounts=accounts_of(store, GUEST, **{TOKEN: LOCAL}))
    ) as address:
        yield address
    store.close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str, locale: str = "C.UTF-8") -> tuple[int, str, str]:
        monkeypatch.setenv("LC_ALL", locale)
        monkeypatch.setattr(sys, "argv", ["gridpatrol", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_table_is_imported_reviewed_and_admitted(url: str, run: Run, tmp_path: Path) -> None:
    table = tmp_path / "matters.csv"
    table.write_text(TABLE.format(limit="2紧急工作时"), encoding="utf-8")
    words = ("--why", "table of May", "--url", url, "--token", TOKEN)
    code, said, _ = run("matter", "import", str(table), "--dry-run", *words)
    assert (code, said.splitlines()[0]) == (0, "gbt30428_0112: 道路不洁 gbt30428 0112 2工作时")
    code, said, _ = run("matter", "import", str(table), *words)
    assert (code, said.splitlines()) == (0, ["gbt30428_0112: version 1 proposed", "gbt30428_0401: version 1 proposed"])
    assert "says the same already" in run("matter", "import", str(table), *words)[1]
    assert run("matter", "admit", "gbt30428_0112", *words)[0] == 2, "it was not reviewed"
    code, _, told = run("matter", "review", "gbt30428_0112", *words)
    assert (code, "who cannot review it" in told) == (2, True)
    assert run("matter", "review", "gbt30428_0112", *words, "--by", "Wu")[0] == 0
    assert "by version 1" in run("matter", "admit", "gbt30428_0112", *words, "--by", "Li")[1]
    _, said, _ = run("matter", "show", "gbt30428_0112", "--url", url)
    assert "filed when: 有泥" in said
    assert "Li (local)" in said
    listed = json.loads(run("matter", "list", "--json", "--url", url)[1])
    assert {item["matter"]: item["admitted_version"] for item in listed} == {
        "litter_exposed": 0,
        "illegal_parking": 0,
        "gbt30428_0112": 1,
        "gbt30428_0401": None,
    }
    assert "no: it was not admitted yet" in run("matter", "list", "--url", url)[1]


def test_a_changed_limit_is_a_new_version(url: str, run: Run) -> None:
    words = ("--why", "shorter", "--url", url, "--token", TOKEN)
    assert "version 1 proposed" in run("matter", "propose", "litter_exposed", "--limit", "2紧急工作时", *words)[1]
    assert (
        "litter_exposed: 已审核 · 按第0版"
        in run("matter", "review", "litter_exposed", *words, "--by", "Wu", locale="zh_CN.UTF-8")[1]
    )
    code, _, told = run("matter", "propose", "litter_exposed", "--limit", "soon", *words)
    assert code == 2
    assert "'soon' cannot be read" in told
    assert "2紧急工作时" in told


def test_a_wrong_row_is_told_with_its_number(url: str, run: Run, tmp_path: Path) -> None:
    table = tmp_path / "matters.csv"
    table.write_text(TABLE.format(limit="尽快"), encoding="utf-8")
    code, _, told = run("matter", "import", str(table), "--why", "x", "--url", url, "--token", TOKEN)
    assert code == 2
    assert f"{table}:3: the limit '尽快' cannot be read" in told
    code, _, told = run("matter", "import", str(tmp_path / "none.xlsx"), "--why", "x", "--url", url)
    assert code == 2
    assert "No such file" in told
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    assert "no row of headings" in run("matter", "import", str(table), "--why", "x", "--url", url)[2]


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_what_is_exported_is_imported_again(name: str, url: str, run: Run, tmp_path: Path) -> None:
    words = ("--why", "again", "--url", url, "--token", TOKEN)
    example = Path(__file__).parents[3] / "docs" / "examples" / "matters.csv"
    assert run("matter", "import", str(example), *words)[0] == 0
    table = tmp_path / name
    assert run("matter", "export", str(table), "--url", url)[1].strip() == str(table)
    code, said, _ = run("matter", "import", str(table), *words)
    assert code == 0
    assert len(said.splitlines()) == 8
    assert all("says the same already" in line for line in said.splitlines())
    code, _, told = run("matter", "export", str(tmp_path / "out.pdf"), "--url", url)
    assert (code, "neither xlsx nor csv" in told) == (2, True)
