"""kill -9 of the whole node at random points of a replayed hour, also with its streams wiped or their server killed.

Nothing is lost, nothing doubled, and the order of each case is kept.

`GRIDPATROL_KILLS=200` for the nightly run; a few by default.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dispatch.consumer import DEAD_STREAM, Consumer
from dispatch.contract import CASES_STREAM, CaseState, CloudEvent
from dispatch.store import open_store
from dispatch.stream import connect
from gridpatrol.valkey import EmbeddedValkey
from tests.journeys.hour import incident

KILLS = int(os.environ.get("GRIDPATROL_KILLS", "6"))
INCIDENTS = 20 * KILLS
REPOSITORY = Path(__file__).parents[2]


class City:
    """The city's dispatch system: an idempotent consumer of the cases stream."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str]] = set()
        self.sequences: dict[str, list[int]] = defaultdict(list)
        self.states: dict[str, CaseState] = {}

    def receive(self, events: Sequence[CloudEvent[Any]]) -> None:
        for event in events:
            if (event.source, event.id) in self.taken:
                continue
            self.taken.add((event.source, event.id))
            self.sequences[event.data.case_id].append(event.data.sequence)
            self.states[event.data.case_id] = event.data.state

    def closed(self) -> int:
        return sum(state is CaseState.closed for state in self.states.values())


def start(data: Path) -> tuple[subprocess.Popen[str], float]:
    """Start the node; return it with the seconds until it was ready."""
    began_s = time.monotonic()
    node = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.hour", str(data), str(INCIDENTS)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert node.stdout is not None
    assert node.stdout.readline() == "ready\n"
    return node, time.monotonic() - began_s


def harm_nothing_else(data: Path, url: str) -> None:
    """The node alone is killed."""


def wipe_streams(data: Path, url: str) -> None:
    connect(url).flushall()


def kill_stream_server(data: Path, url: str) -> None:
    os.kill(int((data / "valkey" / "valkey.pid").read_text()), signal.SIGKILL)
    time.sleep(0.3)


HARMS = (harm_nothing_else, wipe_streams, kill_stream_server)
"""What happens before the kills, in turn."""


@pytest.mark.timeout(400 + 30 * KILLS)
def test_killed_at_random_points_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    city, stop, chance = City(), threading.Event(), random.Random(7)
    url = EmbeddedValkey(tmp_path / "valkey").url
    subscriber = Consumer(
        connect(url), CASES_STREAM, group="city", name="one", handler=city.receive, block_s=0.2, reclaim_idle_s=5
    )
    thread = threading.Thread(target=subscriber.run, args=(stop,))
    thread.start()
    try:
        slowest_s = 0.0
        node, _ = start(tmp_path)
        for number in range(KILLS):
            time.sleep(chance.uniform(0.0, 1.5))
            HARMS[number % len(HARMS)](tmp_path, url)
            node.send_signal(signal.SIGKILL)
            node.wait()
            node, back_s = start(tmp_path)
            slowest_s = max(slowest_s, back_s)
        deadline_s = time.monotonic() + 180 + INCIDENTS / 5
        while city.closed() < INCIDENTS:
            assert time.monotonic() < deadline_s, (
                f"{city.closed()} of {INCIDENTS} closed: {Counter(city.states.values())}"
            )
            assert node.poll() is None
            time.sleep(0.1)
        dead = connect(url).xlen(DEAD_STREAM)
        node.terminate()
        assert node.wait(60) == 0
    finally:
        stop.set()
        thread.join(10)
        node.kill()
    assert dead == 0
    assert len(city.states) == INCIDENTS
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in city.sequences.values())
    # How fast it is back depends on the machine; see it with pytest -s.
    print(f"slowest return after a kill: {slowest_s:.1f} s")
    assert_every_incident_has_one_case(tmp_path)


def assert_every_incident_has_one_case(data: Path) -> None:
    store = open_store(f"sqlite:///{data / 'dispatch.sqlite'}")
    with store.transaction() as work:
        cases = [work.case_of_event(incident(number).event_id) for number in range(INCIDENTS)]
    store.close()
    assert None not in cases
    assert len(set(cases)) == INCIDENTS
