"""How the camera side words its messages for the stream: one CloudEvent a message, with an id that survives repeats."""

from __future__ import annotations

from typing import Any

from dispatch.contract import (
    CameraHealth,
    CloudEvent,
    EventReport,
    IncidentCleared,
    LookAnswer,
    Message,
    VerificationResult,
    envelope,
)

CameraMessage = EventReport | IncidentCleared | VerificationResult | LookAnswer | CameraHealth
"""What the camera side says. Everything goes to `dispatch.contract.REPORTS_STREAM`."""


def cloud_event(message: Message) -> CloudEvent[Any]:
    """Wrap a message of the camera side.

    The id follows from the message alone, so that the same fact told twice (after a crash between decision and commit)
    has the same (source, id) and is stored once. `subject` is what order is kept for: the incident, or the camera.

    Raises:
        TypeError: the message is none of `CameraMessage`.
    """
    match message:
        case EventReport():
            id, time, subject = message.event_id, message.confirmed_at, message.event_id
        case IncidentCleared():
            id, time, subject = f"{message.event_id}:cleared", message.cleared_at, message.event_id
        case VerificationResult():
            id, time, subject = f"{message.request_id}:result", message.decided_at, message.event_id
        case LookAnswer():
            id, time, subject = f"{message.look_id}:look", message.answered_at, message.camera_id
        case CameraHealth():
            id = f"health:{message.state}:{message.at.isoformat()}"
            time, subject = message.at, message.camera_id
        case _:
            raise TypeError(f"the camera side sends {CameraMessage}, not {type(message).__name__}")
    return envelope(message, id=id, source=f"gridpatrol/camera/{message.camera_id}", time=time, subject=subject)
