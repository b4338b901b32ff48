"""A desk over a real store, and the command line run in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from gridpatrol.cli import main
from tests.dispatch.builders import a_desk
from tests.sqlite import with_tables

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(with_tables(tmp_path / "dispatch.db"))
    yield opened
    opened.close()


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return a_desk(store)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("API_TOKEN", "API_KEY", "DATA", "URL"):
        monkeypatch.delenv(f"GRIDPATROL_{name}", raising=False)

    def call(*words: str, **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["gridpatrol", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def as_json(answered: tuple[int, str, str]) -> Any:
    code, out, err = answered
    assert (code, err) == (0, "")
    return json.loads(out)
