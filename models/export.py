"""From a checkpoint of our own training to files that may enter service: OpenVINO in FP16 or INT8."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import openvino as ov
import torch
from numpy.typing import NDArray
from ultralytics import YOLO

from models.errors import TrainingError
from models.recipe import TrainingRecipe
from models.registry import ModelEntry, sha256_of
from models.training.checkpoint import PUBLISHED, load_network, publish

LICENCE = "AGPL-3.0-or-later"
MAX_FILE_BYTES = 8_000_000
"""What git carries without pain; the registry takes no larger weights."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How an exported model is called."""

    name: str
    version: str


def trained_network(recipe: TrainingRecipe, checkpoint: Path) -> Any:
    """Return the network of a checkpoint.

    Raises:
        TrainingError: the checkpoint is missing or of other classes.
    """
    trained = load_network(checkpoint)
    if list(trained.names.values()) != list(recipe.data.classes):
        raise TrainingError(f"{checkpoint}: its classes are not those of recipe {recipe.name}")
    return trained


def export_openvino(network: Any, naming: Naming, folder: Path, input_size: int = 640) -> ModelEntry:
    """Write a network of ours as OpenVINO FP16, with free height and width, and return its registry entry.

    Beside it lie the same weights as safetensors, for the next training to start from.

    Raises:
        TrainingError: the files are larger than the registry takes.
    """
    entry = write_openvino(network, naming, folder, input_size)
    return replace(entry, trainable=_hashes((publish(network, folder / f"{naming.name}{PUBLISHED}"),)))


def write_openvino(network: Any, naming: Naming, folder: Path, input_size: int = 640) -> ModelEntry:
    """Write a detection network, ours or the base, as OpenVINO FP16 alone; see `export_openvino`."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        checkpoint = Path(scratch) / "network.pt"
        torch.save({"model": network.float().to(memory_format=torch.contiguous_format), "train_args": {}}, checkpoint)
        written = Path(YOLO(str(checkpoint)).export(format="openvino", half=True, dynamic=True, imgsz=input_size))
        for suffix in ("xml", "bin"):
            shutil.copyfile(next(written.glob(f"*.{suffix}")), folder / f"{naming.name}.{suffix}")
    classes = tuple(str(name) for name in network.names.values())
    return entry_of(folder / f"{naming.name}.xml", naming, classes, input_size, "fp16")


def quantize(entry: ModelEntry, pictures: Iterable[NDArray[np.float32]], naming: Naming, folder: Path) -> ModelEntry:
    """Write an INT8 form of an exported model and return its entry.

    The box and score arithmetic after the last convolutions stays in floating point, as does the head's last layer:
    quantising them costs accuracy and gains nothing.

    Args:
        entry: an OpenVINO FP16 model.
        pictures: network inputs, (1, 3, height, width) RGB in 0..1, a few hundred from training data.
        naming: of the INT8 model.
        folder: where to write.
    """
    import nncf

    model = ov.Core().read_model(entry.path)
    quantized = nncf.quantize(
        model,
        nncf.Dataset(list(pictures)),
        preset=nncf.QuantizationPreset.MIXED,
        ignored_scope=nncf.IgnoredScope(
            patterns=[".*model.23/.*/(Add|Sub|Mul|Div|Sigmoid|Concat|Softmax|MatMul).*", ".*/dfl/.*"], validate=False
        ),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{naming.name}.xml"
    ov.save_model(quantized, path, compress_to_fp16=True)
    return entry_of(path, naming, entry.classes, entry.input_size, "int8")


def entry_of(path: Path, naming: Naming, classes: tuple[str, ...], input_size: int, precision: str) -> ModelEntry:
    """Return the registry entry of an OpenVINO pair on disk.

    Raises:
        TrainingError: a file is larger than the registry takes.
    """
    files = (path, path.with_suffix(".bin"))
    return ModelEntry(
        name=naming.name,
        version=naming.version,
        format="openvino",
        path=path,
        sha256=_hashes(files),
        classes=classes,
        input_size=input_size,
        licence=LICENCE,
        precision=precision,
    )


def _hashes(files: Iterable[Path]) -> dict[str, str]:
    """Return the hash of each file by name; TrainingError where one is larger than the registry takes."""
    hashes = {}
    for file in files:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise TrainingError(f"{file}: {file.stat().st_size} bytes; the registry takes at most {MAX_FILE_BYTES}")
        hashes[file.name] = sha256_of(file)
    return hashes
