"""Detectors behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import supervision as sv

from detector.errors import ModelError
from detector.frame import Image
from models.registry import ModelEntry


class Detector(Protocol):
    """Finds objects in pictures of any cameras, batched.

    Implementations: `openvino.OpenVinoDetector`, `ultralytics.UltralyticsDetector`, `scripted.ScriptedDetector`.
    """

    @property
    def name(self) -> str:
        """Model name and version, as in its manifest."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names by class id."""
        ...

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """Detect objects, one `sv.Detections` a picture in the same order.

        Args:
            images: BGR pictures of any sizes.

        Returns:
            `xyxy` in the pixels of each picture given, `confidence` in 0..1, `class_id` indexing `class_names`,
            and `data["class_name"]` (array of str). After class-wise non-maximum suppression.
        """
        ...


def open_detector(entry: ModelEntry, *, threads: int | None = None, min_confidence: float = 0.25) -> Detector:
    """Open a registered model with the backend that its format needs.

    Args:
        entry: from the manifest.
        threads: CPU threads for inference; None lets the backend take all cores.
        min_confidence: lower scores are dropped.

    Raises:
        ModelError: wrong hash, unreadable file, or a format without a backend.
    """
    if entry.format in ("openvino", "onnx"):
        from detector.inference.openvino import OpenVinoDetector

        return OpenVinoDetector(entry, threads=threads, min_confidence=min_confidence)
    raise ModelError(f"{entry.id}: no backend runs {entry.format}; export it to OpenVINO (gridpatrol model export)")
