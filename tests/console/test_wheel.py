"""The wheel has the console in it, or says why it has none: built by the hook of the real project in a small one."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
PAGE = "gridpatrol/console/index.html"
BUILDS = "mkdir -p dist/assets; echo new > dist/index.html; echo 1 > dist/assets/app.js; echo built >> asked.txt"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one package and the hook where the real project has it."""
    real = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    hook = real["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["path"]
    folder = tmp_path / "project"
    (folder / "gridpatrol").mkdir(parents=True)
    (folder / "gridpatrol/__init__.py").touch()
    (folder / "web/node_modules").mkdir(parents=True)
    shutil.copy(ROOT / hook, folder / hook)
    (folder / "pyproject.toml").write_text(
        f"""[project]
name = "gridpatrol"
version = "1"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.build]
dev-mode-dirs = ["."]
[tool.hatch.build.targets.wheel]
packages = ["gridpatrol"]
[tool.hatch.build.targets.wheel.hooks.custom]
path = "{hook}"
"""
    )
    return folder


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that is searched for programs beside the shell's own."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "mkdir"):
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def give(tools: Path, *, node: str = "v22.1.0", npm: str = BUILDS) -> None:
    for name, does in (("node", f"echo {node}"), ("npm", npm)):
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)


def built(project: Path, version: str = "standard") -> dict[str, str]:
    """Build a wheel and return the console's files in it."""
    before = Path.cwd()
    os.chdir(project)
    try:
        wheel = next(iter(WheelBuilder(str(project)).build(directory=str(project / "out"), versions=[version])))
    finally:
        os.chdir(before)
    with ZipFile(wheel) as files:
        return {name: files.read(name).decode() for name in files.namelist() if name.startswith("gridpatrol/console")}


def test_the_console_is_built_into_the_wheel(project: Path, tools: Path) -> None:
    give(tools)
    assert built(project) == {PAGE: "new\n", "gridpatrol/console/assets/app.js": "1\n"}


def test_packages_that_are_missing_are_fetched_before(project: Path, tools: Path) -> None:
    (project / "web/node_modules").rmdir()
    give(tools, npm=f'echo "$1" >> asked.txt; {BUILDS}')
    assert PAGE in built(project)
    assert (project / "web/asked.txt").read_text().split() == ["install", "built", "run", "built"]


@pytest.mark.parametrize(
    ("node", "npm", "why"),
    [
        (None, None, "there is no Node.js with npm"),
        ("v18.19.0", BUILDS, "Node.js v18.19.0 is older than 20.19"),
        ("v22.1.0", "echo no such package >&2; exit 1", "npm run --silent build failed: no such package"),
    ],
)
def test_without_a_build_the_wheel_is_made_and_says_what_it_lacks(
    project: Path, tools: Path, capfd: pytest.CaptureFixture[str], node: str | None, npm: str | None, why: str
) -> None:
    if node and npm:
        give(tools, node=node, npm=npm)
    assert built(project) == {}
    assert f"the wheel has no console: {why}; the API works without it" in capfd.readouterr().err
    (project / "web/dist").mkdir()
    (project / "web/dist/index.html").write_text("of yesterday")
    assert built(project) == {PAGE: "of yesterday"}
    assert f"the wheel has the console that was built before: {why}" in capfd.readouterr().err


def test_an_editable_installation_builds_nothing(project: Path, tools: Path) -> None:
    give(tools)
    assert built(project, "editable") == {}
    assert not (project / "web/asked.txt").exists()
