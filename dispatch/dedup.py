"""Which case a report belongs to: the same incident, a recurrence of a closed one, or a new neighbour.

The identity of an incident is (matter, place, open case). Where one camera reports both, its pictures decide: the same
place in the picture is the same incident, another place is another incident however near on the ground. Between
cameras, and for people's reports, the ground decides, as far as both place errors allow.

Pure: no IO and no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from pyproj import Geod

from dispatch.config import Dedup
from dispatch.contract import BoxXyxy, Location

MAX_PLACE_ERROR_M = 100.0
"""A place known worse than this tells incidents apart no better than the matter does; larger errors count as this."""


@dataclass(frozen=True)
class Sighting:
    """One report, as far as it matters for telling incidents apart. `camera_id` None: reported by a person."""

    event_id: str
    camera_id: str | None
    box_xyxy_px: BoxXyxy | None
    resolution_wh: tuple[int, int] | None
    location: Location
    first_seen_at: datetime
    confirmed_at: datetime


@dataclass(frozen=True)
class Known:
    """An earlier report of the same matter, and how its case stands. `cleared_at`: its camera saw it gone."""

    sighting: Sighting
    case_id: str
    case_is_open: bool
    case_ended_at: datetime | None
    cleared_at: datetime | None


class Relation(StrEnum):
    """How a report relates to the cases there are."""

    new = "new"
    same = "same"
    recurrence = "recurrence"


@dataclass(frozen=True)
class Decision:
    """`case_id` is the case it belongs to (same) or follows (recurrence); `reason` says why, for the history."""

    relation: Relation
    case_id: str | None
    reason: str


@lru_cache(maxsize=1)
def _geod() -> Geod:
    return Geod(ellps="WGS84")


def distance_m(a: Location, b: Location) -> float:
    """Return the distance on the ground between two places in metres (geodesic on WGS84)."""
    return float(_geod().inv(a.lon, a.lat, b.lon, b.lat)[2])


def iou(a: Sighting, b: Sighting) -> float:
    """Return the intersection over union of two boxes as shares of their pictures; 0 where one has no box."""
    if a.box_xyxy_px is None or b.box_xyxy_px is None:
        return 0.0
    ax1, ay1, ax2, ay2 = _relative(a)
    bx1, by1, bx2, by2 = _relative(b)
    width = min(ax2, bx2) - max(ax1, bx1)
    height = min(ay2, by2) - max(ay1, by1)
    if width <= 0 or height <= 0:
        return 0.0
    inner = width * height
    return inner / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - inner)


def _relative(sighting: Sighting) -> BoxXyxy:
    if sighting.box_xyxy_px is None or sighting.resolution_wh is None:
        raise ValueError(f"{sighting.event_id} has no box with a picture size")
    width, height = sighting.resolution_wh
    x1, y1, x2, y2 = sighting.box_xyxy_px
    return x1 / width, y1 / height, x2 / width, y2 / height


def reach_m(rules: Dedup, *places: Location) -> float:
    """Return how far apart two places may be to be one: the matter's radius and both place errors, metres."""
    return rules.radius_m + sum(min(place.error_m, MAX_PLACE_ERROR_M) for place in places)


def decide(new: Sighting, known: Sequence[Known], rules: Dedup) -> Decision:
    """Decide which case a report belongs to: one that stands, else one that it follows, else none.

    Args:
        known: earlier reports of the same matter: those of the same camera and those nearby.
    """
    in_picture = [k for k in known if _same_camera(new, k) and iou(new, k.sighting) >= rules.min_iou]
    on_ground = _near(new, known, {k.case_id for k in in_picture}, rules)
    standing = [k for k in in_picture if k.case_is_open and not _gone_before(k, new)]
    if standing:
        best = max(standing, key=lambda k: iou(new, k.sighting))
        overlap = iou(new, best.sighting)
        return Decision(Relation.same, best.case_id, f"same camera, same place in the picture (IoU {overlap:.2f})")
    near = [(apart_m, k) for apart_m, k in on_ground if k.case_is_open and not _gone_before(k, new)]
    if near:
        apart_m, best = min(near, key=lambda pair: pair[0])
        return Decision(Relation.same, best.case_id, f"same matter {apart_m:.0f} m away, within both place errors")
    earlier = [k for k in in_picture if _within_window(k, new, rules)] or [k for _, k in on_ground]
    if earlier:
        last = max(earlier, key=_ended_at)
        return Decision(Relation.recurrence, last.case_id, "same matter at the same place, after the earlier was gone")
    return Decision(Relation.new, None, "nothing like it is open nearby")


def holds_place(seen: Sighting, known: Sequence[Known], rules: Dedup) -> str | None:
    """Return the open case whose report stands where the same camera once saw this one; None when none does.

    Args:
        known: reports of the same matter that belong to other cases.
    """
    for k in known:
        stands = k.case_is_open and k.cleared_at is None
        if stands and _same_camera(seen, k) and iou(seen, k.sighting) >= rules.min_iou:
            return k.case_id
    return None


def _near(new: Sighting, known: Sequence[Known], cases_in_picture: set[str], rules: Dedup) -> list[tuple[float, Known]]:
    """Return reports of others near enough on the ground, with their distance in metres."""
    # A case that this camera has reported elsewhere in its picture is another incident, however near on the ground.
    neighbours = {k.case_id for k in known if _same_camera(new, k)} - cases_in_picture
    near = []
    for k in known:
        if k.case_id in neighbours or _same_camera(new, k) or not _within_window(k, new, rules):
            continue
        apart_m = distance_m(new.location, k.sighting.location)
        if apart_m <= reach_m(rules, new.location, k.sighting.location):
            near.append((apart_m, k))
    return near


def _same_camera(new: Sighting, k: Known) -> bool:
    return new.camera_id is not None and new.camera_id == k.sighting.camera_id


def _gone_before(k: Known, new: Sighting) -> bool:
    return k.cleared_at is not None and k.cleared_at <= new.confirmed_at


def _ended_at(k: Known) -> datetime:
    return k.case_ended_at or k.cleared_at or k.sighting.confirmed_at


def _within_window(k: Known, new: Sighting, rules: Dedup) -> bool:
    return abs(new.confirmed_at - _ended_at(k)) <= timedelta(hours=rules.window_h)
