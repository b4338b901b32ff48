from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
import yaml

from detector.config import Camera
from detector.sources.sim.clip import ground_truth, record
from detector.sources.sim.street import SimStreet
from detector.sources.sim.surveyor import new_camera
from tests.detector.sources.sim.small import SPEC

OVERRIDES = {
    "litter_exposed": {"dwell_s": 8},
    "illegal_parking": {"dwell_s": 15, "stopped_s": 3},
    "goods_occupation": {"dwell_s": 10},
}


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    return new_camera("small", f"sim://{path}?width=320", overrides=OVERRIDES)


def test_a_recording_has_video_camera_file_and_truth(camera: Camera, tmp_path: Path) -> None:
    street = SimStreet.at(camera.source.url)
    (tmp_path / "ground_truth.json").write_text('{"other": {"incidents": []}}')
    recording = record(street, camera, tmp_path, duration_s=3.0, fps=5)
    with av.open(str(recording.video)) as container:
        frames = [f.to_ndarray(format="bgr24") for f in container.decode(video=0)]
    assert len(frames) == 15
    assert np.abs(frames[0].astype(int) - street.render(0.0)).mean() < 8
    clip = Camera.model_validate(yaml.safe_load(recording.camera_file.read_text(encoding="utf-8")))
    assert (recording.camera_file.parent / clip.source.url).resolve() == recording.video.resolve()
    assert clip.zones == camera.zones
    assert set(json.loads(recording.truth_file.read_text())) == {"other", "small"}


def test_truth_has_the_keys_that_scoring_reads(camera: Camera) -> None:
    truth = ground_truth(SimStreet.at(camera.source.url), camera, 95.0, dwell_s={}, handled_at_s=[35.0, 60.0])
    assert [i["name"] for i in truth["incidents"]] == ["bag", "car", "box"]
    bag, car, _ = truth["incidents"]
    assert bag["matters"] == ["litter_exposed"] and bag["removed_s"] == 40
    assert bag["confirm_window_s"][0] == 17 and 19 <= bag["confirm_window_s"][1] <= 24
    assert car["confirm_window_s"][0] == 26
    assert truth["closures"] == [
        {"incident": 0, "at_s": 35.0, "expect": "present"},
        {"incident": 1, "at_s": 35.0, "expect": "present"},
        {"incident": 0, "at_s": 60.0, "expect": "gone"},
        {"incident": 1, "at_s": 60.0, "expect": "gone"},
        {"incident": 2, "at_s": 60.0, "expect": "gone"},
    ]
    assert [h["type"] for h in truth["health"]] == ["frozen", "covered", "moved", "blurred", "lost"]


def test_what_leaves_before_its_dwell_or_has_no_matter_is_no_incident(camera: Camera) -> None:
    slow = camera.model_copy(update={"overrides": {}})
    street = SimStreet.at(camera.source.url)
    dwell_s = {"litter_exposed": 31, "illegal_parking": 20, "goods_occupation": 26}
    truth = ground_truth(street, slow, 95.0, dwell_s=dwell_s)
    assert [i["name"] for i in truth["incidents"]] == ["car"]


def test_a_matter_without_a_dwell_is_refused(camera: Camera) -> None:
    with pytest.raises(ValueError, match="litter_exposed"):
        ground_truth(SimStreet.at(camera.source.url), camera.model_copy(update={"overrides": {}}), 95.0, dwell_s={})
