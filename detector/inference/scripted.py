"""A detector that answers from a script: for tests, demonstrations and trying rules without a model."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import supervision as sv

from detector.frame import Image


@dataclass(frozen=True, slots=True)
class ScriptedObject:
    """One object that the script sees.

    Attributes:
        class_name: one of the detector's class names.
        box_xyxy_px: in the pixels of the picture.
        confidence: 0..1.
    """

    class_name: str
    box_xyxy_px: tuple[float, float, float, float]
    confidence: float = 0.9


Script = Callable[[Image], Sequence[ScriptedObject]]


class ScriptedDetector:
    """Answers each picture with what a function says.

    Args:
        class_names: class names by class id.
        script: objects on a picture; called once a picture, in order, never by two threads at once.

    Examples:
        >>> seen = ScriptedObject("car", (10, 20, 110, 80))
        >>> detector = ScriptedDetector(("person", "car"), lambda image: [seen])
        >>> detector.detect([np.zeros((90, 160, 3), np.uint8)])[0].class_id
        array([1])
    """

    def __init__(self, class_names: Sequence[str], script: Script, *, name: str = "scripted@1"):
        self._class_names = tuple(class_names)
        self._script = script
        self._name = name
        self._lock = threading.Lock()

    @classmethod
    def in_order(cls, class_names: Sequence[str], answers: Iterable[Sequence[ScriptedObject]]) -> ScriptedDetector:
        """Answer the first picture with the first entry and so on; afterwards nothing is seen."""
        rest = iter(answers)
        return cls(class_names, lambda image: next(rest, ()))

    @classmethod
    def by_picture(
        cls, class_names: Sequence[str], answers: Mapping[str, Sequence[ScriptedObject]]
    ) -> ScriptedDetector:
        """Answer by the picture's `picture_key`; nothing is seen on others. For simulated streets with exact truth."""
        return cls(class_names, lambda image: answers.get(picture_key(image), ()))

    @property
    def name(self) -> str:
        """Model name and version, as it stands in reports."""
        return self._name

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names by class id."""
        return self._class_names

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """Answer from the script; see `detector.inference.Detector`.

        Raises:
            ValueError: the script names a class that this detector does not have.
        """
        with self._lock:
            return [self._detections(self._script(image)) for image in images]

    def _detections(self, objects: Sequence[ScriptedObject]) -> sv.Detections:
        unknown = sorted({seen.class_name for seen in objects} - set(self._class_names))
        if unknown:
            raise ValueError(f"the script sees {', '.join(unknown)}, the detector has {', '.join(self._class_names)}")
        return sv.Detections(
            xyxy=np.array([seen.box_xyxy_px for seen in objects], np.float32).reshape(-1, 4),
            confidence=np.array([seen.confidence for seen in objects], np.float32),
            class_id=np.array([self._class_names.index(seen.class_name) for seen in objects], np.int_),
            data={"class_name": np.array([seen.class_name for seen in objects], np.str_)},
        )


def picture_key(image: Image) -> str:
    """Return a key that only this picture has: a hash of its size and pixels."""
    digest = hashlib.blake2b(str(image.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()
