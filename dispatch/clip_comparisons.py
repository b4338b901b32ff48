"""Two models on the same recordings, through the whole pipeline, as the API shows it: values and a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dispatch.errors import NotFound
from dispatch.trials import Recording, TrialState

MOST_CLIPS = 8


class RowKind(StrEnum):
    """Which of the two models reported an incident: the first, the second, both; or none, where it was one."""

    both = "both"
    first = "first"
    second = "second"
    neither = "neither"


@dataclass(frozen=True)
class ClipWish:
    """What to replay: the latest minutes of a camera, a recording with a camera's rules, or a clip of the gate's."""

    camera_id: str
    recording: str | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Side:
    """What one model reported. Seconds are counted from the beginning of the recording."""

    class_name: str | None
    confidence: float
    first_seen_s: float
    confirmed_s: float


@dataclass(frozen=True)
class ComparedRow:
    """One incident, or what a model took for one.

    Attributes:
        at_s: seconds into the recording at which the pictures were taken.
        is_incident: whether it is one by the clip's ground truth; None where there is none.
        first, second: what the models reported; None where one did not.
        first_picture, second_picture: keys of the same picture with what each model saw on it; empty without one.
    """

    kind: RowKind
    matter: str
    zone: str
    at_s: float
    is_incident: bool | None = None
    first: Side | None = None
    second: Side | None = None
    first_picture: str = ""
    second_picture: str = ""


@dataclass(frozen=True)
class ComparedClip:
    """One recording.

    Attributes:
        source: recent, clip, or the recording's id.
        has_truth: whether it is known what is on it.
        media_s, looks: of each run.
    """

    camera_id: str
    source: str
    has_truth: bool
    media_s: float
    looks: int
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True)
class ClipComparison:
    """Two models on some recordings; `clips` has those that are done."""

    id: str
    first: str
    second: str
    sources: tuple[str, ...]
    by: str
    at: datetime
    state: TrialState
    progress: float
    problem: str = ""
    clips: tuple[ComparedClip, ...] = ()


@dataclass(frozen=True)
class ClipMeans:
    """What models can be compared on.

    Attributes:
        recent_s: seconds that are kept of each camera that has any.
        recordings: that were uploaded; they take any camera's rules.
        clips: ids of the cameras of the gate's clips, whose incidents are known.
    """

    recent_s: tuple[tuple[str, float], ...]
    recordings: tuple[Recording, ...]
    clips: tuple[str, ...]


class ClipComparisons(Protocol):
    """Runs comparisons."""

    def means(self, at: datetime) -> ClipMeans:
        """Return what models can be compared on."""
        ...

    def start(self, model_id: str, wishes: Sequence[ClipWish], *, by: str, at: datetime) -> ClipComparison:
        """Begin to compare a model with the one in service. Raises NotFound, Refused, TooMany."""
        ...

    def comparison(self, comparison_id: str) -> ClipComparison:
        """Return a comparison with what has been compared so far. Raises NotFound."""
        ...

    def comparisons(self) -> Sequence[ClipComparison]:
        """Return the comparisons that are kept without their clips, newest first."""
        ...

    def cancel(self, comparison_id: str, at: datetime) -> ClipComparison:
        """End a comparison. Raises NotFound."""
        ...

    def picture(self, comparison_id: str, key: str) -> bytes:
        """Return a picture of a comparison as JPEG. Raises NotFound."""
        ...


class NoClipComparisons:
    """A desk that compares nothing."""

    def means(self, at: datetime) -> ClipMeans:
        """Return that there is nothing."""
        return ClipMeans((), (), ())

    def start(self, model_id: str, wishes: Sequence[ClipWish], *, by: str, at: datetime) -> ClipComparison:
        """Raise NotFound."""
        raise _NONE

    def comparison(self, comparison_id: str) -> ClipComparison:
        """Raise NotFound."""
        raise _NONE

    def comparisons(self) -> Sequence[ClipComparison]:
        """Return none."""
        return ()

    def cancel(self, comparison_id: str, at: datetime) -> ClipComparison:
        """Raise NotFound."""
        raise _NONE

    def picture(self, comparison_id: str, key: str) -> bytes:
        """Raise NotFound."""
        raise _NONE


_NONE = NotFound("this node compares no models on clips", "Ask the node that watches the cameras.")
