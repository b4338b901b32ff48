"""Frames of clips on which nothing of a matter happens, as pictures without objects of the new classes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2

from models.errors import DatasetError


def write_frames(folder: Path, clips: Iterable[Path], every_s: float) -> int:
    """Write a frame of each clip every so many seconds into `images/`; labels are left absent: nothing is on them.

    Returns:
        How many frames were written.

    Raises:
        DatasetError: a clip cannot be read.
    """
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    written = 0
    for clip in clips:
        capture = cv2.VideoCapture(str(clip))
        fps = capture.get(cv2.CAP_PROP_FPS) or 25.0
        step = max(1, round(every_s * fps))
        number = 0
        while capture.grab():
            if number % step == 0:
                decoded, frame = capture.retrieve()
                if decoded:
                    cv2.imwrite(str(images / f"{clip.stem}_{number:06d}.jpg"), frame, [cv2.IMWRITE_JPEG_QUALITY, 95])
                    written += 1
            number += 1
        capture.release()
        if number == 0:
            raise DatasetError(f"{clip}: cannot be read as a video")
    return written
