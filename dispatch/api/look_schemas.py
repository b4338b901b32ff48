"""What the API answers about what cameras see: detections, and looks that were asked for."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, Field

from dispatch.api.schemas import Answer, Body, Name
from dispatch.api.services import API
from dispatch.contract import BoxXyxy, FaultType, SeenObject, Sight
from dispatch.looks import Cause, Look, LookState


class SeenItem(Answer):
    """One object that the detector found."""

    class_name: str
    confidence: float
    box_xyxy_px: BoxXyxy

    @classmethod
    def of(cls, seen: SeenObject) -> Self:
        """Return the answer for an object."""
        return cls(class_name=seen.class_name, confidence=seen.confidence, box_xyxy_px=seen.box_xyxy_px)


class ViewItem(Answer):
    """What a look at a picture showed."""

    taken_at: AwareDatetime
    resolution_wh: tuple[int, int] = Field(description="size of the source picture; the boxes are in its pixels")
    usable: bool = Field(description="whether the view can be relied on")
    faults: tuple[FaultType, ...] = ()
    detail: str = Field(default="", description="why the view cannot be relied on")
    detections: tuple[SeenItem, ...] = Field(default=(), description="most sure first")
    model: str = ""

    @classmethod
    def of(cls, sight: Sight) -> Self:
        """Return the answer for a look."""
        kept = {name: getattr(sight, name) for name in cls.model_fields if name != "detections"}
        return cls(**kept, detections=tuple(SeenItem.of(seen) for seen in sight.detections))


class CurrentDetections(Answer):
    """What the detector found on the latest picture of a camera."""

    camera_id: str
    view: ViewItem | None = Field(description="null: the camera has delivered no picture yet")


class NewLook(Body):
    """A wish to see what a camera shows now."""

    case_id: Name | None = Field(default=None, description="what it is for; the case's history then tells of it")


class LookItem(Answer):
    """A look that was asked of a camera, and what came of it."""

    look_id: str
    camera_id: str
    case_id: str | None = None
    cause: Cause = Field(description="person: somebody at the desk; report: a report by a person or a partner system")
    asked_by: str
    asked_at: AwareDatetime
    state: LookState = Field(description="asked: under way; taken; failed: `reason` says why; lost: no answer in time")
    due_at: AwareDatetime = Field(description="when an answer is given up")
    answered_at: AwareDatetime | None = None
    taken_at: AwareDatetime | None = Field(default=None, description="when the picture was taken")
    view: ViewItem | None = None
    reason: str = Field(default="", description="why there is no picture")
    picture: str | None = Field(default=None, description="address of the picture; heads and plates are blurred")

    @classmethod
    def of(cls, look: Look) -> Self:
        """Return the answer for a look."""
        request, answer = look.request, look.answer
        address = f"{API}/cameras/{request.camera_id}/looks/{request.look_id}/picture"
        sight = answer.sight if answer else None
        return cls(
            look_id=request.look_id,
            camera_id=request.camera_id,
            case_id=request.case_id,
            cause=look.cause,
            asked_by=look.asked_by,
            asked_at=request.asked_at,
            state=look.state,
            due_at=look.due_at,
            answered_at=answer.answered_at if answer else None,
            taken_at=sight.taken_at if sight else None,
            view=ViewItem.of(sight) if sight else None,
            reason=answer.reason if answer else _LOST if look.state is LookState.lost else "",
            picture=address if answer and answer.evidence else None,
        )


_LOST = "the camera did not answer in time; the part of the node that watches it may have been stopped"
