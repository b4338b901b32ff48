"""A tiny street for tests: textured ground, things painted on it, and a camera that watches it with the pipeline.

Pictures are 320x180 with seeded noise. What the detector answers is scripted with the things: each `Body` says what it
is called, or that the detector has no name for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from detector.config import (
    Camera,
    ClosurePlan,
    DensityRule,
    DwellRule,
    Names,
    Position,
    Purpose,
    ResidueRule,
    Source,
    Watch,
    Watched,
    Zone,
)
from detector.frame import Frame, Image
from detector.geometry import BoxXyxy, as_boxes, iou, stretch
from detector.inference.scripted import Script, ScriptedDetector, ScriptedObject
from detector.observation import Sighting
from detector.pipeline import CameraPipeline, LookResult
from detector.ports import EvidenceKeeper, Reading, ViewFault
from detector.store import DetectorStore
from dispatch.contract import EventReport, IncidentCleared, Message, Verdict, VerificationRequest, VerificationResult
from gridpatrol.watching import pipeline_for

SIZE_WH = (320, 180)
SENSOR_WH = (1280, 720)
"""What a camera that gives pictures of another size takes them from."""
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CLASS_NAMES = ("person", "bicycle", "car", "truck", "chair", "garbage_bag", "goods", "cat")
NAMES = Names(en="test", zh="测试")
CLOSURE = ClosurePlan(looks=3, interval_s=2, patience_s=8)
LITTER = Watched(
    code="litter_exposed",
    names=NAMES,
    rule=ResidueRule(
        kind="residue",
        classes=("garbage_bag",),
        unnamed=True,
        zones=(Purpose.pavement,),
        dwell_s=8,
    ),
    closure=CLOSURE,
)
PARKING = Watched(
    code="illegal_parking",
    names=NAMES,
    rule=DwellRule(kind="dwell", classes=("car", "truck"), zones=(Purpose.no_parking,), stopped_s=3, dwell_s=8),
    closure=CLOSURE,
)
BIKES = Watched(
    code="bike_disorder",
    names=NAMES,
    rule=DensityRule(
        kind="density",
        classes=("bicycle",),
        zones=(Purpose.pavement,),
        outside=(Purpose.bike_bay,),
        min_count=3,
        dwell_s=8,
    ),
    closure=CLOSURE,
)
WHOLE = ((0, 60), (320, 60), (320, 180), (0, 180))


@dataclass(frozen=True, slots=True)
class Body:
    """Something in the picture.

    Attributes:
        box_xyxy_px: where it is painted.
        bgr: its colour.
        seed: its texture; two bodies of one colour and seed look the same.
        name: what the detector calls it; None when it does not see it.
        confidence: of that name.
        seen_box_xyxy_px: the detector's box where it is not the painted one.
        painted: False for what only the detector believes in.
    """

    box_xyxy_px: BoxXyxy
    bgr: tuple[int, int, int] = (40, 40, 200)
    seed: int = 1
    name: str | None = None
    confidence: float = 0.8
    seen_box_xyxy_px: BoxXyxy | None = None
    painted: bool = True

    def at(self, dx: float, dy: float = 0.0) -> Body:
        """The same, shifted by pixels."""
        x1, y1, x2, y2 = self.box_xyxy_px
        return replace(self, box_xyxy_px=(x1 + dx, y1 + dy, x2 + dx, y2 + dy))

    def unseen(self) -> Body:
        """The same, missed by the detector."""
        return replace(self, name=None)


def car(x: float, y: float = 100, *, bgr: tuple[int, int, int] = (170, 60, 30), seed: int = 3) -> Body:
    """A car of 60x32 pixels with its top left corner at (x, y)."""
    return Body((x, y, x + 60, y + 32), bgr, seed, "car")


def person(x: float, feet_y: float, *, seed: int = 9) -> Body:
    """A person of 14x40 pixels standing at (x, feet_y)."""
    return Body((x - 7, feet_y - 40, x + 7, feet_y), (60, 120, 60), seed, "person")


def bag(x: float, y: float, *, bgr: tuple[int, int, int] = (30, 30, 35), seed: int = 5) -> Body:
    """A rubbish bag of 24x18 pixels with its top left corner at (x, y), which the detector does not see."""
    return Body((x, y, x + 24, y + 18), bgr, seed)


def overlap(a: BoxXyxy, b: BoxXyxy) -> float:
    """IoU of two boxes."""
    return float(iou(as_boxes([a]), as_boxes([b]))[0, 0])


def cloud(t_s: float) -> Light:
    """A shadow that takes half the light and wanders over the whole picture from second 5 to 30."""
    x = np.linspace(0, 1, 320)[None, :, None]
    y = np.linspace(0, 1, 180)[:, None, None]
    front = (t_s - 5) / 12 - 0.3 * y - x
    gain: NDArray[np.float64] = 1 - 0.5 / (1 + np.exp(-9 * front)) + 0.5 / (1 + np.exp(-9 * (front - 1)))
    return gain.astype(np.float32)


def walking(y: float, speed_px: float = 45, seed: int = 9) -> Callable[[float], tuple[Body, ...]]:
    """Somebody crosses the picture again and again."""
    return lambda t_s: (person((t_s * speed_px) % 380 - 30, y, seed=seed),)


Light = float | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moment:
    """What there is at one look.

    Attributes:
        bodies: painted in order, the last in front.
        light: gain of the whole picture, or a picture of gains, shape (180, 320, 1).
        covered: a sheet hangs before the lens.
    """

    bodies: tuple[Body, ...] = ()
    light: Light = 1.0
    covered: bool = False


Script1s = Callable[[float], Moment]
"""What there is at a time, seconds since `START`."""


def there(body: Body, from_s: float, until_s: float = 1e9) -> Callable[[float], tuple[Body, ...]]:
    """A body from one time until another."""
    return lambda t_s: (body,) if from_s <= t_s < until_s else ()


def scene(*parts: Callable[[float], tuple[Body, ...]], light: Callable[[float], Light] = lambda _: 1.0) -> Script1s:
    """Put parts together, later ones in front."""
    return lambda t_s: Moment(tuple(body for part in parts for body in part(t_s)), light(t_s))


def _ground() -> Image:
    rng = np.random.default_rng(4)
    coarse = cv2.resize(rng.normal(0, 14, (23, 40)).astype(np.float32), SIZE_WH, interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(rng.normal(0, 12, (180, 320)).astype(np.float32), (0, 0), 1.2)
    grey = 125 + coarse + grain
    for x in range(0, 320, 40):
        grey[:, x : x + 2] -= 30
    for y in range(0, 180, 30):
        grey[y : y + 2] -= 30
    return np.asarray(np.stack([grey - 4, grey, grey + 5], axis=2).clip(0, 255), dtype=np.uint8)


GROUND = _ground()


NOISE = np.random.default_rng(1000).normal(0, 2, (180, 320, 3)).astype(np.float32)


def picture(moment: Moment, number: int = 0) -> Image:
    """Draw a moment; `number` varies the sensor's noise."""
    canvas = GROUND.astype(np.float32)
    if moment.covered:
        canvas[:] = 90
    else:
        for body in (b for b in moment.bodies if b.painted):
            _paint(canvas, body)
        canvas *= moment.light
    noise = np.roll(NOISE, (7 * number % 180, 13 * number % 320), axis=(0, 1))
    return np.asarray(np.clip(canvas + noise, 0, 255), dtype=np.uint8)


def _paint(canvas: NDArray[np.float32], body: Body) -> None:
    x1, y1, x2, y2 = (round(v) for v in body.box_xyxy_px)
    width, height = x2 - x1, y2 - y1
    rng = np.random.default_rng(body.seed)
    patches = cv2.resize(rng.normal(0, 28, (6, 9)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    own = np.asarray(body.bgr, np.float32) + patches[..., None]
    left, top = max(x1, 0), max(y1, 0)
    right, bottom = min(x2, canvas.shape[1]), min(y2, canvas.shape[0])
    if left < right and top < bottom:
        canvas[top:bottom, left:right] = own[top - y1 : bottom - y1, left - x1 : right - x1]


def sightings_in(moment: Moment) -> list[Sighting]:
    """What the detector says of a moment."""
    if moment.covered:
        return []
    return [Sighting(b.seen_box_xyxy_px or b.box_xyxy_px, b.name, b.confidence) for b in moment.bodies if b.name]


def in_size(sightings: Iterable[Sighting], size_wh: tuple[int, int]) -> list[Sighting]:
    """Sightings as in a picture of another size."""
    by_xy = (size_wh[0] / SIZE_WH[0], size_wh[1] / SIZE_WH[1])
    return [replace(s, box_xyxy_px=stretch(s.box_xyxy_px, by_xy)) for s in sightings]


def detections(sightings: Iterable[Sighting]) -> sv.Detections:
    """Sightings as a detector answers them."""
    objects = [ScriptedObject(s.class_name, s.box_xyxy_px, s.confidence) for s in sightings]
    return ScriptedDetector(CLASS_NAMES, lambda _: objects).detect([GROUND])[0]


def camera(
    *purposes: Purpose | Zone, look_interval_s: float = 1.0, matters: Iterable[Watched] = (LITTER,), id: str = "cam"
) -> Camera:
    """A camera whose zones of the given purposes cover the lower two thirds of the picture."""
    zones = tuple(
        p if isinstance(p, Zone) else Zone(id=f"{p.value}-{n}", purpose=p, resolution_wh=SIZE_WH, polygon_px=WHOLE)
        for n, p in enumerate(purposes)
    )
    return Camera(
        id=id,
        names=NAMES,
        source=Source(url="none.mp4"),
        watch=Watch(look_interval_s=look_interval_s),
        position=Position(lon=114.13, lat=22.54, crs="EPSG:4326"),
        zones=zones,
        matters=tuple(m.code for m in matters),
    )


@dataclass(frozen=True, slots=True)
class _Fine:
    """A reading that finds nothing wrong."""

    faults: tuple[ViewFault, ...] = ()
    usable: bool = True
    detail: str = ""
    repeated: bool = False


class _Trusting:
    """Spares the check of the view, half the cost of a look, where a test is not about it."""

    def check(self, frame: Frame) -> Reading:
        return _Fine()

    def snapshot(self) -> bytes:
        return b""


@dataclass
class Watcher:
    """Watches a script with the product's pipeline and keeps what it says, with the second at which it said it.

    Attributes:
        matters: watched; zones of all their purposes cover the lower part of the picture unless `zones` says more.
        close_up: what the detector answers to enlarged crops.
        checks_view: with the product's check of the view.
        size_wh: of its pictures; it may be changed between looks.
        fresh_every: the camera has a new picture on every so many-th look; on the others it gives the last one again.
    """

    matters: Sequence[Watched] = (LITTER,)
    zones: Sequence[Purpose | Zone] = ()
    look_interval_s: float = 1.0
    store: DetectorStore | None = None
    evidence: EvidenceKeeper | None = None
    close_up: Script = lambda image: ()
    checks_view: bool = False
    fresh_every: int = 1
    size_wh: tuple[int, int] = SIZE_WH
    _shown: Image | None = None
    told: list[tuple[float, Message]] = field(default_factory=list)
    results: list[LookResult] = field(default_factory=list)
    looks: int = 0

    def __post_init__(self) -> None:
        zones = self.zones or [p for m in self.matters for p in m.rule.zones]
        self.camera = camera(*zones, look_interval_s=self.look_interval_s, matters=self.matters)
        self.pipeline = self._open()

    def _open(self) -> CameraPipeline:
        pipeline = pipeline_for(
            self.camera,
            {m.code: m for m in self.matters},
            detector=ScriptedDetector(CLASS_NAMES, self.close_up),
            evidence=self.evidence,
            store=self.store,
        )
        if not self.checks_view:
            pipeline.health = _Trusting()
        return pipeline

    def restart(self) -> None:
        """Start the program again: only the store is left."""
        self.pipeline = self._open()

    def watch(
        self, script: Script1s, until_s: float, *, from_s: float = 0.0, asks: Mapping[float, int] | None = None
    ) -> None:
        """Look at a script at the camera's interval.

        Args:
            script: what there is.
            until_s: first second not looked at.
            from_s: first second looked at.
            asks: at which second to ask about which event (index into `events`).
        """
        waiting = dict(sorted((asks or {}).items()))
        for t_s in np.arange(from_s, until_s, self.look_interval_s).tolist():
            for at_s in [a for a in waiting if a <= t_s]:
                self.ask(self.events[waiting.pop(at_s)], at_s)
            self.look(script(t_s), t_s)

    def look(self, moment: Moment, t_s: float) -> LookResult:
        """Make one look."""
        if self._shown is None or self.looks % self.fresh_every == 0:
            self._shown = picture(moment, self.looks)
        image = self._shown
        self.looks += 1
        if self.size_wh != SIZE_WH:
            large = cv2.resize(image, SENSOR_WH, interpolation=cv2.INTER_CUBIC)
            image = np.asarray(cv2.resize(large, self.size_wh, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        frame = Frame(self.camera.id, image, START + timedelta(seconds=t_s), t_s)
        result = self.pipeline.look(frame, detections(in_size(sightings_in(moment), self.size_wh)))
        self.told += [(t_s, message) for message in result.messages]
        self.results.append(result)
        return result

    def ask(self, event: EventReport, at_s: float, *, request_id: str | None = None) -> None:
        """Report an event handled."""
        self.pipeline.verify(
            VerificationRequest(
                request_id=request_id or f"{event.event_id}@{at_s}",
                case_id="case",
                event_id=event.event_id,
                camera_id=self.camera.id,
                matter=event.matter,
                box_xyxy_px=event.box_xyxy_px,
                asked_at=START + timedelta(seconds=at_s),
            )
        )

    @property
    def events(self) -> list[EventReport]:
        """Events in order."""
        return [m for _, m in self.told if isinstance(m, EventReport)]

    @property
    def event_times_s(self) -> list[float]:
        """When they were told."""
        return [t for t, m in self.told if isinstance(m, EventReport)]

    @property
    def cleared(self) -> list[IncidentCleared]:
        """Clearances in order."""
        return [m for _, m in self.told if isinstance(m, IncidentCleared)]

    @property
    def verdicts(self) -> list[Verdict]:
        """Verdicts in order."""
        return [answer.verdict for answer in self.answers]

    @property
    def answers(self) -> list[VerificationResult]:
        """Answers to verification requests in order."""
        return [m for _, m in self.told if isinstance(m, VerificationResult)]
