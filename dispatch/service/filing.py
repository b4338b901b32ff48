"""The decision whether a report becomes a case, by the program and by people, and taking a decision back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.areas import nearest_responder, sensitivity_at, team_of
from dispatch.case import MACHINE, Action, Actor, Case, Decision, legal_row
from dispatch.config import Filing, MatterRules
from dispatch.contract import CaseState, EventReport, Evidence, GridMembership
from dispatch.errors import Conflict, IllegalMove, Invalid
from dispatch.report import PersonReport, Report, confidence_of, sighting_of
from dispatch.routing import Assignment, assign
from dispatch.service.places import taken_over_by
from dispatch.service.supervision import cases_at, note_hot_spot
from dispatch.service.unit import Unit, change
from dispatch.severity import Facts, severity_of


@dataclass(frozen=True)
class Step:
    """What the program decides of a report, and why. `until`: the end of the grace window."""

    action: Action
    reason: str = ""
    responder: str = ""
    until: datetime | None = None


def first_step(unit: Unit, report: Report, grid: Sequence[GridMembership]) -> Step:
    """Return what becomes of a report that opens a case: declined, held for a person, waited with, or filed.

    In this order: the catalogue, control areas, confidence bands, grace window.
    """
    refusal = _refusal(unit, report, grid)
    if refusal is not None:
        return refusal
    rules = unit.matters[report.matter]
    bands = filing_of(unit, rules)
    confidence = confidence_of(report)
    if confidence < bands.min_confidence:
        return Step(Action.decline, f"confidence {confidence:.2f} is below {bands.min_confidence:.2f}")
    if confidence < bands.review_below:
        return Step(Action.hold, f"confidence {confidence:.2f} is below {bands.review_below:.2f}")
    if rules.grace is not None and (unit.profile is None or unit.profile.grace):
        responder = nearest_responder(unit.policy.responders, report.matter, report.location, grid)
        if responder is not None:
            until = unit.now + timedelta(minutes=rules.grace.window_min)
            told = f"{responder.id} is told first ({responder.contact})"
            return Step(Action.wait, told, responder.id, until)
    return Step(Action.file)


def _refusal(unit: Unit, report: Report, grid: Sequence[GridMembership]) -> Step | None:
    """Return why a report is not filed whatever its confidence, None when it may be."""
    if report.matter not in unit.matters:
        return Step(Action.decline, f"matter {report.matter} is not in the catalogue")
    seen_at, zone = sighting_of(report).confirmed_at, unit.policy.calendar.zone
    admitted = unit.matters.standing(report.matter, seen_at)
    if admitted.version is None:
        # A person's word stands before another person; a detector may file only what was admitted.
        action = Action.hold if isinstance(report, PersonReport) else Action.decline
        return Step(action, f"matter {report.matter} is not admitted: {admitted.reason}")
    for area in unit.policy.controls:
        if area.excuses(report.matter, report.location, grid, seen_at, zone):
            return Step(Action.decline, f"control area {area.id} allows it until {area.until.isoformat()}")
    return None


def filing_of(unit: Unit, rules: MatterRules) -> Filing:
    """Return the confidence bands of a matter as the profile in force has them."""
    profile = unit.profile
    if profile is None:
        return rules.filing
    low = rules.filing.min_confidence if profile.min_confidence is None else profile.min_confidence
    high = rules.filing.review_below if profile.review_below is None else profile.review_below
    return Filing(min_confidence=min(low, high), review_below=high)


def assigned(unit: Unit, case: Case, rules: MatterRules | None, report: Report | None) -> Case:
    """Return a case with its severity and who would handle it.

    Args:
        report: the report that opened it; None when only its matter has changed, and its severity is kept.
    """
    if rules is None:
        return replace(case, department="", mode=None, team="", level="", limit=None)
    severity = case.severity if report is None else _severity(unit, case, rules, report)
    team = team_of(unit.policy.teams, case.location, case.grid)
    where = assign(rules.handling, severity, unit.grid.facts(case.grid, unit.now), team)
    return replace(
        case,
        severity=severity,
        department=where.department,
        mode=where.mode,
        team=where.team,
        level=where.level,
        limit=where.limit,
    )


def _severity(unit: Unit, case: Case, rules: MatterRules, report: Report) -> float | None:
    if not rules.handling.levels:
        return None
    camera = report if isinstance(report, EventReport) else None
    days = timedelta(days=rules.severity.repetition_days)
    facts = Facts(
        area_m2=camera.area_m2 if camera else None,
        dwell_min=(camera.confirmed_at - camera.first_seen_at).total_seconds() / 60 if camera else None,
        sensitivity=sensitivity_at(unit.policy.places, case.location, case.grid),
        earlier=len(cases_at(unit, case.matter, case.location, rules, since=unit.now - days)),
    )
    return severity_of(facts, rules.severity)


def file_case(
    unit: Unit,
    case: Case,
    *,
    actor: Actor,
    reason: str = "",
    evidence: tuple[Evidence, ...] = (),
    expected_version: int | None = None,
    decision: Decision | None = None,
) -> Case:
    """File a stored case and send it to who handles it. The message that sends somebody out carries the pictures."""
    case = change(
        unit,
        case,
        Action.file,
        actor=actor,
        reason=reason,
        expected_version=expected_version,
        decision=decision,
    )
    note_hot_spot(unit, case)
    evidence = evidence or unit.tx.evidence_of(case.case_id)
    return change(unit, case, Action.dispatch, actor=MACHINE, reason=told(case), evidence=evidence)


def told(case: Case) -> str:
    """Return in words who handles a case, for the history."""
    if case.mode is None:
        return f"to {case.department}" if case.department else ""
    return Assignment(case.mode, case.department, case.team, case.limit, case.level).told()


def end_grace(unit: Unit, case: Case) -> Case:
    """File a case whose grace window is over."""
    return file_case(unit, case, actor=MACHINE, reason="the grace window is over and it was not seen to go")


def decide(
    unit: Unit,
    case: Case,
    action: Action,
    *,
    actor: Actor,
    reason: str,
    matter: str | None = None,
    into: str | None = None,
    expected_version: int | None = None,
) -> Case:
    """Make a person's decision in the review queue: file, decline, correct, merge_into or undo.

    All but `undo` can be taken back for a time.

    Raises:
        DispatchError: see `dispatch.case.move`; Invalid without the matter or the case that the decision names.
    """
    legal_row(case, action, actor=actor, at=unit.now, expected_version=expected_version)
    made = Decision(action, until=unit.now + timedelta(minutes=unit.policy.settings.undo_min))
    match action:
        case Action.file:
            keeps = made if case.state is CaseState.review else None
            return file_case(unit, case, actor=actor, reason=reason, expected_version=expected_version, decision=keeps)
        case Action.correct:
            return _correct(unit, case, matter, made, actor, reason, expected_version)
        case Action.merge_into:
            return _merge_into(unit, case, into, made, actor, reason, expected_version)
        case Action.undo:
            return _undo(unit, case, actor, reason, expected_version)
        case _:
            keeps = made if case.state is CaseState.review else None
            return change(
                unit,
                case,
                action,
                actor=actor,
                reason=reason,
                expected_version=expected_version,
                decision=keeps,
            )


def _correct(
    unit: Unit,
    case: Case,
    matter: str | None,
    made: Decision,
    actor: Actor,
    reason: str,
    expected_version: int | None,
) -> Case:
    if matter is None or matter not in unit.matters:
        known = ", ".join(sorted(unit.matters))
        raise Invalid(f"{matter!r} is no matter of the catalogue", f"Name the matter: one of {known}.")
    said = f"{case.matter} -> {matter}: {reason}" if reason.strip() else ""
    decision = replace(made, matter=case.matter)
    case = assigned(unit, replace(case, matter=matter, decision=decision), unit.matters[matter], None)
    return change(unit, case, Action.correct, actor=actor, reason=said, expected_version=expected_version)


def _merge_into(
    unit: Unit,
    case: Case,
    into: str | None,
    made: Decision,
    actor: Actor,
    reason: str,
    expected_version: int | None,
) -> Case:
    if into is None or into == case.case_id:
        raise Invalid("merge_into needs the other case that it is part of", "Name it in `into`.")
    target = unit.tx.case(into)
    if not target.is_open:
        raise IllegalMove(f"case {into} is {target.state}: reports join open cases only", "Choose an open case.")
    merged = change(
        unit,
        replace(case, event_ids=()),
        Action.merge_into,
        actor=actor,
        reason=reason,
        expected_version=expected_version,
        merged_into=into,
        decision=replace(made, merged_into=into, event_ids=case.event_ids),
    )
    unit.tx.move_events(case.event_ids, into)
    cameras = dict.fromkeys((*target.camera_ids, *case.camera_ids))
    change(
        unit,
        replace(target, event_ids=(*target.event_ids, *case.event_ids), camera_ids=tuple(cameras)),
        Action.merge,
        actor=actor,
        reason=f"case {case.case_id} is the same: {reason}",
    )
    return merged


def _undo(unit: Unit, case: Case, actor: Actor, reason: str, expected_version: int | None) -> Case:
    decision = case.decision
    follower = None if case.is_open else _follower(unit, case)
    if decision is not None and follower is not None:
        raise Conflict(f"case {follower} has followed at the same place", "Go on with that case.")
    if decision is None or decision.merged_into is None:
        if decision is not None and decision.action is Action.correct:
            before = replace(case, matter=decision.matter, decision=decision)
            case = assigned(unit, before, unit.matters.get(decision.matter), None)
        case = change(unit, case, Action.undo, actor=actor, reason=reason, expected_version=expected_version)
        unit.tx.reopen_events(case.case_id)
        return case
    target = unit.tx.case(decision.merged_into)
    if target.state is CaseState.verifying:
        raise Conflict(
            f"the cameras of case {target.case_id} are looking, those of this report among them",
            "Wait for what they say.",
        )
    if not target.is_open or target.event_ids[-len(decision.event_ids) :] != decision.event_ids:
        raise Conflict(
            f"case {target.case_id} has ended or was reported again since",
            "What was merged stays with it; report what is still there anew.",
        )
    case = change(
        unit,
        replace(case, event_ids=decision.event_ids),
        Action.undo,
        actor=actor,
        reason=reason,
        expected_version=expected_version,
        merged_into=None,
    )
    unit.tx.move_events(decision.event_ids, case.case_id)
    left = target.event_ids[: -len(decision.event_ids)]
    cameras = dict.fromkeys(reporter.camera_id for reporter in unit.tx.reporters(target.case_id))
    change(
        unit,
        replace(target, event_ids=left, camera_ids=tuple(cameras)),
        Action.note,
        actor=actor,
        reason=f"case {case.case_id} is a case of its own again: {reason}",
    )
    return case


def _follower(unit: Unit, case: Case) -> str | None:
    """Return the open case that has followed an ended one: by its own word, or at a place that still counts as seen."""
    follower = unit.tx.follower(case.case_id)
    if follower is not None:
        return follower
    standing = {event.report.event_id for event in unit.tx.events_of(case.case_id) if event.cleared_at is None}
    return taken_over_by(unit, case.case_id, standing)
