"""What the API takes and answers about two models on the same recordings."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from dispatch.api.schemas import Answer, Body, Name
from dispatch.api.services import API
from dispatch.api.trial_schemas import RecordingItem
from dispatch.clip_comparisons import (
    MOST_CLIPS,
    ClipComparison,
    ClipMeans,
    ClipWish,
    ComparedClip,
    ComparedRow,
    RowKind,
    Side,
)
from dispatch.trials import TrialState

COMPARISONS = f"{API}/comparisons"


class ClipChoice(Body):
    """The latest minutes of a camera, a recording with a camera's rules, or, with neither, a clip of the gate's."""

    camera_id: Name
    recording_id: Name | None = Field(default=None, description="from POST /api/v1/recordings")
    minutes: float | None = Field(default=None, gt=0, le=180, description="the latest minutes of the camera")

    def wish(self) -> ClipWish:
        """Return what is to be replayed."""
        return ClipWish(self.camera_id, self.recording_id, self.minutes)


class NewClipComparison(Body):
    """A model to be compared with the one in service."""

    model_id: Name
    clips: Annotated[tuple[ClipChoice, ...], Field(min_length=1, max_length=MOST_CLIPS)]


class KeptMinutes(Answer):
    """So much is kept of a camera."""

    camera_id: str
    recent_s: float


class ClipMeansItem(Answer):
    """What models can be compared on."""

    recent: tuple[KeptMinutes, ...]
    recordings: tuple[RecordingItem, ...] = Field(description="that were uploaded; they take any camera's rules")
    clips: tuple[str, ...] = Field(description="of the gate (node.yaml, gate.clips): their incidents are known")

    @classmethod
    def of(cls, means: ClipMeans) -> Self:
        """Return the answer for what there is."""
        return cls(
            recent=tuple(KeptMinutes(camera_id=camera_id, recent_s=kept_s) for camera_id, kept_s in means.recent_s),
            recordings=tuple(RecordingItem.of(one) for one in means.recordings),
            clips=means.clips,
        )


class SideItem(Answer):
    """What one model reported. Seconds are counted from the beginning of the recording."""

    class_name: str | None
    confidence: float
    first_seen_s: float
    confirmed_s: float

    @classmethod
    def of(cls, side: Side | None) -> Self | None:
        """Return the answer for a side."""
        return None if side is None else cls(**{name: getattr(side, name) for name in cls.model_fields})


class ComparedRowItem(Answer):
    """One incident, or what a model took for one."""

    kind: RowKind = Field(description="which model reported it; neither: an incident that none did")
    matter: str
    zone: str
    at_s: float
    is_incident: bool | None = Field(description="by the clip's ground truth; null where there is none")
    first: SideItem | None
    second: SideItem | None
    first_picture: str = Field(description="address of the frame with what the first model saw on it; empty: none")
    second_picture: str

    @classmethod
    def of(cls, comparison_id: str, row: ComparedRow) -> Self:
        """Return the answer for a row."""

        def address(key: str) -> str:
            return f"{COMPARISONS}/{comparison_id}/pictures/{key}" if key else ""

        return cls(
            kind=row.kind,
            matter=row.matter,
            zone=row.zone,
            at_s=row.at_s,
            is_incident=row.is_incident,
            first=SideItem.of(row.first),
            second=SideItem.of(row.second),
            first_picture=address(row.first_picture),
            second_picture=address(row.second_picture),
        )


class ComparedClipItem(Answer):
    """One recording."""

    camera_id: str
    source: str = Field(description="recent, clip, or the recording's id")
    has_truth: bool = Field(description="it is known what is on it")
    media_s: float
    looks: int
    rows: tuple[ComparedRowItem, ...] = Field(description="those on which the models differ come first")

    @classmethod
    def of(cls, comparison_id: str, clip: ComparedClip) -> Self:
        """Return the answer for a recording."""
        kept = {name: getattr(clip, name) for name in cls.model_fields if name != "rows"}
        return cls(**kept, rows=tuple(ComparedRowItem.of(comparison_id, row) for row in clip.rows))


class ClipComparisonItem(Answer):
    """Two models on some recordings."""

    comparison_id: str
    first: str = Field(description="in service when it began")
    second: str = Field(description="the challenger")
    sources: tuple[str, ...] = Field(description="camera:source of each recording")
    by: str
    at: AwareDatetime
    state: TrialState
    progress: float = Field(description="0 to 1")
    problem: str = Field(default="", description="why it failed")
    clips: tuple[ComparedClipItem, ...] = Field(default=(), description="that are done; empty in lists")

    @classmethod
    def of(cls, comparison: ClipComparison) -> Self:
        """Return the answer for a comparison."""
        kept = {name: getattr(comparison, name) for name in cls.model_fields if name not in {"comparison_id", "clips"}}
        clips = tuple(ComparedClipItem.of(comparison.id, clip) for clip in comparison.clips)
        return cls(comparison_id=comparison.id, **kept, clips=clips)
