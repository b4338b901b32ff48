"""The console's own checks: types that fit this version's API, lint, and its unit and component tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gridpatrol.openapi import description

WEB = Path(__file__).parents[2] / "web"
pytestmark = pytest.mark.skipif(
    shutil.which("npm") is None or not (WEB / "node_modules").is_dir(),
    reason="the console's packages are not there: make web",
)


def npm(*arguments: str) -> None:
    ran = subprocess.run(
        ["npm", "run", "--silent", *arguments],
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_types_are_made_from_this_versions_api_and_fit() -> None:
    (WEB / "openapi.json").write_text(description(), encoding="utf-8")
    npm("types")
    npm("lint")


def test_its_unit_and_component_tests_pass() -> None:
    npm("test")


def test_every_reason_that_is_put_into_chinese_is_one_that_is_written() -> None:
    written = "".join(
        path.read_text(encoding="utf-8")
        for package in ("detector", "dispatch", "gridpatrol")
        for path in (WEB.parent / package).rglob("*.py")
    )
    patterns = re.findall(r"^  \[/(.+)/g,", (WEB / "src" / "domain" / "reasons.ts").read_text("utf-8"), re.MULTILINE)
    assert len(patterns) > 40
    for pattern in patterns:
        plain = re.split(r"\\[a-zA-Z]\+?\??|\[.*?\]\+?|\(\?.*?\)|[()^*+?]", re.sub(r"\\([().])", r"\1", pattern))
        # A share is written as `{share:.0%}`: its sign is no part of the text.
        assert max(plain, key=len).strip("% ") in written, f"nobody writes {pattern!r} any more"


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    named = [name for name, package in lock["packages"].items() if "resolved" in package]
    assert not named
