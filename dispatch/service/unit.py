"""What one use case works with, and the one way in which a case is changed: state, history and outbox together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dispatch.case import Action, Actor, Case, Record, deadlines_of, move
from dispatch.catalogue.book import Catalogue
from dispatch.config import Mark, Recheck
from dispatch.contract import (
    CASES_STREAM,
    REQUESTS_STREAM,
    CaseChanged,
    CloudEvent,
    Evidence,
    Stage,
    VerificationRequest,
    envelope,
)
from dispatch.policy import Policy
from dispatch.ports import GridIndex, Transaction
from dispatch.registers import Profile
from dispatch.timing import carried_on

_MARKS = frozenset(mark.value for mark in Mark)

SOURCE = "gridpatrol/dispatch"
"""CloudEvents source of all that the dispatch side sends."""


class Result(StrEnum):
    """What became of a message."""

    created = "created"
    merged = "merged"
    changed = "changed"
    repeated = "repeated"
    unknown = "unknown"


@dataclass(frozen=True)
class Receipt:
    """What became of a message, and of which case. `unknown`: it speaks of something the desk has not seen."""

    result: Result
    case_id: str | None = None


@dataclass(frozen=True)
class Unit:
    """One unit of work: its transaction, its time and the rules."""

    tx: Transaction
    now: datetime
    matters: Catalogue
    grid: GridIndex
    policy: Policy = field(default_factory=Policy)
    profile: Profile | None = None

    def recheck(self, case: Case) -> Recheck:
        """Return how a case's cameras are asked again."""
        rules = self.matters.get(case.matter)
        return rules.recheck if rules else Recheck()

    def timed(self, case: Case, action: Action) -> Case:
        """Return a case after a move with its clocks begun, stopped or gone on with."""
        # A case that was assigned knows its own limit; only older ones ask their matter.
        rules = self.matters.get(case.matter) if case.mode is None else None
        watches = carried_on(
            case.watches,
            action,
            case.state,
            self.now,
            limits=self.policy.limits(case, rules, self.profile),
            calendar=self.policy.calendar_of(case),
        )
        case = replace(case, watches=watches)
        return replace(case, attention_at=self.policy.attention_at(case))


def change(
    unit: Unit,
    case: Case,
    action: Action,
    *,
    actor: Actor,
    reason: str = "",
    evidence: tuple[Evidence, ...] = (),
    expected_version: int | None = None,
    until: datetime | None = None,
    stage: Stage | None = None,
    **fields: object,
) -> Case:
    """Make one move of a stored case and keep it.

    Args:
        until: the end of a suspension or a grace window.
        stage: whose clock the move is about.
        fields: further fields of the case that the move sets, such as `department`.

    Raises:
        DispatchError: the move is illegal, lacks its reason, or the case has changed (see `dispatch.case.move`).
    """
    moved, record = move(
        case,
        action,
        actor=actor,
        at=unit.now,
        reason=reason,
        evidence=evidence,
        expected_version=expected_version,
        until=until,
        stage=stage,
    )
    moved = replace(moved, **fields)  # type: ignore[arg-type]  # names are checked by replace, values by the callers
    moved = unit.timed(moved, action)
    unit.tx.save_case(moved, was_version=case.version)
    write_record(unit, moved, record)
    return moved


def write_record(unit: Unit, case: Case, record: Record) -> None:
    """Append a line of history and tell the cases stream."""
    unit.tx.append(case.case_id, record)
    rules = unit.matters.get(case.matter)
    told = unit.policy.told_of(case, Mark(record.action)) if record.action in _MARKS else ""
    event = told_of(case, record, codes=rules.codes_by_scheme() if rules else {}, told=told)
    unit.tx.put_out(CASES_STREAM, case.case_id, event.id, event.model_dump_json(), unit.now)


def told_of(case: Case, record: Record, *, codes: dict[str, str], told: str = "") -> CloudEvent[CaseChanged]:
    """Return what is told of a line of a case's history.

    Args:
        codes: of its matter, by scheme.
        told: who is to be told, of a reminder or an escalation.
    """
    message = CaseChanged(
        case_id=case.case_id,
        sequence=record.sequence,
        matter=case.matter,
        state_from=record.state_from,
        state=record.state,
        action=record.action,
        actor=record.actor,
        role=record.role,
        reason=record.reason,
        resolution=record.resolution,
        at=record.at,
        event_ids=case.event_ids,
        camera_ids=case.camera_ids,
        location=case.location,
        grid=case.grid,
        codes=codes,
        department=case.department,
        evidence=record.evidence,
        handler=case.handler,
        mode=case.mode or "",
        team=case.team,
        level=case.level,
        responder=case.responder,
        until=case.wake_at,
        stage=record.stage,
        told=told,
        deadlines=deadlines_of(case),
        merged_into=case.merged_into,
    )
    message_id = f"{case.case_id}:{record.sequence}"
    return envelope(message, id=message_id, source=SOURCE, time=record.at, subject=case.case_id)


def send_request(unit: Unit, request: VerificationRequest) -> None:
    """Ask a camera to look again. Requests of one camera are sent in their order."""
    event = envelope(request, id=request.request_id, source=SOURCE, time=request.asked_at, subject=request.camera_id)
    unit.tx.put_out(REQUESTS_STREAM, request.camera_id, request.request_id, event.model_dump_json(), unit.now)
