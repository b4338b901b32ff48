"""How soon the open cases are due, in the steps in which people look at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SOON = timedelta(hours=1)


class Due(StrEnum):
    """When the next deadline of an open case runs out. none: no clock of it runs, or it has ended."""

    overdue = "overdue"
    hour = "hour"
    today = "today"
    later = "later"
    none = "none"


def due_ends(now: datetime, zone: ZoneInfo) -> Mapping[Due, datetime]:
    """Return until when a deadline counts as a step; each begins where the one before ends, `later` has no end.

    Args:
        now: aware.
        zone: the city's; a day ends at its midnight. In the last hour of a day `today` holds nothing.
    """
    soon = now + SOON
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
    return {Due.overdue: now, Due.hour: soon, Due.today: max(soon, midnight.astimezone(now.tzinfo))}


def due_span(due: Due, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return from when and before when a deadline is in a step that has deadlines; None where it has no such end."""
    ends = due_ends(now, zone)
    before = {Due.hour: Due.overdue, Due.today: Due.hour, Due.later: Due.today}.get(due)
    return ends[before] if before else None, ends.get(due)
