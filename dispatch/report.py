"""What can come in at the desk: a camera's report, or a person's."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from dispatch.contract import EventReport, Evidence, Location, Message
from dispatch.dedup import Sighting
from dispatch.errors import Invalid


class PersonReport(Message):
    """Somebody saw an incident and put it on the map."""

    event_id: str
    matter: str
    location: Location
    seen_at: AwareDatetime
    reporter: str = Field(description="who reported it, as the desk may show it")
    note: str = ""
    evidence: tuple[Evidence, ...] = ()


Report = EventReport | PersonReport

LATEST = timedelta(days=366)
"""What is told of was seen so long ago at most: people remember, and cameras' reports wait while a line is down."""
AHEAD = timedelta(days=1)
"""Clocks, and time zones that somebody took for another, differ by no more."""


def refuse_odd_time(report: Report, now: datetime) -> None:
    """Refuse a report of what was seen in the future, or too long ago to be sent to anybody. Raises Invalid."""
    if isinstance(report, PersonReport):
        name, seen_at = "seen_at", report.seen_at
        remedy = "Give the time at which it was seen, with its zone, or leave it out."
    else:
        name, seen_at = "confirmed_at", report.confirmed_at
        remedy = "Set the clock of the machine that looks, and replay the message with its time put right."
    if not -AHEAD <= now - seen_at <= LATEST:
        raise Invalid(f"{name} ({seen_at.isoformat()}) must lie within the {LATEST.days} days before now", remedy)


def camera_of(report: Report) -> str | None:
    """Return the camera that reported, None for a person."""
    return report.camera_id if isinstance(report, EventReport) else None


def confidence_of(report: Report) -> float:
    """Return the detector's confidence; a person's word counts as 1."""
    return report.confidence if isinstance(report, EventReport) else 1.0


def sighting_of(report: Report) -> Sighting:
    """Return a report as dedup sees it."""
    if isinstance(report, PersonReport):
        return Sighting(report.event_id, None, None, None, report.location, report.seen_at, report.seen_at)
    return Sighting(
        event_id=report.event_id,
        camera_id=report.camera_id,
        box_xyxy_px=report.box_xyxy_px,
        resolution_wh=report.resolution_wh,
        location=report.location,
        first_seen_at=report.first_seen_at,
        confirmed_at=report.confirmed_at,
    )
