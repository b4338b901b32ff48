"""A whole configuration folder, checked file against file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gridpatrol.config import load_installation
from gridpatrol.errors import UserError, problems_of
from gridpatrol.shipped import SHIPPED_CONFIG

CAMERA = """\
id: gate
names: {en: Gate, zh: 大门}
source: {url: "rtsp://10.0.0.4/1"}
position: {lon: 114.1305, lat: 22.5478, crs: "EPSG:4326"}
zones:
  - {id: walk, purpose: pavement, resolution_wh: [640, 360], polygon_px: [[0, 0], [640, 0], [640, 360]]}
matters: [litter_exposed]
"""
DEPARTMENTS = "departments:\n  - {id: sanitation, names: {en: Sanitation, zh: 环卫所}}\n"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "cameras").mkdir()
    (tmp_path / "cameras" / "gate.yaml").write_text(CAMERA, encoding="utf-8")
    shutil.copytree(SHIPPED_CONFIG / "grid", tmp_path / "grid")
    return tmp_path


def test_matters_and_departments_are_the_shipped_ones_where_there_are_none(city: Path) -> None:
    installation = load_installation(city)
    assert list(installation.cameras) == ["gate"]
    assert "litter_exposed" in installation.matters
    assert "sanitation" in installation.departments
    assert len(installation.grid) == 5
    assert installation.rules["litter_exposed"].handling.department == "sanitation"
    assert installation.notices == ()


def test_own_matters_replace_the_shipped_ones(city: Path) -> None:
    (city / "matters").mkdir()
    shutil.copy(SHIPPED_CONFIG / "matters" / "litter_exposed.yaml", city / "matters")
    (city / "departments.yaml").write_text(DEPARTMENTS, encoding="utf-8")
    installation = load_installation(city)
    assert list(installation.matters) == ["litter_exposed"]
    assert list(installation.departments) == ["sanitation"]


def test_a_department_nobody_knows_is_a_fault_of_the_matter(city: Path) -> None:
    (city / "matters").mkdir()
    shutil.copy(SHIPPED_CONFIG / "matters" / "litter_exposed.yaml", city / "matters")
    (city / "departments.yaml").write_text(DEPARTMENTS.replace("sanitation", "sanitasion"), encoding="utf-8")
    with pytest.raises(UserError, match=r"litter_exposed\.yaml:\d+: handling\.department: 'sanitation' is not in"):
        load_installation(city)


def test_a_department_given_twice_is_refused(city: Path) -> None:
    (city / "departments.yaml").write_text(DEPARTMENTS + DEPARTMENTS.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"departments\.yaml:3: departments\[1\]\.id: 'sanitation' is given twice"):
        load_installation(city)


def test_faults_of_every_kind_are_told_together(city: Path) -> None:
    (city / "cameras" / "gate.yaml").write_text(CAMERA.replace("EPSG:4326", "EPSG:1"), encoding="utf-8")
    (city / "grid" / "unit.geojson").write_text("{}")
    (city / "departments.yaml").write_text("departments: []\n")
    with pytest.raises(UserError) as caught:
        load_installation(city)
    assert {Path(problem.place.split(":")[0]).name for problem in problems_of(caught.value)} == {
        "gate.yaml",
        "unit.geojson",
        "departments.yaml",
    }


NOTICES = {
    "no grid": ("", "", "there is no grid"),
    "idle matter": (
        "[litter_exposed]",
        "[litter_exposed, illegal_parking]",
        "gate: illegal_parking is named but cannot",
    ),
    "no zones": (CAMERA[CAMERA.index("zones:") :], "", "gate: it has no zones"),
    "password": ("rtsp://10", "rtsp://admin:pw@10", "gate: its address holds a password"),
    "elsewhere": ("lon: 114.1305", "lon: 115.1305", "gate: its position lies in no cell"),
}


@pytest.mark.parametrize(("old", "new", "words"), NOTICES.values(), ids=NOTICES.keys())
def test_what_may_not_be_meant_is_noticed(city: Path, old: str, new: str, words: str) -> None:
    (city / "cameras" / "gate.yaml").write_text(CAMERA.replace(old, new), encoding="utf-8")
    if not old:
        shutil.rmtree(city / "grid")
    (notice,) = load_installation(city).notices
    assert words in notice
    assert "pw" not in notice.replace("password", "")


def test_an_installation_may_begin_without_cameras_but_not_without_their_folder(city: Path) -> None:
    (city / "cameras" / "gate.yaml").unlink()
    assert load_installation(city).notices == (
        "there are no cameras: add them in the console, or as files in cameras/",
    )
    (city / "cameras").rmdir()
    with pytest.raises(UserError, match="cameras: there is no such folder"):
        load_installation(city)
    with pytest.raises(UserError, match="no such folder"):
        load_installation(city / "none")


def test_the_demonstration_is_sound() -> None:
    installation = load_installation(SHIPPED_CONFIG / "demo", grid_folder=SHIPPED_CONFIG / "grid")
    assert len(installation.cameras) == 4
    assert installation.notices == ()


def test_the_calendar_is_checked_against_the_departments(city: Path) -> None:
    assert load_installation(city).calendar.time_zone == "Asia/Shanghai"
    own = city / "calendar.yaml"
    own.write_text("holidays: [2026-11-20]\ndepartments:\n  sanitation: {works: every_day}\n", encoding="utf-8")
    assert list(load_installation(city).calendar.departments) == ["sanitation"]
    own.write_text("departments:\n  sanitasion: {works: every_day}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"calendar\.yaml:2: departments\.sanitasion: 'sanitasion' is not in"):
        load_installation(city)
    own.write_text("time_zone: Asia/Peking\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"calendar\.yaml:1: time_zone: 'Asia/Peking' is no time zone"):
        load_installation(city)
