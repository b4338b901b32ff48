"""The steps of the workshop in one call each, as the command line and the small-data test run them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.inference.openvino import fit, place
from models.dataset.build import BuiltDataset, open_dataset
from models.dataset.labels import read_image
from models.errors import DatasetError, TrainingError
from models.export import Naming, export_openvino, quantize, trained_network
from models.recipe import load_recipe
from models.register import check_free, register
from models.registry import ModelEntry
from models.training.checkpoint import PUBLISHED

CALIBRATION_PICTURES = 100
WEIGHTS = "weights"
INT8 = "-int8"
SUFFIXES = (".xml", ".bin", PUBLISHED)
"""Of the files of an exported model."""


def export_and_register(
    recipe_path: Path,
    checkpoint: Path,
    *,
    name: str,
    version: str,
    manifest_path: Path,
    data: Path | None = None,
    int8: bool = False,
    input_size: int = 640,
) -> ModelEntry:
    """Export a checkpoint into the `weights/` folder beside a manifest and register it.

    Args:
        recipe_path: the recipe that was trained.
        checkpoint: its checkpoint.
        name: of the model; the recipe's when empty.
        version: of the model.
        manifest_path: the registry.
        data: the data set that was trained on; its manifest's hash is recorded. Needed for `int8`.
        int8: quantise.
        input_size: longer side of the network input, pixels.

    Raises:
        TrainingError, DatasetError, RegistryError: a part is missing or wrong, or the version is registered already.
            Nothing is registered, and no file of a registered model is touched.
    """
    recipe = load_recipe(recipe_path)
    dataset = open_dataset(data) if data is not None else None
    if int8 and dataset is None:
        raise TrainingError("INT8 needs --data: the data set whose training pictures calibrate it")
    own_name, mark = name or recipe.name, INT8 if int8 else ""
    naming = Naming(f"{own_name}-{version}{mark}", version)
    model_id, names = f"{own_name}{mark}@{version}", [f"{naming.name}{suffix}" for suffix in SUFFIXES]
    check_free(manifest_path, model_id, names)
    weights = manifest_path.parent / WEIGHTS
    network = trained_network(recipe, checkpoint)
    weights.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=weights.parent) as scratch:
        entry = export_openvino(network, naming, Path(scratch), input_size)
        trainable = [entry.path.with_name(file) for file in entry.trainable]
        if int8 and dataset is not None:
            plain, inputs = entry, calibration_inputs(dataset, input_size)
            entry = replace(quantize(plain, inputs, naming, Path(scratch) / "int8"), trainable=plain.trainable)
        check_free(manifest_path, model_id, names)
        for file in (*entry.files, *trainable):
            file.replace(weights / file.name)
    named = replace(
        entry,
        name=f"{own_name}{mark}",
        path=weights / entry.path.name,
        base=(recipe.base_weights or recipe.start).stem,
        data_manifest=dataset.sha256 if dataset is not None else "",
    )
    register(manifest_path, named)
    return named


def calibration_inputs(dataset: BuiltDataset, input_size: int, seed: int = 0) -> Iterator[NDArray[np.float32]]:
    """Yield network inputs of training pictures, (1, 3, height, width) RGB in 0..1, spread over the sources.

    Raises:
        DatasetError: the data set has no training pictures.
    """
    rows = json.loads(dataset.manifest_path.read_text(encoding="utf-8"))["pictures"]
    files = [row["file"] for row in rows if row["split"] == "train"]
    if not files:
        raise DatasetError(f"{dataset.folder}: no training pictures to calibrate on")
    random.Random(seed).shuffle(files)
    for file in files[:CALIBRATION_PICTURES]:
        image = read_image(dataset.folder / file)
        canvas = place(image, fit((image.shape[1], image.shape[0]), input_size, square=True))[0]
        rgb = cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB).astype(np.float32) / 255
        yield np.ascontiguousarray(rgb.transpose(2, 0, 1)[None])
