"""What the API shows of the models and lets people do with them, as values and a protocol. The node implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dispatch.clip_comparisons import ClipComparisons, NoClipComparisons
from dispatch.errors import NotFound


class Standing(StrEnum):
    """Where a model stands."""

    in_service = "in_service"
    previous = "previous"
    challenger = "challenger"


@dataclass(frozen=True)
class ModelInfo:
    """A registered model.

    Attributes:
        id: `name@version`.
        figures: as measured, by name such as held_out.person.ap50.
        size_bytes: of its files together.
    """

    id: str
    standing: Standing
    precision: str
    input_px: int
    licence: str
    base: str
    classes: tuple[str, ...]
    figures: Mapping[str, float]
    size_bytes: int


@dataclass(frozen=True)
class GateLine:
    """One family of classes, speed or events, on one data set. Higher is better but for speed (milliseconds)."""

    family: str
    data: str
    in_service: float
    challenger: float
    allowed: float
    passed: bool


@dataclass(frozen=True)
class GateDecision:
    """What the gate decided on a challenger against the model in service then, and why."""

    at: datetime
    in_service: str
    challenger: str
    aim: str
    lines: tuple[GateLine, ...]
    accepted: bool
    reasons: tuple[str, ...]


class MeasuringState(StrEnum):
    """Where a measurement stands. lost: the node ended before it did."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"
    lost = "lost"


@dataclass(frozen=True)
class Measuring:
    """A challenger that is being measured for the gate, or was; the decision is among the book's decisions.

    Attributes:
        progress: 0 to 1.
        problem: why it failed.
    """

    id: str
    challenger: str
    aim: str
    by: str
    at: datetime
    state: MeasuringState
    progress: float
    problem: str = ""


@dataclass(frozen=True)
class ServiceChange:
    """Another model entered service. `why`: promoted or rolled_back."""

    at: datetime
    by: str
    why: str
    before: str
    after: str


@dataclass(frozen=True)
class ModelBook:
    """All models and what was decided on them.

    Attributes:
        answering: the model that answers on the cameras now; it follows `in_service` within seconds.
        fault: why it does not; empty when it does.
        aims: what a challenger can be measured to be better at.
        can_measure: whether this node has data to measure a challenger on.
        measurements: under way and lately over, newest first.
    """

    models: tuple[ModelInfo, ...]
    in_service: str
    answering: str
    fault: str
    decisions: tuple[GateDecision, ...]
    changes: tuple[ServiceChange, ...]
    aims: tuple[str, ...]
    can_measure: bool
    measurements: tuple[Measuring, ...] = ()


@dataclass(frozen=True)
class Curve:
    """A table of numbers over a training, such as losses by epoch. A number that is missing is None."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class ModelDetail:
    """A model with its card (Markdown), the curves of its training, and the names of its pictures."""

    info: ModelInfo
    card: str
    curves: tuple[Curve, ...]
    pictures: tuple[str, ...]
    decisions: tuple[GateDecision, ...]


class ModelControl(Protocol):
    """Reaches the registry of models."""

    @property
    def clips(self) -> ClipComparisons:
        """Compares models on recordings."""
        ...

    def book(self) -> ModelBook:
        """Return all models and what was decided on them."""
        ...

    def detail(self, model_id: str) -> ModelDetail:
        """Return one model, by `name@version` or name. Raises NotFound."""
        ...

    def picture(self, model_id: str, name: str) -> tuple[bytes, str]:
        """Return a picture of a model's card and its media type. Raises NotFound."""
        ...

    def measure(self, model_id: str, *, aim: str, by: str, at: datetime) -> Measuring:
        """Begin to measure a challenger for the gate. Raises NotFound, Invalid, Refused, TooMany."""
        ...

    def cancel(self, measuring_id: str, at: datetime) -> Measuring:
        """End a measurement. Raises NotFound."""
        ...

    def promote(self, model_id: str, *, by: str, at: datetime) -> ModelBook:
        """Put a model in service on the gate's last decision. Raises NotFound; Refused with the reasons."""
        ...

    def roll_back(self, *, by: str, at: datetime) -> ModelBook:
        """Return to the model that was in service before. Raises Refused: there was none."""
        ...


class NoModels:
    """A desk without models of its own."""

    clips: ClipComparisons = NoClipComparisons()

    def book(self) -> ModelBook:
        """Return an empty book."""
        return ModelBook((), "", "", "", (), (), (), False)

    def detail(self, model_id: str) -> ModelDetail:
        """Raise NotFound."""
        raise _NONE

    def picture(self, model_id: str, name: str) -> tuple[bytes, str]:
        """Raise NotFound."""
        raise _NONE

    def measure(self, model_id: str, *, aim: str, by: str, at: datetime) -> Measuring:
        """Raise NotFound."""
        raise _NONE

    def cancel(self, measuring_id: str, at: datetime) -> Measuring:
        """Raise NotFound."""
        raise _NONE

    def promote(self, model_id: str, *, by: str, at: datetime) -> ModelBook:
        """Raise NotFound."""
        raise _NONE

    def roll_back(self, *, by: str, at: datetime) -> ModelBook:
        """Raise NotFound."""
        raise _NONE


_NONE = NotFound("this node runs no models", "Ask the node that watches the cameras.")


def compared(first: ModelInfo, second: ModelInfo) -> Sequence[tuple[str, float | None, float | None]]:
    """Return every figure that either model has, with both values, in the order of the first."""
    names = dict.fromkeys((*first.figures, *second.figures))
    return [(name, first.figures.get(name), second.figures.get(name)) for name in names]
