"""What a report tells, fetched from a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dispatch.api.routes.indicators import CameraScores, CaseTimes, Indicators, RowItem, TimesOfCases
from dispatch.indicators.cameras import Incident, missed_rates
from dispatch.indicators.facts import Milestone, SeenRecord
from dispatch.indicators.formulas import By, Ratio
from gridpatrol.cli.client import Node

MAX_EVENTS = 100_000


class Kind(StrEnum):
    """How long the period of a report is."""

    daily = "daily"
    weekly = "weekly"


@dataclass(frozen=True)
class Bucket:
    """Part of the period on the time axis: an hour of a day, or a day of a week."""

    label: str
    counts: dict[Milestone, int]


@dataclass(frozen=True)
class ReportData:
    """All that a report tells.

    Attributes:
        since, until: the period, in the city's time zone.
        total, before: of the period and of the one before it.
        parts: rows by department, matter and grid cell.
        layer: the grid layer of the cells.
        camera_names: (English, Chinese) by id.
        missed: missed rate by camera, '' for all; None where no truth was given.
        buckets: cases by the time of their report.
    """

    kind: Kind
    since: datetime
    until: datetime
    as_of: datetime
    total: RowItem
    before: RowItem
    parts: dict[By, tuple[RowItem, ...]]
    layer: str
    cameras: CameraScores
    camera_names: dict[str, tuple[str, str]]
    cases: tuple[CaseTimes, ...]
    missed: dict[str, Ratio] | None
    buckets: tuple[Bucket, ...]


def period_of(kind: Kind, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the day, or the week from Monday on, that a local day lies in."""
    first = day if kind is Kind.daily else day - timedelta(days=day.weekday())
    last = first + timedelta(days=1 if kind is Kind.daily else 7)
    return datetime.combine(first, time(), zone), datetime.combine(last, time(), zone)


def fetch(node: Node, kind: Kind, day: date | None, truth: Sequence[Incident] | None = None) -> ReportData:
    """Return the data of a report.

    Args:
        day: a local day of the period; the last whole one when None.
        truth: incidents that were there, for the missed rate.

    Raises:
        UserError: no node answers, or it refuses.
    """
    now = Indicators.model_validate(node.get("/indicators"))
    zone = ZoneInfo(now.time_zone)
    if day is None:
        day = now.as_of.astimezone(zone).date() - timedelta(days=1 if kind is Kind.daily else 7)
    since, until = period_of(kind, day, zone)
    params = {"since": since.isoformat(), "until": until.isoformat()}

    def rows(by: By) -> Indicators:
        return Indicators.model_validate(node.get("/indicators", {**params, "by": by.value}))

    start = since - (until - since)
    before = node.get("/indicators", {"since": start.isoformat(), "until": since.isoformat()})
    total, grid = rows(By.all), rows(By.grid)
    cases = TimesOfCases.model_validate(node.get("/indicators/cases", params)).cases
    cameras = node.get("/cameras")
    return ReportData(
        kind=kind,
        since=since,
        until=until,
        as_of=total.as_of.astimezone(zone),
        total=total.rows[0],
        before=Indicators.model_validate(before).rows[0],
        parts={By.department: rows(By.department).rows, By.matter: rows(By.matter).rows, By.grid: grid.rows},
        layer=grid.layer,
        cameras=CameraScores.model_validate(node.get("/indicators/cameras", params)),
        camera_names={one["camera_id"]: (one["name_en"], one["name_zh"]) for one in cameras["items"]},
        cases=cases,
        missed=None if truth is None else _missed(node, truth, since, until),
        buckets=buckets(kind, since, until, cases),
    )


def buckets(kind: Kind, since: datetime, until: datetime, cases: Sequence[CaseTimes]) -> tuple[Bucket, ...]:
    """Return the cases by the hour, or the day, of their report; each counts for every milestone it has passed."""
    zone = since.tzinfo
    labels = [f"{hour:02}" for hour in range(24)]
    if kind is Kind.weekly:
        labels = [f"{since.date() + timedelta(days=day):%m-%d}" for day in range((until.date() - since.date()).days)]
    found = {label: dict.fromkeys(Milestone, 0) for label in labels}
    for case in cases:
        reported = case.times[Milestone.reported].astimezone(zone)
        counts = found[f"{reported:%H}" if kind is Kind.daily else f"{reported:%m-%d}"]
        for milestone in case.times:
            counts[milestone] += 1
    return tuple(Bucket(label, counts) for label, counts in found.items())


def _missed(node: Node, truth: Sequence[Incident], since: datetime, until: datetime) -> dict[str, Ratio]:
    known = [incident for incident in truth if since <= incident.begin < until]
    params = {"since": (since - timedelta(days=1)).isoformat(), "until": until.isoformat()}
    seen = [
        SeenRecord(
            case_id=event["case_id"],
            camera_id=event["camera_id"],
            matter=event["matter"],
            first_seen_at=datetime.fromisoformat(event["first_seen_at"]),
            confirmed_at=datetime.fromisoformat(event["confirmed_at"]),
            received_at=datetime.fromisoformat(event["received_at"]),
            cleared_at=datetime.fromisoformat(event["cleared_at"]) if event["cleared_at"] else None,
        )
        for event in node.pages("/events", params, MAX_EVENTS)
        if event["camera_id"] is not None
    ]
    return missed_rates(known, seen)
