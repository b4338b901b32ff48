"""Which open case a place in a camera's picture belongs to."""

from __future__ import annotations

from collections.abc import Collection

from dispatch.config import Dedup
from dispatch.dedup import holds_place
from dispatch.report import camera_of, sighting_of
from dispatch.service.unit import Unit


def taken_over_by(unit: Unit, case_id: str, event_ids: Collection[str]) -> str | None:
    """Return another open case that has taken over a place of these reports of a case, None when none has.

    A camera that saw a thing go and then reported one at the same place may have begun another case with it. The place
    in the picture belongs to that case from then on: one open case stands at a place.
    """
    for event in unit.tx.events_of(case_id):
        report = event.report
        if report.event_id not in event_ids or camera_of(report) is None:
            continue
        sighting = sighting_of(report)
        rules = unit.matters.get(report.matter)
        known = unit.tx.known_near(report.matter, sighting, reach_m=0.0, since=unit.now)
        others = [k for k in known if k.case_id != case_id]
        holder = holds_place(sighting, others, rules.dedup if rules else Dedup())
        if holder is not None:
            return holder
    return None
