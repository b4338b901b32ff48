from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from detector import heap


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6


@pytest.mark.skipif(not heap.give_back(), reason="this C library cannot be told to give memory back")
def test_freed_memory_goes_back() -> None:
    # Small pieces, of which the last stays: the C library keeps the space of the others.
    pieces = [np.full(12_500, 1.0) for _ in range(1000)]
    kept = pieces[-1]
    full_mb = resident_mb()
    del pieces
    heap.give_back()
    assert resident_mb() < full_mb - 60
    assert kept[0] == 1.0
