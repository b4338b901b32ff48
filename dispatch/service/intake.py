"""A report becomes a case, or part of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from dispatch.case import MACHINE, Action, Actor, Case, Role, move, open_case
from dispatch.config import Dedup, MatterRules
from dispatch.contract import CaseState
from dispatch.dedup import MAX_PLACE_ERROR_M, Decision, Relation, decide, reach_m
from dispatch.ports import StoredEvent
from dispatch.report import PersonReport, Report, camera_of, confidence_of, sighting_of
from dispatch.service.unit import Receipt, Result, Unit, change, write_record

_CASES = UUID("5f0c8a52-6f0e-4d0e-9c1d-0b6a5f7d2c11")
"""Namespace from which a case's number follows from its first report."""


def take_report(unit: Unit, report: Report) -> Receipt:
    """Take a report in: exactly one case is created or joined; a report of a known event id changes nothing."""
    known_case = unit.tx.case_of_event(report.event_id)
    if known_case is not None:
        return Receipt(Result.repeated, known_case)
    decision = _decide(unit, report)
    if decision.relation is Relation.same and decision.case_id is not None:
        _join(unit, report, decision)
        return Receipt(Result.merged, decision.case_id)
    return Receipt(Result.created, _create(unit, report, decision))


def _decide(unit: Unit, report: Report) -> Decision:
    rules = unit.matters.get(report.matter)
    dedup = rules.dedup if rules else Dedup()
    sighting = sighting_of(report)
    known = unit.tx.known_near(
        report.matter,
        sighting,
        reach_m=reach_m(dedup, report.location) + MAX_PLACE_ERROR_M,
        since=sighting.confirmed_at - timedelta(hours=dedup.window_h),
    )
    return decide(sighting, known, dedup)


def _create(unit: Unit, report: Report, decision: Decision) -> str:
    rules = unit.matters.get(report.matter)
    sighting = sighting_of(report)
    camera_id = camera_of(report)
    case = Case(
        case_id=f"{sighting.confirmed_at:%Y%m%d}-{uuid5(_CASES, report.event_id).hex[:12]}",
        matter=report.matter,
        state=CaseState.reported,
        version=1,
        opened_at=unit.now,
        updated_at=unit.now,
        event_ids=(report.event_id,),
        camera_ids=(camera_id,) if camera_id is not None else (),
        location=report.location,
        grid=unit.grid.memberships(report.location, sighting.confirmed_at),
        department=rules.handling.department if rules else "",
        recurrence_of=decision.case_id,
    )
    records = [open_case(case, actor=_reporter(report), evidence=report.evidence)]
    stages = [case]
    for action, reason in _admission(unit, report, rules):
        # The message that sends somebody out carries the pictures too: a consumer needs no other to act on.
        evidence = report.evidence if action is Action.dispatch else ()
        case, record = move(case, action, actor=MACHINE, at=unit.now, reason=reason, evidence=evidence)
        case = unit.timed(case, action)
        stages.append(case)
        records.append(record)
    unit.tx.add_case(case)
    unit.tx.add_event(StoredEvent(report, case.case_id, decision.relation, unit.now, ended_at=case.closed_at))
    for stage, record in zip(stages, records, strict=True):
        write_record(unit, stage, record)
    return case.case_id


def _join(unit: Unit, report: Report, decision: Decision) -> None:
    if decision.case_id is None:
        raise ValueError("a report joins a case, and the decision names none")
    case = unit.tx.case(decision.case_id)
    camera_id = camera_of(report)
    cameras = case.camera_ids if camera_id is None or camera_id in case.camera_ids else (*case.camera_ids, camera_id)
    unit.tx.add_event(StoredEvent(report, case.case_id, decision.relation, unit.now))
    case = change(
        unit,
        replace(case, event_ids=(*case.event_ids, report.event_id), camera_ids=cameras),
        Action.merge,
        actor=MACHINE,
        reason=decision.reason,
        evidence=report.evidence,
    )
    rules = unit.matters.get(report.matter)
    admitted = unit.matters.standing(report.matter, sighting_of(report).confirmed_at).version is not None
    if case.state is CaseState.review and rules and admitted and confidence_of(report) >= rules.filing.review_below:
        case = change(unit, case, Action.file, actor=MACHINE, reason="a second report leaves no doubt")
        change(unit, case, Action.dispatch, actor=MACHINE, evidence=report.evidence)


def _admission(unit: Unit, report: Report, rules: MatterRules | None) -> list[tuple[Action, str]]:
    """Return the moves by which the machine files a report, or does not."""
    if rules is None:
        return [(Action.decline, f"matter {report.matter} is not in the catalogue")]
    admitted = unit.matters.standing(report.matter, sighting_of(report).confirmed_at)
    if admitted.version is None:
        # A person's word stands before another person; a detector may file only what was admitted.
        action = Action.hold if isinstance(report, PersonReport) else Action.decline
        return [(action, f"matter {report.matter} is not admitted: {admitted.reason}")]
    confidence = confidence_of(report)
    if confidence < rules.filing.min_confidence:
        return [(Action.decline, f"confidence {confidence:.2f} is below {rules.filing.min_confidence:.2f}")]
    if confidence < rules.filing.review_below:
        return [(Action.hold, f"confidence {confidence:.2f} is below {rules.filing.review_below:.2f}")]
    return [(Action.file, ""), (Action.dispatch, f"{rules.handling.mode} handling by {rules.handling.department}")]


def _reporter(report: Report) -> Actor:
    if isinstance(report, PersonReport):
        return Actor(report.reporter, Role.operations)
    return Actor(report.camera_id, Role.camera)
