"""Annotated video: what a replay saw, timed and decided, for people to look at."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from detector.config import Camera
from detector.frame import Frame, Image
from detector.geometry import BoxXyxy, scale
from detector.pipeline import LookResult
from detector.thing import Thing
from detector.zone import scaled
from dispatch.contract import EventReport, IncidentCleared, VerificationResult

MAX_WIDTH = 1280
FPS = 5
"""Looks a second of film: a recording at one look a second plays five times faster than it happened."""
BANNER_LOOKS = 8
ZONE, SEEN, TIMED, REPORTED, ALERT = (255, 160, 60), (170, 170, 170), (0, 200, 255), (40, 40, 230), (60, 60, 255)


class Film:
    """Writes one frame of H.264 a look. A context manager; nothing is written when no look came."""

    def __init__(self, path: Path, camera: Camera) -> None:
        self._path = path
        self._camera = camera
        self._container: av.container.OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._banner: list[str] = []
        self._banner_left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._container is not None and self._stream is not None:
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def add(self, frame: Frame, result: LookResult) -> None:
        """Draw a look and append it."""
        picture = self._draw(frame, result)
        if self._container is None or self._stream is None:
            self._container = av.open(str(self._path), "w")
            self._stream = self._container.add_stream("libx264", rate=Fraction(FPS))
            self._stream.height, self._stream.width = picture.shape[:2]
            self._stream.pix_fmt = "yuv420p"
        self._container.mux(self._stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")))

    def _draw(self, frame: Frame, result: LookResult) -> Image:
        width, height = frame.resolution_wh
        factor = min(1.0, MAX_WIDTH / width)
        # H.264 with 4:2:0 colour needs even sides.
        size = (int(width * factor) // 2 * 2, int(height * factor) // 2 * 2)
        picture = np.asarray(cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for zone in self._camera.zones:
            corners = scaled(zone, size).polygon_px
            cv2.polylines(picture, [np.rint(corners).astype(np.int32)], True, ZONE, 1, cv2.LINE_AA)
        for sighting in result.sightings:
            label = f"{sighting.class_name} {sighting.confidence:.2f}"
            draw_box(picture, scale(sighting.box_xyxy_px, factor), SEEN, 1, label)
        for thing in result.things:
            if thing.reported or (thing.looks > 1 and not thing.missed):
                colour = REPORTED if thing.reported else TIMED
                draw_box(picture, scale(thing.box_xyxy_px, factor), colour, 2, _caption(thing))
        self._told(result)
        lines = [f"{self._camera.id}  {frame.media_s:7.1f} s", *(f"fault: {f.type}" for f in result.reading.faults)]
        for row, line in enumerate([*lines, *self._banner]):
            _text(picture, line, (8, 20 + 20 * row), (255, 255, 255) if row == 0 else ALERT)
        return picture

    def _told(self, result: LookResult) -> None:
        lines = []
        for message in result.messages:
            if isinstance(message, EventReport):
                lines.append(f"EVENT {message.matter} {message.confidence:.2f}")
            elif isinstance(message, IncidentCleared):
                lines.append(f"CLEARED {message.matter}")
            elif isinstance(message, VerificationResult):
                lines.append(f"VERDICT {message.verdict}: {message.reason}")
        if lines:
            self._banner, self._banner_left = lines[:6], BANNER_LOOKS
        else:
            self._banner_left = max(0, self._banner_left - 1)
            self._banner = self._banner if self._banner_left else []


def _caption(thing: Thing) -> str:
    name, _ = thing.named(0.0)
    what = thing.matter if thing.reported else (name or thing.kind)
    return f"{what} {thing.rest_s:.0f}s" + (" gone?" if thing.missed else "") + (" hidden" if thing.unclear else "")


def draw_box(picture: Image, box: BoxXyxy, colour: tuple[int, int, int], width: int, label: str) -> None:
    """Draw a box (pixels of the picture) with a label above it, into the picture itself."""
    x1, y1, x2, y2 = (round(v) for v in box)
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour, width)
    _text(picture, label, (x1, max(y1 - 4, 10)), colour, 0.4)


def _text(picture: Image, text: str, at: tuple[int, int], colour: tuple[int, int, int], size: float = 0.55) -> None:
    # A dark copy beneath keeps the text readable on any ground; a thicker one would be wider in OpenCV 5's fonts.
    cv2.putText(picture, text, (at[0] + 1, at[1] + 1), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
