"""The life cycle of a case as one table: who may do what from which state, and where it leads.

States (domain words): reported 上报, review 待审核, grace 自行整改期, not_filed 不立案, filed 立案, dispatched 派遣,
accepted 接收, handled 反馈, verifying 核查中, human_check 人工核查, rework 返工, returned 回退, suspended 挂账,
closed 结案, voided 作废.

What a row cannot say (how often, for how long) is in `dispatch.case.move`. Pure: no IO and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dispatch.contract import CaseState, Resolution


class Role(StrEnum):
    """Who may act. `machine` is the program itself, `camera` a camera's verdict carried out by it."""

    machine = "machine"
    camera = "camera"
    operations = "operations"
    dispatcher = "dispatcher"
    handler = "handler"
    administrator = "administrator"


class Action(StrEnum):
    """What can happen to a case."""

    report = "report"
    merge = "merge"
    note = "note"
    decline = "decline"
    hold = "hold"
    wait = "wait"
    correct = "correct"
    merge_into = "merge_into"
    undo = "undo"
    file = "file"
    dispatch = "dispatch"
    accept = "accept"
    send_back = "return"
    extend = "extend"
    suspend = "suspend"
    resume = "resume"
    handle = "handle"
    ask_camera = "ask_camera"
    ask_again = "ask_again"
    answer = "answer"
    confirm_gone = "confirm_gone"
    still_there = "still_there"
    ask_person = "ask_person"
    approve = "approve"
    reject = "reject"
    clear = "clear"
    force_close = "force_close"
    void = "void"
    warn_yellow = "warn_yellow"
    warn_red = "warn_red"
    overdue = "overdue"
    remind = "remind"
    escalate = "escalate"
    recalculate = "recalculate"


FINAL = frozenset({CaseState.not_filed, CaseState.closed, CaseState.voided})
"""States that end a case."""

BEFORE_FEEDBACK = frozenset(
    {
        CaseState.reported,
        CaseState.review,
        CaseState.grace,
        CaseState.filed,
        CaseState.dispatched,
        CaseState.accepted,
        CaseState.rework,
        CaseState.returned,
        CaseState.suspended,
    }
)
"""Open states in which nobody has yet said that the case was handled."""

WITH_HANDLER = frozenset({CaseState.dispatched, CaseState.accepted, CaseState.rework})
"""States in which a case waits for who must handle it."""

CAN_SUSPEND = WITH_HANDLER | {CaseState.filed, CaseState.returned}
"""States from which a case can be suspended, and to which it goes back."""


@dataclass(frozen=True)
class Move:
    """One row of the life cycle. `to` None keeps the state; `goes_back`: to the state before the suspension."""

    action: Action
    from_states: frozenset[CaseState]
    to: CaseState | None
    roles: frozenset[Role]
    needs_reason: bool = False
    resolution: Resolution | None = None
    goes_back: bool = False


_OPEN = frozenset(CaseState) - FINAL
_ANY = frozenset(CaseState)
_DESK = frozenset({Role.dispatcher, Role.administrator})
_OFFICE = _DESK | {Role.operations}
_PEOPLE = _OFFICE | {Role.handler}
_MACHINE = frozenset({Role.machine})
_CAMERA = frozenset({Role.camera})


def _from(*states: CaseState) -> frozenset[CaseState]:
    return frozenset(states)


_FILING = (
    Move(Action.merge, _OPEN, None, _MACHINE | _OFFICE),
    Move(Action.decline, _from(CaseState.reported), CaseState.not_filed, _MACHINE, needs_reason=True),
    Move(Action.decline, _from(CaseState.review, CaseState.grace), CaseState.not_filed, _OFFICE, needs_reason=True),
    Move(Action.hold, _from(CaseState.reported), CaseState.review, _MACHINE, needs_reason=True),
    Move(Action.wait, _from(CaseState.reported), CaseState.grace, _MACHINE, needs_reason=True),
    Move(Action.correct, _from(CaseState.review), None, _OFFICE, needs_reason=True),
    Move(Action.merge_into, _from(CaseState.review), CaseState.not_filed, _OFFICE, needs_reason=True),
    Move(
        Action.undo,
        _from(CaseState.review, CaseState.filed, CaseState.dispatched, CaseState.not_filed),
        CaseState.review,
        _OFFICE,
        needs_reason=True,
    ),
    Move(
        Action.file,
        _from(CaseState.reported, CaseState.review, CaseState.grace),
        CaseState.filed,
        _MACHINE | _OFFICE,
    ),
    Move(
        Action.clear,
        _from(CaseState.grace),
        CaseState.not_filed,
        _CAMERA,
        needs_reason=True,
        resolution=Resolution.self_cleared,
    ),
)
"""From a report to the decision whether it becomes a case that somebody must handle."""

_HANDLING = (
    Move(Action.dispatch, _from(CaseState.filed, CaseState.returned), CaseState.dispatched, _MACHINE | _DESK),
    Move(Action.accept, _from(CaseState.dispatched), CaseState.accepted, _PEOPLE | _MACHINE),
    Move(Action.send_back, WITH_HANDLER, CaseState.returned, _PEOPLE | _MACHINE, needs_reason=True),
    Move(Action.extend, WITH_HANDLER, None, _DESK, needs_reason=True),
    Move(Action.suspend, CAN_SUSPEND, CaseState.suspended, _DESK, needs_reason=True),
    Move(Action.resume, _from(CaseState.suspended), None, _DESK | _MACHINE, needs_reason=True, goes_back=True),
    # In-grid handling (巡办合一): who stands before it may clear it before it was reviewed or accepted.
    Move(
        Action.handle,
        WITH_HANDLER | {CaseState.review, CaseState.grace, CaseState.filed, CaseState.returned, CaseState.human_check},
        CaseState.handled,
        _PEOPLE | _MACHINE,
    ),
    Move(
        Action.clear,
        BEFORE_FEEDBACK - {CaseState.grace},
        CaseState.closed,
        _CAMERA,
        needs_reason=True,
        resolution=Resolution.self_cleared,
    ),
)
"""From dispatch to the handler's word."""

_VERIFYING = (
    Move(Action.ask_camera, _from(CaseState.handled), CaseState.verifying, _MACHINE),
    Move(Action.ask_camera, _from(CaseState.human_check), CaseState.verifying, _OFFICE),
    Move(Action.ask_again, _from(CaseState.verifying), None, _MACHINE, needs_reason=True),
    Move(Action.answer, _ANY, None, _CAMERA | _MACHINE, needs_reason=True),
    Move(
        Action.confirm_gone,
        _from(CaseState.verifying, CaseState.human_check),
        CaseState.closed,
        _CAMERA,
        needs_reason=True,
        resolution=Resolution.verified_by_camera,
    ),
    Move(Action.still_there, _from(CaseState.verifying), CaseState.rework, _CAMERA, needs_reason=True),
    Move(
        Action.ask_person,
        _from(CaseState.handled, CaseState.verifying),
        CaseState.human_check,
        _MACHINE,
        needs_reason=True,
    ),
    Move(
        Action.approve,
        _from(CaseState.human_check),
        CaseState.closed,
        _OFFICE,
        needs_reason=True,
        resolution=Resolution.verified_by_person,
    ),
    Move(Action.reject, _from(CaseState.human_check), CaseState.rework, _OFFICE, needs_reason=True),
)
"""From feedback to closure."""

_ALWAYS = (
    Move(Action.note, _ANY, None, _MACHINE | _CAMERA | _PEOPLE, needs_reason=True),
    Move(
        Action.force_close,
        _OPEN - {CaseState.reported, CaseState.review, CaseState.grace},
        CaseState.closed,
        _DESK,
        needs_reason=True,
        resolution=Resolution.forced,
    ),
    Move(Action.void, _OPEN, CaseState.voided, _OFFICE, needs_reason=True, resolution=Resolution.void),
    *(
        Move(action, _OPEN, None, _MACHINE, needs_reason=True)
        for action in (
            Action.warn_yellow,
            Action.warn_red,
            Action.overdue,
            Action.remind,
            Action.escalate,
            Action.recalculate,
        )
    ),
)
"""What can happen at any stage: words, ends by decision, and what the clocks say."""

MOVES: tuple[Move, ...] = _FILING + _HANDLING + _VERIFYING + _ALWAYS
"""The whole life cycle. `report` is not in it: it makes the case (`dispatch.case.open_case`)."""


def _table() -> Mapping[tuple[CaseState, Action], Move]:
    table: dict[tuple[CaseState, Action], Move] = {}
    for move in MOVES:
        for state in move.from_states:
            if (state, move.action) in table:
                raise ValueError(f"two moves for {move.action} from {state}")
            table[state, move.action] = move
    return MappingProxyType(table)


TABLE = _table()
"""(state, action) -> move."""


def moves_from(state: CaseState, role: Role | None = None) -> tuple[Action, ...]:
    """Return the actions that the table has from a state, for one role or for any."""
    return tuple(action for (s, action), move in TABLE.items() if s is state and (role is None or role in move.roles))
