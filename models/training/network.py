"""The network in training: YOLO11 with COCO's 80 rows exchanged for ours, learnt rows kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel, load_checkpoint

from models.errors import TrainingError

COCO_ALIASES: Mapping[str, str] = {"table": "dining table"}
"""Our name: COCO's name, where they differ."""

NEW_ROW_BIAS = -6.0
"""Logit at which an unlearnt class starts: about 0.25 %, so that it does not flood the first steps."""


class CityNetwork(DetectionModel):  # type: ignore[misc]
    """A detection model that computes in bfloat16 on CPUs with units for it (2.4 times faster steps with AMX)."""

    def forward(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Run as Ultralytics does; weights stay in floating point."""
        fast = isinstance(x, torch.Tensor) and x.device.type == "cpu" and self.training
        with torch.autocast("cpu", torch.bfloat16, enabled=fast and torch.cpu._is_avx512_bf16_supported()):
            return super().forward(x, *args, **kwargs)


def load_base(path: Path) -> DetectionModel:
    """Load an Ultralytics checkpoint of a detection model in floating point.

    Raises:
        TrainingError: it is missing or no detection model.
    """
    if not path.exists():
        raise TrainingError(f"{path}: no base weights there; base_weights in the recipe must name a .pt file")
    model, _ = load_checkpoint(str(path))
    if not isinstance(model, DetectionModel):
        raise TrainingError(f"{path}: expected a detection model, got {type(model).__name__}")
    return model.float()


def coco_rows(base_names: Mapping[int, str], classes: Sequence[str]) -> dict[int, int]:
    """Return the base's row for each of our classes that the base knows, by our row."""
    row_of = {name: row for row, name in base_names.items()}
    known = {row: COCO_ALIASES.get(name, name) for row, name in enumerate(classes)}
    return {row: row_of[name] for row, name in known.items() if name in row_of}


def with_classes(
    base: DetectionModel, classes: Sequence[str], init_rows: Mapping[str, Sequence[str]] | None = None
) -> DetectionModel:
    """Return a copy of the base whose class branches end in one row for each of our classes.

    The branch keeps the base's inner width (80), which rebuilding with another class count would change; known rows
    are copied, new ones start from the mean of the rows that `init_rows` names, at a low bias.

    Raises:
        TrainingError: `init_rows` names a class that the base lacks.
    """
    model: DetectionModel = deepcopy(base)
    names = {int(row): str(name) for row, name in base.names.items()}
    row_of = {name: row for row, name in names.items()}
    copied = coco_rows(names, classes)
    head = model.model[-1]
    for branch in head.cv3:
        old = branch[-1]
        new = nn.Conv2d(old.in_channels, len(classes), 1)
        with torch.no_grad():
            for row, name in enumerate(classes):
                if row in copied:
                    new.weight[row], new.bias[row] = old.weight[copied[row]], old.bias[copied[row]]
                    continue
                like = list((init_rows or {}).get(name, ()))
                missing = [other for other in like if other not in row_of]
                if missing:
                    raise TrainingError(f"init_rows of {name}: the base has no class {', '.join(missing)}")
                rows = [row_of[other] for other in like] or list(range(old.out_channels))
                new.weight[row], new.bias[row] = old.weight[rows].mean(0), NEW_ROW_BIAS
        branch[-1] = new
    head.nc = len(classes)
    head.no = head.nc + head.reg_max * 4
    model.names = dict(enumerate(classes))
    model.nc = len(classes)
    model.yaml = {**model.yaml, "nc": 80}
    model.__class__ = CityNetwork
    return model


def mixed_with_base(
    trained: DetectionModel, base: DetectionModel, base_share: float, new_rows_of_trained: bool = True
) -> DetectionModel:
    """Return weights between the trained model and the base it came from (WiSE-FT, Wortsman et al. 2022).

    Args:
        trained: of our classes.
        base: `with_classes` of the same classes, untrained.
        base_share: 0 is the trained model, 1 the base.
        new_rows_of_trained: keep the trained output rows of classes that the base does not know.
    """
    mixed = deepcopy(trained)
    before, after = base.state_dict(), mixed.state_dict()
    with torch.no_grad():
        for key, value in after.items():
            if value.is_floating_point():
                value.copy_((1 - base_share) * value + base_share * before[key])
        if new_rows_of_trained:
            _restore_new_rows(mixed, trained, base)
    return mixed


def _restore_new_rows(mixed: DetectionModel, trained: DetectionModel, base: DetectionModel) -> None:
    for level, branch in enumerate(mixed.model[-1].cv3):
        new_rows = base.model[-1].cv3[level][-1].bias == NEW_ROW_BIAS
        branch[-1].weight[new_rows] = trained.model[-1].cv3[level][-1].weight[new_rows]
        branch[-1].bias[new_rows] = trained.model[-1].cv3[level][-1].bias[new_rows]
