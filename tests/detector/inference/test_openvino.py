from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops

from detector.errors import ModelError
from detector.inference import Detector, open_detector
from detector.inference.openvino import SHARES, STRIDE_PX, Letterbox, Limits, OpenVinoDetector, decode, fit
from detector.inference.reloading import ReloadingDetector
from models.register import put_in_service, register
from models.registry import ModelEntry, sha256_of

NAMES = ("person", "car")


def tiny_network(
    folder: Path, version: str = "1", *, size: int | None = None, rows: int = 6, gain: float = 1.0
) -> ModelEntry:
    """One box, a quarter of the input around the middle; its last class scores `gain` times the brightness."""
    dims = [1, 3, -1, -1] if size is None else [1, 3, size, size]
    picture = ops.parameter(ov.PartialShape(dims), ov.Type.f32, name="x")
    brightness = ops.reduce_mean(picture, ops.constant(np.array([1, 2, 3], np.int64)), keep_dims=True)
    brightness = ops.multiply(brightness, ops.constant(np.float32(gain)))
    brightness = ops.reshape(brightness, ops.constant(np.array([1, 1, 1], np.int64)), special_zero=False)
    shape = ops.convert(ops.shape_of(picture), "f32")
    height = ops.reshape(ops.gather(shape, ops.constant(2), ops.constant(0)), ops.constant([1, 1, 1]), False)
    width = ops.reshape(ops.gather(shape, ops.constant(3), ops.constant(0)), ops.constant([1, 1, 1]), False)
    half, quarter = ops.constant(np.float32(0.5)), ops.constant(np.float32(0.25))
    parts = [ops.multiply(width, half), ops.multiply(height, half), ops.multiply(width, quarter)]
    parts += [ops.multiply(height, quarter), *[ops.multiply(brightness, half)] * (rows - 5), brightness]
    answer = ops.concat([*parts], 1)
    folder.joinpath("weights").mkdir(parents=True, exist_ok=True)
    path = folder / "weights" / f"tiny-{version}.xml"
    ov.save_model(ov.Model([answer], [picture], "tiny"), path)
    files = (path, path.with_suffix(".bin"))
    return ModelEntry(
        name="tiny",
        version=version,
        format="openvino",
        path=path,
        sha256={file.name: sha256_of(file) for file in files},
        classes=NAMES,
        input_size=size or 640,
        licence="AGPL-3.0-or-later",
    )


def grey(value: int, wh: tuple[int, int] = (1280, 720)) -> NDArray[np.uint8]:
    return np.full((wh[1], wh[0], 3), value, np.uint8)


@pytest.mark.parametrize(
    ("wh", "square", "expected"),
    [
        ((1280, 720), False, Letterbox(0.5, (0, 12), (640, 384))),
        ((1280, 720), True, Letterbox(0.5, (0, 140), (640, 640))),
        ((720, 1280), False, Letterbox(0.5, (12, 0), (384, 640))),
        ((320, 240), False, Letterbox(2.0, (0, 0), (640, 480))),
        ((720, 480), False, Letterbox(640 / 720, (0, 10), (640, 448))),
        ((720, 576), False, Letterbox(640 / 720, (0, 0), (640, 512))),
        ((480, 480), False, Letterbox(640 / 480, (0, 0), (640, 640))),
        ((3840, 1080), False, Letterbox(1 / 6, (0, 102), (640, 384))),
    ],
)
def test_pictures_are_scaled_by_their_longer_side(wh: tuple[int, int], square: bool, expected: Letterbox) -> None:
    assert fit(wh, 640, square) == expected


@pytest.mark.parametrize("input_size", [96, 320, 640, 960])
def test_pictures_of_all_sizes_share_a_few_shapes(input_size: int) -> None:
    sizes = [(w, h) for w in range(40, 2000, 97) for h in range(40, 2000, 97)]
    shapes = {fit(wh, input_size, square=False).input_wh for wh in sizes}
    assert len(shapes) <= 2 * len(SHARES) - 1
    assert all(side % STRIDE_PX == 0 and side <= input_size for shape in shapes for side in shape)


def test_boxes_come_back_in_the_pixels_of_each_picture(tmp_path: Path) -> None:
    detector = OpenVinoDetector(tiny_network(tmp_path), threads=1)
    wide, tall = detector.detect([grey(200), grey(200, (400, 800))])
    assert wide.xyxy[0] == pytest.approx([480, 264, 800, 456], abs=1)
    assert tall.xyxy[0] == pytest.approx([144, 300, 256, 500], abs=20)
    assert list(wide.data["class_name"]) == ["car"]
    assert wide.confidence is not None
    # Most of the input is the picture; the rest is padding of grey 114.
    assert wide.confidence[0] == pytest.approx((200 * 360 + 114 * 24) / 384 / 255, abs=0.01)


def test_weak_detections_are_dropped(tmp_path: Path) -> None:
    detector = OpenVinoDetector(tiny_network(tmp_path), threads=1, min_confidence=0.5)
    assert [len(d) for d in detector.detect([grey(60), grey(220)])] == [0, 1]


def test_many_pictures_and_threads_keep_their_order(tmp_path: Path) -> None:
    detector = OpenVinoDetector(tiny_network(tmp_path), min_confidence=0.01)
    values = [60, 120, 180, 240] * 6

    def confidences(_: int) -> list[float]:
        found = detector.detect([grey(v, (640, 384)) for v in values])
        return [float(d.confidence[0]) for d in found if d.confidence is not None]

    with ThreadPoolExecutor(4) as pool:
        for answer in pool.map(confidences, range(6)):
            assert answer == pytest.approx([v / 255 for v in values], abs=0.01)


def test_a_network_of_fixed_size_takes_pictures_of_any(tmp_path: Path) -> None:
    detector = OpenVinoDetector(tiny_network(tmp_path, size=320), threads=1)
    (found,) = detector.detect([grey(250)])
    assert found.xyxy[0] == pytest.approx([480, 200, 800, 520], abs=1)


def test_overlapping_boxes_of_one_class_are_merged_and_of_two_kept() -> None:
    same, other = [50, 50, 20, 20, 0.1, 0.9], [51, 50, 20, 20, 0.1, 0.8]
    person = [50, 51, 20, 20, 0.7, 0.1]
    raw = np.array([same, other, person], np.float32).T
    found = decode(raw, Letterbox(1.0, (0, 0), (100, 100)), (100, 100), NAMES, Limits())
    assert list(found.data["class_name"]) == ["car", "person"]


@pytest.mark.parametrize(("name", "count"), [("garbage", 1), ("litter_item", 1), ("garbage_bag", 2), ("car", 2)])
def test_things_without_an_edge_are_one_at_a_smaller_overlap(name: str, count: int) -> None:
    """Boxes of 20 px, 5 px apart, overlap by 0.6: two cars one behind the other, but one heap."""
    raw = np.array([[50, 50, 20, 20, 0.9], [55, 50, 20, 20, 0.8]], np.float32).T
    found = decode(raw, Letterbox(1.0, (0, 0), (100, 100)), (100, 100), (name,), Limits())
    assert len(found) == count


def test_one_thing_has_one_name() -> None:
    raw = np.array([[50, 50, 20, 20, 0.6, 0.0], [51, 50, 20, 20, 0.0, 0.8]], np.float32).T
    found = decode(raw, Letterbox(1.0, (0, 0), (100, 100)), (100, 100), ("suitcase", "bin"), Limits())
    assert list(found.data["class_name"]) == ["bin"]


def test_several_names_of_one_box_for_measuring() -> None:
    raw = np.array([[50, 50, 20, 20, 0.6, 0.9]], np.float32).T
    found = decode(raw, Letterbox(1.0, (0, 0), (100, 100)), (100, 100), NAMES, Limits(several_names=True))
    assert sorted(found.data["class_name"]) == ["car", "person"]


def test_altered_weights_are_not_loaded(tmp_path: Path) -> None:
    entry = tiny_network(tmp_path)
    entry.path.with_suffix(".bin").write_bytes(b"something else")
    with pytest.raises(ModelError, match="sha256"):
        open_detector(entry)


def test_a_file_that_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "broken.xml"
    path.write_text("<not a network/>")
    entry = replace(tiny_network(tmp_path), path=path, sha256={path.name: sha256_of(path)})
    with pytest.raises(ModelError, match="cannot read"):
        open_detector(entry)


def test_manifest_and_network_must_agree(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lists 2 classes, the network gives 3"):
        open_detector(tiny_network(tmp_path, rows=7))
    fixed = tiny_network(tmp_path, "2", size=320)
    with pytest.raises(ModelError, match="input_size 640"):
        open_detector(replace(fixed, input_size=640))


def test_no_backend_for_bare_tensors(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no backend runs safetensors"):
        open_detector(replace(tiny_network(tmp_path), format="safetensors"))


def test_a_running_detector_follows_the_registry(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, tiny_network(tmp_path, "1"))
    register(manifest, tiny_network(tmp_path, "2"))
    detector = ReloadingDetector(manifest)
    assert detector.name == "tiny@1"
    put_in_service(manifest, "tiny@2")
    assert len(detector.detect([grey(200)])) == 1
    detector.settle()
    assert (detector.name, detector.fault) == ("tiny@2", "")
    assert len(detector.detect([grey(200)])[0]) == 1


def test_a_broken_newcomer_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, tiny_network(tmp_path, "1"))
    second = tiny_network(tmp_path, "2")
    register(manifest, second)
    detector = ReloadingDetector(manifest)
    put_in_service(manifest, "tiny@2")
    second.path.write_bytes(b"altered")
    detector.detect([grey(200)])
    detector.settle()
    assert detector.name == "tiny@1"
    assert "sha256" in detector.fault
    assert len(detector.detect([grey(200)])[0]) == 1


def test_whatever_goes_wrong_with_a_newcomer_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    manifest = tmp_path / "manifest.toml"
    for version in "12":
        register(manifest, tiny_network(tmp_path, version))
    is_broken = True

    def opener(entry: ModelEntry) -> Detector:
        if is_broken and entry.version == "2":
            raise RuntimeError("out of memory")
        return open_detector(entry)

    detector = ReloadingDetector(manifest, opener=opener)
    put_in_service(manifest, "tiny@2")
    detector.detect([grey(200)])
    detector.settle()
    assert (detector.name, detector.fault) == ("tiny@1", "RuntimeError: out of memory; tiny@1 stays in service")
    assert "model not changed: RuntimeError: out of memory" in caplog.text
    assert len(detector.detect([grey(200)])[0]) == 1
    is_broken = False
    manifest.touch()
    detector.detect([grey(200)])
    detector.settle()
    assert (detector.name, detector.fault) == ("tiny@2", "")


def test_a_manifest_that_cannot_be_read_is_told_until_it_can(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, tiny_network(tmp_path))
    detector = ReloadingDetector(manifest)
    good = manifest.rename(tmp_path / "good.toml")
    manifest.mkdir()
    detector.detect([grey(200)])
    detector.settle()
    assert "the model manifest cannot be read" in detector.fault
    assert detector.name == "tiny@1"
    manifest.rmdir()
    good.rename(manifest)
    detector.detect([grey(200)])
    detector.settle()
    assert detector.fault == ""


def test_a_model_without_a_class_that_rules_ask_for_does_not_replace_one_that_has_it(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, tiny_network(tmp_path))
    register(manifest, replace(tiny_network(tmp_path, "2"), classes=("person", "bus")))
    detector = ReloadingDetector(manifest, needed=["car", "stall"])
    assert detector.name == "tiny@1", "that it knows no stall is said elsewhere and keeps nothing from starting"
    put_in_service(manifest, "tiny@2")
    detector.detect([grey(200)])
    detector.settle()
    assert detector.name == "tiny@1"
    assert "tiny@2 lacks classes that rules ask for: car; tiny@1 stays" in detector.fault


def test_a_change_is_followed_without_a_look(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    register(manifest, tiny_network(tmp_path, "1"))
    register(manifest, tiny_network(tmp_path, "2"))
    detector, stop = ReloadingDetector(manifest), threading.Event()
    follower = threading.Thread(target=detector.follow, args=(stop,))
    follower.start()
    put_in_service(manifest, "tiny@2")
    deadline_s = time.monotonic() + 60
    while detector.name != "tiny@2" and time.monotonic() < deadline_s:
        time.sleep(0.05)
    stop.set()
    follower.join()
    assert detector.name == "tiny@2"
