"""A report becomes a case, or part of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from dispatch.case import MACHINE, Action, Actor, Case, Role, move, open_case
from dispatch.config import Dedup
from dispatch.contract import CaseState
from dispatch.dedup import MAX_PLACE_ERROR_M, Decision, Relation, decide, reach_m
from dispatch.errors import Invalid
from dispatch.ports import StoredEvent
from dispatch.report import PersonReport, Report, camera_of, confidence_of, refuse_odd_time, sighting_of
from dispatch.service.filing import assigned, file_case, filing_of, first_step, told
from dispatch.service.supervision import note_hot_spot
from dispatch.service.unit import Receipt, Result, Unit, change, write_record

_CASES = UUID("5f0c8a52-6f0e-4d0e-9c1d-0b6a5f7d2c11")
"""Namespace from which a case's number follows from its first report."""


def take_report(unit: Unit, report: Report) -> Receipt:
    """Take a report in: exactly one case is created or joined; a report of a known event id changes nothing.

    Raises:
        Invalid: it was seen in the future, or too long ago, or a person chose the event id of another report.
    """
    known_case = unit.tx.case_of_event(report.event_id)
    if known_case is not None:
        if isinstance(report, PersonReport):
            _refuse_another(unit, report, known_case)
        return Receipt(Result.repeated, known_case)
    refuse_odd_time(report, unit.now)
    decision = _decide(unit, report)
    if decision.relation is Relation.same and decision.case_id is not None:
        _join(unit, report, decision)
        return Receipt(Result.merged, decision.case_id)
    return Receipt(Result.created, _create(unit, report, decision))


def _refuse_another(unit: Unit, report: PersonReport, case_id: str) -> None:
    """Refuse a report whose id is that of another one: taken for a repeat, it would be lost. Raises Invalid."""
    stored = (event.report for event in unit.tx.events_of(case_id))
    kept = next((known for known in stored if known.event_id == report.event_id), None)
    # Words are taken out of what was not filed (`dispatch.retention`).
    is_same = (
        isinstance(kept, PersonReport)
        and (kept.matter, kept.location) == (report.matter, report.location)
        and (not kept.reporter or (kept.reporter, kept.note) == (report.reporter, report.note))
    )
    if not is_same:
        raise Invalid(f"{report.event_id} is the id of another report", "Take a new Idempotency-Key for a new report.")


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
        recurrence_of=decision.case_id,
    )
    case = assigned(unit, case, unit.matters.get(report.matter), report)
    step = first_step(unit, report, case.grid)
    case = replace(case, responder=step.responder)
    records = [open_case(case, actor=_reporter(report), evidence=report.evidence)]
    stages = [case]
    moves = [(step.action, step.reason)]
    if step.action is Action.file:
        moves.append((Action.dispatch, told(case)))
    for action, reason in moves:
        # The message that sends somebody out carries the pictures too: a consumer needs no other to act on.
        evidence = report.evidence if action in {Action.dispatch, Action.wait} else ()
        case, record = move(
            case, action, actor=MACHINE, at=unit.now, reason=reason, evidence=evidence, until=step.until
        )
        case = unit.timed(case, action)
        stages.append(case)
        records.append(record)
    unit.tx.add_case(case)
    unit.tx.add_event(StoredEvent(report, case.case_id, decision.relation, unit.now, ended_at=case.closed_at))
    for stage, record in zip(stages, records, strict=True):
        write_record(unit, stage, record)
    if step.action is Action.file:
        note_hot_spot(unit, case)
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
    if case.state is not CaseState.review or rules is None:
        return
    admitted = unit.matters.standing(report.matter, sighting_of(report).confirmed_at).version is not None
    if admitted and confidence_of(report) >= filing_of(unit, rules).review_below:
        file_case(unit, case, actor=MACHINE, reason="a second report leaves no doubt", evidence=report.evidence)


def _reporter(report: Report) -> Actor:
    if isinstance(report, PersonReport):
        return Actor(report.reporter, Role.operations)
    return Actor(report.camera_id, Role.camera)
