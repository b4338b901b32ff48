"""A node that replays an hour of reports and answers, to be killed at any moment by `test_kill.py`.

Run as `python -m tests.journeys.hour DATA INCIDENTS`. Stands in for the cameras and for the people: reports each
incident once, says of each dispatched case that it was handled, and answers each request to look again.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch.config import MatterRules
from dispatch.contract import (
    CaseState,
    EventReport,
    GridMembership,
    Location,
    Verdict,
    VerificationRequest,
    VerificationResult,
)
from dispatch.routing import CellFacts
from dispatch.views import CaseFilter
from gridpatrol.config import load_matters
from gridpatrol.core import Core
from gridpatrol.lock import DataDirectory
from gridpatrol.settings import NodeSettings
from gridpatrol.supervisor import Part

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CAMERAS = 20
PACE_S = 0.02
MATTERS = Path(__file__).parents[2] / "configs" / "matters"


class OneCell:
    """A grid of one cell."""

    def facts(self, cells: Sequence[GridMembership], at: datetime) -> tuple[CellFacts, ...]:
        return tuple(CellFacts(cell.layer, cell.code) for cell in cells)

    def memberships(self, location: Location, at: datetime) -> tuple[GridMembership, ...]:
        return (GridMembership(layer="unit", code="440303001001001"),)


def incident(number: int) -> EventReport:
    """The `number`th incident of the hour: each in a place of its own."""
    camera = number % CAMERAS
    at = START + timedelta(seconds=3600 * number / 1000)
    return EventReport(
        event_id=f"incident-{number}",
        matter="illegal_parking",
        camera_id=f"camera-{camera}",
        zone="lane",
        zone_purpose="no_parking",
        class_name="car",
        first_seen_at=at - timedelta(minutes=5),
        confirmed_at=at,
        box_xyxy_px=(10 * (number // CAMERAS), 0, 10 * (number // CAMERAS) + 8, 8),
        resolution_wh=(4000, 720),
        confidence=0.9,
        location=Location(lon=114.0 + 0.01 * camera, lat=22.5 + 0.001 * (number // CAMERAS), error_m=1),
    )


def answer(request: VerificationRequest, now: datetime) -> VerificationResult:
    return VerificationResult(
        **request.model_dump(exclude={"box_xyxy_px"}),
        verdict=Verdict.absent,
        reason="gone",
        looks=3,
        decided_at=now,
    )


def replay(core: Core, incidents: int, stop: threading.Event) -> None:
    """Report one incident after the other; the position is committed with the report."""
    position = int(json.loads(core.cameras.load_state("hour").json or "0"))
    pause = random.Random(position)
    while position < incidents and not stop.is_set():
        report = incident(position)
        position += 1
        core.cameras.commit_look("hour", state=str(position), blobs={}, messages=[report], at=report.confirmed_at)
        stop.wait(pause.random() * 2 * PACE_S)
    stop.wait()


def look_again(core: Core, stop: threading.Event) -> None:
    """Answer every open request of every camera."""
    while not stop.is_set():
        for camera in range(CAMERAS):
            for request in core.cameras.open_requests(f"camera-{camera}"):
                now = core.clock()
                core.cameras.commit_look(
                    request.camera_id, state=None, blobs={}, messages=[answer(request, now)], at=now
                )
        stop.wait(0.05)


def handle(core: Core, stop: threading.Event) -> None:
    """Say of each dispatched case that it was handled."""
    while not stop.is_set():
        for case in core.desk.store.views.cases(CaseFilter(states=(CaseState.dispatched,)), limit=500).items:
            core.desk.handle(case.case_id, actor="crew", now=core.clock(), idempotency_key="once")
        stop.wait(0.1)


def main() -> None:
    data, incidents = Path(sys.argv[1]), int(sys.argv[2])
    rules: dict[str, MatterRules] = {code: matter.rules for code, matter in load_matters(MATTERS).items()}
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with DataDirectory(data) as directory, Core(directory, NodeSettings(), rules=rules, grid=OneCell()) as core:
        core.start()
        core.add(Part("cameras", lambda stop: replay(core, incidents, stop)))
        core.add(Part("second looks", lambda stop: look_again(core, stop)))
        core.add(Part("crew", lambda stop: handle(core, stop)))
        print("ready", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
