"""Too much of a class in a zone: bikes in disorder, goods spread out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import numpy as np

from detector.config import DensityRule, Watched
from detector.geometry import BoxXyxy, area, as_boxes, covered_share
from detector.rules.view import Finding, View
from detector.thing import Thing, family
from detector.zone import ZoneArea, zone_under

MIN_OVERLAP = 0.4
"""Share of an object's ground that must lie in the zone for it to count."""


def judge(watched: Watched, rule: DensityRule, view: View, things: Sequence[Thing]) -> list[Finding]:
    """Return the crowds of this matter whose time ends with this look.

    Crowds are kept by `count`, which has to run first.
    """
    zones = {zone.id: zone for zone in view.zones}
    findings = []
    for thing in things:
        mine = thing.kind == "crowd" and thing.matter_hint == watched.code and thing.zone in zones
        if mine and thing.last_seen_at_s == view.look.at_s and thing.rest_s >= rule.dwell_s:
            name, sure = thing.named(rule.min_confidence)
            findings.append(Finding(thing, zones[thing.zone or ""], name, max(sure, rule.min_confidence)))
    return findings


def count(watched: Watched, rule: DensityRule, view: View, things: Sequence[Thing]) -> list[Thing]:
    """Update this matter's crowds, one a zone, with one look; return the crowds that begin.

    A crowd is there while the zone holds at least `min_count` objects of the classes at rest, or their boxes cover at
    least `min_share` of it. Objects whose ground lies in an `outside` zone (a bay) do not count. Where those that are
    hidden on this look, none of them missed, would make it one, the look says nothing about it.
    """
    standing = [t for t in things if t.kind == "standing" and _counts(t, rule)]
    standing = [t for t in standing if zone_under(t.box_xyxy_px, view.zones, rule.outside, MIN_OVERLAP) is None]
    members = [t for t in standing if t.last_seen_at_s == view.look.at_s]
    hidden = [t for t in standing if t.missed == 0 and t.unclear]
    born: list[Thing] = []
    for zone in (z for z in view.zones if z.purpose in rule.zones):
        crowd = next(
            (t for t in things if t.kind == "crowd" and (t.zone, t.matter_hint) == (zone.id, watched.code)), None
        )
        inside = [t for t in members if zone.share(t.box_xyxy_px) >= MIN_OVERLAP]
        if not _crowded(inside, rule, zone):
            if crowd is not None:
                behind = [t for t in hidden if zone.share(t.box_xyxy_px) >= MIN_OVERLAP]
                if _crowded([*inside, *behind], rule, zone):
                    crowd.hidden(view.look.elapsed_s)
                else:
                    crowd.not_there(view.look.at_s)
            continue
        boxes = as_boxes([t.box_xyxy_px for t in inside])
        hull = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        if crowd is None:
            crowd = _begin(watched.code, zone, hull, view)
            born.append(crowd)
        else:
            crowd.seen(view.look.at_s, view.look.elapsed_s)
            crowd.box_xyxy_px = crowd.box_xyxy_px if crowd.reported else hull
        sure = float(np.mean([t.named(0.0)[1] for t in inside]))
        crowd.vote(rule.classes[0], sure)
    return born


def belongs(thing: Thing, crowds: Sequence[BoxXyxy]) -> bool:
    """Whether a standing thing lies in one of the boxes of crowds, by so much of it as counts in a zone."""
    if thing.kind != "standing" or not crowds:
        return False
    return bool(covered_share(as_boxes([thing.box_xyxy_px]), as_boxes(crowds)).max() >= MIN_OVERLAP)


def _counts(thing: Thing, rule: DensityRule) -> bool:
    name, _ = thing.named(rule.min_confidence)
    return name is not None and family(name) in {family(c) for c in rule.classes}


def _crowded(inside: Sequence[Thing], rule: DensityRule, zone: ZoneArea) -> bool:
    if not inside:
        return False
    if rule.min_count is not None and len(inside) >= rule.min_count:
        return True
    covered = float(area(as_boxes([t.box_xyxy_px for t in inside])).sum()) / max(zone.area_px, 1.0)
    return rule.min_share is not None and covered >= rule.min_share


def _begin(matter: str, zone: ZoneArea, hull: tuple[float, float, float, float], view: View) -> Thing:
    return Thing(
        uid=uuid.uuid5(uuid.NAMESPACE_OID, f"{view.look.at_s:.3f}/crowd/{matter}/{zone.id}").hex,
        kind="crowd",
        box_xyxy_px=hull,
        first_seen_at_s=view.look.at_s,
        last_seen_at_s=view.look.at_s,
        zone=zone.id,
        matter_hint=matter,
    )
