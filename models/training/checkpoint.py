"""Checkpoints: what a training starts from and what it leaves.

A .pt is a pickle, for the machine that made it. Published weights are safetensors, bare numbers that anybody may load,
so that a training can go on from the model in service where its checkpoint is not at hand.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from ultralytics.nn.tasks import DetectionModel, load_checkpoint
from ultralytics.utils import ROOT, YAML

from models.errors import TrainingError
from models.training.network import CityNetwork, city_network

PUBLISHED = ".safetensors"


def load_network(path: Path) -> DetectionModel:
    """Load a checkpoint of a detection model, the base's or one of ours, in floating point.

    Args:
        path: an Ultralytics .pt, or a .safetensors of `publish`.

    Raises:
        TrainingError: it is missing, damaged or no detection model.
    """
    if not path.exists():
        raise TrainingError(f"{path}: no such weights; name a .pt or .safetensors file")
    if path.suffix == PUBLISHED:
        return _published(path)
    model, _ = load_checkpoint(str(path))
    if not isinstance(model, DetectionModel):
        raise TrainingError(f"{path}: expected a detection model, got {type(model).__name__}")
    return model.float()


def has_all_epochs(path: Path) -> bool:
    """Say whether a checkpoint that a training left was written after the last of its epochs."""
    _, told = load_checkpoint(str(path))
    epochs = told.get("train_args", {}).get("epochs")
    return epochs is not None and int(told.get("epoch", -1)) + 1 >= int(epochs)


def publish(network: CityNetwork, path: Path) -> Path:
    """Write a network of ours as safetensors: convolutions in half precision, the rest as it is."""
    tensors = {
        name: (weight.half() if weight.dim() == 4 else weight).contiguous()
        for name, weight in network.state_dict().items()
    }
    save_file(
        tensors, path, {"classes": json.dumps(list(network.names.values())), "base": json.dumps(dict(network.yaml))}
    )
    return path


def as_pickle(path: Path, folder: Path) -> Path:
    """Write published weights as a .pt, the only form that Ultralytics starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    start = folder / "start.pt"
    torch.save({"model": load_network(path), "train_args": {}}, start)
    return start


def _published(path: Path) -> CityNetwork:
    try:
        with safe_open(path, "pt") as file:
            told = {key: json.loads(value) for key, value in file.metadata().items()}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        base = DetectionModel(told["base"], verbose=False)
        base.names = YAML.load(ROOT / "cfg" / "datasets" / "coco.yaml")["names"]
        network = city_network(base, told["classes"])
        network.load_state_dict(tensors)
    except (SafetensorError, AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(f"{path}: not weights that `gridpatrol model export` wrote: {reason}") from error
    network.float()
    return network
