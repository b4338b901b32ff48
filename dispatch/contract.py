"""The messages that cross between the camera side and the dispatch side, and out to a city's dispatch system.

The only module both sides share. Every message is a frozen pydantic model; on a stream it travels as the `data` of a
CloudEvents 1.0 envelope (`CloudEvent`). Pixels are in the source picture's frame (origin top left, x right, y down);
longitudes and latitudes are WGS84 degrees (EPSG:4326); times are aware UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

REPORTS_STREAM = "gridpatrol.reports"
"""Camera side -> dispatch side: reports, clearances, verification results, answers to looks, camera health."""
REQUESTS_STREAM = "gridpatrol.requests"
"""Dispatch side -> camera side: verification requests, requests for a look."""
CASES_STREAM = "gridpatrol.cases"
"""Dispatch side -> the city's dispatch system and any other consumer."""
SUPERVISION_STREAM = "gridpatrol.supervision"
"""Dispatch side -> any consumer: orders to departments and recurring hot spots."""


class Message(BaseModel):
    """Base of all messages: immutable; unknown fields are ignored so that an older consumer reads a newer producer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


BoxXyxy = Annotated[tuple[float, float, float, float], Field(description="[x1, y1, x2, y2] in source pixels")]


class Location(Message):
    """A place on the ground with the radius that covers the true place in at least 95 % of trials."""

    lon: float = Field(ge=-180, le=180, description="WGS84 degrees")
    lat: float = Field(ge=-90, le=90, description="WGS84 degrees")
    error_m: float = Field(ge=0, description="radius in metres")


class EvidenceKind(StrEnum):
    """What a picture shows."""

    wide = "wide"
    close = "close"
    reference = "reference"
    before = "before"
    after = "after"


class Evidence(Message):
    """One stored picture. `key` is its address in the evidence store, `sha256` the hash of its bytes."""

    key: str
    kind: EvidenceKind
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    captured_at: AwareDatetime
    size_wh: tuple[int, int]


class EventReport(Message):
    """An incident that a rule has confirmed on one camera. Reported once per incident."""

    event_id: str = Field(description="stable over restarts and repeats: the idempotency key of the incident")
    matter: str
    camera_id: str
    zone: str
    zone_purpose: str
    class_name: str | None = Field(default=None, description="what the detector calls it; null where it has no name")
    first_seen_at: AwareDatetime
    confirmed_at: AwareDatetime
    box_xyxy_px: BoxXyxy
    resolution_wh: tuple[int, int] = Field(description="size of the source picture that box_xyxy_px refers to")
    confidence: float = Field(ge=0, le=1)
    location: Location
    evidence: tuple[Evidence, ...] = ()
    model: str = Field(default="", description="name and version of the detector in service")
    area_m2: float | None = Field(default=None, ge=0, description="size, facing the camera; null without calibration")


class IncidentCleared(Message):
    """The camera saw, over several valid looks and unasked, that a reported incident is no longer there."""

    event_id: str
    matter: str
    camera_id: str
    first_missed_at: AwareDatetime = Field(description="first look on which it was gone")
    cleared_at: AwareDatetime
    reason: str
    evidence: tuple[Evidence, ...] = ()


class VerificationRequest(Message):
    """A case was reported handled: look again."""

    request_id: str
    case_id: str
    event_id: str
    camera_id: str
    matter: str
    box_xyxy_px: BoxXyxy
    asked_at: AwareDatetime


class Verdict(StrEnum):
    """Outcome of a verification. `inconclusive` is never treated as `absent`."""

    present = "present"
    absent = "absent"
    inconclusive = "inconclusive"


class VerificationResult(Message):
    """What the camera saw when it looked again."""

    request_id: str
    case_id: str
    event_id: str
    camera_id: str
    matter: str
    verdict: Verdict
    reason: str
    looks: int = Field(ge=0, description="valid looks the verdict rests on")
    asked_at: AwareDatetime
    decided_at: AwareDatetime
    evidence: tuple[Evidence, ...] = ()


class LookRequest(Message):
    """Somebody wants to see what a camera shows now: out of turn, without a verdict on any incident."""

    look_id: str
    camera_id: str
    case_id: str | None = Field(default=None, description="the case that it is wanted for")
    asked_at: AwareDatetime
    until: AwareDatetime = Field(description="after this nobody waits for it any more")


class FaultType(StrEnum):
    """What is wrong with a camera's view."""

    frozen = "frozen"
    covered = "covered"
    blurred = "blurred"
    moved = "moved"
    corrupt = "corrupt"
    lost = "lost"


class SeenObject(Message):
    """One object that the detector found on a picture."""

    class_name: str
    confidence: float = Field(ge=0, le=1)
    box_xyxy_px: BoxXyxy


class Sight(Message):
    """What one look at a camera's picture showed."""

    taken_at: AwareDatetime = Field(description="when the picture was taken")
    resolution_wh: tuple[int, int] = Field(description="size of the source picture that the boxes refer to")
    usable: bool = Field(description="whether the view can be relied on: neither covered, moved, blurred nor frozen")
    faults: tuple[FaultType, ...] = ()
    detail: str = Field(default="", description="why the view cannot be relied on")
    detections: tuple[SeenObject, ...] = Field(default=(), description="what the detector found, most sure first")
    model: str = Field(default="", description="name and version of the detector")


class LookAnswer(Message):
    """What a camera showed when it was asked to look, or why it could not."""

    look_id: str
    camera_id: str
    case_id: str | None = None
    asked_at: AwareDatetime
    answered_at: AwareDatetime
    sight: Sight | None = Field(default=None, description="null: no picture could be had")
    reason: str = Field(default="", description="why there is no picture, or why it is not kept")
    evidence: tuple[Evidence, ...] = ()


class CameraState(StrEnum):
    """Whether a camera is watching at this moment."""

    watching = "watching"
    degraded = "degraded"
    blind = "blind"
    paused = "paused"


class CameraHealth(Message):
    """A camera's state changed. `fault` says why it is not watching."""

    camera_id: str
    state: CameraState
    fault: FaultType | None = None
    detail: str = ""
    since: AwareDatetime
    at: AwareDatetime


class CaseState(StrEnum):
    """Where a case stands (domain words in the comments of `dispatch.case`)."""

    reported = "reported"
    review = "review"
    grace = "grace"
    not_filed = "not_filed"
    filed = "filed"
    dispatched = "dispatched"
    accepted = "accepted"
    handled = "handled"
    verifying = "verifying"
    human_check = "human_check"
    rework = "rework"
    returned = "returned"
    suspended = "suspended"
    closed = "closed"
    voided = "voided"


class Stage(StrEnum):
    """What a case waits for, with a clock of its own (`dispatch.timing` says in which states it runs)."""

    dispatch = "dispatch"
    accept = "accept"
    handle = "handle"
    verify = "verify"


class Deadline(Message):
    """Until when a stage of a case must be over."""

    stage: Stage
    due_at: AwareDatetime | None = Field(default=None, description="null while it stands still, or cannot be known")
    running: bool = Field(description="whether the clock runs; false when the stage is over or the case suspended")
    extensions: int = Field(default=0, ge=0, description="original limits that were added")
    provisional: bool = Field(default=False, description="it counts a year whose holidays are unknown, and may move")


class Resolution(StrEnum):
    """Why a case ended; kept apart from its state."""

    verified_by_camera = "verified_by_camera"
    verified_by_person = "verified_by_person"
    self_cleared = "self_cleared"
    forced = "forced"
    void = "void"


class GridMembership(Message):
    """The cell of one layer that an event lies in. `ambiguous` when the place error crosses the cell's border."""

    layer: str
    code: str
    name: str = ""
    ambiguous: bool = False


class CaseChanged(Message):
    """A case moved from one state to another. Published in order per case (`sequence` starts at 1 without gaps)."""

    case_id: str
    sequence: int = Field(ge=1)
    matter: str
    state_from: CaseState | None
    state: CaseState
    action: str
    actor: str
    role: str
    reason: str = ""
    resolution: Resolution | None = None
    at: AwareDatetime
    event_ids: tuple[str, ...]
    camera_ids: tuple[str, ...]
    location: Location
    grid: tuple[GridMembership, ...] = ()
    codes: dict[str, str] = Field(default_factory=dict, description="matter code by scheme")
    department: str = ""
    evidence: tuple[Evidence, ...] = ()
    handler: str = Field(default="", description="who accepted or last handled it")
    mode: str = Field(default="", description="how it is to be handled: self, joint or dispatched")
    team: str = Field(default="", description="grid team, for the modes self and joint")
    level: str = Field(default="", description="level of severity, where the matter has levels")
    responder: str = Field(default="", description="who was asked to put it right before it is filed")
    until: AwareDatetime | None = Field(default=None, description="end of the grace window or of the suspension")
    stage: Stage | None = Field(default=None, description="whose clock a warning, reminder or extension is about")
    told: str = Field(default="", description="who is to be told: of a reminder or an escalation")
    deadlines: tuple[Deadline, ...] = Field(default=(), description="the stages' deadlines as they stand")
    merged_into: str | None = Field(default=None, description="the case that took this one's reports")


class OrderChanged(Message):
    """An order to a department was given, taken up, or not taken up in time."""

    order_id: str
    action: Literal["given", "checked_in", "overdue"]
    department: str
    text: str
    made_by: str
    made_at: AwareDatetime
    check_in_by: AwareDatetime
    case_id: str | None = Field(default=None, description="the case that it is about")
    place: str = Field(default="", description="code of the grid cell that it is about")
    checked_in_by: str = ""
    checked_in_at: AwareDatetime | None = None
    note: str = ""
    overdue_at: AwareDatetime | None = Field(default=None, description="when it was noted that nobody checked in")
    actor: str
    role: str
    told: str = Field(default="", description="who is to be told that nobody checked in: the department's leader")
    at: AwareDatetime


class HotSpotChanged(Message):
    """A place where the same matter was filed several times was raised, joined by a case, or taken a step further."""

    spot_id: str
    action: Literal["raised", "joined", "tracked", "settled"]
    state: Literal["raised", "tracked", "settled"]
    matter: str
    codes: dict[str, str] = Field(default_factory=dict, description="matter code by scheme")
    location: Location
    grid: tuple[GridMembership, ...] = ()
    case_ids: tuple[str, ...] = Field(description="the cases filed there, in order of their arrival")
    raised_at: AwareDatetime
    actor: str
    role: str
    reason: str = ""
    at: AwareDatetime


TYPE_OF: dict[type[Message], str] = {
    EventReport: "gridpatrol.event.reported.v1",
    IncidentCleared: "gridpatrol.event.cleared.v1",
    VerificationRequest: "gridpatrol.verification.requested.v1",
    VerificationResult: "gridpatrol.verification.decided.v1",
    LookRequest: "gridpatrol.look.requested.v1",
    LookAnswer: "gridpatrol.look.answered.v1",
    CameraHealth: "gridpatrol.camera.health.v1",
    CaseChanged: "gridpatrol.case.changed.v1",
    OrderChanged: "gridpatrol.order.changed.v1",
    HotSpotChanged: "gridpatrol.hotspot.changed.v1",
}
"""CloudEvents `type` of each message. A breaking change of a message gets a new version and a new class."""

MESSAGE_OF: dict[str, type[Message]] = {name: cls for cls, name in TYPE_OF.items()}

M = TypeVar("M", bound=Message)


class CloudEvent(BaseModel, Generic[M]):
    """A CloudEvents 1.0 envelope in structured JSON mode. `source` + `id` is the idempotency key."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    type: str
    time: AwareDatetime
    subject: str | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: M

    @model_validator(mode="after")
    def _type_matches(self) -> Self:
        expected = TYPE_OF.get(type(self.data))
        if expected is not None and self.type != expected:
            raise ValueError(f"type is {self.type!r}, but data is a {type(self.data).__name__} ({expected!r})")
        return self


def envelope(message: M, *, id: str, source: str, time: datetime, subject: str | None = None) -> CloudEvent[M]:
    """Wrap a message for a stream. `time` is aware; it is converted to UTC."""
    return CloudEvent[M](
        id=id, source=source, type=TYPE_OF[type(message)], time=time.astimezone(UTC), subject=subject, data=message
    )


class UnknownMessageType(ValueError):
    """A CloudEvent of a type this version does not know. Consumers keep it aside; they never drop it silently."""


def parse(payload: str | bytes | dict[str, Any]) -> CloudEvent[Any]:
    """Read a CloudEvent of any known type from JSON.

    Raises:
        UnknownMessageType: the `type` is none of `MESSAGE_OF`.
        pydantic.ValidationError: the envelope or its data is malformed.
    """
    model = CloudEvent[Any]
    raw = model.model_validate(payload) if isinstance(payload, dict) else model.model_validate_json(payload)
    cls = MESSAGE_OF.get(raw.type)
    if cls is None:
        raise UnknownMessageType(f"type {raw.type!r} is not one of {sorted(MESSAGE_OF)}")
    return raw.model_copy(update={"data": cls.model_validate(raw.data)})
