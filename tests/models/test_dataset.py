from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from models.dataset.build import build_dataset
from models.dataset.duplicates import duplicate_groups
from models.dataset.formats import pictures_of, read_coco, read_labelstudio, write_form
from models.dataset.inspect import inspect, write_report
from models.dataset.labels import Label, Picture
from models.dataset.review import ReviewedBox, ReviewedPicture, read_review, write_review
from models.dataset.yolo_data import load_yolo_data
from models.errors import DatasetError, RecipeError
from models.recipe import DataRecipe, load_recipe

NAMES = ["person", "garbage_bag"]


def scene(seed: int) -> NDArray[np.uint8]:
    """A picture of large coloured blocks, different for each seed."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(blocks, (160, 120), interpolation=cv2.INTER_CUBIC), np.uint8)


def write_source(folder: Path, pictures: dict[str, NDArray[np.uint8]], labels: dict[str, str] | None = None) -> Path:
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    for name, image in pictures.items():
        cv2.imwrite(str(folder / "images" / f"{name}.png"), image)
        text = (labels or {}).get(name, "1 0.5 0.5 0.2 0.2\n")
        (folder / "labels" / f"{name}.txt").write_text(text)
    data = {"path": ".", "val": "images", "names": NAMES}
    (folder / "data.yaml").write_text(yaml.safe_dump(data))
    return folder


def recipe_of(folder: Path, **source: object) -> DataRecipe:
    given = {"name": "a", "path": str(folder), "labelled": NAMES, **source}
    return DataRecipe.model_validate({"name": "set", "seed": 3, "classes": NAMES, "sources": [given]})


def test_near_duplicates_share_a_group_even_turned(tmp_path: Path) -> None:
    first, other = scene(1), scene(2)
    noisy = np.clip(first.astype(int) + np.random.default_rng(0).integers(-6, 7, first.shape), 0, 255).astype(np.uint8)
    images = {"a": first, "b": noisy, "c": np.ascontiguousarray(np.rot90(first)), "d": other}
    source = write_source(tmp_path / "s", images)
    groups = duplicate_groups([Picture(source / "images" / f"{name}.png", "s", ()) for name in images])
    assert groups[0] == groups[1] == groups[2]
    assert groups[3] != groups[0]


def test_a_group_is_never_divided_and_the_split_repeats(tmp_path: Path) -> None:
    images = {f"p{i}{copy}": scene(i) for i in range(20) for copy in "xy"}
    source = write_source(tmp_path / "s", images)
    built = build_dataset(recipe_of(source, holdout=0.4), tmp_path / "set")
    rows = json.loads(built.manifest_path.read_text())["pictures"]
    splits: dict[int, set[str]] = {}
    for row in rows:
        splits.setdefault(row["group"], set()).add(row["split"])
    assert all(len(names) == 1 for names in splits.values())
    assert {next(iter(names)) for names in splits.values()} == {"train", "val"}
    assert build_dataset(recipe_of(source, holdout=0.4), tmp_path / "set").sha256 == built.sha256


@pytest.mark.parametrize("limit", [1, 7, 20, 39, 100])
def test_a_limit_trains_on_nothing_that_is_held_out_without_it(tmp_path: Path, limit: int) -> None:
    # The first picture of a group, which decides for all of it, is the first to go.
    images = {f"p{i:02d}{copy}": scene(i) for i in range(20) for copy in "xyz"}
    source = write_source(tmp_path / "s", images)
    split_of = {}
    for name, wanted in (("all", None), ("few", limit)):
        built = build_dataset(recipe_of(source, holdout=0.4, limit=wanted), tmp_path / name)
        rows = json.loads(built.manifest_path.read_text())["pictures"]
        split_of[name] = {Path(row["file"]).name: row["split"] for row in rows}
        assert all(rows[row["group"]]["group"] == row["group"] for row in rows), "numbered by what stays"
    assert len(split_of["few"]) == min(limit, 60)
    assert split_of["few"].items() <= split_of["all"].items()


def test_a_limit_keeps_the_pictures_spread(tmp_path: Path) -> None:
    source = write_source(tmp_path / "s", {f"p{i}": scene(i) for i in range(9)})
    built = build_dataset(recipe_of(source, holdout=0, limit=3), tmp_path / "set")
    rows = json.loads(built.manifest_path.read_text())["pictures"]
    assert [(Path(row["file"]).name, row["group"]) for row in rows] == [
        ("a__p0.png", 0),
        ("a__p3.png", 1),
        ("a__p6.png", 2),
    ]


def test_classes_that_a_source_does_not_label_are_left_out(tmp_path: Path) -> None:
    source = write_source(tmp_path / "s", {"a": scene(1)}, {"a": "0 0.5 0.5 0.2 0.2\n1 0.2 0.2 0.1 0.1\n"})
    built = build_dataset(recipe_of(source, labelled=["garbage_bag"], holdout=1), tmp_path / "set")
    data = load_yolo_data(built.data_yaml)
    assert [label.name for label in data.labels(data.pictures[0])] == ["garbage_bag"]
    assert data.labelled == {"a": frozenset({"garbage_bag"})}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 0.5 0.5 0.2", r"a.txt:1: expected `class cx cy w h`, got 4 values"),
        ("1 0.5 0.5 0.2 x", "not a number"),
        ("7 0.5 0.5 0.2 0.2", "unknown class 7"),
        ("1 0.5 1.5 0.2 0.2", "out of range"),
        ("1 0.5 0.5 0 0.2", "out of range"),
        ("1 nan 0.5 0.2 0.2", "out of range"),
    ],
)
def test_broken_labels_are_named_with_their_line(tmp_path: Path, line: str, message: str) -> None:
    source = write_source(tmp_path / "s", {"a": scene(1)}, {"a": line})
    with pytest.raises(DatasetError, match=message):
        build_dataset(recipe_of(source), tmp_path / "set")


def test_missing_and_broken_pictures_and_empty_sets(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such folder of pictures"):
        build_dataset(recipe_of(tmp_path / "none"), tmp_path / "set")
    source = write_source(tmp_path / "s", {"a": scene(1)})
    with pytest.raises(DatasetError, match="no pictures match"):
        build_dataset(recipe_of(source, include="z*"), tmp_path / "set")
    (source / "images" / "a.png").write_bytes(b"not a picture")
    with pytest.raises(DatasetError, match="cannot be decoded"):
        build_dataset(recipe_of(source), tmp_path / "set")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(DatasetError, match="not a data set of ours"):
        build_dataset(recipe_of(write_source(tmp_path / "t", {"a": scene(1)})), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not YAML"),
        ("name: x", "data"),
        ("names: [a]", "name"),
    ],
)
def test_broken_recipes(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=message):
        load_recipe(path)


def test_the_committed_recipes_can_be_read() -> None:
    recipes = sorted((Path(__file__).parents[2] / "configs" / "training").rglob("*.yaml"))
    assert recipes
    for path in recipes:
        assert load_recipe(path).data.classes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not YAML"),
        ("val: images", "`names` must list"),
        ("names: [a]", "has no split"),
        ("names: [a]\nval: nowhere", "does not exist"),
    ],
)
def test_broken_data_files(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(text)
    with pytest.raises(DatasetError, match=message):
        load_yolo_data(path)


def test_a_list_of_pictures_may_name_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("images/a.png\n")
    (tmp_path / "data.yaml").write_text("names: [a]\nval: list.txt")
    with pytest.raises(DatasetError, match=r"a\.png does not exist"):
        load_yolo_data(tmp_path / "data.yaml")


@pytest.mark.parametrize("form", ["coco", "labelstudio", "yolo"])
def test_labels_survive_the_forms_of_others(tmp_path: Path, form: str) -> None:
    pytest.importorskip("labelformat")
    source = write_source(tmp_path / "s", {"a": scene(1), "b": scene(2)}, {"a": "0 0.25 0.5 0.1 0.3", "b": ""})
    before = pictures_of(load_yolo_data(source / "data.yaml"))
    path = write_form(before, NAMES, tmp_path / "out", form)
    images = tmp_path / "out" / "images"
    if form == "coco":
        after, names = read_coco(path, images)
        assert list(names) == NAMES
    elif form == "labelstudio":
        after, _ = read_labelstudio(path, images)
    else:
        after = pictures_of(load_yolo_data(path))
    assert [p.path.name for p in after] == ["a.png", "b.png"]
    assert [label.name for label in after[0].labels] == ["person"]
    assert after[0].labels[0].box_cxcywh == pytest.approx((0.25, 0.5, 0.1, 0.3), abs=1e-5)
    assert after[1].labels == ()


def test_others_forms_that_are_broken(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    with pytest.raises(DatasetError, match="not a COCO annotation file"):
        read_coco(path, tmp_path)
    path.write_text('[{"data": {}}]')
    with pytest.raises(DatasetError, match="not a Label Studio export"):
        read_labelstudio(path, tmp_path)


def test_inspection_counts_and_names_faults(tmp_path: Path) -> None:
    source = write_source(tmp_path / "s", {"a": scene(1), "b": scene(2)}, {"b": "9 0.5 0.5 0.1 0.1"})
    found, usable = inspect(load_yolo_data(source / "data.yaml"))
    assert (found.pictures, found.instances) == (1, {"garbage_bag": 1})
    assert found.sizes["garbage_bag"] == {"small": 1}
    assert len(found.faults) == 1
    assert "unknown class 9" in found.faults[0]
    page = write_report(tmp_path / "report", [(found, usable)], "set").read_text()
    assert "garbage_bag" in page
    assert "unknown class 9" in page
    assert (tmp_path / "report" / "val-all.jpg").exists()


def reviewed(*boxes: dict[str, object]) -> ReviewedPicture:
    values = {"picture": "images/a.png", "camera_id": "c", "at": "2026-11-21T19:00:00+00:00", "boxes": boxes}
    return ReviewedPicture.model_validate(values)


def test_verdicts_become_labels(tmp_path: Path) -> None:
    box = (16.0, 12.0, 48.0, 36.0)
    row = reviewed(
        {"class_name": "person", "box_xyxy_px": box, "verdict": "confirmed"},
        {"class_name": "person", "box_xyxy_px": box, "verdict": "rejected"},
        {"class_name": "person", "box_xyxy_px": box, "verdict": "rejected", "correct_name": "garbage_bag"},
        {"class_name": "person", "box_xyxy_px": box, "verdict": "unreviewed", "confidence": 0.3},
    )
    write_review(tmp_path, [(row, scene(1))])
    read = read_review(tmp_path, NAMES)
    assert [label.name for label in read.pictures[0].labels] == ["person", "garbage_bag"]
    assert read.pictures[0].labels[0] == Label("person", (0.2, 0.2, 0.2, 0.2))
    assert read.verdicts == {"confirmed": 1, "rejected": 2, "unreviewed": 1}
    assert read.judged == ("garbage_bag", "person"), "nobody looked for anything else"


def test_mistakes_can_be_taken_apart_by_a_recipe(tmp_path: Path) -> None:
    pytest.importorskip("labelformat")
    box = {"class_name": "person", "box_xyxy_px": (16.0, 12.0, 48.0, 36.0)}
    verdicts = (("right", "confirmed"), ("wrong", "rejected"), ("open", "unreviewed"))
    rows = [
        (reviewed({**box, "verdict": verdict}).model_copy(update={"picture": f"images/{name}.png"}), scene(number))
        for number, (name, verdict) in enumerate(verdicts)
    ]
    both = {"boxes": (*rows[0][0].boxes, *rows[1][0].boxes), "picture": "images/mixed.png"}
    write_review(tmp_path / "review", [*rows, (rows[0][0].model_copy(update=both), scene(3))])
    read = read_review(tmp_path / "review", NAMES)
    write_form(read.pictures, NAMES, tmp_path / "reviewed", "yolo", by_source=True)
    written = {path.name for path in (tmp_path / "reviewed" / "images").iterdir()}
    assert written == {"confirmed_right.png", "rejected_wrong.png", "rejected_mixed.png", "unreviewed_open.png"}
    built = build_dataset(recipe_of(tmp_path / "reviewed", include="rejected_*"), tmp_path / "set")
    assert len(pictures_of(load_yolo_data(built.data_yaml, "train"))) == 2


def test_broken_review_sets(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no review set there"):
        read_review(tmp_path, NAMES)
    path = write_review(tmp_path, [])
    with pytest.raises(DatasetError, match="empty"):
        read_review(tmp_path, NAMES)
    path.write_text('{"picture": 3}\n')
    with pytest.raises(DatasetError, match=r"review\.jsonl:1: broken line"):
        read_review(tmp_path, NAMES)
    write_review(
        tmp_path, [(reviewed({"class_name": "cow", "box_xyxy_px": (0, 0, 9, 9), "verdict": "confirmed"}), scene(1))]
    )
    with pytest.raises(DatasetError, match="unknown class 'cow'"):
        read_review(tmp_path, NAMES)
    write_review(
        tmp_path,
        [(reviewed({"class_name": "person", "box_xyxy_px": (0, 0, 999, 9), "verdict": "confirmed"}), scene(1))],
    )
    with pytest.raises(DatasetError, match="outside the picture"):
        read_review(tmp_path, NAMES)


def test_a_verdict_needs_a_known_name() -> None:
    with pytest.raises(ValueError, match="verdict"):
        ReviewedBox.model_validate({"class_name": "a", "box_xyxy_px": (0, 0, 1, 1), "verdict": "maybe"})
