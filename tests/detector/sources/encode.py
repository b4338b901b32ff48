"""Small clips made on the spot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from detector.frame import Image

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def numbered(count: int, *, size_wh: tuple[int, int] = (160, 96)) -> list[Image]:
    """Pictures whose grey level tells their number: 20, 23, 26, ..."""
    width, height = size_wh
    return [np.full((height, width, 3), 20 + 3 * i, np.uint8) for i in range(count)]


def number_of(image: Image) -> int:
    """Which of the `numbered` pictures this is, after encoding (which darkens by two or three levels)."""
    return round((float(image.mean()) - 17.4) / 3)


def write_clip(path: Path, images: Iterable[Image], *, fps: int = 10, gop: int = 10, b_frames: int = 0) -> Path:
    """Encode H.264 with a key frame every `gop` frames."""
    with av.open(str(path), "w") as container:
        options = {"g": str(gop), "keyint_min": str(gop), "sc_threshold": "0", "bf": str(b_frames), "crf": "18"}
        stream = None
        for image in images:
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options=options)
                stream.width, stream.height, stream.pix_fmt = image.shape[1], image.shape[0], "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        if stream is not None:
            container.mux(stream.encode(None))
    return path
