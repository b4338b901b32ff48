"""The life cycle: the whole table, and what a move keeps."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from dispatch.case import FINAL, TABLE, Action, Actor, Case, Decision, Record, Role, legal_actions, move
from dispatch.config import ClockKind, Limit
from dispatch.contract import CaseState, Resolution, Stage
from dispatch.errors import Conflict, IllegalMove, Invalid, ReasonMissing
from dispatch.timing import Watch
from tests.dispatch.builders import PLACE, T0, at

WAITS = " extend>{0} suspend>suspended"
# state: what may happen to it -> where it leads. What is possible in most states is in the second table.
EXPECTED = {
    "reported": "decline>not_filed hold>review wait>grace file>filed clear>closed",
    "review": "decline>not_filed correct>review merge_into>not_filed undo>review file>filed handle>handled "
    "clear>closed",
    "filed": "dispatch>dispatched suspend>suspended handle>handled clear>closed undo>review",
    "dispatched": "accept>accepted return>returned handle>handled clear>closed undo>review" + WAITS,
    "accepted": "return>returned handle>handled clear>closed" + WAITS,
    "returned": "dispatch>dispatched suspend>suspended handle>handled clear>closed",
    "handled": "ask_camera>verifying ask_person>human_check",
    "verifying": "ask_again>verifying confirm_gone>closed still_there>rework ask_person>human_check",
    "rework": "return>returned handle>handled clear>closed" + WAITS,
    "human_check": "approve>closed reject>rework ask_camera>verifying handle>handled confirm_gone>closed",
    "closed": "",
    "not_filed": "undo>review",
    "voided": "",
    "grace": "file>filed decline>not_filed clear>not_filed handle>handled",
    "suspended": "resume>accepted clear>closed",
}
ANYWHERE = {"note", "answer"}
CLOCKS = ("warn_yellow", "warn_red", "overdue", "remind", "escalate", "recalculate")
WHILE_OPEN = {"merge": None, "void": "voided", **dict.fromkeys(CLOCKS)}
NO_FORCE = {"reported", "review", "grace"}


def a_case(state: CaseState, **changes: Any) -> Case:
    """A case that has used up none of what can be done a few times only."""
    values: dict[str, Any] = {
        "suspended_from": CaseState.accepted if state is CaseState.suspended else None,
        "decision": Decision(Action.decline, until=at(60)),
        "watches": (Watch(Stage.handle, Limit(value=2, clock=ClockKind.work_hour), ((T0, None),)),),
        **changes,
    }
    return Case("c1", "litter_exposed", state, 4, T0, T0, ("e1",), ("gate",), PLACE, **values)


def made_of(case: Case, action: Action, role: Role, **more: Any) -> tuple[Case, Record]:
    until = at(100) if action in {Action.suspend, Action.wait} else None
    return move(case, action, actor=Actor("Li", role), at=at(1), reason="because", until=until, **more)


def any_role(state: CaseState, action: Action) -> Role:
    return min(TABLE[state, action].roles)


@pytest.mark.parametrize("state", list(CaseState))
def test_the_table_is_the_written_one(state: CaseState) -> None:
    expected = dict(step.split(">") for step in EXPECTED[state].format(state).split())
    expected |= dict.fromkeys(ANYWHERE, state.value)
    if state not in FINAL:
        expected |= {action: to or state.value for action, to in WHILE_OPEN.items()}
        expected |= {} if state in NO_FORCE else {"force_close": "closed"}
    made = {
        action.value: made_of(a_case(state), action, any_role(state, action))[0].state.value
        for action in legal_actions(a_case(state))
    }
    assert made == expected


@pytest.mark.parametrize("state", list(CaseState))
def test_what_the_table_does_not_have_is_refused_with_what_it_has(state: CaseState) -> None:
    for action, role in product(Action, Role):
        legal = legal_actions(a_case(state), role)
        if action in legal:
            moved, record = made_of(a_case(state), action, role)
            assert (record.state_from, record.state, record.sequence, moved.version) == (state, moved.state, 5, 5)
            assert (record.actor, record.role, record.at, record.reason) == ("Li", role, at(1), "because")
            continue
        with pytest.raises(IllegalMove) as refused:
            made_of(a_case(state), action, role)
        for other in legal:
            assert other in refused.value.remedy


WHO_DECIDES = [
    ("human_check", "approve", {"operations", "dispatcher", "administrator"}),
    ("human_check", "reject", {"operations", "dispatcher", "administrator"}),
    ("verifying", "confirm_gone", {"camera"}),
    ("verifying", "still_there", {"camera"}),
    ("dispatched", "clear", {"camera"}),
    ("dispatched", "handle", {"operations", "dispatcher", "handler", "administrator", "machine"}),
    ("review", "file", {"operations", "dispatcher", "administrator", "machine"}),
    ("review", "decline", {"operations", "dispatcher", "administrator"}),
    ("reported", "decline", {"machine"}),
    ("dispatched", "void", {"operations", "dispatcher", "administrator"}),
    ("dispatched", "extend", {"dispatcher", "administrator"}),
    ("dispatched", "suspend", {"dispatcher", "administrator"}),
    ("dispatched", "force_close", {"dispatcher", "administrator"}),
    ("suspended", "resume", {"dispatcher", "administrator", "machine"}),
    ("grace", "clear", {"camera"}),
    ("review", "undo", {"operations", "dispatcher", "administrator"}),
]


@pytest.mark.parametrize(("state", "action", "roles"), WHO_DECIDES)
def test_only_who_may_decide_decides(state: str, action: str, roles: set[str]) -> None:
    assert {role.value for role in TABLE[CaseState(state), Action(action)].roles} == roles


@pytest.mark.parametrize("action", [Action.void, Action.note, Action.send_back])
@pytest.mark.parametrize("reason", ["", "  "])
def test_some_moves_need_a_reason(action: Action, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        move(a_case(CaseState.dispatched), action, actor=Actor("Li", Role.dispatcher), at=at(1), reason=reason)


def test_a_version_that_has_passed_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        move(
            a_case(CaseState.dispatched),
            Action.handle,
            actor=Actor("Li", Role.handler),
            at=at(1),
            expected_version=3,
        )


def test_an_end_is_dated_and_has_its_resolution_and_a_note_after_it_changes_neither() -> None:
    closed, record = move(
        a_case(CaseState.human_check), Action.approve, actor=Actor("Li", Role.dispatcher), at=at(9), reason="clean"
    )
    assert (closed.closed_at, closed.resolution, record.resolution) == (
        at(9),
        Resolution.verified_by_person,
        Resolution.verified_by_person,
    )
    noted, _ = move(closed, Action.note, actor=Actor("Li", Role.dispatcher), at=at(10), reason="filed on paper")
    assert (noted.state, noted.closed_at, noted.resolution) == (CaseState.closed, at(9), closed.resolution)


USED_UP = [
    ("accepted", Action.extend, {"extensions": 2}, "2 times"),
    ("accepted", Action.extend, {"watches": ()}, "no limit"),
    ("accepted", Action.suspend, {"suspensions": 1}, "once only"),
    ("not_filed", Action.undo, {"decision": None}, "no decision"),
    ("not_filed", Action.undo, {"decision": Decision(Action.decline, until=at(1))}, "until"),
]


@pytest.mark.parametrize(("state", "action", "changes", "said"), USED_UP)
def test_what_is_used_up_is_refused_and_not_among_what_is_legal(
    state: str, action: Action, changes: dict[str, Any], said: str
) -> None:
    case = a_case(CaseState(state), **changes)
    with pytest.raises(IllegalMove, match=said) as refused:
        made_of(case, action, Role.dispatcher)
    assert action not in legal_actions(case, Role.dispatcher, at=at(1))
    assert "note" in refused.value.remedy


@pytest.mark.parametrize(("action", "state"), [(Action.suspend, CaseState.accepted), (Action.wait, CaseState.reported)])
@pytest.mark.parametrize("until", [None, at(1), (T0 + timedelta(days=1)).replace(tzinfo=None)])
def test_a_window_needs_an_end_ahead(action: Action, state: CaseState, until: Any) -> None:
    role = any_role(state, action)
    with pytest.raises(Invalid, match="end in the future"):
        move(a_case(state), action, actor=Actor("Li", role), at=at(1), reason="because", until=until)


def test_a_suspension_lasts_a_year_at_most_and_leads_back_to_where_it_began() -> None:
    actor = Actor("Li", Role.dispatcher)
    for days, fits in ((365, True), (365.001, False)):
        until = at(1) + timedelta(days=days)
        if not fits:
            with pytest.raises(Invalid, match="365 days"):
                move(a_case(CaseState.rework), Action.suspend, actor=actor, at=at(1), reason="frost", until=until)
            continue
        case, _ = move(a_case(CaseState.rework), Action.suspend, actor=actor, at=at(1), reason="frost", until=until)
        assert (case.state, case.suspended_from, case.wake_at) == (CaseState.suspended, CaseState.rework, until)
        case, record = move(case, Action.resume, actor=actor, at=at(2), reason="thaw")
        assert (case.state, case.wake_at, case.suspensions) == (CaseState.rework, None, 1)
        assert (record.state_from, record.state) == (CaseState.suspended, CaseState.rework)


def test_who_accepts_or_handles_a_case_stays_its_handler_over_rework() -> None:
    case, _ = made_of(a_case(CaseState.dispatched), Action.accept, Role.handler)
    case, _ = move(case, Action.handle, actor=Actor("Wang", Role.handler), at=at(2))
    case, _ = move(case, Action.ask_camera, actor=Actor("gridpatrol", Role.machine), at=at(2))
    case, _ = move(case, Action.still_there, actor=Actor("gate", Role.camera), at=at(3), reason="seen")
    assert (case.state, case.handler) == (CaseState.rework, "Wang")
