"""Detectors behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import supervision as sv

from detector.frame import Image


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
