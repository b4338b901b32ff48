from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import cv2
import numpy as np
import pytest

from detector.frame import Frame, Image
from detector.sources.recording import RecordingSource
from detector.vision.health import Reading, ViewHealth
from dispatch.contract import FaultType
from tests.detector.vision import variations as vary
from tests.shared import SHARED, needs_shared

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CLIPS = SHARED / "data" / "clips"

BEFORE, DURING, AFTER = 15, 12, 8
"""Looks before, during and after a change."""

SCENES = [
    "drawn",
    *(pytest.param(clip, marks=needs_shared) for clip in ("parking_lot.mp4", "neg_pets2001_d3c1_320x240.mp4")),
]

FAULTS: dict[str, tuple[FaultType, vary.Vary]] = {
    "shift 3 %": (FaultType.moved, vary.knocked(dx=0.03)),
    "shift 5 % up": (FaultType.moved, vary.knocked(dy=-0.05)),
    "shift 8 % slanting": (FaultType.moved, vary.knocked(dx=0.08, dy=0.06)),
    "turn 3 degrees": (FaultType.moved, vary.knocked(turn_deg=3.0)),
    "shift and turn": (FaultType.moved, vary.knocked(dx=-0.06, turn_deg=3.0)),
    "zoom 8 %": (FaultType.moved, vary.knocked(zoom=1.08)),
    "black bag": (FaultType.covered, vary.one_shade((15, 15, 15))),
    "grey lid": (FaultType.covered, vary.one_shade((128, 128, 128))),
    "blue sheet": (FaultType.covered, vary.one_shade((200, 90, 30))),
    "fades to grey": (FaultType.covered, vary.fading_to((100, 100, 100), 4)),
    "hand": (FaultType.covered, vary.hand),
    "paint": (FaultType.covered, vary.paint),
    "out of focus": (FaultType.blurred, vary.unfocused(0.009)),
    "broken blocks": (FaultType.corrupt, vary.broken_blocks),
}

HARMLESS: dict[str, vary.Vary] = {
    "unchanged": vary.unchanged,
    "dusk": vary.dusk,
    "cloud": vary.cloud,
    "wandering shadow": vary.shadow_edge,
    "rain": vary.rain,
    "wind": vary.wind,
    "bus passes": vary.bus,
    "crowd": vary.crowd,
}


@cache
def scene(name: str) -> tuple[Image, ...]:
    """The looks of a clip, one a second, or of a drawn street where there are no clips."""
    count = BEFORE + DURING + AFTER
    if name == "drawn":
        return tuple(vary.drawn_street(n) for n in range(count))
    fps = 5.0 if name == "parking_lot.mp4" else None
    source = RecordingSource("clip", CLIPS / name, look_interval_s=1.0, start=START, fps=fps)
    images = []
    for frame in source.frames():
        scale = min(1.0, 768 / frame.image.shape[1])
        images.append(cv2.resize(frame.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8))
        if len(images) == count:
            break
    return tuple(images)


def check_all(
    health: ViewHealth, images: Sequence[Image], *, first_s: float = 0.0, step_s: float = 1.0
) -> list[Reading]:
    at = [first_s + n * step_s for n in range(len(images))]
    return [
        health.check(Frame("cam", image, START + timedelta(seconds=s), s)) for image, s in zip(images, at, strict=True)
    ]


def changed(name: str, change: vary.Vary) -> list[Image]:
    return [
        change(n - BEFORE, image) if BEFORE <= n < BEFORE + DURING else vary.view(image)
        for n, image in enumerate(scene(name))
    ]


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_reported_within_looks_and_end_when_the_view_returns(name: str, fault: str) -> None:
    expected, change = FAULTS[fault]
    readings = check_all(ViewHealth("cam"), changed(name, change))
    reported = [(n, r.fault, r.since) for n, r in enumerate(readings) if r.fault is not None]
    assert all(r.usable for r in readings[:BEFORE])
    assert {kind for _, kind, _ in reported} == {expected}
    first, _, since = reported[0]
    assert first <= BEFORE + 7
    assert since is not None
    assert BEFORE - 1 <= (since - START).total_seconds() <= BEFORE + 4
    late = 4 if fault == "fades to grey" else 0
    assert not any(r.usable for r in readings[BEFORE + late : BEFORE + DURING])
    assert all(r.usable for r in readings[BEFORE + DURING + 3 :])


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("change", HARMLESS)
def test_weather_light_and_traffic_are_no_fault(name: str, change: str) -> None:
    images = [vary.view(im) if n < 8 else HARMLESS[change](n - 8, im) for n, im in enumerate(scene(name))]
    readings = check_all(ViewHealth("cam"), images)
    assert [r.faults for r in readings if r.faults] == []
    unusable = sum(not r.usable for r in readings)
    assert unusable <= (len(readings) // 4 if change in ("bus passes", "crowd") else 0)


def test_an_exact_freeze_starts_with_its_first_picture() -> None:
    images = list(scene("drawn"))
    frozen = images[:BEFORE] + [images[BEFORE]] * DURING + images[BEFORE + DURING :]
    readings = check_all(ViewHealth("cam"), frozen)
    first = next(n for n, r in enumerate(readings) if r.fault is FaultType.frozen)
    assert BEFORE + 2 <= first <= BEFORE + 4
    assert readings[first].since == START + timedelta(seconds=BEFORE)
    assert not any(r.usable for r in readings[BEFORE + 1 : BEFORE + DURING])
    assert readings[-1].usable


def test_a_camera_that_always_repeats_pictures_is_not_frozen_for_long() -> None:
    """A snapshot camera that refreshes every fifth look."""
    fresh = [vary.drawn_street(n) for n in range(120)]
    readings = check_all(ViewHealth("cam"), [fresh[n // 5] for n in range(600)])
    assert not any(r.fault for r in readings[300:])
    assert [n for n, r in enumerate(readings) if n >= 300 and r.usable] == list(range(300, 600, 5))
    assert [n for n, r in enumerate(readings) if n >= 300 and not r.repeated] == list(range(300, 600, 5))


def test_a_freeze_is_no_mere_repeat() -> None:
    images = list(scene("drawn"))
    readings = check_all(ViewHealth("cam"), images[:BEFORE] + [images[BEFORE]] * DURING + images[BEFORE + DURING :])
    frozen = [n for n, r in enumerate(readings) if r.fault is FaultType.frozen]
    assert not any(readings[n].repeated for n in frozen)
    assert not readings[frozen[-1] + 1].usable, "two good looks in a row end it"
    assert readings[frozen[-1] + 2].usable


def test_a_moved_camera_stays_faulted_until_it_is_rebased() -> None:
    knocked = [vary.view(image, dx=0.06) for image in scene("drawn")]
    health = ViewHealth("cam")
    check_all(health, [vary.view(image) for image in scene("drawn")[:10]])
    readings = check_all(health, knocked, first_s=10.0)
    assert all(r.fault is FaultType.moved for r in readings[3:])
    health.rebase()
    assert all(r.usable for r in check_all(health, knocked, first_s=60.0))


@pytest.mark.parametrize("step_s", [1.0, 60.0])
def test_the_reference_survives_a_restart(step_s: float) -> None:
    health = ViewHealth("cam")
    check_all(health, [vary.view(image) for image in scene("drawn")[:12]], step_s=step_s)
    restored = ViewHealth.restore("cam", health.snapshot())
    same = check_all(
        restored, [vary.view(image) for image in scene("drawn")[12:16]], first_s=12 * step_s, step_s=step_s
    )
    assert all(r.usable for r in same)
    moved = check_all(
        restored, [vary.view(image, dx=0.05) for image in scene("drawn")[16:20]], first_s=16 * step_s, step_s=step_s
    )
    assert moved[1].fault is FaultType.moved
    assert len(health.snapshot()) < 100_000


@pytest.mark.parametrize("damaged", [b"nonsense", b"PK\x03\x04 cut"])
def test_a_damaged_snapshot_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="reference view"):
        ViewHealth.restore("cam", damaged)


def test_an_empty_snapshot_begins_anew() -> None:
    assert ViewHealth.restore("cam", ViewHealth("cam").snapshot()).check(_frame(0)).usable


def test_a_camera_that_shows_nothing_from_the_start_is_covered() -> None:
    dark = [np.full((240, 320, 3), 4, np.uint8)] * 4
    readings = check_all(ViewHealth("cam"), dark)
    assert readings[2].fault is FaultType.covered
    assert not any(r.usable for r in readings)


def test_damage_reported_by_the_decoder_is_not_usable_and_ends() -> None:
    health = ViewHealth("cam")
    readings = [health.check(_frame(n, corrupt=5 <= n < 9)) for n in range(14)]
    assert [r.fault for r in readings[5:9]] == [None, *[FaultType.corrupt] * 3]
    assert not any(r.usable for r in readings[5:9])
    assert all(r.usable for r in readings[11:])


def test_a_change_of_resolution_keeps_the_reference() -> None:
    health = ViewHealth("cam")
    check_all(health, scene("drawn")[:10])
    halved = [cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for image in scene("drawn")[10:16]]
    readings = check_all(health, [image.astype(np.uint8) for image in halved], first_s=10.0)
    assert not any(r.faults for r in readings)


def _frame(n: int, *, corrupt: bool = False) -> Frame:
    return Frame("cam", vary.drawn_street(n), START + timedelta(seconds=n), float(n), corrupt)


@needs_shared
@pytest.mark.parametrize("clip", sorted(p.name for p in CLIPS.glob("*")) if CLIPS.is_dir() else [])
def test_real_clips(clip: str) -> None:
    fps = 5.0 if clip == "parking_lot.mp4" else None
    source = RecordingSource("clip", CLIPS / clip, look_interval_s=1.0, start=START, fps=fps)
    health = ViewHealth("cam")
    readings = [health.check(frame) for frame in source.frames()]
    began = {fault.type: (fault.since - START).total_seconds() for r in readings for fault in r.faults}
    if clip != "camera_moved.mp4":
        assert began == {}
        assert all(r.usable for r in readings)
        return
    expected = {FaultType.moved: 30.0, FaultType.covered: 60.0, FaultType.frozen: 75.0}
    assert set(began) == set(expected)
    assert all(abs(began[kind] - at_s) <= 2.0 for kind, at_s in expected.items())
    assert all(r.usable for r in readings[:30])
    assert not any(r.usable for r in readings[30:])
