"""What the API answers and takes: pydantic at the rim. Pixels, places and times as in `dispatch.contract`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from dispatch.case import TABLE, Action, Case, Record, Role, deadlines_of
from dispatch.closure import Check
from dispatch.config import HandlingMode, Names
from dispatch.contract import (
    BoxXyxy,
    CameraHealth,
    CameraState,
    CaseState,
    Deadline,
    EventReport,
    Evidence,
    FaultType,
    GridMembership,
    Location,
    Resolution,
    Stage,
    Verdict,
)
from dispatch.service import Result
from dispatch.views import CameraInfo, EventView

T = TypeVar("T")


class PersonRole(StrEnum):
    """Roles that a person can act in."""

    operations = "operations"
    dispatcher = "dispatcher"
    handler = "handler"
    administrator = "administrator"


class PersonAction(StrEnum):
    """Moves that a person makes one by one; feedback has a route of its own."""

    accept = "accept"
    approve = "approve"
    ask_camera = "ask_camera"
    correct = "correct"
    decline = "decline"
    dispatch = "dispatch"
    extend = "extend"
    file = "file"
    force_close = "force_close"
    merge_into = "merge_into"
    note = "note"
    reject = "reject"
    resume = "resume"
    send_back = "return"
    suspend = "suspend"
    undo = "undo"
    void = "void"


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
IN_WHOSE_NAME = "from programs: in which person's name; people act in their own"
IN_WHICH_ROLE = "when you have several; the least one that may make the move when absent"
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class Answer(BaseModel):
    """Base of what the API answers."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """Base of what the API takes: unknown keys are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ListOf(Answer, Generic[T]):
    """A page, newest first. Pass `next` as `cursor` for the page after it; null at the end."""

    items: tuple[T, ...]
    next: str | None = None


class EventItem(Answer):
    """A report of a camera or, with `camera_id` null, of a person."""

    event_id: str
    case_id: str
    relation: str = Field(description="new: opened the case; same: joined it; recurrence: opened one that follows")
    matter: str
    camera_id: str | None = None
    zone: str | None = None
    class_name: str | None = None
    first_seen_at: AwareDatetime
    confirmed_at: AwareDatetime
    received_at: AwareDatetime
    cleared_at: AwareDatetime | None = Field(default=None, description="when its camera saw the incident gone")
    box_xyxy_px: BoxXyxy | None = None
    resolution_wh: tuple[int, int] | None = None
    confidence: float | None = None
    location: Location
    evidence: tuple[Evidence, ...] = ()
    model: str | None = None
    reporter: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, view: EventView) -> Self:
        """Return the answer for a report."""
        report = view.report
        kept: dict[str, Any] = {
            "case_id": view.case_id,
            "relation": view.relation,
            "received_at": view.received_at,
            "cleared_at": view.cleared_at,
        }
        if isinstance(report, EventReport):
            return cls(**report.model_dump(exclude={"zone_purpose"}), **kept)
        values = report.model_dump(exclude={"seen_at"})
        return cls(**values, first_seen_at=report.seen_at, confirmed_at=report.seen_at, **kept)


_OF_CASE = frozenset({"until", "deadlines", "undo_until", "picture"})
"""Fields of the answer that a case has under other names, or elsewhere."""


class CaseItem(Answer):
    """A case as it stands."""

    case_id: str
    matter: str
    state: CaseState
    resolution: Resolution | None = None
    version: int = Field(description="grows with every record; send it as expected_version with a move")
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    event_ids: tuple[str, ...]
    camera_ids: tuple[str, ...]
    location: Location
    grid: tuple[GridMembership, ...] = ()
    department: str = ""
    recurrence_of: str | None = Field(default=None, description="the earlier case at this place")
    handler: str = Field(default="", description="who accepted or last handled it")
    mode: HandlingMode | None = Field(default=None, description="how it is to be handled")
    team: str = Field(default="", description="grid team, for the modes self and joint")
    level: str = Field(default="", description="level of severity, where the matter has levels")
    severity: float | None = Field(default=None, description="0 to 1; null where nothing of it is known")
    responder: str = Field(default="", description="who was asked to put it right before it is filed")
    until: AwareDatetime | None = Field(default=None, description="end of the grace window or of the suspension")
    extensions: int = 0
    suspensions: int = 0
    deadlines: tuple[Deadline, ...] = Field(default=(), description="the stages' deadlines as they stand")
    merged_into: str | None = Field(default=None, description="the case that took this one's reports")
    undo_until: AwareDatetime | None = Field(default=None, description="until when the last decision can be undone")
    picture: Evidence | None = Field(default=None, description="to know it by, in a list that was asked for pictures")

    @classmethod
    def of(cls, case: Case) -> Self:
        """Return the answer for a case."""
        kept = {name: getattr(case, name) for name in CaseItem.model_fields if name not in _OF_CASE}
        undo_until = case.decision.until if case.decision else None
        return cls(**kept, until=case.wake_at, deadlines=deadlines_of(case), undo_until=undo_until)


_NEEDS = {Action.suspend: ("until",), Action.correct: ("matter",), Action.merge_into: ("into",)}


class MoveItem(Answer):
    """A move that is legal now for a role."""

    action: Action
    to: CaseState = Field(description="the state after it")
    needs_reason: bool
    needs: tuple[str, ...] = Field(default=(), description="further fields that must be given: until, matter, into")

    @classmethod
    def of(cls, case: Case, action: Action) -> Self:
        """Return the answer for a move of a case."""
        row = TABLE[case.state, action]
        to = (case.suspended_from if row.goes_back else row.to) or case.state
        return cls(action=action, to=to, needs_reason=row.needs_reason, needs=_NEEDS.get(action, ()))


class HistoryItem(Answer):
    """One line of a case's history."""

    sequence: int
    action: Action
    state_from: CaseState | None
    state: CaseState
    actor: str
    role: Role
    at: AwareDatetime
    reason: str = ""
    resolution: Resolution | None = None
    evidence: tuple[Evidence, ...] = ()
    stage: Stage | None = Field(default=None, description="whose clock it is about")

    @classmethod
    def of(cls, record: Record) -> Self:
        """Return the answer for a line of history."""
        return cls(**{name: getattr(record, name) for name in cls.model_fields})


class VerificationItem(Answer):
    """One request to a camera to look again, and its answer."""

    request_id: str
    event_id: str
    camera_id: str
    round: int
    asked_at: AwareDatetime
    due_at: AwareDatetime
    verdict: Verdict | None = None
    reason: str = ""
    looks: int = 0
    decided_at: AwareDatetime | None = None
    outdated: bool = Field(default=False, description="the answer came too late to change anything")
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, check: Check) -> Self:
        """Return the answer for a check."""
        return cls(
            request_id=check.request.request_id,
            event_id=check.request.event_id,
            camera_id=check.request.camera_id,
            asked_at=check.request.asked_at,
            round=check.round,
            due_at=check.due_at,
            verdict=check.verdict,
            reason=check.reason,
            looks=check.looks,
            decided_at=check.decided_at,
            outdated=check.outdated,
            evidence=check.evidence,
        )


class ZoneItem(Answer):
    """A zone on a camera's picture."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    purpose: str
    resolution_wh: tuple[int, int] = Field(description="size of the picture on which the polygon was drawn")
    polygon_px: tuple[tuple[float, float], ...]
    names: Names | None = Field(default=None, description="what operators call it; null: it has its id only")


class CameraItem(Answer):
    """A camera: what is configured, and whether it is watching."""

    camera_id: str
    name_en: str
    name_zh: str
    location: Location
    matters: tuple[str, ...] = ()
    zones: tuple[ZoneItem, ...] = ()
    mode: str
    look_interval_s: float
    looks: int = Field(default=0, description="since the node started")
    last_look_at: AwareDatetime | None = None
    model: str = Field(default="", description="that looks at its pictures now")
    look_s: float | None = Field(default=None, description="seconds that a look takes, mean of the latest")
    gap_s: float | None = Field(default=None, description="seconds between two looks, mean of the latest")
    load: float | None = Field(
        default=None, description="share of the node's looking time that this camera takes; all together have 1"
    )
    state: CameraState | None = Field(default=None, description="null: it has not said a word yet")
    fault: FaultType | None = None
    detail: str = ""
    since: AwareDatetime | None = Field(default=None, description="since when it is in this state")

    @classmethod
    def of(cls, info: CameraInfo, health: CameraHealth | None) -> Self:
        """Return the answer for a camera."""
        values = {name: getattr(info, name) for name in CameraInfo.__dataclass_fields__}
        values["load"] = info.load
        values["zones"] = tuple(ZoneItem.model_validate(zone) for zone in info.zones)
        if health is not None:
            values |= health.model_dump(include={"state", "fault", "detail", "since"})
        return cls(**values)


class Feedback(Body):
    """A handler's word that a case was dealt with."""

    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description=IN_WHICH_ROLE)
    note: Text = ""
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20, description="pictures of the evidence store")
    expected_version: int | None = Field(default=None, ge=1, le=2**31, description="refuse if the case has changed")


class Move(Body):
    """A person's move of a case."""

    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description=IN_WHICH_ROLE)
    reason: Text = Field(default="", description="needed by most moves")
    department: Name | None = Field(default=None, description="for dispatch: to whom, when not the matter's own")
    until: AwareDatetime | None = Field(default=None, description="for suspend: until when, one year at most")
    matter: Name | None = Field(default=None, description="for correct: which matter it is")
    into: Name | None = Field(default=None, description="for merge_into: the case that it is part of")
    expected_version: int | None = Field(default=None, ge=1, le=2**31, description="refuse if the case has changed")


class NewReport(Body):
    """Somebody saw an incident."""

    matter: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    location: Location
    reporter: Name | None = Field(default=None, description="who saw it; you when absent")
    note: Text = ""
    seen_at: AwareDatetime | None = Field(default=None, description="now when absent")
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20, description="pictures of the evidence store")


class ReportReceipt(Answer):
    """What became of a report."""

    event_id: str
    result: Result
    case_id: str
