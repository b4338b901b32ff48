"""Exact ground truth of a simulated street."""

from __future__ import annotations

from dataclasses import dataclass

from detector.sources.sim.spec import SimFaultKind
from detector.sources.sim.stage import BoxXyxyPx


@dataclass(frozen=True)
class TruthObject:
    """One visible thing at one moment.

    Attributes:
        id: the same over time.
        kind: as in `catalog.KINDS`, or person.
        class_name: what a detector should call it.
        box_xyxy_px: extent of what can be seen of it, pixels.
        whole_box_xyxy_px: extent without what hides it, cut at the picture's border.
        visible: share of its outline that is not hidden, 0..1.
        at_m: ground position, scene frame.
        lonlat: the same, WGS84 degrees.
        at_rest: it does not move.
    """

    id: str
    kind: str
    class_name: str
    box_xyxy_px: BoxXyxyPx
    whole_box_xyxy_px: BoxXyxyPx
    visible: float
    at_m: tuple[float, float]
    lonlat: tuple[float, float]
    at_rest: bool


@dataclass(frozen=True)
class TruthIncident:
    """An incident of the script, in one repetition.

    Attributes:
        id: name in the script, with `#n` from the second repetition on.
        class_name: what a detector should call it.
        matters: codes under which it may be reported; empty when it must not be reported.
        box_xyxy_px: extent while it rests, nothing before it; pixels. None when this view does not see it.
        at_m, lonlat: where it rests.
        arrives_s, leaves_s: world time; `leaves_s` is None when it stays.
        alone_s: from this time on nobody who brought it stands beside it.
    """

    id: str
    class_name: str
    matters: tuple[str, ...]
    box_xyxy_px: BoxXyxyPx | None
    at_m: tuple[float, float]
    lonlat: tuple[float, float]
    arrives_s: float
    leaves_s: float | None
    alone_s: float


@dataclass(frozen=True)
class TruthFault:
    """A fault of the view, world time."""

    kind: SimFaultKind
    start_s: float
    end_s: float
    amount: float = 1.0
