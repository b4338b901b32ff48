"""The picture that flows through the camera side, and what delivers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""BGR picture, shape (height, width, 3), uint8."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture of one camera.

    Attributes:
        camera_id: which camera.
        image: BGR, shape (height, width, 3), uint8. Not to be written to.
        captured_at: aware UTC. Wall time for live sources, recording start + media time for recordings.
        media_s: seconds since the start of the recording or of the connection.
        corrupt: the decoder reported damage; such a frame proves nothing.
    """

    camera_id: str
    image: Image
    captured_at: datetime
    media_s: float
    corrupt: bool = False

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(f"image must be (height, width, 3) uint8 BGR, got {self.image.shape} {self.image.dtype}")
        if self.captured_at.tzinfo is None:
            raise ValueError("captured_at must be timezone-aware")

    @property
    def resolution_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]

    @property
    def at_s(self) -> float:
        """Unix seconds of `captured_at`: the clock of everything downstream."""
        return self.captured_at.timestamp()

    def frame(self) -> Frame:
        """Itself: it is decoded. Implements `Picture`."""
        return self


class Picture(Protocol):
    """A picture on its way to its look: a frame, or what becomes one when it is its turn."""

    @property
    def camera_id(self) -> str:
        """Which camera."""
        ...

    @property
    def captured_at(self) -> datetime:
        """See `Frame`."""
        ...

    def frame(self) -> Frame:
        """Decode it; safe from any thread, and again."""
        ...


class FrameSource(Protocol):
    """A camera, live or recorded, that yields the frames on which looks are made."""

    def frames(self) -> Iterator[Frame]:
        """Yield frames at about the wanted look interval, oldest first, until the source ends.

        A recording yields every wanted frame; a live source yields the latest one and drops those that nobody took.

        Raises:
            SourceUnreachable, SourceDenied: it could not be opened.
            SourceEnded: a live source hung up or stalled beyond its read timeout.
        """
        ...

    def close(self) -> None:
        """Release the connection. Safe to call twice and from another thread; a blocked `frames` then ends."""
        ...
