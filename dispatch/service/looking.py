"""Asking cameras to look now, and what they answer."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from dispatch.case import Action, Actor, Role
from dispatch.contract import REQUESTS_STREAM, LookAnswer, LookRequest, envelope
from dispatch.errors import Refused
from dispatch.looks import MINUTE, Cause, Look, LookState, TooMany, Watchers, answered, refuse_too_many, told
from dispatch.ports import LOCAL_STREAM
from dispatch.report import PersonReport
from dispatch.service.unit import SOURCE, Receipt, Result, Unit, change

log = logging.getLogger(__name__)


def ask_look(unit: Unit, camera_id: str, *, asked_by: str, cause: Cause, case_id: str | None = None) -> Look:
    """Ask a camera to look now. While one that was asked for the same case is on its way, that one is returned.

    Raises:
        TooMany: see `dispatch.looks.refuse_too_many`.
        Refused: the case has ended.
        NotFound: there is no such case.
    """
    if case_id is not None and not unit.tx.case(case_id).is_open:
        raise Refused(f"case {case_id} has ended", "Ask for a look without naming the case.")
    known = unit.tx.open_look(camera_id, case_id)
    if known is not None:
        return known
    settings = unit.policy.settings.looks
    refuse_too_many(camera_id, unit.tx.cameras_asked_since(unit.now - MINUTE), settings)
    request = LookRequest(
        look_id=str(uuid4()),
        camera_id=camera_id,
        case_id=case_id,
        asked_at=unit.now,
        until=unit.now + timedelta(seconds=settings.patience_s),
    )
    look = Look(request, cause, asked_by)
    unit.tx.put_look(look)
    event = envelope(request, id=request.look_id, source=SOURCE, time=request.asked_at, subject=camera_id)
    unit.tx.put_out(REQUESTS_STREAM, camera_id, request.look_id, event.model_dump_json(), unit.now)
    return look


def ask_for_report(unit: Unit, report: PersonReport, case_id: str, watchers: Watchers) -> tuple[Look, ...]:
    """Ask the cameras that see the place of a person's report to look, as far as the policy and the bounds allow."""
    settings = unit.policy.settings.looks.for_reports
    if settings is None or not unit.tx.case(case_id).is_open:
        return ()
    reach_m = settings.reach_m + report.location.error_m
    looks = []
    for camera_id in watchers.seeing(report.location, report.matter, reach_m=reach_m)[: settings.cameras]:
        try:
            looks.append(ask_look(unit, camera_id, asked_by=report.reporter, cause=Cause.report, case_id=case_id))
        except TooMany as error:
            log.info("no look for report %s: %s", report.event_id, error)
    return tuple(looks)


def take_answer(unit: Unit, answer: LookAnswer) -> Receipt:
    """Take a camera's answer in; where the look was for a case that is open, its history tells of it."""
    look = unit.tx.look(answer.look_id)
    if look is None:
        return Receipt(Result.unknown, answer.case_id)
    if look.state in {LookState.taken, LookState.failed}:
        return Receipt(Result.repeated, look.request.case_id)
    unit.tx.put_look(answered(look, answer))
    _tell_live(unit, answer)
    _note(unit, look, told(answer), answer)
    return Receipt(Result.changed, look.request.case_id)


def sweep_looks(unit: Unit) -> int:
    """Give up the looks whose answer did not come in time; return how many."""
    overdue = unit.tx.overdue_looks(unit.now)
    for look in overdue:
        waited_s = (look.due_at - look.request.asked_at).total_seconds()
        unit.tx.put_look(replace(look, state=LookState.lost))
        reason = f"no answer within {waited_s:.0f} s"
        answer = LookAnswer(**look.request.model_dump(exclude={"until"}), answered_at=unit.now, reason=reason)
        _tell_live(unit, answer)
        _note(unit, look, told(answer), answer)
    return len(overdue)


def _note(unit: Unit, look: Look, line: str, answer: LookAnswer) -> None:
    if look.request.case_id is None:
        return
    case = unit.tx.case(look.request.case_id)
    if case.is_open:
        actor = Actor(look.request.camera_id, Role.camera)
        change(unit, case, Action.note, actor=actor, reason=line, evidence=answer.evidence)


def _tell_live(unit: Unit, answer: LookAnswer) -> None:
    message_id = f"{answer.look_id}:{answer.answered_at.isoformat()}"
    event = envelope(answer, id=message_id, source=SOURCE, time=answer.answered_at, subject=answer.camera_id)
    unit.tx.put_out(LOCAL_STREAM, answer.camera_id, message_id, event.model_dump_json(), unit.now)
