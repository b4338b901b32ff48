"""A camera that is set to another resolution while something is open."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from detector.config import Watched
from detector.memory import Memory
from detector.store import DetectorStore
from detector.vision.appearance import resized, take
from detector.vision.scene import Scene
from dispatch.contract import Verdict
from tests.detector.street import BIKES, LITTER, PARKING, Body, Watcher, bag, car, scene, there

WIDE = (1280, 720)
SIZES = [(352, 288), (704, 576), (1920, 1080)]
THINGS: dict[str, tuple[Watched, list[Body]]] = {
    "a car": (PARKING, [car(120)]),
    "a bag": (LITTER, [bag(150, 120)]),
    "bikes": (
        BIKES,
        [Body((60 + 50 * n, 120, 90 + 50 * n, 145), (90, 40 + 60 * n, 60), 40 + n, "bicycle") for n in range(3)],
    ),
}


def changed(
    name: str, size_wh: tuple[int, int], *, store: DetectorStore | None = None, leave_s: float = 1e9
) -> Watcher:
    """Something is reported on wide pictures; from second 22 on they have another size."""
    matter, bodies = THINGS[name]
    script = scene(*(there(body, 5, leave_s) for body in bodies))
    watcher = Watcher([matter], store=store, checks_view=True, size_wh=WIDE)
    watcher.watch(script, 22)
    assert len(watcher.events) == 1
    watcher.size_wh = size_wh
    if store is not None:
        watcher.restart()
    watcher.watch(script, 45, from_s=22, asks={30: 0} if leave_s > 45 else None)
    return watcher


@pytest.mark.parametrize("size_wh", SIZES, ids=str)
@pytest.mark.parametrize("name", THINGS)
def test_what_stands_there_stays_the_same_incident(name: str, size_wh: tuple[int, int]) -> None:
    watcher = changed(name, size_wh)
    assert len(watcher.events) == 1
    assert not watcher.cleared
    assert watcher.verdicts == [Verdict.present], watcher.answers


@pytest.mark.parametrize("name", THINGS)
def test_it_is_still_seen_to_leave(name: str) -> None:
    watcher = changed(name, (704, 576), leave_s=30)
    assert [c.event_id for c in watcher.cleared] == [watcher.events[0].event_id]


@pytest.mark.parametrize("name", THINGS)
def test_the_resolution_may_change_while_the_program_is_down(name: str, tmp_path: Path) -> None:
    with closing(DetectorStore(tmp_path / "detector.sqlite")) as store:
        watcher = changed(name, (352, 288), store=store)
    assert len(watcher.events) == 1
    assert not watcher.cleared
    assert watcher.verdicts == [Verdict.present], watcher.answers


def test_a_state_without_a_resolution_is_read() -> None:
    memory = Memory(Scene([]))
    memory.fit(WIDE)
    state, _ = memory.changes(0.0, lambda: b"")
    assert state is not None
    values = json.loads(state)
    again = Memory(Scene([]))
    again.restore(state, {})
    assert again.resolution_wh == WIDE
    del values["resolution_wh"]
    older = Memory(Scene([]))
    older.restore(json.dumps(values), {})
    assert older.resolution_wh is None


def test_an_appearance_never_reaches_outside_the_picture() -> None:
    rng = np.random.default_rng(1)
    work = rng.integers(0, 255, (360, 640, 3)).astype(np.uint8)
    corner = take(work, (600, 330, 640, 360), work)
    small = work[:288, :352].copy()
    assert corner.remaining(small) == (1.0, 0.0)
    fitted = resized(corner, (352 / 640, 288 / 360), (352, 288))
    x, y = fitted.corner_xy_px
    assert (x + fitted.mask.shape[1], y + fitted.mask.shape[0]) == (352, 288)
    changed_share, same = fitted.remaining(small)
    assert 0 <= same <= changed_share <= 1
