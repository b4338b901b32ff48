"""What the documents name exists: paths, dotted names of the code, links and their headings."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")], key=lambda path: path.as_posix()
)
FOLDERS = ("benchmarks", "configs", "detector", "dispatch", "docs", "gridpatrol", "models", "tests")
PACKAGES = ("benchmarks", "detector", "dispatch", "gridpatrol", "models")

CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")
NAME = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)(?:\(\))?`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
NOT_OF_THE_CODE = re.compile(
    r"gridpatrol\.(reports|requests|cases|supervision|(event|verification|camera|case|order|hotspot)\.\w+\.v\d+)|\w+\.(sqlite|log)"
)
"""Streams, types of messages and files of a data directory look like dotted names."""
MADE_LATER = ("models/weights/", "models/promotions.jsonl")
"""What trainings and promotions write."""

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def prose(document: Path) -> str:
    return CODE_BLOCK.sub("", document.read_text(encoding="utf-8"))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def resolve(name: str) -> object:
    """Import the longest part of a dotted name that is a module and take the rest as attributes."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            fields = () if isinstance(found, ModuleType) else getattr(found, "__annotations__", ())
            if part in fields:
                return found
            found = getattr(found, part)
        return found
    raise AttributeError(name)


@documents
def test_named_paths_exist(document: Path) -> None:
    named = [path for path in PATH.findall(prose(document)) if not path.startswith(MADE_LATER)]
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing, f"{document.name} names files that are not there: {missing}"


@documents
def test_dotted_names_exist(document: Path) -> None:
    missing = []
    for name in NAME.findall(prose(document)):
        if NOT_OF_THE_CODE.fullmatch(name):
            continue
        try:
            resolve(name)
        except AttributeError:
            missing.append(name)
    assert not missing, f"{document.name} names what the code does not have: {missing}"


@documents
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for target in LINK.findall(prose(document)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        headings = HEADING.findall(linked.read_text(encoding="utf-8")) if anchor and linked.is_file() else []
        if not linked.exists() or (anchor and anchor not in {slug(heading) for heading in headings}):
            broken.append(target)
    assert not broken, f"{document.name} has links that lead nowhere: {broken}"


@pytest.mark.parametrize("name", ["detector.no_such_module", "detector.pipeline.CameraPipeline.no_such_method"])
def test_a_name_that_is_gone_is_found_out(name: str) -> None:
    with pytest.raises(AttributeError):
        resolve(name)


def test_decisions_are_short() -> None:
    long = {p.name: n for p in (ROOT / "docs/decisions").glob("*.md") if (n := len(p.read_text().splitlines())) > 40}
    assert not long
