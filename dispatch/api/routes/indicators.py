"""Indicators of cases and cameras, and the six times of each case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from dispatch.accounts import Caller
from dispatch.api.access import READ_OWN, CallerDep
from dispatch.api.problems import answers
from dispatch.api.schemas import Answer
from dispatch.api.services import API, NameQuery, Services, ServicesDep
from dispatch.config import Names
from dispatch.errors import Invalid
from dispatch.indicators.cameras import CameraScore, camera_scores
from dispatch.indicators.facts import CaseFacts, Facts, Milestone
from dispatch.indicators.formulas import By, Indicator, Ratio, Row, rows
from dispatch.indicators.gathering import Kind, gather, last_whole, period_of

router = APIRouter(prefix=f"{API}/indicators", tags=["indicators"])

MAX_CASES_LISTED = 20_000
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


@router.get("", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_indicators(
    *,
    services: ServicesDep,
    caller: CallerDep,
    since: Since = None,
    until: Until = None,
    by: Annotated[By, Query(description="into which parts the city is divided")] = By.all,
    layer: Annotated[NameQuery, Query(description="grid layer, for by=grid; the finest when absent")] = None,
) -> Indicators:
    """Read the indicators of the cases reported in a period."""
    period = _period(services, since, until)
    facts = _facts(services, caller, period)
    chosen = layer or _finest(facts.cases) if by is By.grid else ""
    return Indicators(**period.model_dump(), by=by, layer=chosen, rows=_rows(services, facts, by, chosen))


@router.get("/cameras", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_camera_scores(
    services: ServicesDep, caller: CallerDep, since: Since = None, until: Until = None
) -> CameraScores:
    """Read how well the cameras report."""
    period = _period(services, since, until)
    cameras, coverage = _cameras(services, caller, period, _facts(services, caller, period))
    return CameraScores(**period.model_dump(), cameras=cameras, coverage=coverage)


@router.get("/cases", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_times(services: ServicesDep, caller: CallerDep, since: Since = None, until: Until = None) -> TimesOfCases:
    """Read the six times of every case reported in a period."""
    period = _period(services, since, until)
    facts = _facts(services, caller, period)
    return TimesOfCases(**period.model_dump(), **_times(facts))


@router.get("/report", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_report(
    services: ServicesDep,
    caller: CallerDep,
    kind: Annotated[Kind, Query(description="a day, or a week from Monday on")] = Kind.daily,
    day: Annotated[date | None, Query(description="a local day of the period; the last whole one when absent")] = None,
) -> ReportAnswer:
    """Read all that a daily or weekly report tells."""
    zone, now = services.desk.policy.calendar.zone, services.clock()
    try:
        since, until = period_of(kind, day or last_whole(kind, now, zone), zone)
        start = since - (until - since)
    except OverflowError:
        raise _too_far() from None
    period, before = _period(services, since, until), _period(services, start, since)
    facts = _facts(services, caller, period)
    cameras, coverage = _cameras(services, caller, period, facts)
    layer = _finest(facts.cases)
    return ReportAnswer(
        **period.model_dump(),
        kind=kind,
        total=_rows(services, facts, By.all)[0],
        before=_rows(services, _facts(services, caller, before), By.all)[0],
        parts={by: _rows(services, facts, by, layer) for by in (By.department, By.matter, By.grid)},
        layer=layer,
        cameras=cameras,
        coverage=coverage,
        **_times(facts),
    )


def _period(services: Services, since: datetime | None, until: datetime | None) -> Period:
    now = services.clock()
    end = until or now
    zone = services.desk.policy.calendar.zone.key
    try:
        return Period(since=since or end - timedelta(days=1), until=end, as_of=now, time_zone=zone)
    except OverflowError:
        raise _too_far() from None


def _too_far() -> Invalid:
    return Invalid("the period lies outside of what a calendar has", "Give days on which there were cases.")


def _facts(services: Services, caller: Caller, period: Period) -> Facts:
    """Return what is counted of the caller's part of the city."""
    facts = gather(
        services.desk.store.indicators,
        period.since,
        period.until,
        as_of=period.as_of,
        calendar_of=services.desk.policy.calendar.of_department,
    )
    scope = caller.scope
    return facts if scope.is_everywhere else facts.where(lambda case: scope.holds(case.department, case.grid))


def _rows(services: Services, facts: Facts, by: By, layer: str = "") -> tuple[RowItem, ...]:
    names = {By.department: services.names.departments, By.matter: services.names.matters}.get(by, {})
    return tuple(RowItem.of(row, names.get(row.key)) for row in rows(facts.cases, by, layer=layer))


def _times(facts: Facts) -> dict[str, Any]:
    return {
        "cases": tuple(CaseTimes.of(case) for case in facts.cases[:MAX_CASES_LISTED]),
        "is_complete": len(facts.cases) <= MAX_CASES_LISTED,
    }


def _finest(cases: tuple[CaseFacts, ...]) -> str:
    return next((case.grid[0].layer for case in cases if case.grid), "")


def _cameras(
    services: Services, caller: Caller, period: Period, facts: Facts
) -> tuple[tuple[CameraScoreItem, ...], dict[str, RatioItem]]:
    """Return the scores of the cameras, and the coverage of each grid layer, in the caller's part of the city."""
    standing = {
        camera.camera_id: services.desk.grid.memberships(camera.location, period.as_of)
        for camera in services.cameras.cameras()
    }
    own = [camera_id for camera_id, cells in standing.items() if caller.scope.holds_place(cells)]
    scores = camera_scores(facts, own, days=(period.until - period.since) / timedelta(days=1), as_of=period.as_of)
    items = tuple(CameraScoreItem.of(score) for score in scores)
    if services.grid_map is None or not caller.scope.is_everywhere:
        return items, {}
    watched = {(cell.layer, cell.code) for cells in standing.values() for cell in cells}
    every = {
        (cell["properties"]["layer"], cell["properties"]["code"])
        for cell in services.grid_map.feature_collection(None, period.as_of)["features"]
    }
    return items, {
        layer: RatioItem.of(
            Ratio(sum(1 for of, _ in every & watched if of == layer), sum(1 for of, _ in every if of == layer))
        )
        for layer in sorted({of for of, _ in every})
    }
