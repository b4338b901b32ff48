"""Indicators of cases and cameras, and the six times of each case."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from dispatch.api.access import READ
from dispatch.api.problems import answers
from dispatch.api.schemas import Answer
from dispatch.api.services import API, NameQuery, Services, ServicesDep
from dispatch.config import Names
from dispatch.indicators.cameras import CameraScore, camera_scores
from dispatch.indicators.facts import CaseFacts, Facts, Milestone
from dispatch.indicators.formulas import By, Indicator, Ratio, Row, rows
from dispatch.indicators.gathering import gather

router = APIRouter(prefix=f"{API}/indicators", tags=["indicators"])

MAX_CASES_LISTED = 5000
Since = Annotated[AwareDatetime | None, Query(description="reported at or after; a day before `until` when absent")]
Until = Annotated[AwareDatetime | None, Query(description="reported before; now when absent")]


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


@router.get("", dependencies=[READ], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_indicators(
    *,
    services: ServicesDep,
    since: Since = None,
    until: Until = None,
    by: Annotated[By, Query(description="into which parts the city is divided")] = By.all,
    layer: Annotated[NameQuery, Query(description="grid layer, for by=grid; the finest when absent")] = None,
) -> Indicators:
    """Read the indicators of the cases reported in a period."""
    period, facts = _facts(services, since, until)
    chosen = layer or _finest(facts.cases) if by is By.grid else ""
    found = rows(facts.cases, by, layer=chosen)
    names = {By.department: services.names.departments, By.matter: services.names.matters}.get(by, {})
    items = (RowItem.of(row, names.get(row.key)) for row in found)
    return Indicators(**period.model_dump(), by=by, layer=chosen, rows=tuple(items))


@router.get("/cameras", dependencies=[READ], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_camera_scores(services: ServicesDep, since: Since = None, until: Until = None) -> CameraScores:
    """Read how well the cameras report."""
    period, facts = _facts(services, since, until)
    days = (period.until - period.since) / timedelta(days=1)
    cameras = [camera.camera_id for camera in services.cameras.cameras()]
    scores = camera_scores(facts, cameras, days=days, as_of=period.as_of)
    return CameraScores(
        **period.model_dump(),
        cameras=tuple(CameraScoreItem.of(score) for score in scores),
        coverage=_coverage(services, period.as_of),
    )


@router.get("/cases", dependencies=[READ], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_times(services: ServicesDep, since: Since = None, until: Until = None) -> TimesOfCases:
    """Read the six times of every case reported in a period."""
    period, facts = _facts(services, since, until)
    return TimesOfCases(
        **period.model_dump(),
        cases=tuple(CaseTimes.of(case) for case in facts.cases[:MAX_CASES_LISTED]),
        is_complete=len(facts.cases) <= MAX_CASES_LISTED,
    )


def _facts(services: Services, since: datetime | None, until: datetime | None) -> tuple[Period, Facts]:
    now = services.clock()
    end = until or now
    begin = since or end - timedelta(days=1)
    facts = gather(
        services.desk.store.indicators,
        begin,
        end,
        as_of=now,
        calendar_of=services.desk.policy.calendar.of_department,
    )
    zone = services.desk.policy.calendar.zone.key
    return Period(since=begin, until=end, as_of=now, time_zone=zone), facts


def _finest(cases: tuple[CaseFacts, ...]) -> str:
    return next((case.grid[0][0] for case in cases if case.grid), "")


def _coverage(services: Services, at: datetime) -> dict[str, RatioItem]:
    if services.grid_map is None:
        return {}
    cells: dict[str, set[str]] = {}
    for feature in services.grid_map.feature_collection(None, at)["features"]:
        cells.setdefault(feature["properties"]["layer"], set()).add(feature["properties"]["code"])
    watched: dict[str, set[str]] = {}
    for camera in services.cameras.cameras():
        for cell in services.desk.grid.memberships(camera.location, at):
            watched.setdefault(cell.layer, set()).add(cell.code)
    return {
        layer: RatioItem.of(Ratio(len(codes & watched.get(layer, set())), len(codes))) for layer, codes in cells.items()
    }
