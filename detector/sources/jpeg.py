"""JPEG pictures from cameras: found in a stream of bytes, measured before they are decoded."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from detector.errors import SourceEnded
from detector.frame import Image
from detector.sources.media import MAX_PIXELS

START = b"\xff\xd8\xff"
END = b"\xff\xd9"

# Start-of-frame markers, which hold the size: C0-CF without C4 (tables), C8 (reserved) and CC (arithmetic coding).
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class PictureRefused(ValueError):
    """Bytes that are no picture, or one too large to be decoded."""


def decode(data: bytes) -> Image:
    """Decode a JPEG into a BGR picture.

    Raises:
        PictureRefused: it is none, is damaged or cut off, or has more than `MAX_PIXELS`.
    """
    width, height = size_wh(data)
    if width * height > MAX_PIXELS:
        raise PictureRefused(f"the picture has {width} x {height} pixels, more than {MAX_PIXELS} are not accepted")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise PictureRefused("the picture is damaged and cannot be decoded")
    return image.astype(np.uint8, copy=False)


def size_wh(data: bytes) -> tuple[int, int]:
    """Read a JPEG's size from its header, without decoding.

    Raises:
        PictureRefused: it is no JPEG.
    """
    if not data.startswith(START):
        raise PictureRefused("the answer is no JPEG picture")
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in _SIZE_MARKERS:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise PictureRefused("the JPEG picture has no size")


class PictureStream:
    """Finds the JPEG pictures in a multipart stream, whatever its boundaries are.

    The latest complete picture of a chunk is enough: cameras send 25 a second, a look takes one.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, chunk: bytes, shown_url: str) -> Iterator[bytes]:
        """Take in bytes and yield the pictures that became complete.

        Raises:
            SourceEnded: a picture grows beyond the limit.
        """
        self._buffer += chunk
        while True:
            start = self._buffer.find(START)
            if start < 0:
                del self._buffer[: max(0, len(self._buffer) - len(START))]
                self._searched = 0
                break
            if start:
                del self._buffer[:start]
                self._searched = 0
            # A thumbnail inside the header has an end of its own; a part ends where the next boundary begins.
            end = self._end(max(self._searched, len(START)))
            if end is None:
                self._searched = max(0, len(self._buffer) - 8)
                if len(self._buffer) > self._max_bytes:
                    raise SourceEnded(f"{shown_url}: a picture is larger than {self._max_bytes} bytes")
                break
            yield bytes(self._buffer[:end])
            del self._buffer[:end]
            self._searched = 0

    def _end(self, since: int) -> int | None:
        """Index after the end marker that is followed by a boundary or line end; None while it has not come."""
        at = since
        while (found := self._buffer.find(END, at)) >= 0:
            after = bytes(self._buffer[found + 2 : found + 6]).lstrip(b"\r\n")
            if len(self._buffer) >= found + 6 and (after.startswith(b"--") or after == b""):
                return found + 2
            if len(self._buffer) < found + 6:
                return None
            at = found + 2
        return None
