from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from detector.config import Camera
from detector.errors import ConfigError
from detector.sources.sim.scene import SCENE_FOLDERS, SimAddress, load_scene, scene_names
from detector.sources.sim.street import SimStreet
from detector.sources.sim.surveyor import camera_yaml, main, new_camera, survey
from tests.detector.sources.sim.small import SPEC

CAMERAS = sorted((SCENE_FOLDERS[0].parent / "cameras").glob("*.yaml"))


def test_the_four_scenes_are_there() -> None:
    assert scene_names() == ["crossing", "firelane", "market", "parking"]
    assert all(load_scene(name).spec.name == name for name in scene_names())


def test_an_address_overrides_the_scene() -> None:
    address = SimAddress.parse("sim://crossing?seed=7&hour=14.5&rain=0.5&width=640&view=corner&quiet=1")
    assert (address.scene, address.seed, address.hour, address.rain) == ("crossing", 7, 14.5, 0.5)
    assert (address.resolution_wh, address.view, address.quiet) == ((640, 360), "corner", True)


@pytest.mark.parametrize(("url", "words"), [
    ("sim://nowhere", "no scene is called 'nowhere'"),
    ("sim:///no/such/file.yaml", "no such scene file"),
    ("sim://crossing?sed=7", "sed"),
    ("sim://crossing?hour=25", "hour"),
    ("sim://crossing?view=roof", "no view 'roof'; it has: main, corner"),
    ("sim://", "scene"),
    ("rtsp://crossing", "expected sim://"),
])  # fmt: skip
def test_a_wrong_address_is_said_plainly(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        SimStreet.at(url)


@pytest.mark.parametrize(("change", "words"), [
    ({"lanes": [{"path_m": [[0, 0], [1, 1]], "kinds": {"dragon": 1}, "every_s": 1, "speed_mps": 1}]}, "dragon"),
    ({"happenings": [{"id": "x", "what": "car", "at_m": [0, 0], "arrives_s": 5, "leaves_s": 4}]}, "leaves_s"),
    ({"happenings": [{"id": "x", "what": "car", "at_m": [0, 0], "arrives_s": 5, "how": "drives"}]}, "path_m"),
    ({"faults": [{"kind": "freeze", "from_s": 5, "until_s": 5}]}, "until_s"),
    ({"weather": "fine"}, "weather"),
])  # fmt: skip
def test_a_wrong_scene_is_said_plainly(tmp_path: Path, change: dict[str, object], words: str) -> None:
    path = tmp_path / "scene.yaml"
    path.write_text(yaml.safe_dump({**SPEC, **change}))
    with pytest.raises(ConfigError, match=words):
        load_scene(path)


def test_a_scene_file_can_be_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    assert SimStreet.at(f"sim://{path}?width=320").scene.spec.name == "small"


@pytest.mark.parametrize("path", CAMERAS, ids=lambda p: p.stem)
def test_the_demonstration_cameras_fit_their_scenes(path: Path) -> None:
    camera = Camera.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    again = survey(camera)
    assert camera == again, f"survey it again: python -m detector.sources.sim.surveyor {path}"


def test_calibration_points_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    url = f"sim://{path}?width=640"
    camera, street = new_camera("own", url), SimStreet.at(url)
    assert camera.calibration is not None and len(camera.calibration.points) >= 6
    for point in camera.calibration.points:
        ground = street.camera.ground_point_m(point.px)
        assert ground is not None
        assert street.scene.anchor.lonlat(*ground) == pytest.approx((point.lon, point.lat), abs=2e-9)


def test_zones_are_the_ground_seen_by_the_camera(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    camera = new_camera("own", f"sim://{path}?width=640")
    street = SimStreet.at(camera.source.url)
    kerb = next(zone for zone in camera.zones if zone.id == "kerb")
    corners = np.array([[-3, 30, 0], [0, 30, 0.0]])
    px, _ = street.camera.project(corners)
    for corner in px:
        assert min(np.hypot(*(np.array(p) - corner)) for p in kerb.polygon_px) < 0.2
    assert all(0 <= x <= 640 and 0 <= y <= 360 for zone in camera.zones for x, y in zone.polygon_px)


def test_surveying_again_keeps_the_rest(tmp_path: Path) -> None:
    scene, file = tmp_path / "own.yaml", tmp_path / "camera.yaml"
    scene.write_text(yaml.safe_dump(SPEC))
    camera = new_camera("own", f"sim://{scene}?width=640", matters=["litter_exposed"])
    file.write_text(camera_yaml(camera, "Mine\nand yours"))
    scene.write_text(yaml.safe_dump({**SPEC, "place": {"lon": 114.2, "lat": 22.6}}))
    main([str(file)])
    moved = Camera.model_validate(yaml.safe_load(file.read_text()))
    assert moved.position.lon == pytest.approx(114.2, abs=1e-4)
    assert moved.matters == ("litter_exposed",)
    assert file.read_text().startswith("# Mine\n# and yours\n")
