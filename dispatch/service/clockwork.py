"""What the clocks of a case say and do: warnings, reminders, escalation, ends of windows, new deadlines."""

from __future__ import annotations

from dataclasses import replace

from dispatch.case import MACHINE, Action, Case
from dispatch.config import Mark
from dispatch.contract import CaseState, Stage
from dispatch.service.filing import end_grace
from dispatch.service.unit import Unit, change
from dispatch.timing import Watch, recalculated


def sweep_clocks(unit: Unit, case: Case) -> Case:
    """Say what has become due of one case, each thing once, and end the window that is over."""
    case = _say_due(unit, case)
    if case.wake_at is None or case.wake_at > unit.now:
        return case
    if case.state is CaseState.suspended:
        resumed = change(unit, case, Action.resume, actor=MACHINE, reason="the suspension is over")
        # A clock that had run out before the suspension, unswept, has its say now.
        return _say_due(unit, resumed)
    return end_grace(unit, case) if case.state is CaseState.grace else case


def _say_due(unit: Unit, case: Case) -> Case:
    for at, stage, mark in unit.policy.marks(case):
        if at <= unit.now:
            case = _say(unit, case, stage, mark)
    return case


def _say(unit: Unit, case: Case, stage: Stage, mark: Mark) -> Case:
    watches = tuple(
        replace(watch, said=(*watch.said, mark)) if watch.stage is stage else watch for watch in case.watches
    )
    due_at = next(watch.due_at for watch in case.watches if watch.stage is stage)
    reason = f"{stage}: due {due_at.isoformat(timespec='seconds')}" if due_at else stage.value
    told = unit.policy.told_of(case, mark)
    return change(
        unit,
        replace(case, watches=watches),
        Action(mark.value),
        actor=MACHINE,
        reason=f"{reason}; told: {told}" if told else reason,
        stage=stage,
    )


def recalculate_case(unit: Unit, case_id: str) -> bool:
    """Compute the deadlines of one case anew by the calendar as it is now; record it when one has moved."""
    case = unit.tx.case(case_id)
    calendar = unit.policy.calendar_of(case)
    watches = tuple(recalculated(watch, calendar) for watch in case.watches)
    moved = [
        f"{new.stage}: {_shown(old)} -> {_shown(new)}"
        for old, new in zip(case.watches, watches, strict=True)
        if (old.due_at, old.provisional) != (new.due_at, new.provisional)
    ]
    if moved:
        change(unit, replace(case, watches=watches), Action.recalculate, actor=MACHINE, reason="; ".join(moved))
    return bool(moved)


def _shown(watch: Watch) -> str:
    shown = "unknown" if watch.due_at is None else str(watch.due_at)
    return f"{shown} (provisional)" if watch.provisional else shown
