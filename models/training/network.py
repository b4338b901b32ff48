"""The network in training: the base model, frozen, with a twin of its neck and head on the same backbone.

Fine-tuning the base costs what it knows, and a fresh small branch on frozen features learns too little (docs/models.md
has the figures of both). So the base is left exactly as it is and keeps answering for its own classes, and a twin of
its neck and head, started from its weights, learns ours. On photographs the twin is taught to leave the base's classes
to the base, and a gate on the backbone's features, fitted afterwards, holds it to that; on simulated streets, which the
base never saw, it answers for all. Both answers leave the network side by side, and class-wise non-maximum suppression
merges them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from ultralytics.nn.modules import Detect
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.tal import dist2bbox, make_anchors

from models.errors import TrainingError

COCO_ALIASES: Mapping[str, str] = {"table": "dining table"}
"""Our name: COCO's name, where they differ."""

BACKBONE = (4, 6, 10)
"""Layers of YOLO11 whose outputs the neck reads, at strides 8, 16 and 32; the last is the end of the backbone."""
NECK = (16, 19, 22)
"""Layers of the neck that the head reads."""
OPEN_GATE = 6.0
"""Logit of a gate that was not fitted: open."""
NEW_ROW_BIAS = -5.0
"""Logit at which an unlearnt class starts: about 0.7 %, so that it does not flood the first steps."""
HAS_BFLOAT16 = torch.cpu._is_avx512_bf16_supported()
"""Whether this CPU computes in bfloat16; asked once, since a compiled network cannot ask."""


class Twin(nn.Module):  # type: ignore[misc]
    """A copy of the base's neck and head that ends in our classes."""

    def __init__(self, layers: Sequence[nn.Module], class_weights: Sequence[tuple[Tensor, Tensor]]):
        super().__init__()
        head = layers[-1]
        self.neck = nn.ModuleList(deepcopy(layer) for layer in layers[BACKBONE[-1] + 1 : -1])
        self.boxes = deepcopy(head.cv2)
        self.scores = nn.ModuleList(
            _ending_in(deepcopy(branch), weight, bias)
            for branch, (weight, bias) in zip(head.cv3, class_weights, strict=True)
        )

    def forward(self, backbone: Sequence[Tensor]) -> dict[str, Any]:
        """Return `boxes` (batch, 4 * bins, anchors), `scores` (batch, classes, anchors) and `feats`."""
        kept = dict(zip(BACKBONE, backbone, strict=True))
        x: Any = kept[BACKBONE[-1]]
        for layer in self.neck:
            inputs = [layer.f] if isinstance(layer.f, int) else layer.f
            given = [x if index == -1 else kept[index] for index in inputs]
            x = layer(given[0] if isinstance(layer.f, int) else given)
            kept[layer.i] = x
        levels = [kept[index] for index in NECK]
        return {
            "boxes": torch.cat([head(f).flatten(2) for head, f in zip(self.boxes, levels, strict=True)], 2),
            "scores": torch.cat([head(f).flatten(2) for head, f in zip(self.scores, levels, strict=True)], 2),
            "feats": levels,
        }


class CityDetect(Detect):  # type: ignore[misc]
    """The base's detection head and the twin, answering side by side.

    In training only the twin answers. Otherwise the answer holds the base's anchors, then the twin's: (batch,
    4 + classes, 2 * anchors); the base's scores of classes that it does not know are zero, and the twin's scores of
    classes that the base knows are multiplied by how far the gate is open.
    """

    def __init__(self, base: Detect, base_rows: Sequence[int], twin: Twin, class_count: int, gate_width: int):
        nn.Module.__init__(self)
        for name in ("nl", "reg_max", "stride", "cv2", "dfl", "i", "type"):
            setattr(self, name, getattr(base, name))
        self.f = [*NECK, *BACKBONE]
        self.nc = class_count
        self.no = class_count + self.reg_max * 4
        self.base_nc = len(base_rows)
        self.cv3 = nn.ModuleList(
            _ending_in(branch, branch[-1].weight[list(base_rows)], branch[-1].bias[list(base_rows)])
            for branch in base.cv3
        )
        self.branch = twin
        self.gate = nn.Linear(gate_width, 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, OPEN_GATE)
        self.np = sum(parameter.numel() for parameter in self.parameters())

    def forward(self, x: list[Tensor]) -> Any:
        """Return the twin's raw answer in training, otherwise decoded boxes and scores of both."""
        neck, backbone = x[: self.nl], x[self.nl :]
        ours = self.branch(backbone)
        if self.training:
            return ours
        batch = neck[0].shape[0]
        boxes = [head(f).view(batch, 4 * self.reg_max, -1) for head, f in zip(self.cv2, neck, strict=True)]
        scores = [head(f).view(batch, self.base_nc, -1) for head, f in zip(self.cv3, neck, strict=True)]
        anchors, strides = (part.transpose(0, 1) for part in make_anchors(neck, self.stride, 0.5))
        base_scores = functional.pad(torch.cat(scores, -1).sigmoid(), (0, 0, 0, self.nc - self.base_nc))
        is_open = self.gate(backbone[-1].mean((2, 3))).sigmoid()[:, :, None]
        twin_scores = ours["scores"].sigmoid()
        twin_scores = torch.cat([twin_scores[:, : self.base_nc] * is_open, twin_scores[:, self.base_nc :]], 1)
        answer = torch.cat(
            [
                torch.cat([dist2bbox(self.dfl(torch.cat(boxes, -1)), anchors[None], dim=1) * strides, base_scores], 1),
                torch.cat([dist2bbox(self.dfl(ours["boxes"]), anchors[None], dim=1) * strides, twin_scores], 1),
            ],
            2,
        )
        return answer if self.export else (answer, ours)


class CityNetwork(DetectionModel):  # type: ignore[misc]
    """A detection model that computes in bfloat16 on CPUs with units for it (twice as fast with AMX)."""

    def forward(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Run as Ultralytics does; weights stay in floating point."""
        fast = isinstance(x, Tensor) and x.device.type == "cpu" and self.training
        with torch.autocast("cpu", torch.bfloat16, enabled=fast and HAS_BFLOAT16):
            return super().forward(x, *args, **kwargs)

    def _predict_once(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the layers in turn; in training the base's own neck and head have nothing to say and are left out."""
        if not self.training:
            return super()._predict_once(x, *args, **kwargs)
        kept = []
        for layer in self.model[: BACKBONE[-1] + 1]:
            x = layer(x)
            if layer.i in BACKBONE:
                kept.append(x)
        return self.model[-1].branch(kept)


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


def city_network(
    base: DetectionModel, classes: Sequence[str], init_rows: Mapping[str, Sequence[str]] | None = None
) -> CityNetwork:
    """Return a copy of the base with a twin of its neck and head; the base's weights are the base's.

    Args:
        base: a YOLO11 that knows COCO's classes.
        classes: ours, those of the base first.
        init_rows: classes of the base whose output rows a new class starts from (their mean), at a low bias.

    Raises:
        TrainingError: the base is no YOLO11, the order of the classes cannot be served, or `init_rows` is wrong.
    """
    model: CityNetwork = deepcopy(base)
    head = model.model[-1]
    if list(head.f) != list(NECK):
        raise TrainingError(f"the base's head reads layers {list(head.f)}, expected YOLO11's {list(NECK)}")
    names = {int(row): str(name) for row, name in base.names.items()}
    rows = base_classes(names, classes)
    started = [rows_of_new(names, name, (init_rows or {}).get(name, ())) for name in classes[len(rows) :]]
    weights = [_started(branch[-1], rows, started) for branch in head.cv3]
    twin = Twin(list(model.model), weights)
    gate_width = model.model[BACKBONE[-1]].cv2.conv.out_channels
    model.model[-1] = CityDetect(head, rows, twin, len(classes), gate_width)
    model.names = dict(enumerate(classes))
    model.nc = len(classes)
    model.save = sorted({*model.save, *NECK, *BACKBONE})
    model.__class__ = CityNetwork
    return model


def blend(network: nn.Module, start: nn.Module, share: float) -> None:
    """Move weights back towards where they started, in place: less is learnt and less of the old is lost.

    Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".

    Args:
        network: as trained.
        start: the same network before.
        share: 0 for the start, 1 for what was learnt.
    """
    before = start.state_dict()
    weights = {
        name: before[name].float().lerp(weight.float(), share) if weight.is_floating_point() else weight
        for name, weight in network.state_dict().items()
    }
    network.load_state_dict(weights)


def rows_of_new(base_names: Mapping[int, str], name: str, like: Sequence[str]) -> list[int]:
    """Return the base's rows that a new class starts from; all of them where nothing is said.

    Raises:
        TrainingError: the base has no such class.
    """
    row_of = {known: row for row, known in base_names.items()}
    missing = [other for other in like if other not in row_of]
    if missing:
        raise TrainingError(f"init_rows of {name}: the base has no class {', '.join(missing)}")
    return [row_of[other] for other in like] or list(base_names)


def _started(last: nn.Conv2d, rows: Sequence[int], started: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return weight and bias of a class branch's last layer for our classes."""
    weight = [last.weight[row] for row in rows] + [last.weight[list(like)].mean(0) for like in started]
    bias = [last.bias[row] for row in rows] + [torch.full_like(last.bias[0], NEW_ROW_BIAS) for _ in started]
    return torch.stack(weight).detach(), torch.stack(bias).detach()


def _ending_in(branch: nn.Sequential, weight: Tensor, bias: Tensor) -> nn.Sequential:
    """Return a class branch that ends in the given rows."""
    new = nn.Conv2d(weight.shape[1], weight.shape[0], 1)
    with torch.no_grad():
        new.weight.copy_(weight)
        new.bias.copy_(bias)
    return nn.Sequential(*branch[:-1], new)
