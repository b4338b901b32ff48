from __future__ import annotations

from pathlib import Path

import cv2
import pytest
import yaml

from gridpatrol.cli.check import check
from gridpatrol.errors import UserError, problems_of
from tests.detector.sources.encode import numbered, write_clip


def camera_file(folder: Path, camera_id: str, url: str, **more: object) -> None:
    (folder / "cameras").mkdir(exist_ok=True)
    zone = {
        "id": "kerb",
        "purpose": "no_parking",
        "resolution_wh": [160, 96],
        "polygon_px": [[10, 10], [150, 10], [150, 90], [10, 90]],
    }
    data = {
        "id": camera_id,
        "names": {"en": camera_id, "zh": camera_id},
        "source": {"url": url, "connect_timeout_s": 1, "read_timeout_s": 1},
        "watch": {"look_interval_s": 2},
        "position": {"lon": 114.13, "lat": 22.54, "crs": "EPSG:4326"},
        "zones": [zone],
        **more,
    }
    (folder / "cameras" / f"{camera_id}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True))


def run(folder: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, tuple[UserError, ...]]:
    try:
        check(folder, pictures)
    except UserError as error:
        return capsys.readouterr().out, problems_of(error)
    return capsys.readouterr().out, ()


def test_a_sound_installation_is_shown_with_a_picture_of_each_camera(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_clip(tmp_path / "street.mp4", numbered(40), gop=10)
    camera_file(tmp_path, "street", "../street.mp4")
    write_clip(tmp_path / "yard.mp4", numbered(40, size_wh=(128, 128)), gop=40)
    camera_file(tmp_path, "yard", "../yard.mp4")
    out, problems = run(tmp_path, tmp_path / "pictures", capsys)
    assert problems == ()
    assert "files are right: 2 cameras" in out
    for camera_id in ("street", "yard"):
        assert cv2.imread(str(tmp_path / "pictures" / f"{camera_id}.jpg")) is not None
        assert camera_id in out
    assert "h264" in out
    assert "160x96" in out


def test_a_dead_camera_and_unknown_credentials_are_one_message_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_clip(tmp_path / "street.mp4", numbered(40), gop=40)
    camera_file(tmp_path, "street", "../street.mp4")
    camera_file(tmp_path, "loop", "rtsp://127.0.0.1:1/live")
    camera_file(tmp_path, "gate", "rtsp://10.0.0.9/live", source={"url": "rtsp://10.0.0.9/live", "credentials": "GATE"})
    out, problems = run(tmp_path, tmp_path / "pictures", capsys)
    assert sorted(p.place for p in problems) == ["camera gate", "camera loop"]
    assert any("GRIDPATROL_SECRET_GATE" in str(p) for p in problems)
    assert any("this machine" in str(p) for p in problems)
    assert "gate" in out


def test_wrong_files_are_told_before_any_camera_is_visited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    camera_file(tmp_path, "street", "../missing.mp4")
    _, problems = run(tmp_path, tmp_path / "pictures", capsys)
    assert len(problems) == 1
    assert "street.yaml:" in problems[0].place
    assert not (tmp_path / "pictures").exists()
