"""The whole workshop on a handful of simulated pictures: the code path of the real training, in a minute or two."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml

from detector.inference.openvino import Limits, OpenVinoDetector
from detector.inference.reloading import ReloadingDetector
from models.dataset.build import BuiltDataset, build_dataset
from models.dataset.yolo_data import load_yolo_data
from models.errors import PromotionError, TrainingError
from models.evaluate import Evaluation, evaluate, judge
from models.promote import DECISIONS, decide, promote, speed_ms
from models.recipe import TrainingRecipe, load_recipe
from models.register import roll_back
from models.registry import ModelEntry, load_manifest, published

pytest.importorskip("ultralytics", reason="needs the train extra")

CLASSES = ["person", "bicycle", "car", "motorcycle", "bus", "truck", "garbage_bag", "bin"]
AT = datetime(2026, 11, 21, tzinfo=UTC)


def write_base(path: Path) -> Path:
    """An untrained YOLO11n with COCO's class names, in place of the base weights."""
    import torch
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils import ROOT

    torch.manual_seed(0)
    model = DetectionModel("yolo11n.yaml", nc=80, verbose=False)
    model.names = yaml.safe_load((ROOT / "cfg" / "datasets" / "coco.yaml").read_text())["names"]
    torch.save({"model": model, "train_args": {}}, path)
    return path


def write_recipe(folder: Path) -> Path:
    recipe = {
        "name": "tiny",
        "seed": 1,
        "base_weights": str(write_base(folder / "base.pt")),
        "init_rows": {"bin": ["suitcase"]},
        "schedule": {"epochs": 2, "image_size": 160, "batch": 4, "mosaic": 1.0, "close_mosaic": 1, "cctv": 1.0},
        "data": {
            "name": "tiny",
            "classes": CLASSES,
            "sources": [
                {
                    "name": "streets",
                    "path": str(folder / "streets"),
                    "streets": {"seeds": [1, 3], "per_scene": 4, "resolution_wh": [320, 192]},
                    "labelled": CLASSES,
                    "base_answers": False,
                    "holdout": 0,
                },
                {
                    "name": "measure",
                    "path": str(folder / "measure"),
                    "streets": {"seeds": [7, 8], "per_scene": 2, "resolution_wh": [320, 192]},
                    "labelled": CLASSES,
                    "holdout": 1,
                },
            ],
        },
    }
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return path


def going_on(recipe: TrainingRecipe, entry: ModelEntry) -> TrainingRecipe:
    """One more epoch from the entry's published weights alone."""
    schedule = recipe.schedule.model_copy(update={"epochs": 1})
    start: dict[str, object] = {"base_weights": None, "init_rows": {}, "start_from": published(entry)}
    return recipe.model_copy(update={**start, "schedule": schedule})


def measured(entry: ModelEntry, dataset: BuiltDataset) -> Evaluation:
    detector = OpenVinoDetector(entry, threads=1, limits=Limits(0.001, several_names=True))
    data = load_yolo_data(dataset.data_yaml)
    judged = judge(detector, data)
    return evaluate(judged, detector, data, model=entry.id, data_path=str(dataset.data_yaml))


def finish_again(recipe: TrainingRecipe, dataset: BuiltDataset, folder: Path) -> None:
    """Resume a training that has all its epochs, as if it had failed after them, and one that never began."""
    from models.training.trainer import FINAL, train

    final = folder / "weights" / FINAL
    final.unlink()
    told: list[str] = []
    assert train(recipe, dataset, folder, resume=True, progress=told.append) == final
    assert final.exists()
    assert told == ["all epochs of tiny are done; going on after them", "fitting the gate"]
    with pytest.raises(TrainingError, match="nothing to resume"):
        train(recipe, dataset, folder.with_name("elsewhere"), resume=True)


@pytest.mark.timeout(600)
def test_from_pictures_to_service_and_back(tmp_path: Path) -> None:
    from models.training.trainer import train
    from models.workshop import export_and_register

    recipe_path = write_recipe(tmp_path)
    recipe = load_recipe(recipe_path)

    dataset = build_dataset(recipe.data, tmp_path / "dataset")
    assert build_dataset(recipe.data, tmp_path / "again").sha256 == dataset.sha256, "the same recipe, the same set"

    checkpoint = train(recipe, dataset, tmp_path / "run")
    rows = (tmp_path / "run" / "results.csv").read_text().splitlines()
    assert len(rows) == 3, "a header and two epochs"
    finish_again(recipe, dataset, tmp_path / "run")
    assert (tmp_path / "run" / "results.csv").read_text().splitlines() == rows

    manifest = tmp_path / "registry" / "manifest.toml"
    entries = [
        export_and_register(
            recipe_path,
            checkpoint,
            name="tiny",
            version=version,
            manifest_path=manifest,
            data=dataset.folder,
            input_size=size,
        )
        for version, size in (("1", 320), ("2", 160))
    ]
    assert entries[0].data_manifest == dataset.sha256
    assert {path.name for path in manifest.parent.iterdir()} == {"manifest.toml", "weights"}, "nothing is left over"
    next_run = train(going_on(recipe, entries[0]), dataset, tmp_path / "next")
    assert next_run.exists(), "the next training starts from published weights"
    running = ReloadingDetector(manifest)
    assert running.name == "tiny@1"

    old, new = (measured(entry, dataset) for entry in entries)
    assert old.classes.keys() <= set(CLASSES)
    assert old.classes, "the held-out street shows something that the model knows"
    picture = np.zeros((360, 640, 3), np.uint8)
    large, small = (OpenVinoDetector(entry, threads=1) for entry in entries)
    speeds = speed_ms(large, small, picture, rounds=5)

    refused = decide([old], [old], aim="people_and_vehicles", at=AT)
    with pytest.raises(PromotionError, match="is not better; tiny@1 stays"):
        promote(manifest, refused)
    assert load_manifest(manifest).in_service_id == "tiny@1"

    # Untrained as it is, the smaller input can only be faster.
    promote(manifest, decide([old], [new], aim="speed", at=AT, speed_ms=speeds))
    running.detect([picture])
    running.settle()
    assert (running.name, running.fault) == ("tiny@2", "")
    assert len((manifest.parent / DECISIONS).read_text().splitlines()) == 2, "both decisions are on record"

    roll_back(manifest)
    running.detect([picture])
    running.settle()
    assert running.name == "tiny@1"
