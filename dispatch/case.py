"""The life cycle of a case: one table of moves, and the function that makes one.

States (domain words): reported 上报, review 待审核, not_filed 不立案, filed 立案, dispatched 派遣, accepted 接收,
handled 反馈, verifying 核查中, human_check 人工核查, rework 返工, returned 回退, suspended 挂账, closed 结案,
voided 作废.
`grace` and `suspended` are reserved for the grace window and the clocks; no move of this version reaches them.

Pure: no IO and no clock. Every move appends one `Record`; nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from dispatch.contract import CaseState, Evidence, GridMembership, Location, Resolution
from dispatch.errors import Conflict, IllegalMove, ReasonMissing


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
    file = "file"
    dispatch = "dispatch"
    accept = "accept"
    send_back = "return"
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
    void = "void"


FINAL = frozenset({CaseState.not_filed, CaseState.closed, CaseState.voided})
"""States that end a case."""

BEFORE_FEEDBACK = frozenset(
    {
        CaseState.reported,
        CaseState.review,
        CaseState.filed,
        CaseState.dispatched,
        CaseState.accepted,
        CaseState.rework,
        CaseState.returned,
    }
)
"""Open states in which nobody has yet said that the case was handled."""


@dataclass(frozen=True)
class Move:
    """One row of the life cycle. `to` None keeps the state."""

    action: Action
    from_states: frozenset[CaseState]
    to: CaseState | None
    roles: frozenset[Role]
    needs_reason: bool = False
    resolution: Resolution | None = None


_OPEN = frozenset(CaseState) - FINAL
_ANY = frozenset(CaseState)
_DESK = frozenset({Role.dispatcher, Role.administrator})
_OFFICE = _DESK | {Role.operations}
_PEOPLE = _OFFICE | {Role.handler}
_MACHINE = frozenset({Role.machine})
_CAMERA = frozenset({Role.camera})


def _from(*states: CaseState) -> frozenset[CaseState]:
    return frozenset(states)


MOVES: tuple[Move, ...] = (
    Move(Action.merge, _OPEN, None, _MACHINE),
    Move(Action.note, _ANY, None, _MACHINE | _CAMERA | _PEOPLE, needs_reason=True),
    Move(Action.decline, _from(CaseState.reported), CaseState.not_filed, _MACHINE, needs_reason=True),
    Move(Action.decline, _from(CaseState.review), CaseState.not_filed, _OFFICE, needs_reason=True),
    Move(Action.hold, _from(CaseState.reported), CaseState.review, _MACHINE, needs_reason=True),
    Move(Action.file, _from(CaseState.reported, CaseState.review), CaseState.filed, _MACHINE | _OFFICE),
    Move(Action.dispatch, _from(CaseState.filed, CaseState.returned), CaseState.dispatched, _MACHINE | _DESK),
    Move(Action.accept, _from(CaseState.dispatched), CaseState.accepted, _PEOPLE | _MACHINE),
    Move(
        Action.send_back,
        _from(CaseState.dispatched, CaseState.accepted, CaseState.rework),
        CaseState.returned,
        _PEOPLE | _MACHINE,
        needs_reason=True,
    ),
    # In-grid handling (巡办合一): who stands before it may clear it before it was reviewed or accepted.
    Move(
        Action.handle,
        _from(
            CaseState.review,
            CaseState.filed,
            CaseState.dispatched,
            CaseState.accepted,
            CaseState.rework,
            CaseState.returned,
            CaseState.human_check,
        ),
        CaseState.handled,
        _PEOPLE | _MACHINE,
    ),
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
    Move(
        Action.clear,
        BEFORE_FEEDBACK,
        CaseState.closed,
        _CAMERA,
        needs_reason=True,
        resolution=Resolution.self_cleared,
    ),
    Move(Action.void, _OPEN, CaseState.voided, _OFFICE, needs_reason=True, resolution=Resolution.void),
)
"""The whole life cycle. `report` is not in it: it makes the case (`open_case`)."""


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


@dataclass(frozen=True)
class Record:
    """One line of a case's history: who did what when, from where to where, and why."""

    sequence: int
    action: Action
    state_from: CaseState | None
    state: CaseState
    actor: str
    role: Role
    at: datetime
    reason: str = ""
    resolution: Resolution | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Case:
    """One incident on its way to closure. `version` is the sequence of its last record."""

    case_id: str
    matter: str
    state: CaseState
    version: int
    opened_at: datetime
    updated_at: datetime
    event_ids: tuple[str, ...]
    camera_ids: tuple[str, ...]
    location: Location
    grid: tuple[GridMembership, ...] = ()
    department: str = ""
    resolution: Resolution | None = None
    closed_at: datetime | None = None
    recurrence_of: str | None = None
    round: int = 0
    """Rounds of asking the cameras, over the whole life of the case."""
    round_of_feedback: int = 0
    """The round in which the present feedback was first checked; tries are counted from it."""
    ask_at: datetime | None = None
    """When the next round is due, while one is waited for."""

    @property
    def is_open(self) -> bool:
        """Whether the case has not ended."""
        return self.state not in FINAL


@dataclass(frozen=True)
class Actor:
    """Who acts: a name and the role in which."""

    name: str
    role: Role


MACHINE = Actor("gridpatrol", Role.machine)
"""The program itself."""


def open_case(case: Case, *, actor: Actor, evidence: tuple[Evidence, ...] = ()) -> Record:
    """Return the first record of a new case, which must be in `reported` with version 1."""
    if case.state is not CaseState.reported or case.version != 1:
        raise IllegalMove(f"a case begins in reported with version 1, not in {case.state} with {case.version}")
    reason = f"recurrence of {case.recurrence_of}" if case.recurrence_of else ""
    return Record(1, Action.report, None, case.state, actor.name, actor.role, case.opened_at, reason, None, evidence)


def legal_actions(state: CaseState, role: Role | None = None) -> tuple[Action, ...]:
    """Return the actions that the table has from a state, for one role or for any."""
    return tuple(action for (s, action), move in TABLE.items() if s is state and (role is None or role in move.roles))


def move(
    case: Case,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    evidence: tuple[Evidence, ...] = (),
    expected_version: int | None = None,
) -> tuple[Case, Record]:
    """Make one move and return the case after it and the record of it.

    Args:
        at: aware time of the move.
        expected_version: the version the actor saw; None when the actor does not care.

    Raises:
        Conflict: the case has another version than expected.
        IllegalMove: the table has no such move from this state, or not for this role; names the legal ones.
        ReasonMissing: the move needs a reason.
    """
    if expected_version is not None and expected_version != case.version:
        raise Conflict(
            f"case {case.case_id} is at version {case.version} ({case.state}), you saw {expected_version}",
            "Read the case again and decide on what it says now.",
        )
    row = TABLE.get((case.state, action))
    if row is None or actor.role not in row.roles:
        raise _illegal(case, action, actor, row)
    if row.needs_reason and not reason.strip():
        raise ReasonMissing(f"{action} needs a reason", "Say in a few words why.")
    moved = replace(case, version=case.version + 1, updated_at=at)
    if row.to is not None:
        ended_at = at if row.to in FINAL else None
        moved = replace(moved, state=row.to, resolution=row.resolution, closed_at=ended_at, ask_at=None)
    record = Record(
        moved.version,
        action,
        case.state,
        moved.state,
        actor.name,
        actor.role,
        at,
        reason,
        moved.resolution if row.to else None,
        evidence,
    )
    return moved, record


def _illegal(case: Case, action: Action, actor: Actor, row: Move | None) -> IllegalMove:
    legal = ", ".join(legal_actions(case.state, actor.role)) or "none"
    if row is None:
        what = f"{action} is not possible while case {case.case_id} is {case.state}"
    else:
        what = f"{action} on a case in {case.state} is not for {actor.role}, but for {', '.join(sorted(row.roles))}"
    return IllegalMove(what, f"Legal now for {actor.role}: {legal}.")
