"""A case, its history, and the one function that makes a move (the table of moves is `dispatch.moves`).

Pure: no IO and no clock. Every move appends one `Record`; nothing is overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.config import HandlingMode, Limit
from dispatch.contract import CaseState, Deadline, Evidence, GridMembership, Location, Resolution, Stage
from dispatch.errors import Conflict, IllegalMove, Invalid, ReasonMissing
from dispatch.moves import (
    BEFORE_FEEDBACK,
    CAN_SUSPEND,
    FINAL,
    MOVES,
    TABLE,
    WITH_HANDLER,
    Action,
    Move,
    Role,
    moves_from,
)
from dispatch.timing import Watch

__all__ = [
    "BEFORE_FEEDBACK",
    "CAN_SUSPEND",
    "FINAL",
    "MACHINE",
    "MAX_EXTENSIONS",
    "MAX_SUSPENSION",
    "MAX_SUSPENSIONS",
    "MOVES",
    "TABLE",
    "WITH_HANDLER",
    "Action",
    "Actor",
    "Case",
    "Decision",
    "Move",
    "Record",
    "Role",
    "deadlines_of",
    "legal_actions",
    "legal_row",
    "move",
    "moves_from",
    "open_case",
]

MAX_EXTENSIONS = 2
"""Extensions (延期) of one case."""
MAX_SUSPENSIONS = 1
"""Suspensions (挂账) of one case."""
MAX_SUSPENSION = timedelta(days=365)
"""Longest suspension."""


@dataclass(frozen=True)
class Record:
    """One line of a case's history: who did what when, from where to where, and why.

    Attributes:
        stage: whose clock it is about, for what the clocks say and for extensions.
    """

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
    stage: Stage | None = None


@dataclass(frozen=True)
class Decision:
    """A person's decision in the review queue that can still be taken back.

    Attributes:
        action: file, decline, merge_into or correct.
        until: until when it can be taken back.
        matter: the matter before it was corrected.
        merged_into, event_ids: the case that took the reports, and which, for `merge_into`.
    """

    action: Action
    until: datetime
    matter: str = ""
    merged_into: str | None = None
    event_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One incident on its way to closure. `version` is the sequence of its last record.

    Attributes:
        handler: who accepted or last handled it; rework goes back to them. Nobody once it was sent back.
        mode, team, level, severity: how it is handled, by which grid team, and how bad it is (0 to 1, None: unknown).
        limit: for handling, where it was assigned one; the matter's own when None.
        responder: who was asked to put it right before it is filed.
        round: rounds of asking the cameras, over the whole life of the case.
        round_of_feedback: the round in which the present feedback was first checked; tries are counted from it.
        ask_at: when the next round is due, while one is waited for.
        wake_at: when the grace window or the suspension ends.
        watches: the clocks of its stages, running or stopped, one a stage.
        attention_at: when its clocks next have something to say, or its window ends.
    """

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
    round_of_feedback: int = 0
    ask_at: datetime | None = None
    handler: str = ""
    mode: HandlingMode | None = None
    team: str = ""
    level: str = ""
    severity: float | None = None
    limit: Limit | None = None
    responder: str = ""
    suspended_from: CaseState | None = None
    suspensions: int = 0
    extensions: int = 0
    wake_at: datetime | None = None
    decision: Decision | None = None
    merged_into: str | None = None
    watches: tuple[Watch, ...] = ()
    attention_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the case has not ended."""
        return self.state not in FINAL

    def watch(self, stage: Stage) -> Watch | None:
        """Return the clock of a stage, None when it was never started."""
        return next((watch for watch in self.watches if watch.stage is stage), None)


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


def deadlines_of(case: Case) -> tuple[Deadline, ...]:
    """Return the deadlines of a case's stages as they stand."""
    return tuple(
        Deadline(
            stage=watch.stage,
            due_at=watch.due_at,
            running=watch.is_running,
            extensions=watch.extensions,
            provisional=watch.provisional,
        )
        for watch in case.watches
    )


def legal_actions(case: Case, role: Role | None = None, *, at: datetime | None = None) -> tuple[Action, ...]:
    """Return the actions that are legal for a case as it stands, for one role or for any.

    Args:
        at: the present time, for what is possible for some time only; None: as if all the time were left.
    """
    return tuple(action for action in moves_from(case.state, role) if _hindrance(case, action, at) is None)


def move(
    case: Case,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    evidence: tuple[Evidence, ...] = (),
    expected_version: int | None = None,
    until: datetime | None = None,
    stage: Stage | None = None,
) -> tuple[Case, Record]:
    """Make one move and return the case after it and the record of it.

    Args:
        at: aware time of the move.
        expected_version: the version the actor saw; None when the actor does not care.
        until: the end of a suspension or a grace window, aware.
        stage: whose clock the move is about.

    Raises:
        Conflict: the case has another version than expected.
        IllegalMove: the table has no such move from this state, or not for this role, or the case has used it up;
            names the legal ones.
        ReasonMissing: the move needs a reason.
        Invalid: a suspension or a grace window without an end, or with one that cannot be.
    """
    row = legal_row(case, action, actor=actor, at=at, expected_version=expected_version)
    if row.needs_reason and not reason.strip():
        raise ReasonMissing(f"{action} needs a reason", "Say in a few words why.")
    moved = _moved(case, row, at=at, until=_end(action, until, at))
    if action in {Action.accept, Action.handle}:
        moved = replace(moved, handler=actor.name)
    elif action is Action.send_back:
        moved = replace(moved, handler="")
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
        Stage.handle if action is Action.extend else stage,
    )
    return moved, record


def legal_row(case: Case, action: Action, *, actor: Actor, at: datetime, expected_version: int | None = None) -> Move:
    """Return the row of the table by which an actor may act now. Raises Conflict or IllegalMove, as `move` does."""
    if expected_version is not None and expected_version != case.version:
        raise Conflict(
            f"case {case.case_id} is at version {case.version} ({case.state}), you saw {expected_version}",
            "Read the case again and decide on what it says now.",
        )
    row = TABLE.get((case.state, action))
    if row is None or actor.role not in row.roles:
        raise _illegal(case, action, actor, row, at)
    hindrance = _hindrance(case, action, at)
    if hindrance is not None:
        raise IllegalMove(f"case {case.case_id} {hindrance}", _legal(case, actor, at))
    return row


def _moved(case: Case, row: Move, *, at: datetime, until: datetime | None) -> Case:
    """Return the case after a move that is legal."""
    moved = replace(case, version=case.version + 1, updated_at=at)
    if row.action is Action.extend:
        return replace(moved, extensions=case.extensions + 1)
    if row.action is Action.suspend:
        moved = replace(moved, suspended_from=case.state, suspensions=case.suspensions + 1)
    to = case.suspended_from if row.goes_back else row.to
    if to is None:
        return moved
    ended_at = at if to in FINAL else None
    return replace(
        moved,
        state=to,
        resolution=row.resolution,
        closed_at=ended_at,
        ask_at=None,
        wake_at=until,
        suspended_from=moved.suspended_from if to is CaseState.suspended else None,
        # What was decided can be taken back until somebody goes on with it; the machine's own dispatch is no such step.
        decision=case.decision if row.action is Action.dispatch and case.state is CaseState.filed else None,
    )


def _hindrance(case: Case, action: Action, at: datetime | None) -> str | None:
    """Return why a move that the table has cannot be made of this case, None when it can."""
    if action is Action.extend:
        if case.watch(Stage.handle) is None:
            return "has no limit for handling that could be extended"
        if case.extensions >= MAX_EXTENSIONS:
            return f"was extended {case.extensions} times, which is the most"
    if action is Action.suspend and case.suspensions >= MAX_SUSPENSIONS:
        return "was suspended before, and a case is suspended once only"
    if action is Action.undo and case.decision is None:
        return "has no decision that could be taken back: it was made by the program, or somebody has gone on since"
    if action is Action.undo and case.decision is not None and at is not None and at >= case.decision.until:
        return f"was decided on and could be taken back until {case.decision.until.isoformat()} only"
    return None


def _end(action: Action, until: datetime | None, at: datetime) -> datetime | None:
    """Return the end of a window that a move opens, None for other moves."""
    if action not in {Action.suspend, Action.wait}:
        return None
    if until is None or until.tzinfo is None or until <= at:
        raise Invalid(f"{action} needs an end in the future (until), with its time zone", "Say until when.")
    if action is Action.suspend and until - at > MAX_SUSPENSION:
        raise Invalid(
            f"until {until.isoformat()} is more than {MAX_SUSPENSION.days} days ahead", "Choose an earlier end."
        )
    return until


def _legal(case: Case, actor: Actor, at: datetime) -> str:
    legal = ", ".join(legal_actions(case, actor.role, at=at)) or "none"
    return f"Legal now for {actor.role}: {legal}."


def _illegal(case: Case, action: Action, actor: Actor, row: Move | None, at: datetime) -> IllegalMove:
    legal = _legal(case, actor, at)
    if row is None:
        return IllegalMove(f"{action} is not possible while case {case.case_id} is {case.state}", legal)
    makers = ", ".join(sorted(row.roles))
    return IllegalMove(f"{action} on a case in {case.state} is not for {actor.role}, but for {makers}", legal)
