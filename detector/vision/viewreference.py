"""The learnt reference view of a camera: what stands there when people and traffic are taken away."""

from __future__ import annotations

import io
import zipfile
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.vision.viewpoint import MIN_STRUCTURE, Look, Plane, tile_structure

VERSION = 1
WARM_UP_LOOKS = 7
"""The reference is the median of the first looks, so that a car in the first one does not become part of the street."""

ADAPT_S = 300.0
"""Time constant with which the reference follows the light."""

MAX_ADAPT = 0.1
"""At most this share of a look enters, however long ago the last one was."""

MAX_STEP = 2.0
"""Grey levels that one look may change a pixel by: passing traffic leaves no ghost."""


USUAL_LOOKS = 50
"""Looks over which it is learnt how much of the view traffic usually leaves to be seen."""


class Reference:
    """Running picture of the street, with its tiles' structure."""

    def __init__(self, grey: Plane, *, looks: int, at_s: float, usual_matched: float = 1.0) -> None:
        self.grey = grey
        self.looks = looks
        self.usual_matched = usual_matched
        self._at_s = at_s
        self._first: list[Plane] = []
        self.structure = tile_structure(grey)

    @classmethod
    def begin(cls, look: Look, *, at_s: float) -> Self:
        """Take a first look as the reference."""
        return cls(look.grey.copy(), looks=0, at_s=at_s)

    @property
    def structured(self) -> NDArray[np.bool_]:
        """Tiles whose structure can be recognised, shape (TILE_ROWS, TILE_COLUMNS)."""
        return np.asarray(self.structure >= MIN_STRUCTURE)

    def grey_like(self, look: Look) -> Plane:
        """The reference picture in the size of a look (a camera may change its resolution)."""
        if self.grey.shape == look.grey.shape:
            return self.grey
        rows, columns = look.grey.shape
        return cv2.resize(self.grey, (columns, rows), interpolation=cv2.INTER_LINEAR).astype(np.float32)

    def learn(self, look: Look, *, matched: float, at_s: float) -> None:
        """Take in a sound look, of whose tiles the share `matched` showed the reference view."""
        self.looks += 1
        self.usual_matched += (matched - self.usual_matched) / min(self.looks, USUAL_LOOKS)
        if look.grey.shape != self.grey.shape:
            self.grey = self.grey_like(look)
            self._first = []
        if self.looks <= WARM_UP_LOOKS:
            self._first.append(look.grey)
            self.grey = np.median(self._first, axis=0).astype(np.float32)
        else:
            self._first = []
            rate = float(np.clip(1.0 - np.exp(-max(0.0, at_s - self._at_s) / ADAPT_S), 0.0, MAX_ADAPT))
            self.grey += np.clip(rate * (look.grey - self.grey), -MAX_STEP, MAX_STEP)
        self._at_s = at_s
        self.structure = tile_structure(self.grey)

    def to_bytes(self) -> bytes:
        """Serialise; about 50 kB."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            version=np.int64(VERSION),
            grey=np.clip(np.rint(self.grey), 0, 255).astype(np.uint8),
            looks=np.int64(self.looks),
            usual_matched=np.float64(self.usual_matched),
            at_s=np.float64(self._at_s),
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: damaged, or of another version.
        """
        if not zipfile.is_zipfile(io.BytesIO(data)):
            raise ValueError("reference view cannot be read (no zip archive)")
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                if int(stored["version"]) != VERSION:
                    raise ValueError(f"reference view is of version {stored['version']}, expected {VERSION}")
                return cls(
                    stored["grey"].astype(np.float32),
                    # The first looks are not kept: what was learnt stands, and adapts from here.
                    looks=max(WARM_UP_LOOKS, int(stored["looks"])),
                    at_s=float(stored["at_s"]),
                    usual_matched=float(stored["usual_matched"]),
                )
        except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"reference view cannot be read ({error})") from error
