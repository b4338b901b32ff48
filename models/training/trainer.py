"""Ultralytics' trainer with our network, loss and data set: one code path for the real training and the small test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from torch import nn
from ultralytics.data.dataset import YOLODataset
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils import colorstr

from models.dataset.build import SEPARATOR, BuiltDataset
from models.errors import TrainingError
from models.recipe import Schedule, TrainingRecipe
from models.report import plot_training
from models.training.augment import PoorCamera
from models.training.checkpoint import PUBLISHED, as_pickle, has_all_epochs, load_network
from models.training.gate import fit_gate
from models.training.loss import CityLoss, SourceRules
from models.training.network import CityNetwork, blend, city_network

FINAL = "final.pt"
HEAD = 23
"""Index of YOLO11's detection head; every layer before it is frozen, and so is the base's part of the head."""


T = TypeVar("T")


def evenly(items: Sequence[T], share: float) -> list[T]:
    """Return a share of the items at even distances, at least one; of pictures in order of name, so of every source."""
    return [items[int(number / share)] for number in range(max(1, round(len(items) * share)))]


class SourceDataset(YOLODataset):  # type: ignore[misc]
    """A YOLO data set in which each picture carries a marker box that names its source."""

    source_names: ClassVar[tuple[str, ...]] = ()
    repeats: ClassVar[Mapping[str, int]] = {}
    left_to_base: ClassVar[Mapping[str, Sequence[int]]] = {}
    share: ClassVar[float] = 1.0

    def get_labels(self) -> list[dict[str, Any]]:
        """Read labels as Ultralytics does, add the marker, and repeat sources as the recipe asks."""
        labels = []
        count = len(self.data["names"])
        for label in super().get_labels():
            source = Path(label["im_file"]).name.split(SEPARATOR, 1)[0]
            taught = ~np.isin(label["cls"][:, 0], self.left_to_base.get(source, ()))
            label["cls"], label["bboxes"] = label["cls"][taught], label["bboxes"][taught]
            label["segments"] = []
            marker = count + self.source_names.index(source)
            label["cls"] = np.concatenate([label["cls"], [[marker]]]).astype(np.float32)
            label["bboxes"] = np.concatenate([label["bboxes"], [[0.5, 0.5, 1, 1]]]).astype(np.float32)
            times = self.repeats.get(source, 1) if self.augment else 1
            labels.extend([{**label} for _ in range(times)])
        if self.augment:
            labels = evenly(labels, self.share)
        self.im_files = [label["im_file"] for label in labels]
        return labels


class CityTrainer(DetectionTrainer):  # type: ignore[misc]
    """Trains one recipe on one data set."""

    def __init__(self, recipe: TrainingRecipe, dataset: BuiltDataset, overrides: dict[str, Any]):
        self.recipe = recipe
        self.dataset = dataset
        super().__init__(overrides=overrides)

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> DetectionModel:
        """Return the network to train: the base with a fresh branch, or where an earlier run stopped."""
        del cfg, verbose
        model = starting_network(self.recipe)
        if isinstance(weights, CityNetwork):
            model.load_state_dict(weights.float().state_dict())
        return model.to(memory_format=torch.channels_last)

    def set_model_attributes(self) -> None:
        """Attach names and hyperparameters, and the loss."""
        super().set_model_attributes()
        self.model.criterion = CityLoss(self.model.to(self.device), source_rules(self.recipe))

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> SourceDataset:
        """Return the data set with source markers and, in training, poor-camera pictures."""
        augment = mode == "train"
        silent = tuple(range(len(_base_names(self.recipe))))
        kind = type(
            "RecipeDataset",
            (SourceDataset,),
            {
                "source_names": tuple(source.name for source in self.recipe.data.sources),
                "repeats": {source.name: source.repeat for source in self.recipe.data.sources},
                "share": self.recipe.schedule.share,
                "left_to_base": {source.name: silent for source in self.recipe.data.sources if source.base_answers},
            },
        )
        dataset: SourceDataset = kind(
            img_path=img_path,
            imgsz=self.args.imgsz,
            batch_size=batch,
            augment=augment,
            hyp=self.args,
            rect=False,
            cache=None,
            stride=32,
            pad=0.0 if augment else 0.5,
            prefix=colorstr(f"{mode}: "),
            task="detect",
            classes=None,
            data=self.data,
            fraction=1.0,
        )
        if augment:
            dataset.transforms.insert(-1, PoorCamera(self.recipe.schedule.cctv, self.recipe.seed))
        return dataset

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Move a batch to the device, pictures with channels last (a third faster on CPUs)."""
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].contiguous(memory_format=torch.channels_last)
        return batch

    def _model_train(self) -> None:
        """Enter training mode, with the base's batch norms as the base left them."""
        super()._model_train()
        for module in self.model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()

    def plot_training_labels(self) -> None:
        """Leave out Ultralytics' label plot: it cannot name the markers; `dataset inspect` draws ours."""

    def plot_training_samples(self, batch: dict[str, Any], ni: int) -> None:
        """Draw a training batch without the markers."""
        objects = batch["cls"].view(-1) < len(self.data["names"])
        shown = {**batch, **{key: batch[key][objects] for key in ("cls", "bboxes", "batch_idx")}}
        super().plot_training_samples(shown, ni)

    def plot_metrics(self) -> None:
        """Draw losses and learning rate; Ultralytics would draw the figures of a validation that we do not make."""
        plot_training(Path(self.csv), Path(self.save_dir) / "results.png")

    def validate(self) -> tuple[dict[str, Any], float]:
        """Measure nothing: `gridpatrol model evaluate` does, with sources and unlabelled classes in mind."""
        return self.metrics, 0.0

    def final_eval(self) -> None:
        """Leave evaluation to `gridpatrol model evaluate`, which knows sources and unlabelled classes."""


def source_rules(recipe: TrainingRecipe) -> SourceRules:
    """Return which classes count in each source: those it labels, and where the base answers, the base's as absent."""
    sources = recipe.data.sources
    silent = set(_base_names(recipe))
    return SourceRules(
        names=tuple(source.name for source in sources),
        counted=torch.tensor(
            [
                [name in source.labelled or (source.base_answers and name in silent) for name in recipe.data.classes]
                for source in sources
            ]
        ),
    )


def starting_network(recipe: TrainingRecipe) -> CityNetwork:
    """Return the base with a fresh twin, or where no base is named, the network that the recipe goes on from.

    Raises:
        TrainingError: the weights are missing, or of other classes than the recipe's.
    """
    if recipe.base_weights is not None:
        return city_network(load_network(recipe.base_weights), recipe.data.classes, recipe.init_rows)
    network = load_network(recipe.start)
    if not isinstance(network, CityNetwork):
        raise TrainingError(f"{recipe.start}: no network of ours; name it as base_weights to start from a base")
    if tuple(network.names.values()) != tuple(recipe.data.classes):
        raise TrainingError(
            f"{recipe.start}: its classes are {', '.join(network.names.values())}; "
            "without base_weights the recipe's must be the same"
        )
    return network


def _base_names(recipe: TrainingRecipe) -> tuple[str, ...]:
    """Return those of the recipe's classes that the base knows."""
    return recipe.data.classes[: starting_network(recipe).model[-1].base_nc]


def train(
    recipe: TrainingRecipe,
    dataset: BuiltDataset,
    folder: Path,
    resume: bool = False,
    progress: Callable[[str], None] = lambda message: None,
) -> Path:
    """Run a training and return its final weights: the last checkpoint, blended and with the gate fitted.

    Args:
        recipe: what to train.
        dataset: built from `recipe.data`.
        folder: where checkpoints, `results.csv` and plots go.
        resume: go on from the last checkpoint in `folder`; where all epochs are done, with what comes after them.
        progress: told what happens.

    Raises:
        TrainingError: base weights missing, data set of other classes, nothing to resume, or nothing that the result
            could be blended with.
    """
    _check_classes(recipe, dataset)
    last = folder / "weights" / "last.pt"
    if resume and not last.exists():
        raise TrainingError(f"{last}: nothing to resume; start without --resume")
    if not resume and not recipe.start.exists():
        raise TrainingError(f"{recipe.start}: no such checkpoint; the recipe starts from it")
    other = _blended_with(recipe, load_network(last) if resume else starting_network(recipe))
    if resume and has_all_epochs(last):
        progress(f"all epochs of {recipe.name} are done; going on after them")
    else:
        _run_epochs(recipe, dataset, folder, progress, resume=last if resume else None)
    if not last.exists():
        raise TrainingError(f"{folder}: the training ended without a checkpoint; see its log")
    network = load_network(last)
    if other is not None:
        progress(f"blending with {recipe.blend_with or recipe.start_from}")
        blend(network, other, recipe.blend)
    if recipe.fit_gate:
        progress("fitting the gate")
        fit_gate(network, recipe, dataset)
    final = last.with_name(FINAL)
    torch.save({"model": network, "train_args": {}}, final)
    return final


def _blended_with(recipe: TrainingRecipe, trained: DetectionModel) -> DetectionModel | None:
    """Return the earlier network that what is learnt will be blended with; None where it stays as it is.

    Args:
        recipe: names the checkpoint.
        trained: a network of the same make as the one that will have been trained.

    Raises:
        TrainingError: the checkpoint is missing, or of another network or other classes.
    """
    path = recipe.blend_with or recipe.start_from
    if path is None or recipe.blend >= 1:
        return None
    other = load_network(path)
    if list(other.names.values()) != list(recipe.data.classes):
        raise TrainingError(f"{path}: cannot be blended with, its classes are not those of recipe {recipe.name}")
    shapes, wanted = ({name: w.shape for name, w in n.state_dict().items()} for n in (other, trained))
    differing = sorted(name for name in shapes.keys() | wanted.keys() if shapes.get(name) != wanted.get(name))
    if differing:
        raise TrainingError(
            f"{path}: cannot be blended with, it is another network than the one to be trained: "
            f"{len(differing)} weights differ, the first is {differing[0]}"
        )
    return other


def _run_epochs(
    recipe: TrainingRecipe,
    dataset: BuiltDataset,
    folder: Path,
    progress: Callable[[str], None],
    *,
    resume: Path | None,
) -> None:
    """Train from the recipe's start, or go on from a checkpoint that an earlier run left."""
    schedule = recipe.schedule
    device = "0" if torch.cuda.is_available() else "cpu"
    start = resume or recipe.start
    if start.suffix == PUBLISHED:
        start = as_pickle(start, folder / "weights")
    progress(f"training {recipe.name} on {device}, {schedule.epochs} epochs at {schedule.image_size} px")
    overrides = _overrides(schedule, dataset, folder, start=start, device=device, seed=recipe.seed)
    if resume is not None:
        overrides["resume"] = str(resume)
    CityTrainer(recipe, dataset, overrides).train()


def _overrides(
    schedule: Schedule, dataset: BuiltDataset, folder: Path, *, start: Path, device: str, seed: int
) -> dict[str, Any]:
    """Return Ultralytics' settings of a training."""
    return {
        "task": "detect",
        "model": str(start),
        "data": str(dataset.data_yaml),
        "save_dir": str(folder),
        "project": str(folder.parent),
        "name": folder.name,
        "exist_ok": True,
        "epochs": schedule.epochs,
        "imgsz": schedule.image_size,
        "batch": schedule.batch,
        "compile": schedule.compile,
        "nbs": schedule.batch,
        "optimizer": "AdamW",
        "lr0": schedule.learning_rate,
        "lrf": schedule.final_learning_rate,
        "cos_lr": True,
        "weight_decay": schedule.weight_decay,
        "warmup_epochs": 0.5,
        "warmup_bias_lr": 0.0,
        "freeze": [*range(HEAD), f"{HEAD}.cv2", f"{HEAD}.cv3"],
        "mosaic": schedule.mosaic,
        "close_mosaic": schedule.close_mosaic,
        "scale": schedule.scale,
        "degrees": schedule.degrees,
        "mixup": 0.0,
        "seed": seed,
        "amp": device != "cpu",
        "val": False,
        "plots": True,
        "workers": 1,
        "device": device,
        "deterministic": True,
    }


def _check_classes(recipe: TrainingRecipe, dataset: BuiltDataset) -> None:
    manifest = json.loads(dataset.manifest_path.read_text(encoding="utf-8"))
    if manifest["classes"] != list(recipe.data.classes):
        raise TrainingError(
            f"{dataset.folder}: built for other classes ({', '.join(manifest['classes'])}); build it from this recipe"
        )
    if not any(picture["split"] == "train" for picture in manifest["pictures"]):
        raise TrainingError(f"{dataset.folder}: no pictures to train on; every group was held out")
