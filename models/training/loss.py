"""The loss: labels where a source can be trusted for them, the base model's opinion elsewhere.

Every picture carries a marker box with its source, which moves through mosaic and perspective with the picture, so that
each anchor knows which source it looks at. There the classes that the source does not label are left out of the class
loss, and where the source keeps the teacher, the base model's scores and box distributions are targets for its classes
(Hinton et al. 2015; for detectors Li and Hoiem 2016, "Learning without forgetting").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.ops import xywh2xyxy

TEACHER_BOX_MIN_SCORE = 0.05
"""Anchors on which the base sees nothing say nothing about boxes."""


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What the labels of each source may teach.

    Attributes:
        names: source names; the marker class of source i is `class_count + i`.
        labelled: (sources, classes) bool, classes whose labels are complete there.
        teacher: (sources,) bool, where the base model's opinion is kept.
    """

    names: tuple[str, ...]
    labelled: Tensor
    teacher: Tensor


class Teacher(nn.Module):  # type: ignore[misc]
    """The frozen base model, run from the backbone's features where the student shares them."""

    def __init__(self, base: nn.Module, shared_layers: int):
        super().__init__()
        self.base = base.eval().requires_grad_(False)
        self.shared_layers = shared_layers

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def forward(self, image: Tensor, features: Mapping[int, Tensor]) -> dict[str, Tensor]:
        """Return raw `boxes` (batch, 64, anchors) and `scores` (batch, classes, anchors)."""
        layers = list(self.base.model)
        kept: dict[int, Any] = dict(features)
        first = self.shared_layers if features else 0
        x: Any = kept[first - 1] if features else image
        for layer in layers[first:-1]:
            x = layer(_inputs(layer.f, x, kept))
            kept[layer.i] = x
        head = layers[-1]
        raw: dict[str, Tensor] = head.forward_head(list(_inputs(head.f, x, kept)), **head.one2many)
        return raw


def _inputs(wanted: int | list[int], x: Any, kept: Mapping[int, Any]) -> Any:
    """Return what a layer reads: -1 is the layer before it, other numbers are earlier layers."""
    if isinstance(wanted, int):
        return x if wanted == -1 else kept[wanted]
    return [x if index == -1 else kept[index] for index in wanted]


class CityLoss(v8DetectionLoss):  # type: ignore[misc]
    """Ultralytics' detection loss with class masks by source and a teacher."""

    def __init__(
        self,
        model: Any,
        rules: SourceRules,
        *,
        teacher: Teacher | None,
        teacher_rows: Sequence[int],
        score_weight: float,
        box_weight: float,
    ):
        super().__init__(model)
        self.bce: nn.Module
        self.rules = rules
        self.teacher = teacher
        self.teacher_rows = list(teacher_rows)
        self.score_weight = score_weight
        self.box_weight = box_weight
        self.features: dict[int, Tensor] = {}

    def loss(self, preds: dict[str, Tensor], batch: dict[str, Any]) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the summed loss and its parts, with gradients through `preds`."""
        preds = {"boxes": preds["boxes"].float(), "scores": preds["scores"].float(), "feats": preds["feats"]}
        objects, markers = self._split_markers(batch)
        batch_size = preds["boxes"].shape[0]
        image_hw = tuple(batch["img"].shape[2:])
        labelled, taught = self._anchor_rules(preds, markers, image_hw, batch_size)
        _, parts, items = self._masked(preds, {**batch, **objects}, labelled)
        if self.teacher is not None and (self.score_weight or self.box_weight):
            fast = self.device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
            with torch.autocast("cpu", torch.bfloat16, enabled=fast):
                given = self.teacher(batch["img"], self.features)
            scores, boxes = self._distil(preds, given, taught)
            parts = torch.cat([parts, torch.stack([scores * self.score_weight, boxes * self.box_weight])])
            items = {**items, "kd_cls": scores.detach(), "kd_box": boxes.detach()}
        self.features.clear()
        return parts * batch_size, items

    def _split_markers(self, batch: dict[str, Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        is_object = batch["cls"].view(-1) < self.nc
        keys = ("cls", "bboxes", "batch_idx")
        return {k: batch[k][is_object] for k in keys}, {k: batch[k][~is_object] for k in keys}

    def _anchor_rules(
        self, preds: dict[str, Any], markers: dict[str, Tensor], image_hw: tuple[int, ...], batch_size: int
    ) -> tuple[Tensor, Tensor]:
        """Return (batch, anchors, classes) and (batch, anchors): which class labels and whether the teacher count."""
        centres = torch.cat(
            [
                torch.stack(torch.meshgrid(*(((torch.arange(n) + 0.5) / n) for n in f.shape[2:]), indexing="ij"), -1)
                .flip(-1)
                .reshape(-1, 2)
                for f in preds["feats"]
            ]
        ).to(self.device)
        # Grey mosaic borders belong to no source: nothing is there, and both labels and teacher say so.
        labelled = torch.ones(batch_size, len(centres), self.nc, device=self.device)
        taught = torch.ones(batch_size, len(centres), device=self.device)
        corners = xywh2xyxy(markers["bboxes"].float().to(self.device))
        for image, source, box in zip(
            markers["batch_idx"].long(), markers["cls"].view(-1).long() - self.nc, corners, strict=True
        ):
            inside = ((centres >= box[:2]) & (centres <= box[2:])).all(1)
            labelled[image, inside] = self.rules.labelled[source].float().to(self.device)
            taught[image, inside] = self.rules.teacher[source].float().to(self.device)
        return labelled, taught

    def _masked(
        self, preds: dict[str, Any], batch: dict[str, Any], labelled: Tensor
    ) -> tuple[tuple[Tensor, ...], Tensor, dict[str, Tensor]]:
        """Run Ultralytics' loss with unlabelled classes masked out of the class term."""
        keep = self.bce
        self.bce = _MaskedBce(labelled)
        try:
            result: tuple[tuple[Tensor, ...], Tensor, dict[str, Tensor]] = self.get_assigned_targets_and_loss(
                preds, batch
            )
            return result
        finally:
            self.bce = keep

    def _distil(self, preds: dict[str, Any], given: dict[str, Tensor], taught: Tensor) -> tuple[Tensor, Tensor]:
        """Return the score term and the box term, each over the sum of the teacher's scores."""
        rows = self.teacher_rows
        target = given["scores"].float().permute(0, 2, 1)[..., rows].sigmoid()
        logits = preds["scores"].permute(0, 2, 1)[..., rows]
        amount = (target.amax(-1) * taught).sum().clamp(min=1)
        excess = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        entropy = functional.binary_cross_entropy(
            target.clamp(1e-6, 1 - 1e-6), target.clamp(1e-6, 1 - 1e-6), reduction="none"
        )
        scores = ((excess - entropy) * taught[..., None]).sum() / amount
        weight = target.amax(-1) * taught
        weight = weight * (weight > TEACHER_BOX_MIN_SCORE)
        seen = weight > 0
        bins = self.reg_max
        ours = preds["boxes"].permute(0, 2, 1)[seen].view(-1, 4, bins).log_softmax(-1)
        theirs = given["boxes"].float().permute(0, 2, 1)[seen].view(-1, 4, bins).log_softmax(-1)
        divergence = functional.kl_div(ours, theirs, reduction="none", log_target=True).sum(-1).mean(-1)
        boxes = (divergence * weight[seen]).sum() / amount
        return scores * self.hyp.cls, boxes * self.hyp.dfl


class _MaskedBce(nn.Module):  # type: ignore[misc]
    """Binary cross entropy per anchor and class, zero where the class is not labelled."""

    def __init__(self, mask: Tensor):
        super().__init__()
        self.mask = mask

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        # A positive is a label in itself, wherever its anchor's centre falls.
        mask = torch.maximum(self.mask, (target > 0).to(logits.dtype))
        return functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * mask
