"""The dispatch side's share of the configuration: how a matter is filed, merged, handled and checked; departments."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.contract import Stage


class Settings(BaseModel):
    """Base of all configuration models: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Settings):
    """A name in the two languages of the operators."""

    en: str = Field(description="English name")
    zh: str = Field(description="Chinese name")


class MatterCode(Settings):
    """A matter's number in one public scheme. The orders of the schemes differ, so the scheme is part of the key."""

    scheme: str = Field(pattern=r"^[a-z0-9_]{1,32}$", description="gbt30428, cjt214 or a city's own scheme")
    value: str = Field(pattern=r"^[0-9]{4}$", description="two digits major class, two digits minor class")


class Conditions(Settings):
    """When a matter is filed and when it is closed, in words: what people check reports and pictures against."""

    filing: Names = Field(description="filing condition (立案条件)")
    closing: Names = Field(description="closing condition (结案条件)")


class Dedup(Settings):
    """When two reports are about the same incident."""

    radius_m: float = Field(
        default=10.0,
        ge=0,
        le=500,
        description="reports of different cameras this near, plus both place errors, are one incident; metres",
    )
    window_h: float = Field(
        default=24.0,
        gt=0,
        le=8760,
        description="and this near in time, hours; for as long after closing, a new report is a recurrence",
    )
    min_iou: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="reports of one camera are one incident when their boxes overlap this much (IoU)",
    )


class Filing(Settings):
    """Which reports become cases. Confidence is the detector's, 0 to 1."""

    min_confidence: float = Field(default=0.3, ge=0, le=1, description="below this a report is kept but not filed")
    review_below: float = Field(default=0.5, ge=0, le=1, description="below this a person decides whether it is filed")

    @model_validator(mode="after")
    def _bands_are_in_order(self) -> Self:
        if self.review_below < self.min_confidence:
            raise ValueError(
                f"review_below ({self.review_below}) must not be less than min_confidence ({self.min_confidence})"
            )
        return self


class HandlingMode(StrEnum):
    """Who deals with a case: the grid worker (巡办合一), both (巡办协同), or the department (巡办分离)."""

    self = "self"
    joint = "joint"
    dispatched = "dispatched"


class ClockKind(StrEnum):
    """Which hours a time limit counts."""

    urgent_hour = "urgent_hour"
    work_hour = "work_hour"
    work_day = "work_day"
    natural_day = "natural_day"


class Limit(Settings):
    """A time limit on a clock."""

    value: float = Field(gt=0, description="how many hours or days")
    clock: ClockKind = Field(
        description="urgent_hour: all day; work_hour: office hours; work_day: eight work hours; natural_day: 24 h"
    )


class Grace(Settings):
    """Who is responsible for the place is told first, and what is gone within the window is recorded, not filed."""

    window_min: float = Field(gt=0, le=1440, description="how long is waited, minutes")


class SeverityRules(Settings):
    """How bad an incident is, 0 to 1: the weighted mean of what is known of it (formula: `dispatch.severity`)."""

    area_weight: float = Field(default=1.0, ge=0, le=100, description="weight of the ground it covers")
    area_full_m2: float = Field(default=20.0, gt=0, description="ground that counts as 1, square metres")
    dwell_weight: float = Field(default=1.0, ge=0, le=100, description="weight of how long it has been there")
    dwell_full_min: float = Field(default=60.0, gt=0, description="stay that counts as 1, minutes")
    place_weight: float = Field(
        default=1.0, ge=0, le=100, description="weight of the place's sensitivity (places.yaml)"
    )
    repetition_weight: float = Field(default=1.0, ge=0, le=100, description="weight of earlier cases at the same place")
    repetition_full: int = Field(default=3, ge=1, description="earlier cases that count as 1")
    repetition_days: float = Field(default=7.0, gt=0, le=366, description="how far back they count, days")


class Level(Settings):
    """A level of severity, and what it changes in the handling. What is absent stays as the matter has it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="name in interfaces, such as serious")
    names: Names
    severity: float = Field(ge=0, le=1, description="from this severity on; the highest level reached counts")
    mode: HandlingMode | None = Field(default=None, description="self, joint or dispatched")
    limit: Limit | None = Field(default=None, description="time limit for handling")


class Route(Settings):
    """Where a case goes instead, when all that is named here holds of it. The first route that fits counts."""

    levels: tuple[str, ...] = Field(default=(), description="ids of levels; any when absent")
    layer: str | None = Field(default=None, description="grid layer of `codes`, `kinds` and `classes`; any when absent")
    codes: tuple[str, ...] = Field(default=(), description="beginnings of cell codes; any when absent")
    kinds: tuple[str, ...] = Field(default=(), description="kinds of cells, such as urban_village; any when absent")
    classes: tuple[int, ...] = Field(default=(), description="management classes of cells; any when absent")
    mode: HandlingMode | None = Field(default=None, description="self, joint or dispatched")
    department: str | None = Field(default=None, description="id of the department")
    limit: Limit | None = Field(default=None, description="time limit for handling")


class Handling(Settings):
    """Who handles a matter, and by when."""

    mode: HandlingMode = Field(default=HandlingMode.dispatched, description="self, joint or dispatched")
    department: str = Field(min_length=1, description="id of the department in departments.yaml")
    limit: Limit | None = Field(default=None, description="time limit for handling; none when absent")
    levels: tuple[Level, ...] = Field(default=(), max_length=10, description="levels of severity, the mildest first")
    routes: tuple[Route, ...] = Field(default=(), max_length=200, description="exceptions by level and grid")

    @model_validator(mode="after")
    def _levels_and_routes_fit(self) -> Self:
        begins = [level.severity for level in self.levels]
        if begins != sorted(set(begins)):
            raise ValueError("the levels must be listed from the mildest to the worst, each with its own severity")
        known = {level.id for level in self.levels}
        unknown = sorted({name for route in self.routes for name in route.levels} - known)
        if unknown:
            raise ValueError(f"a route names levels that are not listed: {', '.join(unknown)}")
        return self

    def level_of(self, severity: float | None) -> Level | None:
        """Return the worst level that a severity reaches, None when it reaches none or is unknown."""
        reached = [level for level in self.levels if severity is not None and severity >= level.severity]
        return reached[-1] if reached else None


class StageLimits(Settings):
    """Time limits of the stages that are not the handler's."""

    accept: Limit | None = Field(
        default=Limit(value=0.25, clock=ClockKind.urgent_hour), description="from dispatch to acceptance; null: none"
    )
    dispatch: Limit | None = Field(
        default=Limit(value=0.25, clock=ClockKind.urgent_hour),
        description="from filing, or from a return, to dispatch; null: none",
    )
    verify: Limit | None = Field(
        default=Limit(value=0.5, clock=ClockKind.urgent_hour), description="from feedback to its outcome; null: none"
    )


class Mark(StrEnum):
    """What is said around a deadline; the names are those of the actions that record it."""

    warn_yellow = "warn_yellow"
    warn_red = "warn_red"
    overdue = "overdue"
    remind = "remind"
    escalate = "escalate"


class HotSpots(Settings):
    """When a place is raised as a recurring hot spot."""

    times: int = Field(default=3, ge=2, le=100, description="so many cases of one matter filed at one place")
    days: float = Field(default=7.0, gt=0, le=366, description="within so many days")


class ReportLooks(Settings):
    """Which cameras look when a person or a partner system reports something."""

    reach_m: float = Field(
        default=25.0,
        ge=0,
        le=500,
        description="a camera that watches for the matter this near is asked; on top of the report's error, metres",
    )
    cameras: int = Field(default=2, ge=1, le=20, description="so many cameras at most, the nearest first")


class LookSettings(Settings):
    """How often cameras may be asked to look out of turn."""

    per_camera_a_minute: int = Field(default=6, ge=1, le=60, description="looks of one camera within a minute")
    a_minute: int = Field(default=60, ge=1, le=6000, description="looks of all cameras together within a minute")
    patience_s: float = Field(
        default=120.0, ge=5, le=3600, description="for so long an answer is waited for; then it is given up"
    )
    for_reports: ReportLooks | None = Field(
        default=ReportLooks(), description="reports by people and partner systems; null: no camera is asked"
    )


class DeskSettings(Settings):
    """How the desk works: the file `desk.yaml`. All of it has defaults."""

    stages: StageLimits = StageLimits()
    said_of: dict[Stage, tuple[Mark, ...]] = Field(
        default={
            Stage.dispatch: (Mark.overdue, Mark.escalate),
            Stage.accept: (Mark.overdue, Mark.escalate),
            Stage.handle: tuple(Mark),
            Stage.verify: (Mark.overdue,),
        },
        description="what is said around the deadlines of a stage, each once a deadline; calendar.yaml says when",
    )
    escalate_after: float = Field(
        default=1.0, ge=0, le=100, description="share of the limit after the deadline when the leader is told"
    )
    hot_spots: HotSpots | None = Field(default=HotSpots(), description="recurring hot spots; null: none are raised")
    looks: LookSettings = LookSettings()
    review_by_another: bool = Field(
        default=True,
        description="whether somebody else than who proposed a version of a matter must review it; false: one person "
        "may do both, for an office of one",
    )
    undo_min: float = Field(
        default=10.0, ge=0, le=1440, description="for so long a decision of the review queue can be taken back, minutes"
    )


class Recheck(Settings):
    """How often a camera is asked again when it could not tell, and how long its answer is waited for."""

    tries: int = Field(
        default=3, ge=1, le=20, description="rounds of asking before a person is asked; the first one counts"
    )
    retry_after_s: float = Field(
        default=60.0, ge=0, le=86400, description="seconds between an unclear round and the next"
    )
    answer_timeout_s: float = Field(
        default=1800.0,
        gt=0,
        le=86400,
        description="a request unanswered for this long counts as inconclusive; must exceed closure.patience_s",
    )


class MatterRules(Settings):
    """A matter as the dispatch side sees it: its share of the matter's file."""

    names: Names | None = Field(default=None, description="shown to operators")
    codes: tuple[MatterCode, ...] = Field(default=(), description="the matter's numbers, one a scheme")
    conditions: Conditions | None = Field(default=None, description="filing and closing condition, shown to people")
    admitted: bool = Field(
        default=True,
        description="whether cameras' reports of it are filed before somebody decides; false: admit a version first",
    )
    dedup: Dedup = Dedup()
    filing: Filing = Filing()
    grace: Grace | None = Field(default=None, description="grace window; none when absent")
    severity: SeverityRules = SeverityRules()
    handling: Handling
    recheck: Recheck = Recheck()

    @model_validator(mode="after")
    def _one_code_a_scheme(self) -> Self:
        schemes = [code.scheme for code in self.codes]
        twice = sorted({s for s in schemes if schemes.count(s) > 1})
        if twice:
            raise ValueError(f"more than one code in {', '.join(twice)}")
        return self

    def codes_by_scheme(self) -> dict[str, str]:
        """Return its code in each scheme."""
        return {code.scheme: code.value for code in self.codes}


class Department(Settings):
    """Who handles cases."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="stable identifier, named by the matters")
    names: Names
    contact: str = Field(default="", description="how the department is reached; shown to dispatchers")
    leader: str = Field(default="", description="who is told when its cases stay undone; the contact when absent")
