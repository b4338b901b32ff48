from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridpatrol.config import load_installation
from gridpatrol.demo import DEMO_CONFIG, DEMO_GRID, forget, load_story, world_of
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


def test_no_story_is_an_empty_one_and_a_wrong_one_has_a_line(tmp_path: Path) -> None:
    assert load_story(tmp_path).handle == ()
    (tmp_path / "story.yaml").write_text("handle:\n  - {camera: a, matter: b}\n")
    with pytest.raises(UserError) as caught:
        load_story(tmp_path)
    assert "story.yaml:2" in str(caught.value)
