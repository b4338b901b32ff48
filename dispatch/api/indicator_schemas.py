"""What the API answers about indicators, and what a report of a period tells."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, Field

from dispatch.api.schemas import Answer
from dispatch.config import Names
from dispatch.indicators.cameras import CameraScore
from dispatch.indicators.facts import CaseFacts, Milestone
from dispatch.indicators.formulas import By, Indicator, Ratio, Row
from dispatch.indicators.gathering import Kind
from dispatch.indicators.series import SeriesStep

MAX_CASES_LISTED = 20_000


class RatioItem(Answer):
    """So many out of so many."""

    part: int
    whole: int
    value: float | None = Field(description="the share, 0 to 1; null when there is nothing to count")

    @classmethod
    def of(cls, ratio: Ratio) -> Self:
        """Return the answer for a ratio."""
        return cls(part=ratio.part, whole=ratio.whole, value=ratio.value)


class RowItem(Answer):
    """The indicators of one part of the city."""

    key: str = Field(description="grid cell, department, matter or camera; empty: all, or outside the layer")
    name_en: str = Field(default="", description="of a department or matter that has a name")
    name_zh: str = ""
    counts: dict[Milestone, int] = Field(description="cases that have passed each milestone")
    ratios: dict[Indicator, RatioItem]
    latencies_s: dict[Milestone, float | None] = Field(
        description="mean seconds from the milestone before to this one, by the name of this one"
    )
    handling_s: float | None = Field(description="mean seconds from dispatch to the last feedback")

    @classmethod
    def of(cls, row: Row, names: Names | None) -> Self:
        """Return the answer for a row."""
        return cls(
            key=row.key,
            name_en=names.en if names else "",
            name_zh=names.zh if names else "",
            counts=dict(row.counts),
            ratios={indicator: RatioItem.of(ratio) for indicator, ratio in row.ratios.items()},
            latencies_s=dict(row.latencies_s),
            handling_s=row.handling_s,
        )


class CameraScoreItem(Answer):
    """How well a camera reports, or all of them (`camera_id` empty)."""

    camera_id: str
    reports: int
    valid: RatioItem = Field(description="reports that were right, of those that were judged")
    on_time_verification: RatioItem
    false_alarms_a_day: float = Field(description="a camera and day")
    detection_s: float | None = Field(description="mean seconds from the first look at a thing to its report")

    @classmethod
    def of(cls, score: CameraScore) -> Self:
        """Return the answer for a score."""
        return cls(
            camera_id=score.camera_id,
            reports=score.reports,
            valid=RatioItem.of(score.valid),
            on_time_verification=RatioItem.of(score.on_time_verification),
            false_alarms_a_day=score.false_alarms_a_day,
            detection_s=score.detection_s,
        )


class CaseTimes(Answer):
    """The six times of a case, and what was counted of it."""

    case_id: str
    matter: str
    department: str
    times: dict[Milestone, AwareDatetime]
    late: tuple[str, ...] = Field(description="stages whose limit was exceeded")
    reworks: int
    returns: int
    extensions: int

    @classmethod
    def of(cls, case: CaseFacts) -> Self:
        """Return the answer for a case."""
        return cls(
            case_id=case.case_id,
            matter=case.matter,
            department=case.department,
            times=dict(case.times),
            late=tuple(sorted(case.late)),
            reworks=case.reworks,
            returns=case.returns,
            extensions=case.extensions,
        )


class Period(Answer):
    """The cases that were counted: reported in [since, until), as they stood at `as_of`."""

    since: AwareDatetime
    until: AwareDatetime
    as_of: AwareDatetime
    time_zone: str = Field(description="IANA name of the zone of the city's calendar")


class Indicators(Period):
    """Indicators of a period."""

    by: By
    layer: str = ""
    rows: tuple[RowItem, ...]


class CameraScores(Period):
    """Scores of the cameras in a period; the first is that of all together."""

    cameras: tuple[CameraScoreItem, ...]
    coverage: dict[str, RatioItem] = Field(description="cells of each grid layer in which a camera stands, of all")


class TimesOfCases(Period):
    """The times of the cases of a period, in the order of their reports."""

    cases: tuple[CaseTimes, ...]
    is_complete: bool = Field(description=f"false: there are more than the {MAX_CASES_LISTED} that are listed")


class ReportAnswer(Period):
    """All that a daily or weekly report tells; `before` is the period before it."""

    kind: Kind
    total: RowItem
    before: RowItem
    parts: dict[By, tuple[RowItem, ...]]
    layer: str = Field(description="grid layer of the cells")
    cameras: tuple[CameraScoreItem, ...]
    coverage: dict[str, RatioItem]
    cases: tuple[CaseTimes, ...]
    is_complete: bool


class BucketItem(Answer):
    """The cases reported within an hour or a day."""

    begin: AwareDatetime
    counts: dict[Milestone, int] = Field(description="of them, those that have passed each milestone")


class Series(Period):
    """The cases of a period by the time of their report, hours for up to two days, else days of the city."""

    step: SeriesStep
    buckets: tuple[BucketItem, ...]
