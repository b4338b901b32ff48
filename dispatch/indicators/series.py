"""Cases by the time of their report: an hour or a day of the city at a time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dispatch.indicators.facts import CaseFacts, Milestone

HOURS_UP_TO = timedelta(days=2)
"""Longer periods are told by days."""


class SeriesStep(StrEnum):
    """How long a bucket is."""

    hour = "hour"
    day = "day"


@dataclass(frozen=True)
class Bucket:
    """The cases reported from `begin` (UTC) on until the next bucket, by the milestones that they have passed."""

    begin: datetime
    counts: Mapping[Milestone, int]


def series(
    cases: Sequence[CaseFacts], since: datetime, until: datetime, zone: ZoneInfo
) -> tuple[SeriesStep, tuple[Bucket, ...]]:
    """Return the step and the buckets of [since, until), those without a case among them.

    Args:
        since, until: aware.
        zone: of the city: its hours and days are told.
    """
    step = SeriesStep.hour if until - since <= HOURS_UP_TO else SeriesStep.day
    counts: dict[datetime, dict[Milestone, int]] = {}
    begin = _begin(since, step, zone)
    while begin < until:
        counts[begin] = dict.fromkeys(Milestone, 0)
        # A day may have 23 or 25 hours: what lies 26 hours on is in the next one.
        begin = _begin(begin + (timedelta(hours=1) if step is SeriesStep.hour else timedelta(hours=26)), step, zone)
    for case in cases:
        found = counts.get(_begin(case.times[Milestone.reported], step, zone))
        if found is not None:
            for milestone in case.times:
                found[milestone] += 1
    return step, tuple(Bucket(begin, told) for begin, told in counts.items())


def _begin(at: datetime, step: SeriesStep, zone: ZoneInfo) -> datetime:
    """Return when the local hour or day of a moment begins, UTC."""
    local = at.astimezone(zone)
    if step is SeriesStep.day:
        return datetime.combine(local.date(), time(), zone).astimezone(UTC)
    return at.astimezone(UTC) - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
