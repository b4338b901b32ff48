"""Camera files: what is read, and every fault told once with its line and what to do."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gridpatrol.config import idle_matters, load_camera, load_cameras, load_matters, watched_on
from gridpatrol.errors import UserError, problems_of
from gridpatrol.shipped import SHIPPED_CONFIG
from tests.shared import SHARED, needs_shared

MATTERS = load_matters(SHIPPED_CONFIG / "matters")

GOOD = """\
id: market-1
names: {en: Market, zh: 市场}
source: {url: clip.mp4, fps: 5}
watch: {mode: continuous, look_interval_s: 1.0}
position: {lon: 114.1305, lat: 22.5478, crs: "EPSG:4326"}
calibration:
  resolution_wh: [1280, 720]
  points:
    - {px: [150, 650], lon: 114.13040, lat: 22.54780}
    - {px: [1100, 680], lon: 114.13050, lat: 22.54780}
    - {px: [1050, 300], lon: 114.13060, lat: 22.54805}
    - {px: [250, 330], lon: 114.13030, lat: 22.54800}
zones:
  - id: kerb
    purpose: no_parking
    resolution_wh: [1280, 720]
    polygon_px: [[380, 400], [1190, 400], [1190, 540], [380, 540]]
  - {id: walk, purpose: pavement, resolution_wh: [640, 360], polygon_px: [[0, 0], [640, 0], [640, 360]]}
matters: [illegal_parking, litter_exposed]
overrides:
  illegal_parking: {dwell_s: 20, closure: {looks: 3, interval_s: 2, patience_s: 8}}
"""


def _write(folder: Path, text: str, name: str = "camera.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    (folder / "clip.mp4").touch()
    return path


def test_a_good_file_is_read_as_written(tmp_path: Path) -> None:
    camera = load_camera(_write(tmp_path, GOOD), MATTERS)
    assert camera.id == "market-1"
    assert camera.source.url == str((tmp_path / "clip.mp4").resolve())
    assert camera.calibration is not None and len(camera.calibration.points) == 4
    running = watched_on(camera, MATTERS)
    assert list(running) == ["illegal_parking", "litter_exposed"]
    assert running["illegal_parking"].rule.dwell_s == 20
    assert running["illegal_parking"].closure.looks == 3
    assert running["litter_exposed"].rule.dwell_s == MATTERS["litter_exposed"].watched.rule.dwell_s


@pytest.mark.parametrize(
    "url", ["rtsp://10.0.0.4/1", "https://cameras.example/1.jpg", "sim://crossing?seed=7&hour=14", "RTSPS://x/1"]
)
def test_addresses_are_left_alone(tmp_path: Path, url: str) -> None:
    assert load_camera(_write(tmp_path, GOOD.replace("clip.mp4", f"'{url}'"))).source.url == url


def test_a_source_that_something_else_replaces_need_not_exist(tmp_path: Path) -> None:
    camera = load_camera(_write(tmp_path, GOOD.replace("clip.mp4", "none.mp4")), MATTERS, source_exists=False)
    assert camera.source.url == str((tmp_path / "none.mp4").resolve())


def test_gcj02_and_projected_places_become_wgs84(tmp_path: Path) -> None:
    text = GOOD.replace('"EPSG:4326"', "GCJ-02").replace("  resolution_wh: [1280, 720]\n  points", "  crs: GCJ-02\n{}")
    camera = load_camera(_write(tmp_path, text.replace("{}", "  resolution_wh: [1280, 720]\n  points")))
    assert camera.position.crs == "EPSG:4326"
    moved_m = math.hypot((camera.position.lon - 114.1305) * 102850, (camera.position.lat - 22.5478) * 110760)
    assert 300 < moved_m < 800
    assert camera.calibration is not None and camera.calibration.crs == "EPSG:4326"
    assert camera.calibration.points[0].lon < 114.1300


def test_without_a_list_every_matter_runs_whose_zones_exist(tmp_path: Path) -> None:
    text = GOOD.replace("matters: [illegal_parking, litter_exposed]\n", "")
    camera = load_camera(_write(tmp_path, text), MATTERS)
    running = watched_on(camera, MATTERS)
    assert {"illegal_parking", "litter_exposed", "goods_occupation"} <= set(running)
    assert "fire_lane_blocked" not in running


def test_a_named_matter_without_a_zone_is_idle_and_known_to_be(tmp_path: Path) -> None:
    text = GOOD.replace("matters: [illegal_parking, litter_exposed]", "matters: [illegal_parking, fire_lane_blocked]")
    camera = load_camera(_write(tmp_path, text), MATTERS)
    assert idle_matters(camera, MATTERS) == ("fire_lane_blocked",)
    assert list(watched_on(camera, MATTERS)) == ["illegal_parking"]


FAULTS = {
    # what: (old text, new text, line, words of the message, words of the remedy)
    "unknown key": ("fps: 5", "fsp: 5", 3, "source.fsp: unknown key", "'fps'"),
    "unknown key at the top": ("watch:", "wacht:", 4, "wacht: unknown key", "'watch'"),
    "unknown key of a rule's override": ("{dwell_s: 20,", "{dwel_s: 20,", 21, "dwel_s: unknown key", "'dwell_s'"),
    "missing key": ("id: market-1\n", "", 1, "id: this key is missing", "configuration.md"),
    "wrong type": ("look_interval_s: 1.0", "look_interval_s: often", 4, "expected a valid number", "'often'"),
    "not one of": ("mode: continuous", "mode: always", 4, "'continuous' or 'patrol'", "'always'"),
    "out of range": ("looks: 3", "looks: 0", 21, "greater than or equal to 1", "got 0"),
    "bad id": ("id: market-1", "id: market 1", 1, "id: expected match pattern", "'market 1'"),
    "number for a name": ("id: market-1", "id: 17", 1, "got the number 17", "in quotes"),
    "unknown purpose": ("purpose: no_parking", "purpose: parking", 15, "'no_parking'", "'parking'"),
    "crs unknown": ('"EPSG:4326"', "WGS-99", 5, "unknown coordinate reference system 'WGS-99'", "GCJ-02"),
    "crs of heights": ('"EPSG:4326"', "EPSG:5773", 5, "does not give positions", "EPSG:4326"),
    "swapped place": ("lon: 114.1305, lat: 22.5478, crs", "lon: 22.5478, lat: 114.1305, crs", 5, "no place", "swapped"),
    "swapped point": ("lon: 114.13030, lat: 22.54800", "lon: 22.548, lat: 114.1303", 12, "points[3]", "swapped"),
    "points on a line": ("px: [250, 330]", "px: [1075, 490]", 6, "on one line", "spread"),
    "too few points": ("    - {px: [250, 330], lon: 114.13030, lat: 22.54800}\n", "", 8, "at least 4 items", "4"),
    "self-crossing": (
        "[1190, 540], [380, 540]",
        "[380, 540], [1190, 540]",
        17,
        "crosses or touches itself",
        "in order",
    ),
    "corner outside": ("[1190, 400]", "[1290, 400]", 17, "[1290, 400] lies outside the 1280x720", "Move the corner"),
    "two corners": (
        "[[380, 400], [1190, 400], [1190, 540], [380, 540]]",
        "[[380, 400], [380, 400], [1190, 540]]",
        17,
        "three different corners",
        "corners in order",
    ),
    "picture without size": ("resolution_wh: [640, 360]", "resolution_wh: [0, 360]", 18, "a picture size", "[0, 360]"),
    "zone twice": ("id: walk", "id: kerb", 1, "zone ids must be unique, twice: kerb", ""),
    "missing file": ("clip.mp4", "../clips/none.mp4", 3, "there is no file", "relative to the camera file"),
    "unknown matter": ("[illegal_parking, li", "[ilegal_parking, li", 19, "not in the catalogue", "'illegal_parking'"),
    "unknown override": ("  illegal_parking: {", "  bike_disordr: {", 21, "not in the catalogue", "'bike_disorder'"),
    "override a rule has not": ("{dwell_s: 20,", "{min_count: 2,", 21, "dwell rule, which has no min_count", ""),
    "no zone for any": ("[illegal_parking, litter_exposed]", "[bin_overflow]", 19, "none of bin_overflow", "bin_point"),
    "key twice": ("names: {en: Market, zh: 市场}", "id: again", 2, "key 'id' is given twice", "Keep one"),
    "not YAML": ("{en: Market, zh: 市场}", "{en: Market, zh: 市场", 3, "not valid YAML", "brackets"),
    "not a number at all": ("[380, 400]", "[.nan, 400]", 17, "outside", ""),
}


@pytest.mark.parametrize(("old", "new", "line", "words", "remedy"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_once_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, words: str, remedy: str
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if old.startswith("[illegal_parking, litter"):
        text = text[: text.index("overrides:")]
    path = _write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        load_camera(path, MATTERS)
    (first, *others) = problems_of(caught.value)
    assert not others or old.startswith(("[illegal_parking, li", "  illegal_parking"))
    assert first.place == f"{path}:{line}"
    assert words in str(first)
    assert remedy in str(first)
    assert "Traceback" not in str(caught.value)


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    _write(tmp_path, GOOD.replace("mode: continuous", "mode: always").replace("looks: 3", "looks: 0"), "a.yaml")
    _write(tmp_path, GOOD.replace("clip.mp4", "none.mp4").replace("[1190, 400]", "[1290, 400]"), "b.yaml")
    with pytest.raises(UserError) as caught:
        load_cameras(tmp_path, MATTERS)
    places = [Path(problem.place.rpartition(":")[0]).name for problem in problems_of(caught.value)]
    assert places == ["a.yaml", "a.yaml", "b.yaml", "b.yaml"]
    assert str(caught.value).count("\n") >= 3


def test_two_cameras_with_one_id_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, GOOD, "a.yaml")
    _write(tmp_path, "# again\n" + GOOD, "b.yaml")
    with pytest.raises(UserError, match=r"b\.yaml:2: id: 'market-1' is already given in a\.yaml"):
        load_cameras(tmp_path, MATTERS)


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD.replace("{url: clip.mp4, fps: 5}", "rtsp://admin:hunter2@10.0.0.4/1"))
    with pytest.raises(UserError) as caught:
        load_camera(path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"- 1\n- 2\n", "expected"),
        (b"a: &a [*a]\n", "without end"),
        (
            b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + b"\n".join(b"%c: &%c [%s]" % (c + 1, c + 1, b",".join([b"*%c" % c] * 10)) for c in range(97, 105)),
            "without end",
        ),
        (b"[" * 5000, "not valid YAML"),
        (b"? [a, b]\n: 1\n", "plain word"),
        (b"id: !!python/object/apply:os.system ['true']\n", "is not used here"),
    ],
    ids=["empty", "binary", "a list", "an alias of itself", "aliases of aliases", "deep", "odd key", "python object"],
)
def test_odd_files_are_one_clear_message(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        load_camera(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml: the file does not exist"):
        load_camera(tmp_path / "none.yaml")
    with pytest.raises(UserError, match="no such folder"):
        load_cameras(tmp_path / "none", MATTERS)
    assert load_cameras(tmp_path, MATTERS) == {}


@needs_shared
def test_the_shared_camera_files_are_read_as_they_are() -> None:
    cameras = load_cameras(SHARED / "data" / "cameras", MATTERS)
    assert len(cameras) == 11
    assert all(watched_on(file.camera, MATTERS) for file in cameras.values())
    assert all(Path(file.camera.source.url).is_file() for file in cameras.values())
