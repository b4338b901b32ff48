"""What the indicators count of one case and of one camera's report, taken from the history. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from dispatch.calendar import WorkCalendar
from dispatch.config import HandlingMode
from dispatch.contract import CaseState, GridMembership, Resolution, Stage
from dispatch.errors import YearNotCovered
from dispatch.moves import Action, Role
from dispatch.timing import Watch, used


class Milestone(StrEnum):
    """The six times of a case, in their order."""

    reported = "reported"
    filed = "filed"
    dispatched = "dispatched"
    handled = "handled"
    verified = "verified"
    closed = "closed"


@dataclass(frozen=True)
class Step:
    """One line of a case's history, as far as it is counted."""

    action: Action
    role: Role
    state: CaseState
    at: datetime


@dataclass(frozen=True)
class CaseRecord:
    """A case as it is kept, with its history in order.

    Attributes:
        grid: its cell in every layer.
        camera_ids: of the cameras that reported it.
    """

    case_id: str
    version: int
    matter: str
    department: str
    state: CaseState
    resolution: Resolution | None
    opened_at: datetime
    closed_at: datetime | None
    mode: HandlingMode | None
    extensions: int
    recurrence_of: str | None
    watches: tuple[Watch, ...]
    grid: tuple[GridMembership, ...]
    camera_ids: tuple[str, ...]
    history: tuple[Step, ...]


@dataclass(frozen=True)
class CaseFacts:
    """What is counted of one case, as it stood at one moment.

    Attributes:
        times: when it passed each milestone; a milestone it has not passed is absent.
        is_void: it was no case after all; then it counts among the reports only.
        declined_by_person: a person decided that it is no case.
        late: stages whose time limit was exceeded.
        decided_at: when it was first decided whether it is filed.
        is_self_handled: it was for the grid itself (巡办合一), or ended before anybody was sent.
        reworks, returns: how often it came back, from verification and from the handler.
    """

    case_id: str
    matter: str
    department: str
    grid: tuple[GridMembership, ...]
    camera_ids: tuple[str, ...]
    times: dict[Milestone, datetime]
    is_void: bool
    declined_by_person: bool
    decided_at: datetime | None
    late: frozenset[Stage]
    reworks: int
    returns: int
    extensions: int
    is_repeat: bool
    is_self_handled: bool
    first_dispatch_returned: bool

    def passed(self, milestone: Milestone) -> bool:
        """Whether it has passed a milestone."""
        return milestone in self.times

    def between(self, begin: Milestone, end: Milestone) -> timedelta | None:
        """Return the time between two milestones; None when it has not passed both."""
        if begin not in self.times or end not in self.times:
            return None
        return self.times[end] - self.times[begin]

    def latencies(self) -> tuple[timedelta | None, ...]:
        """Return the time from each milestone to the one after it."""
        return tuple(self.between(begin, end) for begin, end in pairwise(Milestone))


_VERIFIED = frozenset({Action.confirm_gone, Action.approve})
_DECIDED = frozenset({Action.file, Action.decline})


def facts_of(case: CaseRecord, *, as_of: datetime, calendar: WorkCalendar) -> CaseFacts:
    """Return what is counted of a case.

    Args:
        as_of: the moment at which running clocks are read.
        calendar: of the department that handles it.
    """
    steps = case.history
    dispatches = [index for index, step in enumerate(steps) if step.action is Action.dispatch]
    first_return = next((index for index, step in enumerate(steps) if step.action is Action.send_back), None)
    declined = next((step for step in reversed(steps) if step.action is Action.decline), None)
    return CaseFacts(
        case_id=case.case_id,
        matter=case.matter,
        department=case.department,
        grid=case.grid,
        camera_ids=case.camera_ids,
        times=_times(case),
        is_void=case.state is CaseState.voided,
        declined_by_person=case.state is CaseState.not_filed
        and declined is not None
        and declined.role is not Role.machine,
        decided_at=next((step.at for step in steps if step.action in _DECIDED), None),
        late=late_stages(case.watches, as_of, calendar),
        reworks=sum(1 for step in steps if step.action in {Action.still_there, Action.reject}),
        returns=sum(1 for step in steps if step.action is Action.send_back),
        extensions=case.extensions,
        is_repeat=case.recurrence_of is not None,
        is_self_handled=case.mode is HandlingMode.self or not dispatches,
        first_dispatch_returned=bool(dispatches)
        and first_return is not None
        and (len(dispatches) == 1 or first_return < dispatches[1]),
    )


def _times(case: CaseRecord) -> dict[Milestone, datetime]:
    """Return the milestones that hold: what was taken back does not, and of several feedbacks the last counts."""
    times = {Milestone.reported: case.opened_at}
    if case.state in {CaseState.reported, CaseState.review, CaseState.grace, CaseState.not_filed}:
        return times
    last = {step.action: step.at for step in case.history}
    first_dispatch = next((step.at for step in case.history if step.action is Action.dispatch), None)
    verified = [step.at for step in case.history if step.action in _VERIFIED]
    found = {
        Milestone.filed: last.get(Action.file),
        Milestone.dispatched: first_dispatch,
        Milestone.handled: last.get(Action.handle),
        Milestone.verified: verified[-1] if verified and case.state is CaseState.closed else None,
        Milestone.closed: case.closed_at if case.state is CaseState.closed else None,
    }
    return times | {milestone: at for milestone, at in found.items() if at is not None}


def late_stages(watches: Sequence[Watch], as_of: datetime, calendar: WorkCalendar) -> frozenset[Stage]:
    """Return the stages whose time limit is exceeded at a moment."""
    return frozenset(watch.stage for watch in watches if _is_late(watch, as_of, calendar))


def _is_late(watch: Watch, as_of: datetime, calendar: WorkCalendar) -> bool:
    elapsed = sum((((end or as_of) - begin) for begin, end in watch.runs), timedelta())
    if elapsed <= watch.budget:
        return False  # no clock runs faster than time
    try:
        return used(watch, as_of, calendar) > watch.budget
    except YearNotCovered:
        return False


@dataclass(frozen=True)
class SeenRecord:
    """A camera's report as it is kept.

    Attributes:
        confirmed_at: when the camera was sure; `received_at`: when the desk had it.
        cleared_at: when the camera saw the thing gone.
    """

    case_id: str
    camera_id: str
    matter: str
    first_seen_at: datetime
    confirmed_at: datetime
    received_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True)
class ReportFacts:
    """A camera's report with what became of the case that it opened or joined."""

    seen: SeenRecord
    case: CaseFacts


@dataclass(frozen=True)
class CheckRecord:
    """A request to a camera to look again. `decided_at` None: not answered yet; `looks` 0: it never answered."""

    case_id: str
    camera_id: str
    asked_at: datetime
    due_at: datetime
    decided_at: datetime | None
    looks: int


@dataclass(frozen=True)
class Facts:
    """All that is counted of a period."""

    cases: tuple[CaseFacts, ...]
    reports: tuple[ReportFacts, ...]
    checks: tuple[CheckRecord, ...]

    def where(self, keep: Callable[[CaseFacts], bool]) -> Facts:
        """Return what is counted of some of the cases."""
        kept = {case.case_id for case in self.cases if keep(case)}
        return Facts(
            tuple(case for case in self.cases if case.case_id in kept),
            tuple(report for report in self.reports if report.case.case_id in kept),
            tuple(check for check in self.checks if check.case_id in kept),
        )
