"""Processing a recording in media time: the same pipeline and desk as a running node, as fast as the machine allows."""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from detector.config import Camera, Watched
from detector.evidence import EvidenceStore
from detector.frame import Frame, FrameSource
from detector.geometry import BoxXyxy
from detector.inference import Detector
from detector.pipeline import LookResult
from detector.reporter import cloud_event
from detector.sources import open_source
from dispatch.case import Action, Role, legal_actions
from dispatch.config import MatterRules
from dispatch.contract import REQUESTS_STREAM, CaseState, EventReport, VerificationRequest, parse
from dispatch.ports import GridIndex
from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from dispatch.views import MAX_PAGE, CaseFilter, CaseView
from gridpatrol.drawing import Film
from gridpatrol.watching import pipeline_for

START = datetime(2025, 1, 1, tzinfo=UTC)
"""A recording's first frame where nothing else is said: media time is what counts, and two runs must agree."""
ACTOR = "replay"


@dataclass(slots=True)
class Stopwatch:
    """Wall seconds by stage."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - began


@dataclass(slots=True)
class HealthLog:
    """Faults of the view over a recording, in media seconds."""

    start: datetime
    faults: list[dict[str, Any]] = field(default_factory=list)
    _open: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, result: LookResult, media_s: float) -> None:
        """Note which faults stand after a look."""
        standing = {fault.type.value: fault for fault in result.reading.faults}
        for name, fault in standing.items():
            if name not in self._open:
                since_s = (fault.since - self.start).total_seconds()
                self._open[name] = {"type": name, "start_s": round(since_s, 3), "end_s": None, "detail": fault.detail}
                self.faults.append(self._open[name])
        for name in [n for n in self._open if n not in standing]:
            self._open.pop(name)["end_s"] = round(media_s, 3)


@dataclass(frozen=True, slots=True)
class Job:
    """What to replay and how.

    Attributes:
        camera: its source is the recording.
        matters: watched on it, before its overrides.
        rules: dispatch's share of the same matters.
        handled_at_s: media seconds at which every open case is reported handled.
        film: draw an annotated video.
        source: yields the frames; what the camera's source names when None.
    """

    camera: Camera
    matters: Mapping[str, Watched]
    rules: Mapping[str, MatterRules]
    grid: GridIndex
    detector: Detector
    out: Path
    handled_at_s: Sequence[float] = ()
    start: datetime = START
    film: bool = False
    source: FrameSource | None = None


class Replay:
    """One run over one recording."""

    def __init__(self, job: Job, store: SqlStore) -> None:
        self.job = job
        self.desk = Desk(store, matters=job.rules, grid=job.grid)
        self.store = store
        self.pipeline = pipeline_for(
            job.camera, job.matters, detector=job.detector, evidence=EvidenceStore(job.out / "evidence")
        )
        self.watch = Stopwatch()
        self.health = HealthLog(job.start)
        self.reports: list[EventReport] = []
        self.looks = 0
        self.last_s = 0.0
        self._handled = sorted(job.handled_at_s)

    def run(self, frames: Iterable[Frame], on_look: Callable[[float], None], film: Film | None) -> None:
        """Take every frame in order; the desk lives in the same media time."""
        for frame in self._timed(frames):
            self._feed_back(frame.media_s)
            with self.watch.stage("detect"):
                detections = self.job.detector.detect([frame.image])[0]
            with self.watch.stage("watch"):
                result = self.pipeline.look(frame, detections)
            self.health.take(result, frame.media_s)
            with self.watch.stage("dispatch"):
                self._dispatch(result, frame.captured_at)
            if film is not None:
                with self.watch.stage("film"):
                    film.add(frame, result)
            self.looks, self.last_s = self.looks + 1, frame.media_s
            on_look(frame.media_s)
        self._feed_back(float("inf"))

    def _timed(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        iterator = iter(frames)
        while True:
            with self.watch.stage("decode"):
                frame = next(iterator, None)
            if frame is None:
                return
            yield frame

    def _feed_back(self, media_s: float) -> None:
        """Report every open case handled, at the times asked for that have come."""
        while self._handled and self._handled[0] <= media_s:
            now = self._at(self._handled.pop(0))
            for case in self.store.views.cases(CaseFilter(is_open=True), limit=MAX_PAGE).items:
                if case.state is CaseState.review:
                    # Nobody sits at the review queue of a recording; being handled says that it was one.
                    self.desk.act(case.case_id, Action.file, actor=ACTOR, role=Role.dispatcher, now=now)
                if Action.handle in legal_actions(self.desk.case(case.case_id)):
                    self.desk.handle(case.case_id, actor=ACTOR, now=now, note="--handled-at")
            self._ask()

    def _dispatch(self, result: LookResult, now: datetime) -> None:
        self.reports += [message for message in result.messages if isinstance(message, EventReport)]
        if result.messages:
            self.desk.receive_many([cloud_event(message) for message in result.messages], now)
        self.desk.sweep(now)
        self._ask()

    def _ask(self) -> None:
        """Hand the desk's requests to the camera, as the stream would."""
        while rows := self.store.outbox.pending(100):
            for row in rows:
                message = parse(row.payload).data if row.stream == REQUESTS_STREAM else None
                if isinstance(message, VerificationRequest):
                    self.pipeline.verify(message)
            self.store.outbox.mark_sent([(row.seq, "replay") for row in rows])

    def _at(self, media_s: float) -> datetime:
        return self.job.start + timedelta(seconds=media_s)

    def _media_s(self, at: datetime | None) -> float | None:
        return None if at is None else round((at - self.job.start).total_seconds(), 3)

    def events(self) -> list[dict[str, Any]]:
        """Every reported event as a CloudEvent; `data` also has media seconds and the cells of the grid by layer."""
        grid = {e: v.case.grid for v in self._case_views() for e in v.case.event_ids}
        told = []
        for report in self.reports:
            event = cloud_event(report).model_dump(mode="json")
            event["data"] |= {
                "first_seen_s": self._media_s(report.first_seen_at),
                "confirmed_s": self._media_s(report.confirmed_at),
                "grid": {cell.layer: cell.code for cell in grid.get(report.event_id, ())},
            }
            told.append(event)
        return told

    def cases(self) -> list[dict[str, Any]]:
        """Every case with its history and verifications, in media seconds."""
        boxes = {report.event_id: report.box_xyxy_px for report in self.reports}
        return [self._case(view, boxes) for view in self._case_views()]

    def summary(self, wall_s: float, cpu_s: float) -> dict[str, Any]:
        """What the run cost and what was wrong with the view."""
        return {
            "camera_id": self.job.camera.id,
            "model": self.job.detector.name,
            "looks": self.looks,
            "media_s": round(self.last_s, 3),
            "wall_s": round(wall_s, 3),
            "cpu_s": round(cpu_s, 3),
            "stage_s": {name: round(seconds, 3) for name, seconds in self.watch.seconds.items()},
            "events": len(self.reports),
            "health": self.health.faults,
        }

    def _case_views(self) -> list[CaseView]:
        page = self.store.views.cases(CaseFilter(), limit=MAX_PAGE)
        cases = list(page.items)
        while page.next is not None:
            page = self.store.views.cases(CaseFilter(), before=page.next, limit=MAX_PAGE)
            cases += page.items
        return [self.store.views.case(case.case_id) for case in reversed(cases)]

    def _case(self, view: CaseView, boxes: Mapping[str, BoxXyxy]) -> dict[str, Any]:
        case = view.case
        return {
            "case_id": case.case_id,
            "event_ids": list(case.event_ids),
            "matter": case.matter,
            "camera_id": self.job.camera.id,
            "box_xyxy_px": list(boxes[case.event_ids[0]]),
            "state": case.state.value,
            "resolution": case.resolution.value if case.resolution else None,
            "closed_at_s": self._media_s(case.closed_at),
            "recurrence_of": case.recurrence_of,
            "history": [
                {
                    "at_s": self._media_s(record.at),
                    "action": record.action.value,
                    "state_from": record.state_from.value if record.state_from else None,
                    "state": record.state.value,
                    "actor": record.actor,
                    "role": record.role.value,
                    "reason": record.reason,
                }
                for record in view.history
            ],
            "verifications": [
                {
                    "asked_at_s": self._media_s(check.request.asked_at),
                    "decided_at_s": self._media_s(check.decided_at),
                    "verdict": check.verdict.value if check.verdict else None,
                    "reason": check.reason,
                }
                for check in view.checks
            ],
        }


def replay(job: Job, on_look: Callable[[float], None] = lambda media_s: None) -> dict[str, Any]:
    """Process a recording and write events (as they come), cases, evidence and the summary into `job.out`.

    Args:
        job: what to replay and how.
        on_look: told the media seconds reached, after each look.

    Returns:
        The summary, as written to `summary.json`.

    Raises:
        SourceError: the recording cannot be read.
    """
    job.out.mkdir(parents=True, exist_ok=True)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridpatrol-replay-")))
        store = stack.enter_context(closing(open_store(f"sqlite:///{folder / 'dispatch.sqlite'}")))
        source = stack.enter_context(closing(job.source or open_source(job.camera, start=job.start)))
        film = stack.enter_context(Film(job.out / "annotated.mp4", job.camera)) if job.film else None
        run = Replay(job, store)
        written = 0

        def looked(media_s: float) -> None:
            nonlocal written
            if len(run.reports) > written:
                written = len(run.reports)
                _write_lines(job.out / "events.jsonl", run.events())
            on_look(media_s)

        run.run(source.frames(), looked, film)
        summary = run.summary(time.perf_counter() - began_s, time.process_time() - began_cpu_s)
        _write_lines(job.out / "events.jsonl", run.events())
        _write_lines(job.out / "cases.jsonl", run.cases())
    (job.out / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return summary


def _write_lines(path: Path, items: Iterable[Mapping[str, Any]]) -> None:
    """Write a file in one step: somebody may be reading it while a replay goes on."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")
    temporary.replace(path)
