"""Something appeared in a zone and stays, whatever its class, with nobody beside it: litter, goods, a blocked lane."""

from __future__ import annotations

import math
from collections.abc import Sequence

from detector.config import ResidueRule, Watched
from detector.residue import ARRIVED
from detector.rules.view import Finding, View
from detector.thing import VEHICLES, Thing
from detector.zone import zone_under

MIN_OVERLAP = 0.5
"""Share of a residue's ground that must lie in the zone."""
SURE_VEHICLE = 0.55
"""Mean confidence from which a residue called a vehicle is one. Detectors call heaps of bags cars, but not firmly."""
SURE_PERSON = 0.45
"""Mean confidence from which a residue called a person is somebody standing or sitting there."""


def judge(watched: Watched, rule: ResidueRule, view: View, things: Sequence[Thing]) -> list[Finding]:
    """Return the residues whose unattended time ends with this look."""
    findings = []
    for thing in things:
        if thing.kind != "residue" or thing.last_seen_at_s != view.look.at_s:
            continue
        if thing.rest_s - thing.attended_s < rule.dwell_s or thing.evidence < ARRIVED:
            continue
        size_m2 = view.area_m2(thing.box_xyxy_px)
        if size_m2 is not None and size_m2 < rule.min_area_m2:
            continue
        zone = zone_under(thing.box_xyxy_px, view.zones, rule.zones, MIN_OVERLAP)
        name, sure = thing.named(rule.min_confidence)
        if zone is not None and claims(rule, name, sure, view):
            findings.append(Finding(thing, zone, name if name in rule.classes else None, belief(thing, name, sure)))
    return findings


def claims(rule: ResidueRule, name: str | None, sure: float, view: View) -> bool:
    """Whether a residue of this name is the rule's matter.

    A residue with a name belongs to the matter that lists it. One without, or with a name that no matter here lists,
    belongs to the matter that takes the unnamed, unless it is plainly a person or a vehicle.
    """
    if name in rule.classes:
        return True
    if not rule.unnamed or name in view.claimed:
        return False
    if name == "person":
        return sure < SURE_PERSON
    return name not in VEHICLES or sure < SURE_VEHICLE


def belief(thing: Thing, name: str | None, sure: float) -> float:
    """Confidence 0..1: a logistic of the evidence that it arrived (0.5 at `ARRIVED` + 0.1), raised by a sure name."""
    arrived = 1.0 / (1.0 + math.exp(-4.0 * (thing.evidence - ARRIVED - 0.1)))
    return min(0.99, max(arrived, sure) if name is not None else arrived)
