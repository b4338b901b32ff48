"""Indicators of cases and cameras, and the six times of each case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from dispatch.accounts import Caller
from dispatch.api.access import READ_OWN, CallerDep
from dispatch.api.indicator_schemas import (
    MAX_CASES_LISTED,
    BucketItem,
    CameraScoreItem,
    CameraScores,
    CaseTimes,
    Indicators,
    Period,
    RatioItem,
    ReportAnswer,
    RowItem,
    Series,
    TimesOfCases,
)
from dispatch.api.problems import Unavailable, answers
from dispatch.api.services import API, NameQuery, ReportForm, Services, ServicesDep
from dispatch.errors import Invalid
from dispatch.indicators.cameras import camera_scores
from dispatch.indicators.facts import CaseFacts, Facts
from dispatch.indicators.formulas import By, Ratio, rows
from dispatch.indicators.gathering import Kind, gather, last_whole, period_of
from dispatch.indicators.series import series

router = APIRouter(prefix=f"{API}/indicators", tags=["indicators"])
Since = Annotated[AwareDatetime | None, Query(description="reported at or after; a day before `until` when absent")]
Until = Annotated[AwareDatetime | None, Query(description="reported before; now when absent")]
KindQuery = Annotated[Kind, Query(description="a day, or a week from Monday on")]
DayQuery = Annotated[date | None, Query(description="a local day of the period; the last whole one when absent")]
LanguageQuery = Annotated[Literal["zh", "en"], Query(description="language of the report")]
MEDIA_TYPES = {
    ReportForm.html: "text/html; charset=utf-8",
    ReportForm.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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


@router.get("/series", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_series(services: ServicesDep, caller: CallerDep, since: Since = None, until: Until = None) -> Series:
    """Read the cases of a period by the time of their report."""
    period = _period(services, since, until)
    facts = _facts(services, caller, period)
    step, buckets = series(facts.cases, period.since, period.until, services.desk.policy.calendar.zone)
    items = tuple(BucketItem(begin=bucket.begin, counts=dict(bucket.counts)) for bucket in buckets)
    return Series(**period.model_dump(), step=step, buckets=items)


@router.get("/cameras", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_camera_scores(
    services: ServicesDep, caller: CallerDep, since: Since = None, until: Until = None
) -> CameraScores:
    """Read how well the cameras report."""
    period = _period(services, since, until)
    facts = _facts(services, caller, period, with_reports=True)
    cameras, coverage = _cameras(services, caller, period, facts)
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
    kind: KindQuery = Kind.daily,
    day: DayQuery = None,
) -> ReportAnswer:
    """Read all that a daily or weekly report tells."""
    zone, now = services.desk.policy.calendar.zone, services.clock()
    try:
        since, until = period_of(kind, day or last_whole(kind, now, zone), zone)
        start = since - (until - since)
    except OverflowError:
        raise _too_far() from None
    period, before = _period(services, since, until), _period(services, start, since)
    facts = _facts(services, caller, period, with_reports=True)
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


@router.get(
    "/report/{form}",
    dependencies=[READ_OWN],
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {kind: {} for kind in MEDIA_TYPES.values()}},
        **answers(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def read_report_file(
    *,
    services: ServicesDep,
    caller: CallerDep,
    form: ReportForm,
    kind: KindQuery = Kind.daily,
    day: DayQuery = None,
    lang: LanguageQuery = "zh",
) -> Response:
    """Read a daily or weekly report as a page (HTML in one file) or a spreadsheet."""
    if services.report_writer is None:
        raise Unavailable("nothing here writes reports", "Ask a running node.")
    told = read_report(services, caller, kind, day)
    written = services.report_writer(told, services.cameras.cameras(), form, lang)
    first = told.since.astimezone(services.desk.policy.calendar.zone).date()
    name = f"gridpatrol-{kind.value}-{first.isoformat()}-{lang}.{form.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(written, media_type=MEDIA_TYPES[form], headers=headers)


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


def _facts(services: Services, caller: Caller, period: Period, *, with_reports: bool = False) -> Facts:
    """Return what is counted of the caller's part of the city; of cameras' reports only where they are wanted."""
    facts = gather(
        services.desk.store.indicators,
        period.since,
        period.until,
        as_of=period.as_of,
        calendar_of=services.desk.policy.calendar.of_department,
        known=services.counted,
        with_reports=with_reports,
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
