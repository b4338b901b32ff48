"""Scores of cameras and of the algorithm behind them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.indicators.facts import CheckRecord, Facts, Milestone, ReportFacts, SeenRecord
from dispatch.indicators.formulas import Ratio, mean_s


@dataclass(frozen=True)
class Incident:
    """One incident that is known to have been there, for the missed rate: told by people, or labelled."""

    camera_id: str
    matter: str
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class CameraScore:
    """How well a camera reports, or all of them (`camera_id` empty).

    Attributes:
        reports: what it sent.
        valid: of its judged reports, those whose case was filed and not voided (有效上报率, the precision).
        on_time_verification: of the requests that are answered or due, those answered in time.
        false_alarms_a_day: reports that were judged to be no case, a camera and day.
        detection_s: mean seconds from the first look at a thing to the report.
    """

    camera_id: str
    reports: int
    valid: Ratio
    on_time_verification: Ratio
    false_alarms_a_day: float
    detection_s: float | None


def camera_scores(facts: Facts, cameras: Sequence[str], *, days: float, as_of: datetime) -> tuple[CameraScore, ...]:
    """Return the score of all cameras together, then of each in order of its id.

    Args:
        cameras: ids of the configured cameras; others that reported are scored too.
        days: length of the period.
    """
    reports: dict[str, list[ReportFacts]] = defaultdict(list)
    for report in facts.reports:
        reports[report.seen.camera_id].append(report)
    checks: dict[str, list[CheckRecord]] = defaultdict(list)
    for check in facts.checks:
        checks[check.camera_id].append(check)
    every = sorted({*cameras, *reports, *checks})
    total = _score("", facts.reports, facts.checks, len(every) * days, as_of)
    return (total, *(_score(name, reports.get(name, ()), checks.get(name, ()), days, as_of) for name in every))


def _score(
    camera_id: str,
    reports: Sequence[ReportFacts],
    checks: Sequence[CheckRecord],
    camera_days: float,
    as_of: datetime,
) -> CameraScore:
    verdicts = [verdict for report in reports if (verdict := is_valid(report)) is not None]
    due = [check for check in checks if check.decided_at is not None or check.due_at <= as_of]
    in_time = [c for c in due if c.decided_at is not None and c.looks > 0 and c.decided_at <= c.due_at]
    return CameraScore(
        camera_id=camera_id,
        reports=len(reports),
        valid=Ratio(sum(verdicts), len(verdicts)),
        on_time_verification=Ratio(len(in_time), len(due)),
        false_alarms_a_day=(len(verdicts) - sum(verdicts)) / camera_days if camera_days else 0.0,
        detection_s=mean_s(report.seen.received_at - report.seen.first_seen_at for report in reports),
    )


def is_valid(report: ReportFacts) -> bool | None:
    """Whether a report was right: its case was filed, and not voided. None while nobody has judged it.

    What the machine itself did not file (too little confidence, a matter not admitted) was never judged.
    """
    case = report.case
    if case.is_void or case.declined_by_person:
        return False
    return True if case.passed(Milestone.filed) else None


def missed_rates(truth: Sequence[Incident], reports: Sequence[SeenRecord]) -> dict[str, Ratio]:
    """Return, of the incidents known at each camera, those that it did not report (漏报率); '' is all of them.

    A report is of an incident when camera and matter are the same and both were there at one time.
    """
    by_place: dict[tuple[str, str], list[SeenRecord]] = {}
    for report in reports:
        by_place.setdefault((report.camera_id, report.matter), []).append(report)
    missed: dict[str, list[bool]] = defaultdict(list)
    for one in truth:
        missed[one.camera_id].append(not _is_reported(one, by_place.get((one.camera_id, one.matter), ())))
    every = [was for own in missed.values() for was in own]
    of_each = {camera_id: Ratio(sum(own), len(own)) for camera_id, own in sorted(missed.items())}
    return {"": Ratio(sum(every), len(every)), **of_each}


def _is_reported(incident: Incident, reports: Iterable[SeenRecord]) -> bool:
    return any(
        report.first_seen_at < incident.end and (report.cleared_at or report.confirmed_at) >= incident.begin
        for report in reports
    )
