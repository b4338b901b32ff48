"""The gate that keeps the twin from answering for the base's classes on photographs.

A logistic regression on the means of the backbone's last features: does this picture look like those sources on which
the base alone answers, or like the others (simulated streets)? The backbone is frozen, so it is fitted after training.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from detector.inference.openvino import fit, place
from models.dataset.build import BuiltDataset
from models.dataset.labels import read_image
from models.recipe import TrainingRecipe
from models.training.augment import PoorCamera
from models.training.network import BACKBONE

INPUT_SIZE = 448
MAX_PICTURES = 500
"""Of each kind; the features are few and the kinds far apart."""
RIDGE = 1e-3
STEPS = 60


def fit_gate(network: Any, recipe: TrainingRecipe, dataset: BuiltDataset) -> float:
    """Fit the gate of a trained network in place.

    Each training picture counts twice, as it is and as a poor camera's. Where every source or none leaves the base's
    classes to the base there is nothing to tell apart and the gate stays as it is.

    Returns:
        The share of pictures on which the gate is right.
    """
    network.eval()
    features, targets = [], []
    for picture, is_open in _pictures(recipe, dataset):
        features.append(_feature(network, picture))
        targets.append(float(is_open))
    if len(set(targets)) < 2:
        return 1.0
    x, y = torch.stack(features), torch.tensor(targets)
    mean, scale = x.mean(0), x.std(0).clamp(min=1e-3)
    weight = torch.zeros(x.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=STEPS)
    balance = (1 - y).sum() / y.sum()

    def step() -> Tensor:
        optimiser.zero_grad()
        logits = (x - mean) / scale @ weight + bias
        loss = (
            functional.binary_cross_entropy_with_logits(logits, y, pos_weight=balance) + RIDGE * weight.square().sum()
        )
        loss.backward()
        return loss

    optimiser.step(step)
    gate = network.model[-1].gate
    with torch.no_grad():
        gate.weight.copy_((weight / scale)[None])
        gate.bias.copy_(bias - (weight * mean / scale).sum())
        return float(((x @ gate.weight[0] + gate.bias > 0) == (y > 0.5)).float().mean())


def _pictures(recipe: TrainingRecipe, dataset: BuiltDataset) -> Iterator[tuple[np.ndarray[Any, Any], bool]]:
    """Yield training pictures (BGR) and whether the twin may answer for the base's classes on them."""
    opens = {source.name: not source.base_answers for source in recipe.data.sources}
    rows = json.loads(dataset.manifest_path.read_text(encoding="utf-8"))["pictures"]
    poor = PoorCamera(1.0, recipe.seed)
    for kind in (True, False):
        files = [row["file"] for row in rows if row["split"] == "train" and opens[row["source"]] is kind]
        for file in files[:: max(1, len(files) // MAX_PICTURES)]:
            image = read_image(dataset.folder / file)
            yield image, kind
            yield poor({"img": image})["img"], kind


@torch.no_grad()  # type: ignore[untyped-decorator]
def _feature(network: Any, image: np.ndarray[Any, Any]) -> Tensor:
    """Return the means of the backbone's last features over the picture."""
    canvas = place(image, fit((image.shape[1], image.shape[0]), INPUT_SIZE, square=False))[0]
    rgb = cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB).astype(np.float32) / 255
    x = torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1)[None])).to(next(network.parameters()).device)
    for layer in network.model[: BACKBONE[-1] + 1]:
        x = layer(x)
    return x.mean((2, 3))[0].float().cpu()
