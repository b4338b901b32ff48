"""Many cameras in one process: readers and patrols bring pictures, one stage detects on all of them, pipelines judge.

Continuous cameras keep a connection and a reader thread each. Patrolled cameras share a bounded pool: connect, take one
picture, leave. Every camera has one slot; a newer picture replaces one that has not been worked on. One thread takes
pictures of several cameras at a time to the detector and each on to its camera's pipeline; all that touches a pipeline
runs in that thread. What goes wrong with one camera is counted and shown there, and stops no other.
"""

from __future__ import annotations

import logging
import queue
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import supervision as sv

from detector import heap
from detector.config import Camera, WatchMode
from detector.errors import ConfigError, DetectorError, SourceDenied, SourceEnded
from detector.frame import Frame, FrameSource, Picture
from detector.inference import Detector
from detector.mailbox import Mailbox
from detector.opening import Opened, Opener
from detector.scheduler import Schedule
from detector.sources.credentials import redact
from detector.sources.live import LiveSource
from detector.sparing import SparingDetector, detect_on
from detector.telling import StateTeller
from detector.watched import AskedPipeline, CameraStatus, Limits, Pipeline, Store, Watched
from detector.watchstate import WatchState, patience_of
from dispatch.contract import FaultType, LookRequest, VerificationRequest

log = logging.getLogger(__name__)

TICK_S = 0.2
STATES_EVERY_S = 1.0
TIDY_EVERY_S = 20.0
LOOK_PATIENCE_S = 30.0
"""A look that has begun is finished: it waits for no network."""

STOP_PATIENCE_S = 3.0
"""A reader that is blocked in the network is left behind after this long; it ends by its own read timeout."""


class Worker:
    """Watches cameras until it is told to stop.

    Args:
        cameras: those to begin with.
        open_source: connects to a camera (`detector.sources.open_source` with its arguments bound).
        make_pipeline: builds a camera's pipeline; called in the thread that looks.
        detector: finds objects, for all cameras.
        store: takes camera health and verification requests.
        clock: aware time; give it a `detector.clock.SteadyClock`.
        limits: what may be used.
        rng: spreads and jitters connections.
    """

    def __init__(
        self,
        cameras: Iterable[Camera],
        *,
        open_source: Callable[[Camera], FrameSource],
        make_pipeline: Callable[[Camera], AskedPipeline],
        detector: Detector,
        store: Store,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._open_source = open_source
        self._make_pipeline = make_pipeline
        self._detector = SparingDetector(detector)
        self._store = store
        self._states = StateTeller(store)
        self._clock = clock
        self._limits = limits or Limits()
        self._lock = threading.RLock()
        self._schedule = Schedule(rng or random.Random())
        self._mailbox = Mailbox()
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._watched: dict[str, Watched] = {}
        self._stopping = threading.Event()
        self._opener: Opener | None = None
        for camera in cameras:
            self.watch(camera)

    # What operators and other parts ask for. Safe to call from any thread.

    def watch(self, camera: Camera, *, anew: bool = False) -> None:
        """Begin to watch a camera, or take over its changed file: no other camera notices.

        The connection is renewed where its source or watch has changed. `anew`: it shows another view, so that what the
        store has of it is forgotten.
        """
        with self._lock:
            old = self._watched.get(camera.id)
            if old is not None and (old.camera.source, old.camera.watch) == (camera.source, camera.watch):
                watched, watched.camera = old, camera
            else:
                state = WatchState(camera.id, patience=patience_of(camera.watch), at=self._clock())
                self._watched[camera.id] = watched = Watched(camera, state)
                if old is not None:
                    watched.take_over(old)
                    old.let_go()
                    self._mailbox.drop(camera.id)
                self._schedule.add(camera.id, camera.watch, time.monotonic())
        self._command(lambda: self._build(watched, anew=anew))

    def unwatch(self, camera_id: str) -> None:
        """Stop watching a camera."""
        with self._lock:
            watched = self._known(camera_id)
            del self._watched[camera_id]
            self._schedule.remove(camera_id)
            self._mailbox.drop(camera_id)
            watched.let_go()
        self._command(lambda: self._detector.forget(camera_id))

    def verify(self, request: VerificationRequest) -> bool:
        """Keep a request and look soon. Returns False when it was known already.

        Raises:
            ConfigError: the camera is not watched here.
        """
        return self._ask(
            request.camera_id, lambda: self._store.remember_request(request), lambda pipeline: pipeline.verify(request)
        )

    def look(self, request: LookRequest) -> bool:
        """Keep a request for a look and look soon; the next picture answers it. Returns False when it was known.

        Raises:
            ConfigError: the camera is not watched here.
        """
        now = self._clock()
        return self._ask(
            request.camera_id, lambda: self._store.remember_look(request), lambda pipeline: pipeline.ask(request, now)
        )

    def pause(self, camera_id: str, reason: str = "") -> None:
        """Leave a camera alone until `resume`. The reason is told with its state."""
        with self._lock:
            watched = self._known(camera_id)
            watched.paused = True
            watched.generation += 1
            self._schedule.pause(camera_id)
            self._mailbox.drop(camera_id)
            watched.let_go()
            self._states.tell(watched.state.paused(self._clock(), reason))

    def resume(self, camera_id: str) -> None:
        """Watch a paused camera again."""
        with self._lock:
            watched = self._known(camera_id)
            watched.paused = False
            watched.pace.forget_gap()
            watched.state.resumed(self._clock())
            self._schedule.resume(camera_id, time.monotonic())

    def last_frame(self, camera_id: str) -> Frame | None:
        """The latest picture that was worked on; None before the first."""
        with self._lock:
            picture = self._known(camera_id).last_picture
        return None if picture is None else picture.frame()

    def statuses(self) -> list[CameraStatus]:
        """How every camera is doing."""
        with self._lock:
            return [watched.status() for watched in self._watched.values()]

    # Running

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set; then close what is open.

        Raises:
            RuntimeError: the looking thread has died; a supervisor starts the worker anew.
        """
        looking = threading.Thread(target=self._look_on, name="looks", daemon=True)
        looking.start()
        told_s = tidied_s = time.monotonic()
        with ThreadPoolExecutor(self._limits.patrols, thread_name_prefix="patrol") as patrols:
            try:
                while not stop.wait(TICK_S):
                    if not looking.is_alive():
                        raise RuntimeError("the thread that looks has ended")
                    self._start_due(patrols)
                    if time.monotonic() - told_s >= STATES_EVERY_S:
                        told_s = time.monotonic()
                        self._tell_states()
                    if time.monotonic() - tidied_s >= TIDY_EVERY_S:
                        tidied_s = time.monotonic()
                        heap.give_back()
            finally:
                self._stopping.set()
                patrols.shutdown(wait=False, cancel_futures=True)
                self._close_all(looking)

    def _start_due(self, patrols: ThreadPoolExecutor) -> None:
        with self._lock:
            for camera_id in self._schedule.due(time.monotonic(), self._limits.patrols):
                watched = self._watched[camera_id]
                if watched.camera.watch.mode is WatchMode.patrol:
                    patrols.submit(self._read, watched, watched.generation, once=True)
                else:
                    reader = threading.Thread(
                        target=self._read,
                        args=(watched, watched.generation),
                        name=f"reader {camera_id}",
                        daemon=True,
                    )
                    watched.threads = [*(t for t in watched.threads if t.is_alive()), reader]
                    reader.start()

    def _read(self, watched: Watched, generation: int, *, once: bool = False) -> None:
        """Bring a camera's pictures to its slot, one or all that come, and note how the connection ended."""
        source: FrameSource | None = None
        try:
            source = self._open_source(watched.camera)
            with self._lock:
                if not self._is_current(watched, generation):
                    return
                watched.source = source
            for picture in source.pictures() if isinstance(source, LiveSource) else source.frames():
                with self._lock:
                    if not self._is_current(watched, generation):
                        return
                    watched.state.arrived(picture.captured_at)
                    self._mailbox.put(picture)
                if once:
                    return
            self._note_end(watched, generation, SourceEnded("the recording has come to its end"), final=True)
        except DetectorError as error:
            self._note_end(watched, generation, error, final=isinstance(error, SourceDenied | ConfigError))
        except Exception as error:
            log.exception("camera %s: reading failed", watched.camera.id)
            self._note_end(watched, generation, error, final=False)
        finally:
            if source is not None:
                source.close()

    def _note_end(self, watched: Watched, generation: int, error: Exception, *, final: bool) -> None:
        with self._lock:
            if not self._is_current(watched, generation):
                return
            watched.erred(redact(str(error)) or type(error).__name__)
            denied = isinstance(error, SourceDenied)
            if final and not denied:
                # Neither a recording that has been played nor a wrong configuration gets better by trying again.
                self._schedule.remove(watched.camera.id)
            else:
                self._schedule.failed(watched.camera.id, time.monotonic(), denied=denied)
            self._states.tell(watched.state.failed(watched.last_error, self._clock(), final=final))
        log.warning("camera %s: %s", watched.camera.id, watched.last_error)

    # Looking: one thread, the only one that touches pipelines

    def _look_on(self) -> None:
        limits = self._limits
        with Opener(self._mailbox, batch=limits.batch, threads=limits.decoders) as opener:
            self._opener = opener
            while not self._stopping.is_set():
                while not self._commands.empty():
                    self._commands.get()()
                self._look(opener.take(TICK_S))

    def _look(self, batch: Sequence[Opened]) -> None:
        frames = [opened.frame for opened in batch if isinstance(opened.frame, Frame)]
        began_s = time.perf_counter()
        found = iter(detect_on(self._detector, frames) if frames else ())
        share_s = (time.perf_counter() - began_s) / max(1, len(frames))
        for opened in batch:
            answer = opened.frame if isinstance(opened.frame, Exception) else next(found)
            with self._lock:
                watched = self._watched.get(opened.picture.camera_id)
            if self._stopping.is_set():
                return
            if watched is None or watched.paused:
                continue
            watched.last_picture = opened.picture
            if isinstance(answer, Exception):
                self._broke(watched, opened.picture, answer)
            elif (pipeline := self._pipeline_of(watched)) is not None and isinstance(opened.frame, Frame):
                self._judge(watched, pipeline, opened.frame, answer, share_s)
            else:
                self._broke(watched, opened.picture, ConfigError(f"no pipeline: {watched.last_error}"))

    def _judge(self, watched: Watched, pipeline: Pipeline, frame: Frame, found: sv.Detections, share_s: float) -> None:
        began_s = time.perf_counter()
        try:
            result = pipeline.look(frame, found)
        except Exception as error:
            log.exception("camera %s: look failed", frame.camera_id)
            watched.broke_off = True
            self._broke(watched, frame, error)
            return
        with self._lock:
            watched.looked(frame.captured_at, share_s + time.perf_counter() - began_s)
            if self._is_current(watched):
                self._states.tell(watched.state.looked(result.reading, frame.captured_at))
        self._schedule_next(watched, busy=result.busy)

    def _broke(self, watched: Watched, picture: Picture, error: Exception) -> None:
        with self._lock:
            watched.erred(redact(f"{type(error).__name__}: {error}"), picture.captured_at)
            if self._is_current(watched):
                self._states.tell(watched.state.broke(f"a look failed: {watched.last_error}", picture.captured_at))
        self._schedule_next(watched, busy=False)

    def _schedule_next(self, watched: Watched, *, busy: bool) -> None:
        with self._lock:
            if self._is_current(watched):
                self._schedule.looked(watched.camera.id, time.monotonic(), busy=busy)

    def _without_picture(self, watched: Watched, now: datetime) -> None:
        """A verification must not wait for ever for a camera that shows nothing."""
        pipeline = self._pipeline_of(watched)
        if pipeline is not None:
            try:
                pipeline.without_picture(now, watched.state.condition.detail)
            except Exception as error:
                log.exception("camera %s: waiting failed", watched.camera.id)
                watched.broke_off = True
                watched.last_error = redact(f"{type(error).__name__}: {error}")

    def _pipeline_of(self, watched: Watched) -> AskedPipeline | None:
        """The camera's pipeline; after a look that broke off it is made anew: what it noted is not in the store."""
        if watched.broke_off:
            self._build(watched)
        return None if watched.broke_off else watched.pipeline

    def _build(self, watched: Watched, *, anew: bool = False) -> None:
        if self._opener is not None and watched.pipeline is None:
            self._opener.drop(watched.camera.id)  # decoded already, and of the connection before
        try:
            if anew:
                self._store.forget(watched.camera.id)
            watched.pipeline = self._make_pipeline(watched.camera)
            watched.broke_off = False
        except (DetectorError, ValueError, sqlite3.Error) as error:
            watched.broke_off = watched.broke_off or isinstance(error, sqlite3.Error)  # the next look tries again
            with self._lock:
                watched.erred(redact(str(error)))
                self._states.tell(watched.state.broke(f"cannot be judged: {watched.last_error}", self._clock()))
            log.error("camera %s: %s", watched.camera.id, watched.last_error)

    # Small things

    def _ask(self, camera_id: str, remember: Callable[[], bool], ask: Callable[[AskedPipeline], None]) -> bool:
        with self._lock:
            watched = self._known(camera_id)
            is_new = remember()
            self._schedule.wake(camera_id, time.monotonic())
        self._command(lambda: ask(watched.pipeline) if watched.pipeline is not None else None)
        return is_new

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.put(command)
        self._mailbox.wake()

    def _known(self, camera_id: str) -> Watched:
        watched = self._watched.get(camera_id)
        if watched is None:
            raise ConfigError(f"camera {camera_id!r} is not watched here; known: {', '.join(sorted(self._watched))}")
        return watched

    def _is_current(self, watched: Watched, generation: int | None = None) -> bool:
        """Whether this is still how the camera is watched: not replaced, paused or stopping."""
        current = self._watched.get(watched.camera.id) is watched and generation in (None, watched.generation)
        return current and not watched.paused and not self._stopping.is_set()

    def _tell_states(self) -> None:
        with self._lock:
            now = self._clock()
            self._states.again()
            for watched in self._watched.values():
                self._states.tell(watched.state.tick(now))
                if watched.state.condition.fault is FaultType.lost or watched.paused:
                    self._command(partial(self._without_picture, watched, now))

    def _close_all(self, looking: threading.Thread) -> None:
        with self._lock:
            readers = [thread for watched in self._watched.values() for thread in watched.threads]
            for watched in self._watched.values():
                watched.let_go()
        self._mailbox.wake()
        # What a look has begun to commit must be in the store before that is closed.
        looking.join(LOOK_PATIENCE_S)
        until_s = time.monotonic() + STOP_PATIENCE_S
        for thread in readers:
            thread.join(max(0.05, until_s - time.monotonic()))
