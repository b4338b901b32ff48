"""An enlarged look at one thing: what is twenty pixels wide in the picture is often recognised only there."""

from __future__ import annotations

import math

import supervision as sv

from detector.frame import Frame, Image
from detector.geometry import BoxXyxy
from detector.inference import Detector
from detector.observation import Sighting
from detector.residue import names_at
from detector.thing import Thing

CONTEXTS = (2.0, 1.0, 0.5)
"""Ground kept around the thing, share of its larger side, on its first, second and third enlarged look. Detectors know
things at some sizes and in some surroundings better than in others. Each look costs an inference."""
MIN_SIDE_PX = 128


class CloseUp:
    """Names things from enlarged crops with the detector in service."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def look(self, thing: Thing, frame: Frame) -> None:
        """Spend one enlarged look on a thing, unless it has had its share."""
        if thing.close_looks >= len(CONTEXTS):
            return
        crop, (ox, oy) = window(frame.image, thing.box_xyxy_px, CONTEXTS[thing.close_looks])
        detections = self._detector.detect([crop])[0]
        x1, y1, x2, y2 = thing.box_xyxy_px
        thing.vote_close(names_at((x1 - ox, y1 - oy, x2 - ox, y2 - oy), _sightings(detections)))


def window(image: Image, box_xyxy_px: BoxXyxy, context: float) -> tuple[Image, tuple[int, int]]:
    """Cut a square around a box with `context` times its larger side of ground on each side.

    Returns:
        The cut, and its top left corner in the picture, pixels.
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box_xyxy_px
    side = max((1 + 2 * context) * max(x2 - x1, y2 - y1), MIN_SIDE_PX)
    left = math.floor(min(max((x1 + x2 - side) / 2, 0), max(width - side, 0)))
    top = math.floor(min(max((y1 + y2 - side) / 2, 0), max(height - side, 0)))
    return image[top : top + math.ceil(side), left : left + math.ceil(side)], (left, top)


def _sightings(detections: sv.Detections) -> list[Sighting]:
    if detections.confidence is None:
        return []
    names = detections.data.get("class_name", [])
    return [
        Sighting((float(b[0]), float(b[1]), float(b[2]), float(b[3])), str(n), float(c))
        for b, n, c in zip(detections.xyxy, names, detections.confidence, strict=True)
    ]
