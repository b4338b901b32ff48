"""Pictures that people take of a case, kept with the cameras' ones: heads and number plates hidden, no other data."""

from __future__ import annotations

import hashlib
from datetime import datetime

import cv2
import numpy as np

from detector.evidence import EvidenceStore
from detector.frame import Image
from detector.inference import Detector
from detector.privacy import heads_and_plates, hidden
from detector.sources.jpeg import PictureRefused, decode
from detector.thing import VEHICLES
from detector.vision.scene import PERSON
from dispatch.contract import Evidence, EvidenceKind
from dispatch.errors import Invalid
from dispatch.pictures import folder_of

MOST_PX = 1920
"""Longer side of what is kept."""
LEAST_PX = 32
"""Shorter side of it."""
_EMPTY = 114
"""Grey of what is beside a picture, as detectors are trained with."""


class Photos:
    """Keeps people's pictures. To the API it is `dispatch.pictures.PictureKeeper`.

    Args:
        detector: finds people and vehicles on them.
        evidence: the node's pictures.
    """

    def __init__(self, detector: Detector, evidence: EvidenceStore) -> None:
        self._detector = detector
        self._evidence = evidence

    def keep(self, jpeg: bytes, *, case_id: str, kind: EvidenceKind, at: datetime) -> Evidence:
        """Keep a picture: turned upright, made smaller, heads and plates unreadable, without its file's other words.

        Raises:
            Invalid: it is no JPEG that can be read, or too large a picture.
        """
        try:
            image = _smaller(decode(jpeg))
        except PictureRefused as error:
            raise Invalid(str(error), "Send a JPEG as a telephone takes it.") from error
        (found,) = self._detector.detect([_squared(image)])
        names = [str(name) for name in found.data["class_name"]] if len(found) else []
        boxes = [(float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in found.xyxy]
        people = [box for box, name in zip(boxes, names, strict=True) if name == PERSON]
        vehicles = [box for box, name in zip(boxes, names, strict=True) if name in VEHICLES]
        return self._evidence.save_photo(
            hidden(image, heads_and_plates(people, vehicles)),
            folder=folder_of(case_id),
            said=f"{case_id}|{kind}|{hashlib.sha256(jpeg).hexdigest()}",
            kind=kind,
            taken_at=at,
        )


def _smaller(image: Image) -> Image:
    share = min(1.0, MOST_PX / max(image.shape[:2]))
    if min(image.shape[:2]) * share < LEAST_PX:
        raise PictureRefused(f"the picture has {image.shape[1]} x {image.shape[0]} pixels, which shows nothing")
    if share == 1:
        return image
    return cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _squared(image: Image) -> Image:
    """Put a picture into the upper left of a square: a detector prepares itself for each shape that it meets."""
    square = np.full((max(image.shape[:2]),) * 2 + (3,), _EMPTY, np.uint8)
    square[: image.shape[0], : image.shape[1]] = image
    return square
