"""From feedback to closure: whom to ask, and what the answers mean.

A round asks every camera that reported the case, once each. It ends as soon as one camera still sees the thing, or when
all have answered. Absent beats inconclusive (one camera that saw the place free for several valid looks is enough);
nothing but inconclusive answers leads to another round, and after `tries` rounds to a person. No camera: a person.

Pure: no IO and no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.case import Case
from dispatch.config import Recheck
from dispatch.contract import BoxXyxy, CaseState, Evidence, Verdict, VerificationRequest, VerificationResult


@dataclass(frozen=True)
class Reporter:
    """A camera that reported the case, and where in its picture. `cleared_at`: it has since seen the thing gone."""

    event_id: str
    camera_id: str
    box_xyxy_px: BoxXyxy
    confirmed_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True)
class Check:
    """One request to one camera and what came of it. `decided_at` None: not answered yet."""

    request: VerificationRequest
    round: int
    due_at: datetime
    verdict: Verdict | None = None
    reason: str = ""
    looks: int = 0
    decided_at: datetime | None = None
    outdated: bool = False
    """The answer came when the case no longer waited for it; it is kept and changed nothing."""
    evidence: tuple[Evidence, ...] = ()


class Step(StrEnum):
    """What a round's answers call for."""

    wait = "wait"
    close = "close"
    rework = "rework"
    retry = "retry"
    ask_person = "ask_person"


@dataclass(frozen=True)
class Outcome:
    """The next step, why, and for `retry` when."""

    step: Step
    reason: str = ""
    retry_at: datetime | None = None


def request_round(
    case: Case, reporters: Sequence[Reporter], *, number: int, asked_at: datetime, rules: Recheck
) -> tuple[Check, ...]:
    """Return the requests of one round: the latest report of every camera, in order of camera id.

    The ids follow from case, round and camera, so that a repeated round is the same round.
    """
    latest: dict[str, Reporter] = {}
    for reporter in sorted(reporters, key=lambda r: (r.confirmed_at, r.event_id)):
        latest[reporter.camera_id] = reporter
    return tuple(
        Check(
            VerificationRequest(
                request_id=f"{case.case_id}.{number}.{camera_id}",
                case_id=case.case_id,
                event_id=reporter.event_id,
                camera_id=camera_id,
                matter=case.matter,
                box_xyxy_px=reporter.box_xyxy_px,
                asked_at=asked_at,
            ),
            number,
            asked_at + timedelta(seconds=rules.answer_timeout_s),
        )
        for camera_id, reporter in sorted(latest.items())
    )


def is_outdated(case: Case, check: Check) -> bool:
    """Whether an answer to this request can no longer change the case."""
    return case.state is not CaseState.verifying or check.round != case.round or check.decided_at is not None


def weigh(case: Case, checks: Sequence[Check], *, at: datetime, rules: Recheck) -> Outcome:
    """Decide what the answers of the case's present round call for.

    Args:
        checks: the checks of the present round, answered or not.
        at: the time of the latest answer, from which the wait for another round counts.
    """
    present = [c for c in checks if c.verdict is Verdict.present]
    if present:
        return Outcome(Step.rework, _why(present[0]))
    if any(c.decided_at is None for c in checks):
        return Outcome(Step.wait)
    absent = [c for c in checks if c.verdict is Verdict.absent]
    if absent:
        return Outcome(Step.close, _why(absent[0]))
    reason = "; ".join(_why(c) for c in checks) or "no camera sees this place"
    rounds = case.round - case.round_of_feedback + 1
    if checks and rounds < rules.tries:
        return Outcome(Step.retry, reason, at + timedelta(seconds=rules.retry_after_s))
    return Outcome(Step.ask_person, f"{reason} (after {rounds} of {rules.tries} rounds)" if checks else reason)


def seen_cleared(reporters: Sequence[Reporter]) -> bool:
    """Whether every camera that reported the case has since seen the thing gone, without having been asked."""
    return bool(reporters) and all(r.cleared_at is not None for r in reporters)


def answered(check: Check, result: VerificationResult, *, outdated: bool) -> Check:
    """Return the check with a camera's answer."""
    return Check(
        check.request,
        check.round,
        check.due_at,
        result.verdict,
        result.reason,
        result.looks,
        result.decided_at,
        outdated,
        result.evidence,
    )


def timed_out(check: Check, *, at: datetime) -> Check:
    """Return the check as inconclusive because no answer came in time."""
    waited_s = (check.due_at - check.request.asked_at).total_seconds()
    return Check(
        check.request, check.round, check.due_at, Verdict.inconclusive, f"no answer within {waited_s:.0f} s", 0, at
    )


def _why(check: Check) -> str:
    return f"{check.request.camera_id}: {check.reason or check.verdict}"
