"""Report to consumer: how many reports a second a node takes in, and how soon a subscriber sees what became of them.

python -m benchmarks.ingest [--events 3000] [--rate 100] [--seconds 20] [--out FILE.json]

All on one machine with full durability: SQLite with synchronous=FULL on both sides, the embedded Valkey syncing each
write. Absolute figures hang on the disk, so the same run measures what one synced SQLite commit and one synced XADD
cost, and gives the rate as a ratio to it too.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from dispatch.consumer import Consumer
from dispatch.contract import CASES_STREAM, CloudEvent, EventReport, GridMembership, Location
from dispatch.routing import CellFacts
from dispatch.stream import connect
from gridpatrol.config import load_matters
from gridpatrol.core import Core
from gridpatrol.lock import DataDirectory
from gridpatrol.settings import NodeSettings

MATTERS = Path(__file__).parents[1] / "configs" / "matters"
PATIENCE_S = 300.0


class OneCell:
    """A grid of one cell."""

    def facts(self, cells: Sequence[GridMembership], at: datetime) -> tuple[CellFacts, ...]:
        return tuple(CellFacts(cell.layer, cell.code) for cell in cells)

    def memberships(self, location: Location, at: datetime) -> tuple[GridMembership, ...]:
        return (GridMembership(layer="unit", code="440303001001001"),)


class Subscriber:
    """Notes when it first heard of each event."""

    def __init__(self) -> None:
        self.heard_s: dict[str, float] = {}

    def receive(self, events: Sequence[CloudEvent[Any]]) -> None:
        now_s = time.perf_counter()
        for event in events:
            for event_id in event.data.event_ids:
                self.heard_s.setdefault(event_id, now_s)

    def wait_for(self, count: int) -> None:
        deadline_s = time.perf_counter() + PATIENCE_S
        while len(self.heard_s) < count:
            if time.perf_counter() > deadline_s:
                raise TimeoutError(f"only {len(self.heard_s)} of {count} events arrived in {PATIENCE_S} s")
            time.sleep(0.005)


def report(run: str, number: int) -> EventReport:
    """An incident in a place of its own."""
    now = datetime.now(UTC)
    return EventReport(
        event_id=f"{run}-{number}",
        matter="illegal_parking",
        camera_id=f"camera-{run}-{number % 200}",
        zone="lane",
        zone_purpose="no_parking",
        class_name="car",
        first_seen_at=now,
        confirmed_at=now,
        box_xyxy_px=(10 * (number // 200), 0, 10 * (number // 200) + 8, 8),
        resolution_wh=(4000, 720),
        confidence=0.9,
        location=Location(lon=100 + 0.001 * (number % 1000), lat=20 + 0.001 * (number // 1000), error_m=1),
    )


def commit(core: Core, reports: Sequence[EventReport]) -> None:
    core.cameras.commit_look(reports[0].camera_id, state=None, blobs={}, messages=reports, at=datetime.now(UTC))


def measure_rate(core: Core, subscriber: Subscriber, events: int) -> float:
    """Reports a second from a full outbox to a subscriber's hand."""
    known = len(subscriber.heard_s)
    reports = [report("bulk", number) for number in range(events)]
    began_s = time.perf_counter()
    for start in range(0, events, 50):
        commit(core, reports[start : start + 50])
    subscriber.wait_for(known + events)
    return events / (time.perf_counter() - began_s)


def measure_latency(core: Core, subscriber: Subscriber, rate: float, seconds: float) -> list[float]:
    """Seconds from a report's commit to a subscriber's hand, at a steady rate."""
    known = len(subscriber.heard_s)
    sent_s: dict[str, float] = {}
    began_s = time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began_s + number / rate - time.perf_counter()))
        one = report("steady", number)
        commit(core, [one])
        sent_s[one.event_id] = time.perf_counter()
    subscriber.wait_for(known + len(sent_s))
    return [subscriber.heard_s[event_id] - at_s for event_id, at_s in sent_s.items()]


def synced_commits_per_s(folder: Path, count: int = 200) -> float:
    """What the disk gives: single-row commits of SQLite with synchronous=FULL."""
    database = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE t (x TEXT)")
    began_s = time.perf_counter()
    for _ in range(count):
        database.execute("INSERT INTO t VALUES (?)", ("x" * 1000,))
    seconds = time.perf_counter() - began_s
    database.close()
    return count / seconds


def synced_xadds_per_s(url: str, count: int = 200) -> float:
    """What the stream server gives: single XADDs, each synced."""
    client = connect(url)
    began_s = time.perf_counter()
    for _ in range(count):
        client.xadd("benchmark", {"event": "x" * 1000})
    seconds = time.perf_counter() - began_s
    client.delete("benchmark")
    return count / seconds


def run(events: int, rate: float, seconds: float) -> dict[str, float]:
    rules = {code: matter.rules for code, matter in load_matters(MATTERS).items()}
    subscriber, stop = Subscriber(), threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        DataDirectory(Path(folder)) as data,
        Core(data, NodeSettings(), rules=rules, grid=OneCell()) as core,
    ):
        core.start()
        consumer = Consumer(
            connect(core.stream_url), CASES_STREAM, group="benchmark", name="one", handler=subscriber.receive
        )
        thread = threading.Thread(target=consumer.run, args=(stop,))
        thread.start()
        try:
            commits_per_s = synced_commits_per_s(Path(folder))
            xadds_per_s = synced_xadds_per_s(core.stream_url)
            latencies_s = measure_latency(core, subscriber, rate, seconds)
            cpu_began_s = time.process_time()
            events_per_s = measure_rate(core, subscriber, events)
            cpu_s = time.process_time() - cpu_began_s
        finally:
            stop.set()
            thread.join()
    return {
        "events_per_s": events_per_s,
        "latency_rate_per_s": rate,
        "latency_p50_ms": 1000 * float(np.percentile(latencies_s, 50)),
        "latency_p99_ms": 1000 * float(np.percentile(latencies_s, 99)),
        "latency_max_ms": 1000 * max(latencies_s),
        "synced_commits_per_s": commits_per_s,
        "synced_xadds_per_s": xadds_per_s,
        "cpu_ms_per_event": 1000 * cpu_s / events,
        "events_per_synced_commit": events_per_s / commits_per_s,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Rate and latency from report to subscriber.")
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    figures = run(options.events, options.rate, options.seconds)
    table = Table("measure", "value", title="Ingest, one machine, everything synced to disk")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.2f}")
    Console().print(table)
    if options.out:
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
