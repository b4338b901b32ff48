"""The gate: a challenger enters service only if no family of classes is worse and the stated aim is better."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import PromotionError
from models.evaluate import Detects, Evaluation, mean
from models.register import Change, put_in_service
from models.registry import Manifest, load_manifest

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "people_and_vehicles": ("person", "bicycle", "car", "motorcycle", "bus", "truck"),
    "things": ("umbrella", "chair", "bench", "table", "backpack", "handbag", "suitcase"),
    "rubbish": ("garbage", "garbage_bag", "litter_item"),
    "trade": ("stall", "goods", "bin"),
}
"""Classes that stand and fall together."""
SPEED = "speed"
EVENTS = "events"
DECISIONS = "promotions.jsonl"
HOLDS = timedelta(days=30)
"""For so long a decision can be acted on: streets and data change."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse a challenger may be and still enter service.

    Attributes:
        people_and_vehicles, things, rubbish, trade: share of the champion's mean AP50-95.
        speed: share of the champion's time a picture.
    """

    people_and_vehicles: float = 0.01
    things: float = 0.03
    rubbish: float = 0.02
    trade: float = 0.03
    speed: float = 0.10

    def of(self, family: str) -> float:
        """Return the tolerance of a family; events have none."""
        return 0.0 if family == EVENTS else float(asdict(self)[family])


def tolerances() -> dict[str, float]:
    """Return the default tolerances by family, as the registry records them."""
    return asdict(Tolerance())


@dataclass(frozen=True, slots=True)
class Line:
    """One family on one data set.

    Attributes:
        family: of `FAMILIES`, or speed, or events.
        data: the data file.
        champion, challenger: the figure; higher is better, except for speed (milliseconds a picture).
        allowed: the worst figure that still passes.
        passed: whether the challenger is no worse.
    """

    family: str
    data: str
    champion: float
    challenger: float
    allowed: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate decided and why.

    Attributes:
        at: when.
        champion, challenger: ids.
        aim: family that must be better.
        lines: the figures.
        gained: whether the aim is better on at least one data set and worse on none.
        accepted: every line passed, the aim gained and no class was lost.
        lost: classes of the champion that the challenger does not know, as `CLASS on DATA`.
    """

    at: datetime
    champion: str
    challenger: str
    aim: str
    lines: tuple[Line, ...]
    gained: bool
    accepted: bool
    lost: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was refused; empty when it was accepted."""
        worse = [
            f"{line.family} on {line.data}: {line.challenger:.4g}, the model in service has {line.champion:.4g}, "
            f"allowed is {line.allowed:.4g}"
            for line in self.lines
            if not line.passed
        ]
        lost = [f"{name}: it has lost this class" for name in self.lost]
        return (*worse, *lost, *(() if self.gained else (f"the aim, {self.aim}, is not better",)))


def decide(
    champion: Sequence[Evaluation],
    challenger: Sequence[Evaluation],
    *,
    aim: str,
    at: datetime,
    tolerance: Tolerance | None = None,
    speed_ms: tuple[float, float] | None = None,
    events: tuple[float, float] | None = None,
) -> Decision:
    """Compare two models on the same data sets.

    A challenger that lacks a class on which the champion was measured is refused: the mean of its family would be taken
    over the others, and might even rise.

    Args:
        champion, challenger: evaluations of the same data files in the same order.
        aim: family that must get better, or `speed`.
        at: now.
        tolerance: how much worse is still good enough.
        speed_ms: time a picture of champion and challenger, milliseconds.
        events: score of champion and challenger on clips, higher is better.

    Raises:
        PromotionError: the evaluations are of different data, or the aim is unknown or was not measured.
    """
    limits = tolerance or Tolerance()
    if [e.data for e in champion] != [e.data for e in challenger] or not champion:
        raise PromotionError("champion and challenger must be measured on the same data files")
    if aim not in (*FAMILIES, SPEED, EVENTS):
        raise PromotionError(f"unknown aim {aim!r}; choose one of {', '.join((*FAMILIES, SPEED, EVENTS))}")
    lines: list[Line] = []
    lost: list[str] = []
    for before, after in zip(champion, challenger, strict=True):
        lines += _families(before, after, limits)
        lost += [f"{name} on {before.data}" for name in before.classes if name not in after.classes]
    if speed_ms is not None:
        allowed = speed_ms[0] * (1 + limits.speed)
        lines.append(Line(SPEED, "", *speed_ms, allowed, speed_ms[1] <= allowed))
    if events is not None:
        lines.append(Line(EVENTS, "", *events, events[0], events[1] >= events[0]))
    aimed = [line for line in lines if line.family == aim]
    if not aimed:
        raise PromotionError(f"the aim, {aim}, was not measured: the data labels none of its classes")
    sign = -1 if aim == SPEED else 1
    gains = [sign * (line.challenger - line.champion) for line in aimed]
    gained = max(gains) > 0 and min(gains) >= 0
    accepted = gained and not lost and all(line.passed for line in lines)
    return Decision(at, champion[0].model, challenger[0].model, aim, tuple(lines), gained, accepted, tuple(lost))


def _families(before: Evaluation, after: Evaluation, limits: Tolerance) -> Iterator[Line]:
    """Yield the line of each family that either model was measured on."""
    for family, names in FAMILIES.items():
        old, new = mean(before.classes, names), mean(after.classes, names)
        if math.isnan(old) and math.isnan(new):
            continue
        old, new = (0.0 if math.isnan(value) else value for value in (old, new))
        allowed = old * (1 - limits.of(family))
        yield Line(family, before.data, old, new, allowed, new >= allowed)


def promote(manifest_path: Path, decision: Decision, *, by: str = "") -> Manifest:
    """Record a decision and, when it is favourable, put the challenger in service.

    Raises:
        PromotionError: the gate refused; the model in service stays.
    """
    record(manifest_path.parent / DECISIONS, decision)
    return enter_service(manifest_path, decision, at=decision.at, by=by)


def enter_service(manifest_path: Path, decision: Decision, *, at: datetime, by: str = "") -> Manifest:
    """Put the challenger of a recorded decision in service.

    Args:
        at: now, aware.
        by: who does it.

    Raises:
        PromotionError: the gate refused, the decision is too old, or another model is in service than the one that the
            challenger was measured against. The model in service stays.
    """
    in_service = load_manifest(manifest_path).in_service_id
    why = [
        *decision.reasons,
        *([] if decision.champion == in_service else [f"it was measured against {decision.champion}"]),
        *([] if at - decision.at <= HOLDS else [f"it was measured on {decision.at:%Y-%m-%d}, measure it again"]),
    ]
    if why:
        raise PromotionError(f"{decision.challenger} stays out of service: {'; '.join(why)}; {in_service} stays")
    return put_in_service(manifest_path, decision.challenger, Change(at, by, "promoted"))


def decisions(manifest_path: Path) -> list[Decision]:
    """Return what the gate of a registry has decided, oldest first.

    Raises:
        PromotionError: the record is damaged.
    """
    path = manifest_path.parent / DECISIONS
    if not path.exists():
        return []
    try:
        return [_decision(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PromotionError(f"{path}: the record of decisions cannot be read: {error}") from error


def latest_decision(manifest_path: Path, challenger: str) -> Decision | None:
    """Return the last decision on a model against the one in service; None when the gate has never seen the two."""
    champion = load_manifest(manifest_path).in_service_id
    of_both = [d for d in decisions(manifest_path) if (d.champion, d.challenger) == (champion, challenger)]
    return of_both[-1] if of_both else None


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(
        at=datetime.fromisoformat(row["at"]),
        champion=row["champion"],
        challenger=row["challenger"],
        aim=row["aim"],
        lines=tuple(Line(**line) for line in row["lines"]),
        gained=row["gained"],
        accepted=row["accepted"],
        lost=tuple(row.get("lost", ())),
    )


def record(path: Path, decision: Decision) -> None:
    """Append a decision with its figures to a file of JSON lines."""
    row = {**asdict(decision), "at": decision.at.isoformat(), "reasons": list(decision.reasons)}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def speed_ms(first: Detects, second: Detects, image: NDArray[np.uint8], rounds: int = 15) -> tuple[float, float]:
    """Return the median CPU milliseconds a picture of two detectors, measured in turns so that load hits both alike."""
    taken: list[list[float]] = [[], []]
    for detector in (first, second):
        detector.detect([image])
    for _ in range(rounds):
        for index, detector in enumerate((first, second)):
            begun = time.process_time()
            detector.detect([image] * 4)
            taken[index].append((time.process_time() - begun) * 250)
    return float(np.median(taken[0])), float(np.median(taken[1]))
