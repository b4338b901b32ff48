"""The dispatch desk: every use case of the dispatch side, one unit of work each."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from dispatch.case import Action, Actor, Case, Role
from dispatch.catalogue.book import Catalogue
from dispatch.config import MatterRules
from dispatch.contract import (
    CameraHealth,
    CloudEvent,
    EventReport,
    Evidence,
    IncidentCleared,
    LookAnswer,
    VerificationResult,
    envelope,
)
from dispatch.errors import IllegalMove, Invalid
from dispatch.looks import Cause, Look, NoWatchers, Watchers
from dispatch.policy import Policy
from dispatch.ports import LOCAL_STREAM, GridIndex, Store
from dispatch.registers import Profile
from dispatch.report import PersonReport
from dispatch.service.clockwork import recalculate_case
from dispatch.service.closing import ask_cameras, sweep_case, take_clearance, take_feedback, take_result
from dispatch.service.filing import decide
from dispatch.service.intake import take_report
from dispatch.service.looking import ask_for_report, ask_look, sweep_looks, take_answer
from dispatch.service.supervision import (
    PROFILE,
    check_in,
    give_order,
    step_hot_spot,
    sweep_orders,
    switch_profile,
)
from dispatch.service.unit import SOURCE, Receipt, Result, Unit, change
from dispatch.supervision import HotSpot, Order, SpotState

log = logging.getLogger(__name__)

PERSON_ACTIONS = frozenset(
    {
        Action.note,
        Action.decline,
        Action.correct,
        Action.merge_into,
        Action.undo,
        Action.file,
        Action.dispatch,
        Action.accept,
        Action.send_back,
        Action.extend,
        Action.suspend,
        Action.resume,
        Action.ask_camera,
        Action.approve,
        Action.reject,
        Action.force_close,
        Action.void,
    }
)
"""Moves that people make one by one; feedback has a door of its own."""

_CASES_A_UNIT = 200
"""Cases whose deadlines are computed in one unit of work: others need their turn too."""

_DECISIONS = frozenset({Action.file, Action.decline, Action.correct, Action.merge_into, Action.undo})


class Desk:
    """The dispatch desk over a store.

    Args:
        matters: the catalogue, by matter code. A report of another matter is kept and not filed.
        grid: finds the cells of a place.
        policy: calendar, stage limits, warnings, and who is who.
        watchers: knows which cameras see the place of a person's report; none when absent.
    """

    def __init__(
        self,
        store: Store,
        *,
        matters: Mapping[str, MatterRules],
        grid: GridIndex,
        policy: Policy | None = None,
        watchers: Watchers | None = None,
    ) -> None:
        self.store = store
        self.matters = matters
        self.grid = grid
        self.policy = policy or Policy()
        self.watchers = watchers or NoWatchers()

    def receive(self, event: CloudEvent[Any], now: datetime) -> Receipt:
        """Take one message in; a repeat (same source and id) changes nothing."""
        return self.receive_many((event,), now)[0]

    def receive_many(self, events: Sequence[CloudEvent[Any]], now: datetime) -> tuple[Receipt, ...]:
        """Take messages in, in their order, in one unit of work: all are kept or, on an exception, none.

        Raises:
            Invalid: a message is not one that the camera side sends, or it tells of a time that cannot be.
        """
        with self._unit(now) as unit:
            reports = [event.data.event_id for event in events if isinstance(event.data, EventReport)]
            unit.tx.foresee([(event.source, event.id) for event in events], reports)
            return tuple(_receive(unit, event) for event in events)

    def report(self, report: PersonReport, now: datetime) -> Receipt:
        """Take a person's report in and ask the cameras near it to look; a repeat of its event id changes nothing.

        Raises:
            Invalid: it was seen in the future, or too long ago, or another report has its event id.
        """
        with self._unit(now) as unit:
            receipt = take_report(unit, report)
            if receipt.result is not Result.repeated and receipt.case_id is not None:
                ask_for_report(unit, report, receipt.case_id, self.watchers)
            return receipt

    def look(self, camera_id: str, *, asked_by: str, now: datetime, case_id: str | None = None) -> Look:
        """Ask a camera to look now; the look that comes of it is read from the store's views.

        Args:
            case_id: what it is wanted for; its history tells what the camera showed.

        Raises:
            TooMany, Refused, NotFound: see `dispatch.service.looking.ask_look`.
        """
        with self._unit(now) as unit:
            return ask_look(unit, camera_id, asked_by=asked_by, cause=Cause.person, case_id=case_id)

    def handle(
        self,
        case_id: str,
        *,
        actor: str,
        role: Role = Role.handler,
        now: datetime,
        expected_version: int | None = None,
        note: str = "",
        evidence: tuple[Evidence, ...] = (),
        idempotency_key: str | None = None,
    ) -> Case:
        """Take the word that a case was handled; its cameras are asked to look again.

        Args:
            idempotency_key: a repeat with the same key returns the case as it is and changes nothing.

        Raises:
            NotFound, IllegalMove, Conflict: see `dispatch.case.move`.
        """
        with self._unit(now) as unit:
            if idempotency_key is not None:
                if unit.tx.is_taken(f"feedback/{case_id}", idempotency_key):
                    return unit.tx.case(case_id)
                unit.tx.take(f"feedback/{case_id}", idempotency_key, now)
            return take_feedback(
                unit,
                case_id,
                actor=Actor(actor, role),
                note=note,
                evidence=evidence,
                expected_version=expected_version,
            )

    def act(
        self,
        case_id: str,
        action: Action,
        *,
        actor: str,
        role: Role,
        now: datetime,
        reason: str = "",
        department: str | None = None,
        until: datetime | None = None,
        matter: str | None = None,
        into: str | None = None,
        expected_version: int | None = None,
    ) -> Case:
        """Make one move of a case in a person's name (`PERSON_ACTIONS`). What is filed is dispatched at once.

        Args:
            department: for dispatch: to whom, when not the one that the case names.
            until: for suspend: until when.
            matter: for correct: what it is.
            into: for merge_into: the case that it is part of.

        Raises:
            NotFound, IllegalMove, ReasonMissing, Conflict: see `dispatch.case.move`; IllegalMove also when there is no
                camera to ask.
            Invalid: the action is not a person's, there is no such department, or the action sends nobody to one.
        """
        if action not in PERSON_ACTIONS:
            raise Invalid(f"{action} is not a person's move", f"Use one of {', '.join(sorted(PERSON_ACTIONS))}.")
        if department is not None and action is not Action.dispatch:
            raise Invalid(f"{action} sends nobody to a department", "Leave department out, or use dispatch.")
        who = Actor(actor, role)
        with self._unit(now) as unit:
            case = unit.tx.case(case_id)
            if action is Action.ask_camera:
                if not unit.tx.reporters(case_id):
                    raise IllegalMove("no camera has reported this case", "Decide by approve or reject.")
                return ask_cameras(
                    unit, case, action, actor=who, reason=reason, expected_version=expected_version, new_count=True
                )
            if action in _DECISIONS:
                return decide(
                    unit,
                    case,
                    action,
                    actor=who,
                    reason=reason,
                    matter=matter,
                    into=into,
                    expected_version=expected_version,
                )
            if department is not None:
                unit.policy.refuse_unknown_department(department)
                case = replace(case, department=department)
            return change(unit, case, action, actor=who, reason=reason, expected_version=expected_version, until=until)

    def add_picture(
        self, case_id: str, evidence: Evidence, *, actor: str, role: Role, now: datetime, reason: str
    ) -> Case:
        """Note a picture that somebody has taken of a case. Raises NotFound."""
        who = Actor(actor, role)
        with self._unit(now) as unit:
            case = unit.tx.case(case_id)
            return change(unit, case, Action.note, actor=who, reason=reason, evidence=(evidence,))

    def sweep(self, now: datetime) -> int:
        """Do what has become due: unanswered requests, looks, rounds to repeat. Returns how many cases it looked at."""
        with self._unit(now) as unit:
            sweep_orders(unit)
            sweep_looks(unit)
            due = unit.tx.cases_to_sweep(now)
        for case_id in due:
            with self._unit(now) as unit:
                sweep_case(unit, case_id)
        return len(due)

    def recalculate(self, now: datetime) -> int:
        """Compute the deadlines of all open cases by the calendar as it is now. Returns how many cases have moved."""
        with self._unit(now) as unit:
            running = unit.tx.running_cases()
        moved = 0
        for start in range(0, len(running), _CASES_A_UNIT):
            with self._unit(now) as unit:
                moved += sum(recalculate_case(unit, case_id) for case_id in running[start : start + _CASES_A_UNIT])
        return moved

    def profile(self, now: datetime) -> Profile | None:
        """Return the profile in force, None when there are none."""
        with self._unit(now) as unit:
            return unit.profile

    def give_order(
        self,
        department: str,
        text: str,
        *,
        check_in_by: datetime,
        actor: str,
        role: Role,
        now: datetime,
        case_id: str | None = None,
        place: str = "",
    ) -> Order:
        """Order a department to do something and to check in by a time. Raises Invalid, NotFound."""
        order = Order(str(uuid4()), department, text, actor, now, check_in_by, case_id, place)
        with self._unit(now) as unit:
            return give_order(unit, order, actor=Actor(actor, role))

    def check_in(
        self,
        order_id: str,
        *,
        actor: str,
        role: Role,
        now: datetime,
        note: str = "",
        expected_version: int | None = None,
    ) -> Order:
        """Note that a department has taken an order up. Raises NotFound, Outdated, IllegalMove."""
        with self._unit(now) as unit:
            return check_in(unit, order_id, actor=Actor(actor, role), note=note, expected_version=expected_version)

    def step_hot_spot(
        self,
        spot_id: str,
        to: SpotState,
        *,
        actor: str,
        role: Role,
        now: datetime,
        reason: str,
        expected_version: int | None = None,
    ) -> HotSpot:
        """Take a hot spot a step further. Raises NotFound, Outdated, IllegalMove, ReasonMissing."""
        who = Actor(actor, role)
        with self._unit(now) as unit:
            return step_hot_spot(unit, spot_id, to, actor=who, reason=reason, expected_version=expected_version)

    def profile_version(self, now: datetime) -> int:
        """Return a number that grows whenever another profile is switched to; 0 before the first time."""
        with self._unit(now) as unit:
            line = unit.tx.last_logged(PROFILE)
            return line.number if line else 0

    def switch_profile(
        self,
        profile_id: str,
        *,
        actor: str,
        role: Role,
        now: datetime,
        reason: str,
        expected_version: int | None = None,
    ) -> Profile:
        """Work by another profile from now on. Raises Invalid: no such profile, or no reason; Outdated."""
        who = Actor(actor, role)
        with self._unit(now) as unit:
            return switch_profile(unit, profile_id, actor=who, reason=reason, expected_version=expected_version)

    def case(self, case_id: str) -> Case:
        """Return a case. Raises NotFound."""
        return self.store.views.case_head(case_id)

    @contextmanager
    def _unit(self, now: datetime) -> Iterator[Unit]:
        if now.tzinfo is None:
            raise Invalid(f"{now} has no time zone", "Pass an aware time.")
        policy = self.policy  # another may be put in its place at any time
        with self.store.transaction() as tx:
            chosen = tx.last_logged(PROFILE) if policy.profiles else None
            profile = policy.profile(chosen.value if chosen else None)
            yield Unit(tx, now, Catalogue(self.matters, tx.catalogue, now), self.grid, policy, profile)


def _receive(unit: Unit, event: CloudEvent[Any]) -> Receipt:
    if unit.tx.is_taken(event.source, event.id):
        return Receipt(Result.repeated)
    receipt = _take(unit, event)
    if receipt.result is Result.unknown:
        # Not marked as received: should its report still come, a replay of this message finds it.
        log.warning("%s %s of %s speaks of something the desk has not seen", event.type, event.id, event.source)
    else:
        unit.tx.take(event.source, event.id, unit.now)
    return receipt


def _take(unit: Unit, event: CloudEvent[Any]) -> Receipt:
    match event.data:
        case EventReport() as report:
            return take_report(unit, report)
        case IncidentCleared() as cleared:
            return take_clearance(unit, cleared)
        case VerificationResult() as result:
            return take_result(unit, result)
        case LookAnswer() as answer:
            return take_answer(unit, answer)
        case CameraHealth() as health:
            return _take_health(unit, health)
        case _:
            raise Invalid(f"{event.type} is not a message for the desk", "Send it to the stream of its readers.")


def _take_health(unit: Unit, health: CameraHealth) -> Receipt:
    if not unit.tx.put_health(health):
        return Receipt(Result.repeated)
    message_id = f"{health.camera_id}:{health.at.isoformat()}"
    event = envelope(health, id=message_id, source=SOURCE, time=health.at, subject=health.camera_id)
    unit.tx.put_out(LOCAL_STREAM, health.camera_id, message_id, event.model_dump_json(), unit.now)
    return Receipt(Result.changed)
