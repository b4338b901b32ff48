"""YOLO on Ultralytics: for NVIDIA machines (.pt of our own training, TensorRT engines) and as the measure of speed.

Never used for files that a person uploads: a .pt is a pickle and runs code when it is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import supervision as sv

from detector.errors import ModelError
from detector.frame import Image


class UltralyticsDetector:
    """Runs a checkpoint that this machine's own operator trained.

    Args:
        weights: .pt, .engine or any other file that Ultralytics runs, trusted by whoever starts the process.
        device: e.g. `cpu` or `0`; None lets Ultralytics choose.
        input_size: longer side of the network input, pixels.
        min_confidence: lower scores are dropped.

    Raises:
        ModelError: Ultralytics is not installed, or the file is missing.
    """

    def __init__(
        self, weights: Path, *, device: str | None = None, input_size: int = 640, min_confidence: float = 0.25
    ):
        try:
            from ultralytics import YOLO
        except ImportError as error:
            raise ModelError(
                "the Ultralytics backend needs the `train` extra: pip install 'gridpatrol[train]'"
            ) from error
        if not weights.exists():
            raise ModelError(f"{weights}: no such weights")
        self._model: Any = YOLO(str(weights), task="detect")
        self._name = weights.stem
        self._device = device
        self._input_size = input_size
        self._min_confidence = min_confidence

    @property
    def name(self) -> str:
        """Name of the weights file."""
        return self._name

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names by class id."""
        return tuple(str(name) for name in self._model.names.values())

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """Detect objects, one `sv.Detections` a picture in the same order; see `detector.inference.Detector`."""
        results = self._model.predict(
            list(images), imgsz=self._input_size, conf=self._min_confidence, device=self._device, verbose=False
        )
        return [self._detections(result.boxes) for result in results]

    def _detections(self, boxes: Any) -> sv.Detections:
        class_id = boxes.cls.cpu().numpy().astype(np.int_)
        return sv.Detections(
            xyxy=boxes.xyxy.cpu().numpy().astype(np.float32),
            confidence=boxes.conf.cpu().numpy().astype(np.float32),
            class_id=class_id,
            data={"class_name": np.array([self.class_names[i] for i in class_id], np.str_)},
        )
