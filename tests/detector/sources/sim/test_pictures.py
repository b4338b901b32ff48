from __future__ import annotations

import numpy as np

from detector.sources.sim.pictures import CLASSES, MIN_SIDE_PX, training_pictures


def test_pictures_are_labelled_inside_their_borders_and_repeatable() -> None:
    pictures = list(training_pictures([3, 4], per_scene=2, resolution_wh=(640, 360)))
    assert len(pictures) == 4
    labels = [label for _, found in pictures for label in found]
    assert len(labels) > 10
    for image, found in pictures:
        assert image.shape == (360, 640, 3)
        for name, (x1, y1, x2, y2) in found:
            assert name in CLASSES
            assert x1 >= 0 and x2 <= 640 and y1 >= 0 and y2 <= 360
            assert min(x2 - x1, y2 - y1) >= MIN_SIDE_PX
    again = next(iter(training_pictures([3], per_scene=1, resolution_wh=(640, 360))))
    assert np.array_equal(again[0], pictures[0][0])
    assert again[1] == pictures[0][1]


def test_seeds_are_different_streets() -> None:
    one, other = (next(iter(training_pictures([s], per_scene=1, resolution_wh=(320, 180))))[0] for s in (1, 2))
    assert np.abs(one.astype(int) - other).mean() > 10
