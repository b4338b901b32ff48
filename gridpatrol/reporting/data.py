"""What a report tells, fetched from a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.api.indicator_schemas import CaseTimes, ReportAnswer
from dispatch.indicators.cameras import Incident, missed_rates
from dispatch.indicators.facts import Milestone, SeenRecord
from dispatch.indicators.formulas import Ratio
from dispatch.indicators.gathering import Kind
from gridpatrol.cli.client import Node

MAX_EVENTS = 100_000


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
        told: what the node says of the period.
        camera_names: (English, Chinese) by id.
        missed: missed rate by camera, '' for all; None where no truth was given.
        buckets: cases by the time of their report.
    """

    kind: Kind
    since: datetime
    until: datetime
    as_of: datetime
    told: ReportAnswer
    camera_names: dict[str, tuple[str, str]]
    missed: dict[str, Ratio] | None
    buckets: tuple[Bucket, ...]


def fetch(node: Node, kind: Kind, day: date | None, truth: Sequence[Incident] | None = None) -> ReportData:
    """Return the data of a report.

    Args:
        day: a local day of the period; the last whole one when None.
        truth: incidents that were there, for the missed rate.

    Raises:
        UserError: no node answers, or it refuses.
    """
    params = {"kind": kind.value} | ({} if day is None else {"day": day.isoformat()})
    told = ReportAnswer.model_validate(node.get("/indicators/report", params))
    cameras = node.get("/cameras")
    data = data_of(told, {one["camera_id"]: (one["name_en"], one["name_zh"]) for one in cameras["items"]})
    return data if truth is None else replace(data, missed=_missed(node, truth, data.since, data.until))


def data_of(told: ReportAnswer, camera_names: dict[str, tuple[str, str]]) -> ReportData:
    """Return the data of a report out of what a node tells, with the cameras' names by id."""
    zone = ZoneInfo(told.time_zone)
    since, until = told.since.astimezone(zone), told.until.astimezone(zone)
    return ReportData(
        kind=told.kind,
        since=since,
        until=until,
        as_of=told.as_of.astimezone(zone),
        told=told,
        camera_names=camera_names,
        missed=None,
        buckets=buckets(told.kind, since, until, told.cases),
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
