"""Near-duplicate pictures, so that one does not train what the other measures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.dataset.labels import Picture, read_image

HASH_BITS = 64
MAX_DISTANCE_BITS = 8


def perceptual_hashes(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pHash of a picture and of its seven turned and mirrored forms.

    64 bits each: signs of the 8x8 lowest DCT coefficients of the 32x32 grey picture against their median
    (Zauner 2010, "Implementation and benchmarking of perceptual image hash functions").

    Returns:
        (8, 64) array of 0 and 1; row 0 is the picture as it is.
    """
    grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (32, 32), interpolation=cv2.INTER_AREA)
    forms = [np.rot90(form, turns) for form in (grey, np.fliplr(grey)) for turns in range(4)]
    hashes = []
    for form in forms:
        low = cv2.dct(np.ascontiguousarray(form, dtype=np.float32))[:8, :8].ravel()
        hashes.append(low > np.median(low[1:]))
    return np.array(hashes, dtype=np.uint8)


def duplicate_groups(pictures: Sequence[Picture], max_distance_bits: int = MAX_DISTANCE_BITS) -> list[int]:
    """Return a group number for each picture; near-duplicates, also turned or mirrored, share one."""
    if not pictures:
        return []
    hashes = np.stack([perceptual_hashes(read_image(picture.path)) for picture in pictures]).astype(np.float32)
    upright = hashes[:, 0] * 2 - 1
    parent = list(range(len(pictures)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for form in range(hashes.shape[1]):
        turned = hashes[:, form] * 2 - 1
        distance = (HASH_BITS - upright @ turned.T) / 2
        for first, second in np.argwhere(distance <= max_distance_bits):
            if first < second:
                low, high = sorted((root(int(first)), root(int(second))))
                parent[high] = low
    return [root(index) for index in range(len(pictures))]
