"""What the worker keeps of each camera, and what it needs from a pipeline and a store."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import supervision as sv

from detector.config import Camera
from detector.frame import Frame, FrameSource, Picture
from detector.pace import Pace
from detector.pipeline import LookResult
from detector.ports import Keeper
from detector.watchstate import Condition, WatchState
from dispatch.contract import LookRequest, Message, VerificationRequest


class Pipeline(Protocol):
    """One camera's way from a picture to messages: `detector.pipeline.CameraPipeline`."""

    def look(self, frame: Frame, detections: sv.Detections) -> LookResult:
        """Take in one picture."""
        ...

    def without_picture(self, at: datetime, reason: str) -> tuple[Message, ...]:
        """No picture comes: only the patience of verifications runs on."""
        ...

    def verify(self, request: VerificationRequest) -> None:
        """Take up a verification."""
        ...


class AskedPipeline(Pipeline, Protocol):
    """A pipeline that also answers requests for a look: `detector.asking.AskingPipeline`."""

    def ask(self, request: LookRequest, since: datetime) -> None:
        """Answer with the next picture taken since a time."""
        ...


class Store(Keeper, Protocol):
    """The part of `detector.store.DetectorStore` that the worker needs."""

    def remember_look(self, request: LookRequest) -> bool:
        """Keep a request for a look until it is answered; False when it was known."""
        ...

    def remember_request(self, request: VerificationRequest) -> bool:
        """Keep a request until its result is committed; False when it was known."""
        ...

    def forget(self, camera_id: str) -> None:
        """Drop what a camera knows of its view."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What the worker may use.

    Attributes:
        batch: pictures that go to the detector together.
        patrols: connections of patrolled cameras at one time.
        decoders: pictures that are decoded at one time.
    """

    batch: int = 8
    patrols: int = 32
    decoders: int = 2


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How a camera is doing, for operators. `look_s`, `gap_s`: see `detector.pace.Pace`."""

    camera: Camera
    condition: Condition
    looks: int
    errors: int
    last_error: str
    last_look_at: datetime | None
    look_s: float | None = None
    gap_s: float | None = None


@dataclass(slots=True)
class Watched:
    """One camera and what runs for it. A new `generation` makes readers of the one before end.

    `broke_off`: a look ended with an error, so that the pipeline may hold for told what the store does not have.
    """

    camera: Camera
    state: WatchState
    pipeline: AskedPipeline | None = None
    broke_off: bool = False
    source: FrameSource | None = None
    last_picture: Picture | None = None
    last_look_at: datetime | None = None
    looks: int = 0
    errors: int = 0
    last_error: str = ""
    paused: bool = False
    generation: int = 0
    threads: list[threading.Thread] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)

    def take_over(self, old: Watched) -> None:
        """Go on counting for a camera whose connection is replaced; its last picture stays while the view does."""
        self.looks, self.errors, self.last_look_at, self.paused = old.looks, old.errors, old.last_look_at, old.paused
        self.threads = old.threads
        if old.paused:
            self.state.condition = old.state.condition
        if old.camera.source == self.camera.source:
            self.last_picture = old.last_picture

    def looked(self, at: datetime, spent_s: float) -> None:
        """Note a look at a picture taken at a time, and how long it took."""
        self.looks += 1
        self.last_look_at = at
        self.pace.looked(at, spent_s)

    def erred(self, why: str, at: datetime | None = None) -> None:
        """Note what went wrong, with a picture where it was one."""
        self.errors += 1
        self.last_error = why
        self.last_look_at = at or self.last_look_at

    def status(self) -> CameraStatus:
        """Return how the camera is doing."""
        return CameraStatus(
            camera=self.camera,
            condition=self.state.condition,
            looks=self.looks,
            errors=self.errors,
            last_error=self.last_error,
            last_look_at=self.last_look_at,
            look_s=self.pace.look_s,
            gap_s=self.pace.gap_s,
        )

    def let_go(self) -> None:
        """Close the connection; its reader then ends."""
        if self.source is not None:
            self.source.close()
