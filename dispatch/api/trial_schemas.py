"""What the API takes and answers about trials of a camera's rules."""

from __future__ import annotations

from typing import Any, Self

from pydantic import AwareDatetime, Field

from dispatch.api.schemas import Answer, Body, Name
from dispatch.api.services import API
from dispatch.contract import BoxXyxy, Evidence
from dispatch.trials import Recording, Trial, TrialEvent, TrialMeans, TrialState


class NewTrial(Body):
    """What to try on what: a recording that was uploaded, or the latest minutes that the node keeps."""

    configuration: dict[str, Any] | None = Field(
        default=None, description="a draft of the camera's file; the one in force when null"
    )
    recording_id: Name | None = Field(default=None, description="from POST /api/v1/recordings")
    minutes: float | None = Field(default=None, gt=0, le=180, description="the latest minutes of the camera")


class RecordingItem(Answer):
    """A recording that was uploaded; it is kept for a day."""

    recording_id: str
    size_bytes: int
    at: AwareDatetime

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Return the answer for a recording."""
        return cls(recording_id=recording.id, size_bytes=recording.size_bytes, at=recording.at)


class TrialMeansItem(Answer):
    """What a camera's rules can be tried on."""

    recent_s: float = Field(description="so many seconds of the camera are kept at the moment; 0: none")
    recent_min: float = Field(description="so many minutes are kept at most; 0: none are (node.yaml, recent)")
    most_bytes: int = Field(description="of a recording that is uploaded")
    recordings: tuple[RecordingItem, ...]

    @classmethod
    def of(cls, means: TrialMeans) -> Self:
        """Return the answer for what there is."""
        recordings = tuple(RecordingItem.of(one) for one in means.recordings)
        return cls(
            recent_s=means.recent_s,
            recent_min=means.recent_min,
            most_bytes=means.most_bytes,
            recordings=recordings,
        )


class TrialPicture(Answer):
    """A picture of an event of a trial."""

    kind: str
    address: str
    size_wh: tuple[int, int]

    @classmethod
    def of(cls, trial_id: str, evidence: Evidence) -> Self:
        """Return the answer for a picture."""
        address = f"{API}/trials/{trial_id}/pictures/{evidence.key}"
        return cls(kind=evidence.kind.value, address=address, size_wh=evidence.size_wh)


class TrialEventItem(Answer):
    """An event that would have been raised."""

    event_id: str
    matter: str
    zone: str
    class_name: str | None
    confidence: float
    first_seen_s: float = Field(description="seconds from the beginning of the recording")
    confirmed_s: float = Field(description="seconds from the beginning of the recording")
    confirmed_at: AwareDatetime
    box_xyxy_px: BoxXyxy
    resolution_wh: tuple[int, int]
    pictures: tuple[TrialPicture, ...]

    @classmethod
    def of(cls, trial_id: str, event: TrialEvent) -> Self:
        """Return the answer for an event."""
        kept = {name: getattr(event, name) for name in cls.model_fields if name != "pictures"}
        return cls(**kept, pictures=tuple(TrialPicture.of(trial_id, one) for one in event.evidence))


class TrialItem(Answer):
    """A trial of a camera's rules on a recording."""

    trial_id: str
    camera_id: str
    source: str = Field(description="recent, or the recording's id")
    is_draft: bool = Field(description="whether it tried another configuration than the one in force")
    by: str
    at: AwareDatetime
    state: TrialState
    progress: float = Field(description="0 to 1")
    problem: str = Field(default="", description="why it failed")
    media_s: float | None = Field(default=None, description="seconds of the recording; null until it is done")
    looks: int | None = None
    model: str = ""
    events: tuple[TrialEventItem, ...] = Field(default=(), description="found so far; empty in lists")

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Return the answer for a trial."""
        kept = {name: getattr(trial, name) for name in cls.model_fields if name not in {"trial_id", "events"}}
        events = tuple(TrialEventItem.of(trial.id, event) for event in trial.events)
        return cls(trial_id=trial.id, **kept, events=events)
