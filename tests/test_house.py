"""House rules that no linter checks: sizes of files and functions, no paths of one machine."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGES = ("detector", "dispatch", "models", "gridpatrol", "tests", "benchmarks")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".geojson", ".cfg", ""}
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/")
SOURCES = sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]


def test_files_are_short() -> None:
    long = {path.relative_to(REPOSITORY): lines for path in SOURCES if (lines := _lines(path)) > MAX_FILE_LINES}
    assert not long, f"split these files (at most {MAX_FILE_LINES} lines): {long}"


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name} ({length})"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert not long, f"split these functions (at most {MAX_FUNCTION_LINES} lines): {long}"


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    named = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in tracked()
        if path.suffix in TEXT and path.is_file() and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert not named


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")
