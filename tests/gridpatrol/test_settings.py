from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gridpatrol.errors import UserError
from gridpatrol.lock import DataDirectory, read_beacon
from gridpatrol.settings import load_settings


def test_all_has_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    assert (settings.api.host, settings.api.port, settings.redis_url) == ("127.0.0.1", 8600, None)


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "node.yaml").write_text(
        "api: {host: 0.0.0.0, port: 1}\nredis_url: redis://one:6379\nmodel_manifest: weights/manifest.toml\n"
        "allowed_networks: [10.0.0.0/8]\n"
    )
    environment = {"GRIDPATROL_API_PORT": "2", "GRIDPATROL_REDIS_URL": "redis://two:6379", "GRIDPATROL_SECRET_X": "a:b"}
    settings = load_settings(tmp_path, port=3, environment=environment)
    assert (settings.api.host, settings.api.port, settings.redis_url) == ("0.0.0.0", 3, "redis://two:6379")
    assert settings.model_manifest == tmp_path / "weights" / "manifest.toml"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "node.yaml").write_text("gate: {data: [sets/data.yaml, /far/data.yaml], clips: clips}\n")
    gate = load_settings(tmp_path, port=1, environment={}).gate
    assert gate is not None
    assert gate.data == (tmp_path / "sets" / "data.yaml", Path("/far/data.yaml"))
    assert gate.clips == tmp_path / "clips"


@pytest.mark.parametrize(
    ("text", "environment", "options", "place"),
    [
        ("api: {prot: 1}", {}, {}, "node.yaml:1"),
        ("\nredis_url: http://x", {}, {}, "node.yaml:2"),
        ("", {"GRIDPATROL_API_PORT": "high"}, {}, "GRIDPATROL_API_PORT"),
        ("", {}, {"port": 70000}, "--port"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(
    tmp_path: Path, text: str, environment: dict[str, str], options: dict[str, Any], place: str
) -> None:
    if text:
        (tmp_path / "node.yaml").write_text(text)
    with pytest.raises(UserError) as caught:
        load_settings(tmp_path, environment=environment, **options)
    assert place in str(caught.value)


def test_one_node_a_data_directory(tmp_path: Path) -> None:
    with DataDirectory(tmp_path) as data:
        data.announce("http://127.0.0.1:8600", "unix:///x")
        beacon = read_beacon(tmp_path)
        assert beacon is not None
        assert beacon.stream_url == "unix:///x"
        with pytest.raises(UserError, match="another node"):
            DataDirectory(tmp_path)
    assert read_beacon(tmp_path) is None
    DataDirectory(tmp_path).__exit__(None, None, None)
