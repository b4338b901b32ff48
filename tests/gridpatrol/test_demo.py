from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridpatrol.config import load_installation
from gridpatrol.demo import DEMO_CONFIG, DEMO_GRID, forget, load_story, own_config, world_of
from gridpatrol.errors import UserError
from gridpatrol.lock import DataDirectory

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_the_shipped_story_speaks_of_shipped_cameras_and_matters() -> None:
    installation = load_installation(DEMO_CONFIG, grid_folder=DEMO_GRID)
    assert len(installation.cameras) >= 4
    assert installation.notices == ()
    story = load_story(DEMO_CONFIG)
    assert story.handle
    for handling in story.handle:
        assert handling.camera in installation.cameras
        assert handling.matter in installation.matters


def test_the_world_goes_on_while_the_node_is_stopped(tmp_path: Path) -> None:
    assert world_of(tmp_path, NOW) == NOW
    assert world_of(tmp_path, NOW + timedelta(hours=1)) == NOW


def test_a_damaged_world_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text("{}")
    with pytest.raises(UserError, match="since when"):
        world_of(tmp_path, NOW)


def test_only_a_demonstration_that_is_not_running_is_forgotten(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    forget(data)
    data.mkdir()
    (data / "something").touch()
    with pytest.raises(UserError, match="no demonstration"):
        forget(data)
    world_of(data, NOW)
    with DataDirectory(data), pytest.raises(UserError, match="another node"):
        forget(data)
    forget(data)
    assert not data.exists()


def test_the_demonstration_changes_cameras_of_its_own(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    folder = own_config(data)
    shipped = load_installation(DEMO_CONFIG, grid_folder=DEMO_GRID)
    assert load_installation(folder, grid_folder=DEMO_GRID).cameras == shipped.cameras
    edited, retired, stale = sorted((folder / "cameras").iterdir())[:3]
    edited.write_text(edited.read_text().replace("look_interval_s: 1.0", "look_interval_s: 3.0"))
    retired.unlink()
    record = json.loads((folder / "copied.json").read_text())
    stale.write_text("id: of an earlier version\n")
    record[stale.name] = hashlib.sha256(stale.read_bytes()).hexdigest()
    (folder / "copied.json").write_text(json.dumps(record))
    again = load_installation(own_config(data), grid_folder=DEMO_GRID).cameras
    assert again[edited.stem].watch.look_interval_s == 3.0
    assert retired.stem not in again
    assert again[stale.stem] == shipped.cameras[stale.stem]
    forget(data)
    assert not data.exists()


def test_no_story_is_an_empty_one_and_a_wrong_one_has_a_line(tmp_path: Path) -> None:
    assert load_story(tmp_path).handle == ()
    (tmp_path / "story.yaml").write_text("handle:\n  - {camera: a, matter: b}\n")
    with pytest.raises(UserError) as caught:
        load_story(tmp_path)
    assert "story.yaml:2" in str(caught.value)
