"""What survives a restart, through a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from detector.memory import BACKGROUND_EVERY_S, Memory
from detector.store import DetectorStore
from detector.vision.scene import Scene
from dispatch.contract import EventReport, IncidentCleared, Verdict, VerificationRequest, VerificationResult, parse
from tests.detector.street import (
    LITTER,
    PARKING,
    START,
    Moment,
    Script1s,
    Watcher,
    bag,
    car,
    overlap,
    person,
    scene,
    there,
)

BAG = bag(150, 120)
CAR = car(120)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DetectorStore]:
    with closing(DetectorStore(tmp_path / "detector.sqlite")) as store:
        yield store


def sent(store: DetectorStore) -> list[object]:
    """Every message ever put into the outbox."""
    return [parse(row.payload).data for row in store.pending(100)]


def run(store: DetectorStore, script: Script1s, until_s: float, *, down: list[tuple[float, float]]) -> Watcher:
    """Watch a script with the program dead from one second until another."""
    litter = PARKING if any(b.name == "car" for t in (10, 20) for b in script(t).bodies) else LITTER
    watcher = Watcher([litter], store=store, checks_view=True)
    at_s = 0.0
    for dies_s, back_s in down:
        watcher.watch(script, dies_s, from_s=at_s)
        watcher.restart()
        at_s = back_s
    watcher.watch(script, until_s, from_s=at_s)
    return watcher


@pytest.mark.parametrize("body", [BAG, CAR], ids=["bag", "car"])
def test_timers_go_on_after_a_restart(store: DetectorStore, body: object) -> None:
    script = scene(there(BAG if body is BAG else CAR, 6))
    watcher = run(store, script, 40, down=[(11, 21)])
    (event,) = watcher.events
    # Four seconds were timed before; none while the program was dead.
    assert 24 <= watcher.event_times_s[0] <= 27
    assert event.first_seen_at.timestamp() == pytest.approx(START.timestamp() + 6, abs=1)


@pytest.mark.parametrize("dies_s", [3, 7, 8, 9, 13, 14, 15, 16, 30])
def test_one_event_whenever_it_is_restarted(store: DetectorStore, dies_s: float) -> None:
    run(store, scene(there(BAG, 6)), 40, down=[(dies_s, dies_s + 2)])
    events = [m for m in sent(store) if isinstance(m, EventReport)]
    assert len(events) == 1
    assert overlap(events[0].box_xyxy_px, BAG.box_xyxy_px) > 0.6


def test_restarted_again_and_again(store: DetectorStore) -> None:
    run(store, scene(there(BAG, 6)), 60, down=[(t, t + 1.0) for t in range(8, 50, 5)])
    assert len(sent(store)) == 1


@pytest.mark.parametrize("body", [BAG, CAR], ids=["bag", "car"])
def test_what_left_while_the_program_was_dead_is_cleared(store: DetectorStore, body: object) -> None:
    watcher = run(store, scene(there(BAG if body is BAG else CAR, 6, 22)), 45, down=[(20, 30)])
    assert [type(m) for m in sent(store)] == [EventReport, IncidentCleared]
    assert 30 <= watcher.cleared[0].cleared_at.timestamp() - START.timestamp() <= 40


def test_in_other_light_after_a_long_night(store: DetectorStore) -> None:
    script = scene(there(BAG, 6), light=lambda t: 1.0 if t < 100 else 0.7)
    watcher = run(store, script, 40, down=[])
    watcher.restart()
    watcher.watch(script, 8 * 3600 + 20, from_s=8 * 3600)
    assert len(sent(store)) == 1


def ask(store: DetectorStore, watcher: Watcher, at_s: float) -> VerificationRequest:
    event = watcher.events[0]
    request = VerificationRequest(
        request_id="r1",
        case_id="c",
        event_id=event.event_id,
        camera_id="cam",
        matter=event.matter,
        box_xyxy_px=event.box_xyxy_px,
        asked_at=START.fromtimestamp(START.timestamp() + at_s, tz=START.tzinfo),
    )
    assert store.remember_request(request)
    return request


@pytest.mark.parametrize("taken_up", [True, False], ids=["under way", "not yet taken up"])
@pytest.mark.parametrize("left", [True, False])
def test_a_question_survives(store: DetectorStore, left: bool, taken_up: bool) -> None:
    script = scene(there(BAG, 6, 19 if left else 1e9))
    watcher = Watcher(store=store)
    watcher.watch(script, 18)
    request = ask(store, watcher, 18)
    if taken_up:
        watcher.pipeline.verify(request)
        watcher.watch(script, 21, from_s=18)
    watcher.restart()
    watcher.watch(script, 32, from_s=22)
    assert watcher.verdicts == [Verdict.absent if left else Verdict.present]
    assert len([m for m in sent(store) if isinstance(m, VerificationResult)]) == 1
    assert store.open_requests("cam") == []
    watcher.restart()
    watcher.watch(script, 40, from_s=32)
    assert len(watcher.verdicts) == 1


def test_appearance_and_background_come_back(store: DetectorStore) -> None:
    watcher = run(store, scene(there(BAG, 6)), 20, down=[])
    before = watcher.pipeline.memory
    watcher.restart()
    after = watcher.pipeline.memory
    assert [t.uid for t in after.things] == [t.uid for t in before.things]
    uid = after.things[0].uid
    was, now = before.scene.appearances[uid], after.scene.appearances[uid]
    assert (was.now == now.now).all()
    assert (was.mask == now.mask).all()
    assert after.scene.background is not None
    assert not after.scene.background.resting(1).any()


def test_what_is_forgotten_leaves_the_store(store: DetectorStore) -> None:
    run(store, scene(there(BAG, 6, 12)), 20, down=[])
    saved = store.load_state("cam")
    assert [name for name in saved.blobs if name.startswith("appearance/")] == []
    assert json.loads(saved.json or "{}")["things"] == []


def test_a_still_street_costs_no_writes() -> None:
    watcher = Watcher()
    watcher.watch(scene(), 5)
    memory = watcher.pipeline.memory
    _, blobs = memory.changes(START.timestamp(), lambda: b"health")
    assert set(blobs) == {"health", "ground"}
    memory.changes(START.timestamp() + 1, lambda: b"health")
    watcher.look(Moment((person(50, 150),)), 6)
    assert memory.changes(START.timestamp() + 2, lambda: b"health")[1] == {}
    _, blobs = memory.changes(START.timestamp() + BACKGROUND_EVERY_S, lambda: b"health")
    assert set(blobs) == {"health", "ground"}


@pytest.mark.parametrize(("state", "says"), [('{"version": 99}', "version 99"), ("{", "double quotes")])
def test_a_state_that_cannot_be_read_is_said(state: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Memory(Scene([])).restore(state, {})


def test_first_pictures_are_kept_until_they_are_told() -> None:
    watcher = Watcher()
    watcher.watch(scene(there(BAG, 6)), 12)
    memory = watcher.pipeline.memory
    (first,) = memory.first.values()
    assert 6 <= (first.captured_at - START).total_seconds() <= 10
    assert first.frame("cam").resolution_wh == (320, 180)
    watcher.watch(scene(there(BAG, 6)), 20, from_s=12)
    assert memory.first == {}
