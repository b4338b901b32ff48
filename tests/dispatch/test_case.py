"""The life cycle: the whole table, and what a move keeps."""

from __future__ import annotations

from itertools import product

import pytest

from dispatch.case import FINAL, TABLE, Action, Actor, Case, Role, legal_actions, move
from dispatch.contract import CaseState, Resolution
from dispatch.errors import Conflict, IllegalMove, ReasonMissing
from tests.dispatch.builders import PLACE, T0, at

# state: what may happen to it -> where it leads. `merge`, `note`, `answer`, `void` are in the second table.
EXPECTED = {
    "reported": "decline>not_filed hold>review file>filed clear>closed",
    "review": "decline>not_filed file>filed handle>handled clear>closed",
    "filed": "dispatch>dispatched handle>handled clear>closed",
    "dispatched": "accept>accepted return>returned handle>handled clear>closed",
    "accepted": "return>returned handle>handled clear>closed",
    "returned": "dispatch>dispatched handle>handled clear>closed",
    "handled": "ask_camera>verifying ask_person>human_check",
    "verifying": "ask_again>verifying confirm_gone>closed still_there>rework ask_person>human_check",
    "rework": "return>returned handle>handled clear>closed",
    "human_check": "approve>closed reject>rework ask_camera>verifying handle>handled confirm_gone>closed",
    "closed": "",
    "not_filed": "",
    "voided": "",
    "grace": "",
    "suspended": "",
}
ANYWHERE = {"note", "answer"}
WHILE_OPEN = {"merge": None, "void": "voided"}


def a_case(state: CaseState) -> Case:
    return Case("c1", "litter_exposed", state, 4, T0, T0, ("e1",), ("gate",), PLACE)


def any_role(state: CaseState, action: Action) -> Role:
    return min(TABLE[state, action].roles)


@pytest.mark.parametrize("state", list(CaseState))
def test_the_table_is_the_written_one(state: CaseState) -> None:
    expected = dict(step.split(">") for step in EXPECTED[state].split())
    expected |= dict.fromkeys(ANYWHERE, state.value)
    if state not in FINAL:
        expected |= {action: to or state.value for action, to in WHILE_OPEN.items()}
    made = {
        action.value: move(
            a_case(state), action, actor=Actor("Li", any_role(state, action)), at=at(1), reason="because"
        )[0].state.value
        for action in legal_actions(state)
    }
    assert made == expected


@pytest.mark.parametrize("state", list(CaseState))
def test_what_the_table_does_not_have_is_refused_with_what_it_has(state: CaseState) -> None:
    for action, role in product(Action, Role):
        actor = Actor("Li", role)
        if action in legal_actions(state, role):
            moved, record = move(a_case(state), action, actor=actor, at=at(1), reason="because")
            assert (record.state_from, record.state, record.sequence, moved.version) == (state, moved.state, 5, 5)
            assert (record.actor, record.role, record.at, record.reason) == ("Li", role, at(1), "because")
            continue
        with pytest.raises(IllegalMove) as refused:
            move(a_case(state), action, actor=actor, at=at(1), reason="because")
        for other in legal_actions(state, role):
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
