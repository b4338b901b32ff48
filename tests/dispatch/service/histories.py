"""What must hold of every history, and when a decision can no longer be taken back."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from dispatch.case import MAX_EXTENSIONS, MAX_SUSPENSIONS, TABLE, Action, Case
from dispatch.contract import CaseState, EventReport, Resolution, Verdict
from dispatch.store import SqlStore
from dispatch.views import CaseFilter, CaseView


def places_seen(view: CaseView) -> set[tuple[str, str, float]]:
    """Return the places in pictures at which a matter was reported and has not been seen to go."""
    return {
        (event.report.matter, event.report.camera_id, round(event.report.box_xyxy_px[0], -1))
        for event in view.events
        if isinstance(event.report, EventReport) and event.cleared_at is None
    }


def check_history_and_closure(view: CaseView) -> None:
    """Every step follows from the one before by a move of the table; a camera closes only what it saw gone."""
    steps = view.history
    assert [step.sequence for step in steps] == list(range(1, view.case.version + 1))
    assert (steps[0].action, steps[0].state_from) == (Action.report, None)
    suspended_from = None
    for before, step in pairwise(steps):
        assert step.state_from is before.state
        row = TABLE[before.state, step.action]
        assert step.role in row.roles
        assert step.at >= before.at
        assert step.reason.strip() or not row.needs_reason
        if step.action is Action.suspend:
            suspended_from = before.state
        assert step.state is ((suspended_from if row.goes_back else row.to) or before.state)
    assert steps[-1].state is view.case.state
    actions = [step.action for step in steps]
    assert actions.count(Action.suspend) <= MAX_SUSPENSIONS
    assert actions.count(Action.extend) <= MAX_EXTENSIONS
    _check_closure(view)


def _check_closure(view: CaseView) -> None:
    case = view.case
    answers = [check for check in view.checks if check.round == case.round and not check.outdated]
    seen = [event for event in view.events if isinstance(event.report, EventReport)]
    # A camera that sees something there after the end takes its earlier word back; that does not change the end.
    ended = next((r.sequence for r in view.history if r.state is CaseState.closed), 0)
    late = any(r.action is Action.answer and "present" in r.reason for r in view.history[ended:])
    gone = bool(seen) and (late or all(event.cleared_at is not None for event in seen))
    if case.resolution is Resolution.verified_by_camera:
        assert gone or any(check.verdict is Verdict.absent for check in answers)
        assert all(check.verdict is not Verdict.present for check in answers)
    if case.resolution is Resolution.self_cleared:
        assert gone
    if case.state is CaseState.verifying:
        assert case.ask_at is not None or any(check.decided_at is None for check in answers)


def is_too_late(store: SqlStore, case: Case, now: datetime) -> bool:
    """Whether what was decided in review cannot be taken back: its time is over, or somebody has gone on."""
    decision = case.decision
    if decision is None or now >= decision.until:
        return True
    cases = {other.case_id: other for other in store.views.cases(CaseFilter(), limit=500).items}
    views = {case_id: store.views.case(case_id) for case_id in cases}
    if not case.is_open and any(
        view.case.is_open and places_seen(view) & places_seen(views[case.case_id]) for view in views.values()
    ):
        return True
    if not case.is_open and any(other.recurrence_of == case.case_id and other.is_open for other in cases.values()):
        return True
    if decision.merged_into is None:
        return False
    target, moved = cases[decision.merged_into], decision.event_ids
    if target.state is CaseState.verifying:
        return True
    return not target.is_open or target.event_ids[-len(moved) :] != moved
