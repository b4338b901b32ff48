"""A known class at rest in a zone: parked vehicles, stalls."""

from __future__ import annotations

from collections.abc import Sequence

from detector.config import DwellRule, Watched
from detector.residue import attended
from detector.rules.view import Finding, View
from detector.thing import Thing, family
from detector.zone import zone_under


def judge(_: Watched, rule: DwellRule, view: View, things: Sequence[Thing]) -> list[Finding]:
    """Return the standing things whose tolerance ends with this look.

    Two timers: a thing counts as stopped after `stopped_s`, which keeps queues and people getting in out of the
    candidates shown to operators; it is an incident after `dwell_s`, counted from when it came to rest.
    """
    families = {family(name) for name in rule.classes}
    findings = []
    for thing in things:
        if thing.kind != "standing" or thing.last_seen_at_s != view.look.at_s:
            continue
        name, confidence = thing.named(rule.min_confidence)
        if name is None or family(name) not in families or thing.rest_s < rule.dwell_s:
            continue
        zone = zone_under(thing.box_xyxy_px, view.zones, rule.zones, rule.min_overlap)
        if zone is None:
            continue
        if rule.attended_by and not any(attended(thing.box_xyxy_px, view.look.sightings, c) for c in rule.attended_by):
            continue
        findings.append(Finding(thing, zone, name, confidence))
    return findings


def stopped(thing: Thing, rule: DwellRule) -> bool:
    """Whether the first of the two timers has run out."""
    return thing.kind == "standing" and thing.rest_s >= rule.stopped_s
