"""Simulated streets watched by several cameras that report to one desk, in media time, with gaps and restarts.

The detector answers from the simulation's exact truth, as a good but not perfect one would: it misses things now and
then and its boxes jitter. What is measured is everything behind the detector.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import cv2

from detector.config import Camera
from detector.frame import Frame
from detector.inference.scripted import ScriptedDetector, ScriptedObject
from detector.pipeline import CameraPipeline
from detector.reporter import cloud_event
from detector.sources.sim import SimAddress, SimStreet, load_scene
from detector.store import DetectorStore
from dispatch.case import Action, legal_actions
from dispatch.contract import REQUESTS_STREAM, EventReport, VerificationRequest, parse
from dispatch.grid import GridIndex
from dispatch.service import Desk
from dispatch.store import open_store
from dispatch.views import CaseFilter, CaseView
from gridpatrol.config import Matter, load_camera, load_matters, watched_on
from gridpatrol.shipped import SHIPPED_CONFIG
from gridpatrol.watching import pipeline_for

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DEMO = SHIPPED_CONFIG / "demo"
CLASSES = (
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "bus",
    "truck",
    "garbage_bag",
    "litter_item",
    "goods",
    "stall",
    "bin",
)
LEAST_VISIBLE = 0.4
MISSED = 0.08
JITTER = 0.03
WIDTH = 1280


def demo_camera(name: str) -> Camera:
    """A camera of the demonstration."""
    return load_camera(DEMO / "cameras" / f"{name}.yaml", load_matters(SHIPPED_CONFIG / "matters"))


@dataclass
class Eye:
    """One camera of the city: its street, its store and the pipeline that is running now."""

    camera: Camera
    street: SimStreet
    store: DetectorStore
    pipeline: CameraPipeline


class City:
    """Cameras over simulated streets, and the desk they report to. A context manager.

    Args:
        folder: for the databases.
        cameras: with sim:// addresses.
        scene_file: used in place of the scene that the camera files name.
    """

    def __init__(self, folder: Path, cameras: Sequence[Camera], *, scene_file: Path | None = None) -> None:
        cv2.setNumThreads(1)
        self._stack = ExitStack()
        self._matters: Mapping[str, Matter] = load_matters(SHIPPED_CONFIG / "matters")
        store = self._stack.enter_context(closing(open_store(f"sqlite:///{folder / 'dispatch.sqlite'}")))
        self._dispatch = store
        self.desk = Desk(store, matters={c: m.rules for c, m in self._matters.items()}, grid=GridIndex([]))
        self.eyes = [self._open(folder, camera, scene_file) for camera in cameras]
        self.events: list[tuple[float, EventReport]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self, folder: Path, camera: Camera, scene_file: Path | None) -> Eye:
        address = SimAddress.parse(camera.source.url).model_copy(update={"width": WIDTH})
        street = SimStreet(load_scene(scene_file or address.scene), address)
        store = self._stack.enter_context(closing(DetectorStore(folder / f"{camera.id}.sqlite")))
        return Eye(camera, street, store, self._pipeline(camera, store))

    def _pipeline(self, camera: Camera, store: DetectorStore) -> CameraPipeline:
        blind = ScriptedDetector(CLASSES, lambda image: ())
        return pipeline_for(camera, watched_on(camera, self._matters), detector=blind, evidence=None, store=store)

    def restart(self) -> None:
        """Start the camera side again: only its stores are left."""
        for eye in self.eyes:
            eye.pipeline = self._pipeline(eye.camera, eye.store)

    def watch(self, from_s: float, until_s: float) -> None:
        """Look once a second at every street; the desk lives in the same time."""
        for t_s in range(int(from_s), int(until_s)):
            now = START + timedelta(seconds=t_s)
            for eye in self.eyes:
                frame = Frame(eye.camera.id, eye.street.render(t_s), now, t_s)
                seen = ScriptedDetector.in_order(CLASSES, [sees(eye.street, t_s)])
                result = eye.pipeline.look(frame, seen.detect([frame.image])[0])
                self.events += [(t_s, m) for m in result.messages if isinstance(m, EventReport)]
                self.desk.receive_many([cloud_event(message) for message in result.messages], now)
            self.desk.sweep(now)
            self._ask()

    def handle(self, at_s: float) -> None:
        """Report every open case handled."""
        now = START + timedelta(seconds=at_s)
        for case in self._dispatch.views.cases(CaseFilter(is_open=True), limit=50).items:
            if Action.handle in legal_actions(self.desk.case(case.case_id)):
                self.desk.handle(case.case_id, actor="crew", now=now)
        self._ask()

    def _ask(self) -> None:
        while rows := self._dispatch.outbox.pending(100):
            for row in rows:
                message = parse(row.payload).data if row.stream == REQUESTS_STREAM else None
                if isinstance(message, VerificationRequest):
                    for eye in (e for e in self.eyes if e.camera.id == message.camera_id):
                        eye.store.remember_request(message)
                        eye.pipeline.verify(message)
            self._dispatch.outbox.mark_sent([(row.seq, "city") for row in rows])

    @property
    def cases(self) -> list[CaseView]:
        """Every case, oldest first."""
        page = self._dispatch.views.cases(CaseFilter(), limit=50)
        return [self._dispatch.views.case(case.case_id) for case in reversed(page.items)]


def sees(street: SimStreet, t_s: float) -> list[ScriptedObject]:
    """What a good detector says of a street: not what is mostly hidden, not everything, and not to the pixel."""
    seen = []
    for thing in street.truth(t_s):
        dice = random.Random(f"{thing.id}/{t_s}")
        if thing.class_name not in CLASSES or thing.visible < LEAST_VISIBLE or dice.random() < MISSED:
            continue
        x1, y1, x2, y2 = thing.box_xyxy_px
        w, h = JITTER * (x2 - x1), JITTER * (y2 - y1)
        box = (x1 + dice.uniform(-w, w), y1 + dice.uniform(-h, h), x2 + dice.uniform(-w, w), y2 + dice.uniform(-h, h))
        seen.append(ScriptedObject(thing.class_name, box, 0.6 + 0.3 * dice.random()))
    return seen
