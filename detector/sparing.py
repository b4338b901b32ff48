"""Spares the detector the pictures in which nothing has changed since it last looked: its answer would be the same.

Most streets are still most of the time, and the detector is the dearest stage. A picture is compared with the one that
was last detected on, not with the one before, so that slow changes add up until they count.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from detector.frame import Frame, Image
from detector.inference import Detector

log = logging.getLogger(__name__)

WIDTH_PX = 320
BLOCK_PX = 8
CHANGE_LEVELS = 3.0
"""Mean change of a block from which something is new: a thing of 12 px on 720 lines changes its block by 5 and more,
sensor noise of 4 grey levels by less than 1."""

MAX_AGE_S = 30.0
"""An answer is asked for anew after this long, whatever the picture shows."""


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    picture: NDArray[np.uint8]
    resolution_wh: tuple[int, int]
    at_s: float
    model: str
    detections: sv.Detections


class SparingDetector:
    """A detector for frames of many cameras that answers from memory where it may."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._answers: dict[str, _Answer] = {}
        self.spared = 0
        self.asked = 0

    def detect(self, frames: Sequence[Frame]) -> list[sv.Detections]:
        """Detect on one frame each of several cameras, in one batch; raises what the detector raises.

        Nothing is looked for on a corrupt frame: it proves nothing.
        """
        model = self._detector.name
        small = [_small(frame.image) for frame in frames]
        known = [self._remembered(frame, picture, model) for frame, picture in zip(frames, small, strict=True)]
        asked = [number for number, answer in enumerate(known) if answer is None]
        fresh = dict(zip(asked, self._detector.detect([frames[n].image for n in asked]) if asked else (), strict=True))
        self.asked += len(asked)
        self.spared += len(frames) - len(asked)
        for number, detections in fresh.items():
            frame = frames[number]
            answer = _Answer(small[number], frame.resolution_wh, frame.at_s, model, detections)
            self._answers[frame.camera_id] = answer
        return [fresh[n] if answer is None else answer for n, answer in enumerate(known)]

    def forget(self, camera_id: str) -> None:
        """Forget a camera that is no longer watched."""
        self._answers.pop(camera_id, None)

    def _remembered(self, frame: Frame, picture: NDArray[np.uint8], model: str) -> sv.Detections | None:
        answer = self._answers.get(frame.camera_id)
        if frame.corrupt:
            return sv.Detections.empty()
        if answer is None or (answer.resolution_wh, answer.model) != (frame.resolution_wh, model):
            return None
        if not 0 <= frame.at_s - answer.at_s <= MAX_AGE_S:
            return None
        return None if _largest_change(answer.picture, picture) >= CHANGE_LEVELS else answer.detections


def detect_on(detector: SparingDetector, frames: Sequence[Frame]) -> Sequence[sv.Detections | Exception]:
    """Detect on all at once; where that fails, on each alone, so that one picture spoils no other."""
    try:
        return detector.detect(frames)
    except Exception as error:
        if len(frames) == 1:
            log.exception("camera %s: detection failed", frames[0].camera_id)
            return [error]
        return [detect_on(detector, [frame])[0] for frame in frames]


def _small(image: Image) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    size_wh = (WIDTH_PX, max(BLOCK_PX, round(WIDTH_PX * height / width)))
    return cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _largest_change(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> float:
    """Largest mean change of any block in any colour, grey levels."""
    rows, columns = now.shape[:2]
    blocks_wh = (max(1, columns // BLOCK_PX), max(1, rows // BLOCK_PX))
    change = cv2.absdiff(before, now).astype(np.float32)
    return float(cv2.resize(change, blocks_wh, interpolation=cv2.INTER_AREA).max())
