"""The network in training: the base model, frozen, with a small branch of our own on its features.

Fine-tuning the base costs what it knows (docs/models.md has the figures), so the base is left exactly as it is and
keeps answering for its own classes. The branch reads backbone and neck, mixes the three scales at a small width and
answers for every class of ours with boxes of its own. On photographs it is taught to leave the base's classes to the
base; on simulated streets, which the base never saw, it answers for all. Both answers leave the network side by side,
and class-wise non-maximum suppression merges them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from ultralytics.nn.modules import Conv, Detect, DWConv
from ultralytics.nn.tasks import DetectionModel, load_checkpoint
from ultralytics.utils.tal import dist2bbox, make_anchors

from models.errors import TrainingError

COCO_ALIASES: Mapping[str, str] = {"table": "dining table"}
"""Our name: COCO's name, where they differ."""

NECK = (16, 19, 22)
BACKBONE = (6, 10)
"""Layers of YOLO11 whose outputs the branch reads: the neck at strides 8, 16 and 32, the backbone at 16 and 32."""
WIDTHS = (32, 64, 128)
"""Channels of the branch at strides 8, 16 and 32: small where there are many places."""


class Mix(nn.Module):  # type: ignore[misc]
    """Residual block that looks around cheaply: depthwise 5x5, then pointwise."""

    def __init__(self, width: int):
        super().__init__()
        self.around = DWConv(width, width, 5)
        self.across = Conv(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        return x + self.across(self.around(x))


def _answer(width: int, channels: int) -> nn.Sequential:
    return nn.Sequential(Conv(width, width, 3), nn.Conv2d(width, channels, 1))


class Branch(nn.Module):  # type: ignore[misc]
    """Our own answer from the base's features: raw boxes and class scores at three scales."""

    def __init__(self, channels: Sequence[int], class_count: int, widths: Sequence[int] = WIDTHS):
        super().__init__()
        small, middle, large = widths
        self.enter = nn.ModuleList(Conv(given, width, 1) for given, width in zip(channels, widths, strict=True))
        self.deep = nn.Sequential(Mix(large), Mix(large))
        self.down_middle = nn.Sequential(Conv(middle + large, middle, 1), Mix(middle))
        self.down_small = nn.Sequential(Conv(small + middle, small, 1), Mix(small))
        self.up_middle = nn.Sequential(DWConv(small, small, 3, 2), Conv(small, middle, 1))
        self.up_large = nn.Sequential(DWConv(middle, middle, 3, 2), Conv(middle, large, 1))
        self.mix_middle, self.mix_large = Mix(middle), Mix(large)
        self.boxes = nn.ModuleList(_answer(width, 4) for width in widths)
        self.scores = nn.ModuleList(_answer(width, class_count) for width in widths)

    def start(self, strides: Sequence[float], class_count: int) -> None:
        """Set the biases from which learning starts, as Ultralytics does: boxes of middling size, rare objects."""
        for box, score, stride in zip(self.boxes, self.scores, strides, strict=True):
            nn.init.constant_(box[-1].bias, 2.0)
            nn.init.constant_(score[-1].bias, math.log(5 / class_count / (640 / stride) ** 2))

    def forward(self, neck: Sequence[Tensor], backbone: Sequence[Tensor]) -> dict[str, Any]:
        """Return `boxes` (batch, 4, anchors; left, top, right, bottom in strides), `scores` and `feats`."""
        small = self.enter[0](neck[0])
        middle = self.enter[1](torch.cat([neck[1], backbone[0]], 1))
        large = self.enter[2](torch.cat([neck[2], backbone[1]], 1))
        large = self.deep(large)
        middle = self.down_middle(torch.cat([middle, functional.interpolate(large, scale_factor=2.0)], 1))
        small = self.down_small(torch.cat([small, functional.interpolate(middle, scale_factor=2.0)], 1))
        middle = self.mix_middle(middle + self.up_middle(small))
        large = self.mix_large(large + self.up_large(middle))
        levels = (small, middle, large)
        return {
            "boxes": torch.cat([head(x).flatten(2) for head, x in zip(self.boxes, levels, strict=True)], 2),
            "scores": torch.cat([head(x).flatten(2) for head, x in zip(self.scores, levels, strict=True)], 2),
            "feats": list(neck),
        }


class CityDetect(Detect):  # type: ignore[misc]
    """The base's detection head and our branch, answering side by side.

    In training only the branch answers. Otherwise the answer holds the base's anchors, then the branch's: (batch,
    4 + classes, 2 * anchors); the base's scores of classes that it does not know are zero.
    """

    def __init__(self, base: Detect, base_rows: Sequence[int], class_count: int, channels: Sequence[int]):
        nn.Module.__init__(self)
        for name in ("nl", "stride", "cv2", "dfl", "i", "type"):
            setattr(self, name, getattr(base, name))
        self.f = [*NECK, *BACKBONE]
        self.nc = class_count
        self.base_reg_max = base.reg_max
        self.reg_max = 1  # of what is trained: the branch gives distances, not distributions over them
        self.no = class_count + 4
        self.base_nc = len(base_rows)
        self.cv3 = nn.ModuleList(_with_rows(branch, base_rows) for branch in base.cv3)
        self.branch = Branch(channels, class_count)
        self.branch.start([float(stride) for stride in self.stride], class_count)
        self.np = sum(parameter.numel() for parameter in self.parameters())

    def forward(self, x: list[Tensor]) -> Any:
        """Return the branch's raw answer in training, otherwise decoded boxes and scores of both."""
        neck, backbone = x[: self.nl], x[self.nl :]
        ours = self.branch(neck, backbone)
        if self.training:
            return ours
        batch = neck[0].shape[0]
        base_boxes = torch.cat(
            [head(f).view(batch, 4 * self.base_reg_max, -1) for head, f in zip(self.cv2, neck, strict=True)], -1
        )
        base_scores = torch.cat(
            [head(f).view(batch, self.base_nc, -1) for head, f in zip(self.cv3, neck, strict=True)], -1
        )
        anchors, strides = (part.transpose(0, 1) for part in make_anchors(neck, self.stride, 0.5))
        base_scores = functional.pad(base_scores.sigmoid(), (0, 0, 0, self.nc - self.base_nc))
        answer = torch.cat(
            [
                torch.cat([dist2bbox(self.dfl(base_boxes), anchors[None], dim=1) * strides, base_scores], 1),
                torch.cat([dist2bbox(ours["boxes"], anchors[None], dim=1) * strides, ours["scores"].sigmoid()], 1),
            ],
            2,
        )
        return answer if self.export else (answer, ours)


class CityNetwork(DetectionModel):  # type: ignore[misc]
    """A detection model that computes in bfloat16 on CPUs with units for it (twice as fast with AMX)."""

    def forward(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Run as Ultralytics does; weights stay in floating point."""
        fast = isinstance(x, Tensor) and x.device.type == "cpu" and self.training
        with torch.autocast("cpu", torch.bfloat16, enabled=fast and torch.cpu._is_avx512_bf16_supported()):
            return super().forward(x, *args, **kwargs)


def load_network(path: Path) -> DetectionModel:
    """Load an Ultralytics checkpoint of a detection model, the base's or one of ours, in floating point.

    Raises:
        TrainingError: it is missing or no detection model.
    """
    if not path.exists():
        raise TrainingError(f"{path}: no such weights; base_weights in the recipe must name a .pt file")
    model, _ = load_checkpoint(str(path))
    if not isinstance(model, DetectionModel):
        raise TrainingError(f"{path}: expected a detection model, got {type(model).__name__}")
    return model.float()


def base_classes(base_names: Mapping[int, str], classes: Sequence[str]) -> list[int]:
    """Return the base's rows of those of our classes that it knows; they must be the first of ours.

    Raises:
        TrainingError: a class that the base knows stands after one that it does not.
    """
    row_of = {name: row for row, name in base_names.items()}
    known = [COCO_ALIASES.get(name, name) in row_of for name in classes]
    count = sum(known)
    if not all(known[:count]):
        raise TrainingError("classes that the base knows must come first in the recipe's classes")
    return [row_of[COCO_ALIASES.get(name, name)] for name in classes[:count]]


def city_network(base: DetectionModel, classes: Sequence[str]) -> CityNetwork:
    """Return a copy of the base with our branch beside its head; the base's weights are the base's.

    Raises:
        TrainingError: the base is no YOLO11, or the order of the classes cannot be served.
    """
    model: CityNetwork = deepcopy(base)
    head = model.model[-1]
    if list(head.f) != list(NECK):
        raise TrainingError(f"the base's head reads layers {list(head.f)}, expected YOLO11's {list(NECK)}")
    rows = base_classes({int(row): str(name) for row, name in base.names.items()}, classes)
    neck = [branch[0].conv.in_channels for branch in head.cv2]
    backbone = [_out_channels(model.model[layer]) for layer in BACKBONE]
    channels = [neck[0], neck[1] + backbone[0], neck[2] + backbone[1]]
    model.model[-1] = CityDetect(head, rows, len(classes), channels)
    model.names = dict(enumerate(classes))
    model.nc = len(classes)
    model.save = sorted({*model.save, *NECK, *BACKBONE})
    model.__class__ = CityNetwork
    return model


def _with_rows(branch: nn.Sequential, rows: Sequence[int]) -> nn.Sequential:
    """Return a class branch of the base that ends in the given rows only."""
    old = branch[-1]
    new = nn.Conv2d(old.in_channels, len(rows), 1)
    with torch.no_grad():
        new.weight.copy_(old.weight[list(rows)])
        new.bias.copy_(old.bias[list(rows)])
    return nn.Sequential(*branch[:-1], new)


def _out_channels(layer: nn.Module) -> int:
    return int(layer.cv2.conv.out_channels)
