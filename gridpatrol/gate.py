"""Measuring a challenger against the model in service: what the command line and the node's interface both do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from detector.inference.openvino import Limits, OpenVinoDetector
from gridpatrol.clip_events import events_on_clips
from models.dataset.yolo_data import load_yolo_data
from models.evaluate import Evaluation, Judged, at_least, judge
from models.evaluate import evaluate as figures_of
from models.promote import DECISIONS, Decision, decide, record, speed_ms
from models.registry import Manifest, ModelEntry, load_manifest

Tick = Callable[[int, int], None]
"""Told how many pictures of how many are done."""


def measure(
    entry: ModelEntry, path: Path, split: str | None, tick: Tick, least_px: float = 0.0
) -> tuple[Evaluation, Sequence[Judged], dict[int, str]]:
    """Return the figures of a model on a data file, the judged pictures, and the data's class names by id.

    Args:
        split: train, val or test; val, then test, then train when None.
        least_px: leave out what has a shorter side on the model's input than this.

    Raises:
        DatasetError, ModelError: the data or the weights cannot be used.
    """
    data = load_yolo_data(path, split)
    detector = OpenVinoDetector(entry, limits=Limits(min_confidence=0.001, several_names=True))
    judged = judge(detector, data, tick)
    if least_px > 0:
        judged = at_least(judged, least_px, entry.input_size)
    return figures_of(judged, detector, data, model=entry.id, data_path=str(path)), judged, dict(data.names)


def speed(first: ModelEntry, second: ModelEntry) -> tuple[float, float]:
    """Return the CPU milliseconds that a 720-line picture takes each of two models."""
    picture = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    return speed_ms(OpenVinoDetector(first), OpenVinoDetector(second), picture)


def events(entry: ModelEntry, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Return how a model does on the events of a folder of clips (`gridpatrol.clip_events`)."""
    return events_on_clips(entry, folder, say)


def decision_on(
    registry: Manifest,
    challenger: ModelEntry,
    *,
    data: Sequence[Path],
    split: str | None,
    clips: Path | None,
    aim: str,
    at: datetime,
    tick: Callable[[str, int, int], None],
    say: Callable[[str], None],
) -> Decision:
    """Measure a challenger and the model in service on the same data and let the gate decide.

    Args:
        data: YOLO data files.
        clips: also compare events on these clips.
        aim: what must get better (`models.promote.decide`).
        tick: told the model, and how many pictures of how many are done.
        say: told the outcome of each clip.

    Raises:
        DatasetError, ModelError, PromotionError: what is to be measured on cannot be used, or not for this aim.
    """
    champion = registry.in_service
    scores = None
    if clips is not None:
        scores = (events(champion, clips, say)["total"]["score"], events(challenger, clips, say)["total"]["score"])

    def measured(entry: ModelEntry) -> list[Evaluation]:
        return [measure(entry, path, split, lambda done, total: tick(entry.id, done, total))[0] for path in data]

    return decide(
        measured(champion),
        measured(challenger),
        aim=aim,
        at=at,
        speed_ms=speed(champion, challenger),
        events=scores,
    )


def record_decision(job: Mapping[str, Any], tell: Callable[[float], None]) -> None:
    """Measure a challenger as a job of JSON values says and record what the gate decides beside the registry.

    Args:
        job: manifest, challenger, data (paths), split, clips, aim, at (ISO time).
        tell: told the share of the pictures that is done.

    Raises:
        RegistryError, DatasetError, ModelError, PromotionError: what is to be measured cannot be.
    """
    manifest = Path(job["manifest"])
    registry = load_manifest(manifest)
    data = [Path(path) for path in job["data"]]
    parts, finished = 2 * len(data), 0

    def tick(_model: str, done: int, total: int) -> None:
        nonlocal finished
        tell((finished + done / max(1, total)) / parts)
        finished += done == total

    decision = decision_on(
        registry,
        registry.find(job["challenger"]),
        data=data,
        split=job["split"],
        clips=Path(job["clips"]) if job["clips"] else None,
        aim=job["aim"],
        at=datetime.fromisoformat(job["at"]),
        tick=tick,
        say=lambda _line: None,
    )
    record(manifest.parent / DECISIONS, decision)
