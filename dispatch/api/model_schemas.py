"""What the API answers about models."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, Field

from dispatch.api.schemas import Answer, Body, Name
from dispatch.api.services import API
from dispatch.models import (
    Curve,
    GateDecision,
    Measuring,
    MeasuringState,
    ModelBook,
    ModelDetail,
    ModelInfo,
    ServiceChange,
    Standing,
    compared,
)


class ModelItem(Answer):
    """A registered model."""

    id: str = Field(description="name@version")
    standing: Standing = Field(description="in service, in service before it (rollback returns to it), or a challenger")
    precision: str
    input_px: int = Field(description="width and height of the network's input")
    licence: str
    base: str
    classes: tuple[str, ...]
    figures: dict[str, float] = Field(description="as measured, such as held_out.person.ap50; 1 is perfect")
    size_bytes: int

    @classmethod
    def of(cls, info: ModelInfo) -> Self:
        """Return the answer for a model."""
        return cls(**{name: getattr(info, name) for name in cls.model_fields})


class GateLineItem(Answer):
    """One family of classes, speed (milliseconds a picture, lower is better) or events, on one data set."""

    family: str
    data: str
    in_service: float
    challenger: float
    allowed: float = Field(description="the worst figure that passes")
    passed: bool


class GateDecisionItem(Answer):
    """What the gate decided on a challenger."""

    at: AwareDatetime
    in_service: str
    challenger: str
    aim: str = Field(description="what had to get better")
    lines: tuple[GateLineItem, ...]
    accepted: bool
    reasons: tuple[str, ...] = Field(description="why it was refused")

    @classmethod
    def of(cls, decision: GateDecision) -> Self:
        """Return the answer for a decision."""
        lines = tuple(
            GateLineItem(**{name: getattr(line, name) for name in GateLineItem.model_fields}) for line in decision.lines
        )
        kept = {name: getattr(decision, name) for name in cls.model_fields if name != "lines"}
        return cls(**kept, lines=lines)


class NewMeasurement(Body):
    """A wish to measure a challenger for the gate."""

    aim: Name = Field(description="what must get better: one of `aims` of the list of models")


class MeasuringItem(Answer):
    """A challenger that is being measured for the gate, or was; what came of it is among the decisions."""

    measurement_id: str
    challenger: str
    aim: str
    by: str
    at: AwareDatetime
    state: MeasuringState
    progress: float = Field(description="0 to 1")
    problem: str = Field(default="", description="why it failed")

    @classmethod
    def of(cls, measuring: Measuring) -> Self:
        """Return the answer for a measurement."""
        kept = {name: getattr(measuring, name) for name in cls.model_fields if name != "measurement_id"}
        return cls(measurement_id=measuring.id, **kept)


class ServiceChangeItem(Answer):
    """Another model entered service."""

    at: AwareDatetime
    by: str
    why: str = Field(description="promoted or rolled_back")
    before: str
    after: str

    @classmethod
    def of(cls, change: ServiceChange) -> Self:
        """Return the answer for a change."""
        return cls(**{name: getattr(change, name) for name in cls.model_fields})


class ModelList(Answer):
    """All models, what was decided on them, and what is in service."""

    items: tuple[ModelItem, ...]
    in_service: str
    answering: str = Field(description="the model that answers on the cameras now; it follows within seconds")
    fault: str = Field(default="", description="why the model in service does not answer")
    decisions: tuple[GateDecisionItem, ...] = Field(description="latest first")
    changes: tuple[ServiceChangeItem, ...] = Field(description="latest first")
    aims: tuple[str, ...] = Field(description="what a challenger can be measured to be better at")
    can_measure: bool = Field(description="whether this node has data to measure a challenger on (node.yaml, gate)")
    measurements: tuple[MeasuringItem, ...] = Field(description="under way and lately over, newest first")

    @classmethod
    def of(cls, book: ModelBook) -> Self:
        """Return the answer for the book of models."""
        return cls(
            items=tuple(ModelItem.of(info) for info in book.models),
            in_service=book.in_service,
            answering=book.answering,
            fault=book.fault,
            decisions=tuple(GateDecisionItem.of(one) for one in book.decisions),
            changes=tuple(ServiceChangeItem.of(one) for one in book.changes),
            aims=book.aims,
            can_measure=book.can_measure,
            measurements=tuple(MeasuringItem.of(one) for one in book.measurements),
        )


class CurveItem(Answer):
    """A table of numbers over a training."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]

    @classmethod
    def of(cls, curve: Curve) -> Self:
        """Return the answer for a curve."""
        return cls(name=curve.name, columns=curve.columns, rows=curve.rows)


class ModelPage(ModelItem):
    """A model with its card, the curves of its training and its pictures."""

    card: str = Field(description="Markdown; empty where there is none")
    curves: tuple[CurveItem, ...]
    pictures: tuple[str, ...] = Field(description="addresses: precision and recall, confusion, worst pictures")
    decisions: tuple[GateDecisionItem, ...] = Field(description="of which it was part, latest first")

    @classmethod
    def of_detail(cls, detail: ModelDetail) -> Self:
        """Return the answer for a model with its card."""
        address = f"{API}/models/{detail.info.id}/pictures"
        return cls(
            **ModelItem.of(detail.info).model_dump(),
            card=detail.card,
            curves=tuple(CurveItem.of(curve) for curve in detail.curves),
            pictures=tuple(f"{address}/{name}" for name in detail.pictures),
            decisions=tuple(GateDecisionItem.of(one) for one in detail.decisions),
        )


class FigurePair(Answer):
    """One figure of two models; null where a model was not measured on it."""

    figure: str
    first: float | None
    second: float | None
    difference: float | None = Field(description="second minus first")


class ModelComparison(Answer):
    """Two models side by side."""

    first: str
    second: str
    figures: tuple[FigurePair, ...]
    decisions: tuple[GateDecisionItem, ...] = Field(description="of the gate on the two, latest first")

    @classmethod
    def of(cls, first: ModelDetail, second: ModelDetail) -> Self:
        """Return the answer for two models."""
        both = {first.info.id, second.info.id}
        return cls(
            first=first.info.id,
            second=second.info.id,
            figures=tuple(
                FigurePair(
                    figure=name,
                    first=one,
                    second=other,
                    difference=None if one is None or other is None else other - one,
                )
                for name, one, other in compared(first.info, second.info)
            ),
            decisions=tuple(
                GateDecisionItem.of(one) for one in first.decisions if {one.challenger, one.in_service} == both
            ),
        )
