"""Simulated streets on which a cabinet may be taken for a bin, watched end to end for the review circle.

A city that wants bins off its pavements adds a matter for them. On every street stand cabinets, which must not be
reported, and bins, which must. Whatever is reported where no bin stands is a false event. On another day the cabinets
stand where they stood; the hour, the weather and the bins are others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from supervision import box_iou_batch

from detector.config import (
    Camera,
    ClosurePlan,
    DwellRule,
    Names,
    Position,
    Purpose,
    Source,
    Watch,
    Watched,
    Zone,
)
from detector.frame import Frame
from detector.geometry import BoxXyxy
from detector.inference import Detector
from detector.keeping import KeepingPipeline
from detector.looks import LookStore
from detector.sources.sim.layout import Street, random_street
from detector.sources.sim.scene import Scene, SimAddress
from detector.sources.sim.spec import Item
from detector.sources.sim.street import SimStreet
from dispatch.contract import EventReport
from gridpatrol.watching import pipeline_for
from models.dataset.collect import Judgement
from models.dataset.review import Verdict

MATTER = "bin_left_out"
WIDTH_PX = 800
LOOKS, EVERY_S = 8, 2.0
DWELL_S = 8.0
SAME_IOU = 0.3
BEGAN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
CABINETS, BINS = 3, 2


@dataclass(frozen=True, slots=True)
class Watching:
    """What came of watching streets.

    Attributes:
        false: events where no bin stands.
        found, missed: bins that can be seen well, reported or not.
        judgements: by event id, as a person who looks at the street would give them.
    """

    false: int
    found: int
    missed: int
    judgements: dict[str, Judgement]

    def __add__(self, other: Watching) -> Watching:
        """Return what came of both."""
        return Watching(
            self.false + other.false,
            self.found + other.found,
            self.missed + other.missed,
            {**self.judgements, **other.judgements},
        )

    @property
    def score(self) -> float:
        """Found bins less false events, over bins."""
        return (self.found - self.false) / max(1, self.found + self.missed)


def watch(seeds: Iterable[int], detector: Detector, store: LookStore, *, day: int = 0) -> Watching:
    """Watch streets through the whole pipeline and judge every event by the simulation's truth."""
    false = found = missed = 0
    judgements: dict[str, Judgement] = {}
    for seed in seeds:
        street = street_of(seed, day)
        bins = [(t.box_xyxy_px, t.visible) for t in street.truth(0.0) if t.class_name == "bin"]
        events = _events(seed, day, street, detector, store)
        for event in events:
            is_bin = any(_same(event.box_xyxy_px, box) for box, _ in bins)
            false += not is_bin
            judgements[event.event_id] = Judgement(Verdict.confirmed if is_bin else Verdict.rejected)
        for box, visible in bins:
            if visible > 0.7 and min(box[2] - box[0], box[3] - box[1]) >= 16:
                reported = any(_same(event.box_xyxy_px, box) for event in events)
                found, missed = found + reported, missed + (not reported)
    return Watching(false, found, missed, judgements)


def street_of(seed: int, day: int = 0) -> SimStreet:
    """Return a random street with cabinets and bins on its pavements, within 20 m of the camera.

    Args:
        seed: of the street and its cabinets.
        day: another one brings another hour, other weather and other bins.
    """
    rng = np.random.default_rng([seed, 77])
    drawn = random_street(rng)
    items = [_placed("cabinet", drawn, rng) for _ in range(CABINETS)]
    change: dict[str, Any] = {}
    if day:
        rng = np.random.default_rng([seed, 77, day])
        weather = random_street(rng).spec
        change = {name: getattr(weather, name) for name in ("hour", "sun_bearing_deg", "cloud", "rain")}
    items += [_placed("bin", drawn, rng) for _ in range(BINS)]
    spec = drawn.spec.model_copy(update={"furniture": (*drawn.spec.furniture, *items), **change})
    return SimStreet(Scene(spec), SimAddress(scene=spec.name, seed=seed, width=WIDTH_PX, quality=80))


def _placed(what: str, street: Street, rng: np.random.Generator) -> Item:
    aside = float(rng.uniform(0.5, max(0.6, street.pavement_m - 0.8)))
    x = street.left_m - aside if rng.random() < 0.5 else street.right_m + aside
    y = street.spec.views["main"].position_m[1] + float(rng.uniform(7, 20))
    turned = float(rng.uniform(0, 360))
    return Item(what=what, at_m=(x, y), bearing_deg=turned, variant=int(rng.integers(50)))


def _events(seed: int, day: int, street: SimStreet, detector: Detector, store: LookStore) -> list[EventReport]:
    camera, watched = _camera(seed, street.camera.resolution_wh), _watched()
    inner = pipeline_for(camera, {MATTER: watched}, detector=detector, evidence=None)
    pipeline = KeepingPipeline(inner, store, lambda: detector.name)
    events = []
    for number in range(LOOKS):
        at_s = number * EVERY_S
        frame = Frame(camera.id, street.render(at_s), BEGAN + timedelta(days=seed % 20 + 20 * day, seconds=at_s), at_s)
        result = pipeline.look(frame, detector.detect([frame.image])[0])
        events += [message for message in result.messages if isinstance(message, EventReport)]
    return events


def _camera(seed: int, size_wh: tuple[int, int]) -> Camera:
    width, height = size_wh
    corners = ((0, height // 5), (width, height // 5), (width, height), (0, height))
    return Camera(
        id=f"street-{seed}",
        names=Names(en=f"Street {seed}", zh=f"街道 {seed}"),
        source=Source(url="sim://random"),
        watch=Watch(look_interval_s=EVERY_S),
        position=Position(lon=114.05, lat=22.55, crs="EPSG:4326", error_m=20),
        zones=(Zone(id="pavement", purpose=Purpose.pavement, resolution_wh=size_wh, polygon_px=corners),),
    )


def _watched() -> Watched:
    rule = DwellRule(kind="dwell", classes=("bin",), zones=(Purpose.pavement,), stopped_s=EVERY_S, dwell_s=DWELL_S)
    names = Names(en="Bin left on the pavement", zh="垃圾桶占道")
    return Watched(code=MATTER, names=names, rule=rule, closure=ClosurePlan(looks=3, interval_s=2, patience_s=30))


def _same(first: BoxXyxy, second: BoxXyxy) -> bool:
    return float(box_iou_batch(np.array([first]), np.array([second]))[0, 0]) >= SAME_IOU
