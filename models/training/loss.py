"""The loss of the branch: labels count only where a source can be trusted for them.

Every picture carries a marker box with its source, which moves through mosaic and perspective with the picture, so that
each anchor knows which source it looks at; classes that the source does not label are left out of the class loss there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.ops import xywh2xyxy


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What the labels of each source may teach.

    Attributes:
        names: source names; the marker class of source i is `class_count + i`.
        counted: (sources, classes) bool, classes whose presence and absence count there.
    """

    names: tuple[str, ...]
    counted: Tensor


class CityLoss(v8DetectionLoss):  # type: ignore[misc]
    """Ultralytics' detection loss with classes masked by source."""

    def __init__(self, model: Any, rules: SourceRules):
        super().__init__(model)
        self.bce: nn.Module
        self.rules = rules

    def loss(self, preds: dict[str, Any], batch: dict[str, Any]) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the summed loss and its parts, with gradients through `preds`."""
        preds = {"boxes": preds["boxes"].float(), "scores": preds["scores"].float(), "feats": preds["feats"]}
        is_object = batch["cls"].view(-1) < self.nc
        keys = ("cls", "bboxes", "batch_idx")
        objects = {key: batch[key][is_object] for key in keys}
        markers = {key: batch[key][~is_object] for key in keys}
        batch_size = preds["boxes"].shape[0]
        plain = self.bce
        self.bce = _MaskedBce(self._counted(preds, markers, batch_size))
        try:
            _, parts, items = self.get_assigned_targets_and_loss(preds, {**batch, **objects})
        finally:
            self.bce = plain
        return parts * batch_size, items

    def _counted(self, preds: dict[str, Any], markers: dict[str, Tensor], batch_size: int) -> Tensor:
        """Return (batch, anchors, classes): 1 where absence of the class counts. Mosaic borders count for all."""
        centres = torch.cat(
            [
                torch.stack(torch.meshgrid(*((torch.arange(n) + 0.5) / n for n in level.shape[2:]), indexing="ij"), -1)
                .flip(-1)
                .reshape(-1, 2)
                for level in preds["feats"]
            ]
        ).to(self.device)
        counted = torch.ones(batch_size, len(centres), self.nc, device=self.device)
        corners = xywh2xyxy(markers["bboxes"].float().to(self.device))
        sources = markers["cls"].view(-1).long() - self.nc
        for image, source, box in zip(markers["batch_idx"].long(), sources, corners, strict=True):
            inside = ((centres >= box[:2]) & (centres <= box[2:])).all(1)
            counted[image, inside] = self.rules.counted[source].float().to(self.device)
        return counted


class _MaskedBce(nn.Module):  # type: ignore[misc]
    """Binary cross entropy per anchor and class, zero where the class does not count."""

    def __init__(self, mask: Tensor):
        super().__init__()
        self.mask = mask

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return the loss without reduction, of the shape of `logits`."""
        # A positive is a label in itself, wherever its anchor's centre falls.
        mask = torch.maximum(self.mask, (target > 0).to(logits.dtype))
        return functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * mask
