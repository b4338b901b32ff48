"""What a full disk costs: never an event, never the thread that looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from detector.store import DetectorStore
from detector.telling import StateTeller
from dispatch.contract import CameraHealth, CameraState, EventReport, parse
from tests.detector.street import LITTER, START, Watcher, bag, scene, there
from tests.detector.test_worker import Judge, Memory, Street, camera, now, wait_for

BAG = bag(150, 120)
FULL = sqlite3.OperationalError("database or disk is full")


class Disk:
    """For a store whose disk is full while `full` is set."""

    full = False

    def commit_look(self, *args: Any, **values: Any) -> None:
        if self.full:
            raise FULL
        super().commit_look(*args, **values)  # type: ignore[misc]  # of the store that this is mixed into


class FailingStore(Disk, DetectorStore):
    """A store in a database."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FailingStore]:
    with closing(FailingStore(tmp_path / "detector.sqlite")) as store:
        yield store


def told(store: DetectorStore) -> list[object]:
    return [parse(row.payload).data for row in store.pending(100)]


def test_an_event_that_could_not_be_committed_is_told_by_the_pipeline_made_anew(store: FailingStore) -> None:
    script = scene(there(BAG, 6))
    watcher = Watcher([LITTER], store=store)
    failed_s = []
    for t_s in range(40):
        # The disk is full from the look that finds the incident on, for five looks.
        store.full = 14 <= t_s < 19
        try:
            watcher.look(script(t_s), float(t_s))
        except sqlite3.OperationalError:
            failed_s.append(t_s)
            watcher.restart()
    assert failed_s
    events = [message for message in told(store) if isinstance(message, EventReport)]
    assert len(events) == 1


def test_after_a_look_that_broke_off_the_pipeline_is_made_anew() -> None:
    broken, sound = Judge(error=FULL), Judge()
    street = Street(camera("cam"), cam=broken)
    made: list[Judge] = []

    def make(_: object) -> Judge:
        made.append(broken if len(made) < 2 else sound)
        return made[-1]

    street.worker._make_pipeline = make
    with street.running():
        wait_for(lambda: sound.looks >= 3)
    assert made == [broken, broken, sound], "once a look that broke off, and not again while all is well"
    assert street.memory.states("cam") == [(CameraState.degraded, None), (CameraState.watching, None)]


def test_a_store_that_cannot_be_read_is_tried_again() -> None:
    street = Street(camera("cam"))
    tried: list[int] = []

    def make(_: object) -> Judge:
        tried.append(len(tried))
        if len(tried) < 3:
            raise FULL
        return street.judges["cam"]

    street.worker._make_pipeline = make
    with street.running():
        wait_for(lambda: street.judges["cam"].looks >= 2)
    assert len(tried) == 3


class FullMemory(Disk, Memory):
    """A store for the worker, full from the start."""

    full = True


def health(state: CameraState) -> CameraHealth:
    return CameraHealth(camera_id="cam", state=state, fault=None, detail="", since=START, at=START)


def test_states_are_told_in_their_order_once_the_store_takes_them() -> None:
    memory = FullMemory()
    teller = StateTeller(memory)
    teller.tell(health(CameraState.watching))
    teller.tell(None)
    teller.tell(health(CameraState.degraded))
    assert memory.told == []
    memory.full = False
    teller.again()
    teller.again()
    assert [message.state for message in memory.told] == [CameraState.watching, CameraState.degraded]


def test_a_full_disk_does_not_end_the_looking() -> None:
    street = Street(camera("cam"))
    street.worker._states = StateTeller(memory := FullMemory())
    with street.running():
        wait_for(lambda: street.judges["cam"].looks >= 5)
        assert memory.told == []
        memory.full = False
        wait_for(lambda: memory.told)
    assert memory.states("cam") == [(CameraState.watching, None)]
    assert memory.told[0].at <= now()


def test_a_transaction_that_a_full_disk_ended_is_not_left_open(tmp_path: Path) -> None:
    with closing(DetectorStore(tmp_path / "detector.sqlite")) as store:
        (pages,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            store.commit_look("cam", state="x" * 100_000, blobs={}, messages=[], at=START)
        store._db.execute("PRAGMA max_page_count=100000")
        store.commit_look("cam", state="{}", blobs={}, messages=[], at=START)
        assert store.load_state("cam").json == "{}"
