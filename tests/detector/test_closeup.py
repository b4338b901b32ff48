from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from detector.closeup import CONTEXTS, MIN_SIDE_PX, CloseUp, window
from detector.frame import Frame, Image
from detector.geometry import BoxXyxy
from detector.inference.scripted import ScriptedDetector, ScriptedObject
from tests.detector.looks import resting
from tests.detector.street import CLASS_NAMES, LITTER, START, Watcher, bag, scene, there

IMAGE = np.arange(720 * 1280 * 3, dtype=np.uint32).astype(np.uint8).reshape(720, 1280, 3)
FRAME = Frame("cam", IMAGE, START, 0.0)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(
    "box", [(600, 300, 700, 380), (0, 0, 40, 30), (1200, 650, 1280, 720), (600, 300, 605, 304), (0, 0, 1280, 720)]
)
def test_the_window_holds_the_thing_and_lies_in_the_picture(box: BoxXyxy, context: float) -> None:
    crop, (left, top) = window(IMAGE, box, context)
    height, width = crop.shape[:2]
    assert left >= 0
    assert top >= 0
    assert left <= box[0]
    assert top <= box[1]
    assert left + width >= min(box[2], 1280)
    assert top + height >= min(box[3], 720)
    assert min(height, width) >= MIN_SIDE_PX
    assert (crop == IMAGE[top : top + height, left : left + width]).all()


def test_names_are_taken_where_the_thing_lies_in_the_crop() -> None:
    def sees(image: Image) -> Sequence[ScriptedObject]:
        side = image.shape[0]
        middle = ScriptedObject("goods", (side / 2 - 48, side / 2 - 38, side / 2 + 52, side / 2 + 42), 0.6)
        return [middle, ScriptedObject("car", (0, 0, 40, 40), 0.9)]

    thing = resting((600, 300, 700, 380), kind="residue", names={})
    thing.votes = {}
    close_up = CloseUp(ScriptedDetector(CLASS_NAMES, sees))
    for _ in range(len(CONTEXTS) + 4):
        close_up.look(thing, FRAME)
    assert set(thing.close_votes) == {"goods"}
    assert thing.close_looks == len(CONTEXTS), "each enlarged look costs an inference"


@pytest.mark.parametrize(("name", "told"), [("garbage_bag", "garbage_bag"), ("cat", None)])
def test_what_the_wide_picture_does_not_show_is_named_from_the_crop(name: str, told: str | None) -> None:
    def sees(image: Image) -> Sequence[ScriptedObject]:
        side_y, side_x = image.shape[:2]
        return [ScriptedObject(name, (side_x / 2 - 14, side_y / 2 - 10, side_x / 2 + 14, side_y / 2 + 10), 0.8)]

    watcher = Watcher([LITTER], close_up=sees)
    watcher.watch(scene(there(bag(148, 81), 6)), 20)
    assert [e.class_name for e in watcher.events] == [told]
