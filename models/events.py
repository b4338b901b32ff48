"""What counts in service: events on clips, found, missed, false, and how late."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from supervision import box_iou_batch

from models.errors import DatasetError

MATCH_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that a clip shows and that must be reported once.

    Attributes:
        matters: codes under which it may be reported.
        boxes_xyxy_px: where it is; more than one where it grows or moves.
        earliest_s: media time from which it may be confirmed.
    """

    matters: tuple[str, ...]
    boxes_xyxy_px: tuple[tuple[float, float, float, float], ...]
    earliest_s: float


@dataclass(frozen=True, slots=True)
class Reported:
    """One event that a replay reported, with the media time of its confirmation."""

    matter: str
    box_xyxy_px: tuple[float, float, float, float]
    confirmed_s: float


@dataclass(frozen=True, slots=True)
class EventFigures:
    """How a model did on one clip or over several.

    Attributes:
        found, missed: incidents.
        false: events that are no incident, or one reported before.
        delay_s: mean seconds from the earliest permitted confirmation, nan where nothing was found.
    """

    found: int
    missed: int
    false: int
    delay_s: float

    @property
    def score(self) -> float:
        """Found incidents less false events, over incidents; 1 is perfect. Counts false events where none is due."""
        return (self.found - self.false) / max(1, self.found + self.missed) if self.found + self.missed else -self.false


def load_truth(path: Path) -> dict[str, tuple[Incident, ...]]:
    """Read the incidents of clips by camera id.

    Raises:
        DatasetError: missing or broken file.
    """
    try:
        values: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return {
            camera: tuple(
                Incident(
                    matters=tuple(item["matters"]),
                    boxes_xyxy_px=tuple(tuple(item[key]) for key in item if key.endswith("box_xyxy_px")),
                    earliest_s=float(item["confirm_window_s"][0]),
                )
                for item in truth["incidents"]
            )
            for camera, truth in values.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{path}: not a ground truth of clips: {error!r}") from error


def match_clip(incidents: Sequence[Incident], events: Sequence[Reported]) -> list[tuple[int, int]]:
    """Match events to incidents one to one by overlap (IoU >= 0.5); returns pairs of their indices."""
    overlap: NDArray[np.float64] = np.zeros((len(incidents), len(events)))
    for row, incident in enumerate(incidents):
        for column, event in enumerate(events):
            if event.matter in incident.matters:
                pairs = box_iou_batch(np.array(incident.boxes_xyxy_px), np.array([event.box_xyxy_px]))
                overlap[row, column] = float(pairs.max())
    rows, columns = linear_sum_assignment(-np.where(overlap >= MATCH_IOU, overlap, 0.0))
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if overlap[r, c] >= MATCH_IOU]


def score_clip(incidents: Sequence[Incident], events: Sequence[Reported]) -> EventFigures:
    """Match events to incidents (`match_clip`) and count."""
    pairs_found = match_clip(incidents, events)
    delays = [events[c].confirmed_s - incidents[r].earliest_s for r, c in pairs_found]
    found = len(pairs_found)
    return EventFigures(
        found, len(incidents) - found, len(events) - found, float(np.mean(delays)) if delays else float("nan")
    )


def total(figures: Sequence[EventFigures]) -> EventFigures:
    """Return the sums over clips; the delay is the mean over found incidents."""
    found = sum(f.found for f in figures)
    late = sum(f.delay_s * f.found for f in figures if f.found)
    return EventFigures(
        found,
        sum(f.missed for f in figures),
        sum(f.false for f in figures),
        late / found if found else float("nan"),
    )
