"""From feedback to closure, and what leaves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dispatch.case import BEFORE_FEEDBACK, MACHINE, Action, Actor, Case, Role
from dispatch.closure import (
    Check,
    Outcome,
    Step,
    answered,
    is_outdated,
    request_round,
    seen_cleared,
    timed_out,
    weigh,
)
from dispatch.contract import CaseState, Evidence, IncidentCleared, Verdict, VerificationResult
from dispatch.service.clockwork import sweep_clocks
from dispatch.service.places import taken_over_by
from dispatch.service.unit import Receipt, Result, Unit, change, send_request

_NOBODY_SEES = "no camera sees this place"


def take_feedback(
    unit: Unit,
    case_id: str,
    *,
    actor: Actor,
    note: str = "",
    evidence: tuple[Evidence, ...] = (),
    expected_version: int | None = None,
) -> Case:
    """Take the word that a case was handled, and ask its cameras to look again.

    Raises:
        DispatchError: no such case, or no feedback is awaited now (see `dispatch.case.move`).
    """
    case = unit.tx.case(case_id)
    case = change(
        unit,
        case,
        Action.handle,
        actor=actor,
        reason=note,
        evidence=evidence,
        expected_version=expected_version,
        round_of_feedback=case.round + 1,
    )
    if not unit.tx.reporters(case_id):
        return change(unit, case, Action.ask_person, actor=MACHINE, reason=_NOBODY_SEES)
    return ask_cameras(unit, case, Action.ask_camera, actor=MACHINE)


def ask_cameras(
    unit: Unit,
    case: Case,
    action: Action,
    *,
    actor: Actor,
    reason: str = "",
    expected_version: int | None = None,
    new_count: bool = False,
) -> Case:
    """Begin a round: ask every camera that reported the case.

    Args:
        new_count: the tries are counted anew from this round.
    """
    number = case.round + 1
    asked = change(
        unit,
        case,
        action,
        actor=actor,
        reason=reason,
        expected_version=expected_version,
        round=number,
        round_of_feedback=number if new_count else case.round_of_feedback,
        ask_at=None,
    )
    checks = request_round(
        asked, unit.tx.reporters(case.case_id), number=number, asked_at=unit.now, rules=unit.recheck(case)
    )
    for check in checks:
        unit.tx.put_check(check)
        send_request(unit, check.request)
    return asked


def take_result(unit: Unit, result: VerificationResult) -> Receipt:
    """Take a camera's verdict in. An outdated one is recorded and changes nothing."""
    check = unit.tx.check(result.request_id)
    if check is None:
        return Receipt(Result.unknown, result.case_id)
    case = unit.tx.case(check.request.case_id)
    actor = Actor(result.camera_id, Role.camera)
    seen_again = result.verdict is Verdict.present
    if seen_again and taken_over_by(unit, case.case_id, {check.request.event_id}) is None:
        unit.tx.mark_seen(check.request.event_id, result.decided_at)
    if is_outdated(case, check):
        if check.decided_at is None:
            unit.tx.put_check(answered(check, result, outdated=True))
        reason = f"outdated answer to {result.request_id}: {result.verdict}, {result.reason}"
        change(unit, case, Action.answer, actor=actor, reason=reason, evidence=result.evidence)
        return Receipt(Result.changed, case.case_id)
    unit.tx.put_check(answered(check, result, outdated=False))
    _advance(unit, case, actor, f"{result.verdict}: {result.reason}", result.evidence)
    return Receipt(Result.changed, case.case_id)


def _advance(unit: Unit, case: Case, actor: Actor, said: str, evidence: tuple[Evidence, ...]) -> None:
    """Do what the answers of the present round call for."""
    checks = unit.tx.checks(case.case_id, round=case.round)
    outcome = weigh(case, checks, at=unit.now, rules=unit.recheck(case))
    if outcome.step in {Step.retry, Step.ask_person} and seen_cleared(unit.tx.reporters(case.case_id)):
        outcome = Outcome(Step.close, f"seen gone without being asked, then {outcome.reason}")
    match outcome.step:
        case Step.wait:
            change(unit, case, Action.answer, actor=actor, reason=said, evidence=evidence)
        case Step.retry:
            change(unit, case, Action.answer, actor=actor, reason=said, evidence=evidence, ask_at=outcome.retry_at)
        case Step.close:
            change(
                unit, case, Action.confirm_gone, actor=_camera(actor, checks), reason=outcome.reason, evidence=evidence
            )
        case Step.rework:
            change(unit, case, Action.still_there, actor=actor, reason=outcome.reason, evidence=evidence)
        case Step.ask_person:
            change(unit, case, Action.ask_person, actor=MACHINE, reason=outcome.reason, evidence=evidence)


def _camera(actor: Actor, checks: Sequence[Check]) -> Actor:
    """A camera confirms; where the machine noticed that the last answer is missing, another camera did."""
    return actor if actor.role is Role.camera else Actor(checks[0].request.camera_id, Role.camera)


def take_clearance(unit: Unit, cleared: IncidentCleared) -> Receipt:
    """Take the word of a camera that an incident has left by itself."""
    case_id = unit.tx.case_of_event(cleared.event_id)
    if case_id is None:
        return Receipt(Result.unknown)
    unit.tx.mark_cleared(cleared)
    case = unit.tx.case(case_id)
    if not case.is_open:
        return Receipt(Result.repeated, case_id)
    gone = seen_cleared(unit.tx.reporters(case_id))
    action = Action.note
    if gone and case.state in BEFORE_FEEDBACK:
        action = Action.clear
    elif gone and case.state is CaseState.human_check:
        action = Action.confirm_gone
    change(
        unit,
        case,
        action,
        actor=Actor(cleared.camera_id, Role.camera),
        reason=f"seen gone: {cleared.reason}",
        evidence=cleared.evidence,
    )
    return Receipt(Result.changed, case_id)


def sweep_case(unit: Unit, case_id: str) -> None:
    """Let one case's clocks speak, count its overdue requests as inconclusive, and begin the round that is due."""
    case = sweep_clocks(unit, unit.tx.case(case_id))
    overdue = [check for check in unit.tx.open_checks(case_id) if check.due_at <= unit.now]
    awaited = False
    for check in overdue:
        outdated = is_outdated(case, check)
        unit.tx.put_check(replace(timed_out(check, at=unit.now), outdated=outdated))
        awaited = awaited or not outdated
    if awaited:
        _advance(unit, case, MACHINE, "a camera did not answer in time", ())
    elif case.state is CaseState.verifying and case.ask_at is not None and case.ask_at <= unit.now:
        ask_cameras(unit, case, Action.ask_again, actor=MACHINE, reason="the earlier answers were not clear")
