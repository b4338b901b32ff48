"""Following what has come to rest in front of the background: born, still there, grown, moved a little, gone.

Which class it has does not matter here. Each thing keeps how its place looked with and without it, so that a later look
answers with two shares: how much of it is not the empty place, and how much still looks like it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detector.association import HIDDEN_SHARE
from detector.geometry import BoxXyxy, area, as_boxes, covered_share, intersection, iou
from detector.observation import Look, Residue, Sighting
from detector.thing import Thing

STILL_CHANGED = 0.3
"""Share of its pixels that are not the empty place, from which something is still there (a part counts)."""
EMPTY = 0.15
"""Share below which its place is empty."""
STILL_ITSELF = 0.2
"""Share of its pixels that must still look like it; else something else stands there, and nobody can tell."""
BESIDE = 0.5
"""A residue within this share of a thing's size belongs to it: a heap that grows is one incident."""
SWALLOWED = 0.7
"""Share of a thing inside the box of another from which it is a piece of it."""
ARRIVED = 0.1
"""Mean evidence from which a thing is believed to have arrived."""
MOVED_SIZES = 3.0
"""A thing pushed aside is looked for within so many of its own sizes."""
ALIKE = 0.55
"""Likeness of colours from which a residue nearby is the thing pushed aside."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What one look changed: things born, and things whose box and appearance must be taken anew, with the residue."""

    born: tuple[tuple[Thing, Residue], ...]
    renewed: tuple[tuple[Thing, Residue], ...]


def follow(things: Sequence[Thing], look: Look) -> Followed:
    """Update residue things with one look.

    Args:
        things: residue things so far; updated in place.
        look: the look.
    """
    for thing in things:
        _still_there(thing, look)
    born: list[tuple[Thing, Residue]] = []
    renewed: list[tuple[Thing, Residue]] = []
    for residue in look.residues:
        # Among those born just now as well: somebody passing may hide its middle, so that it shows in two pieces.
        owner = _owner(residue, [*things, *(thing for thing, _ in born)], look)
        if owner is not None:
            owner.evidence_sum += residue.evidence
            owner.evidence_looks += 1
            if owner.last_seen_at_s == look.at_s and _has_grown(owner, residue):
                renewed.append((owner, residue))
        elif residue.evidence > ARRIVED:
            moved = _moved_thing(residue, things, look)
            if moved is not None:
                moved.seen(look.at_s, 0.0)
                moved.box_xyxy_px = residue.box_xyxy_px
                renewed.append((moved, residue))
            else:
                born.append((_begin(residue, look), residue))
    for thing in things:
        if thing.last_seen_at_s == look.at_s and attended(thing.box_xyxy_px, look.sightings):
            thing.attended_s += look.elapsed_s
    return Followed(tuple(born), tuple(renewed))


def _still_there(thing: Thing, look: Look) -> None:
    remains = look.remains(thing.uid)
    if remains is None or remains.changed is None or remains.same is None or remains.hidden >= HIDDEN_SHARE:
        thing.hidden(look.elapsed_s)
    elif remains.changed < EMPTY:
        thing.not_there(look.at_s)
    elif remains.changed >= STILL_CHANGED and remains.same >= STILL_ITSELF:
        thing.seen(look.at_s, look.elapsed_s)
    else:
        thing.hidden(look.elapsed_s)


def _owner(residue: Residue, things: Sequence[Thing], look: Look) -> Thing | None:
    """The thing whose place, with a little ground around it, holds part of the residue.

    What rested there before a thing left is a remnant of that thing (its shadow, a pixel alike), not a new one.
    """
    began_at_s = look.at_s - residue.rest_s
    here = [t for t in things if not t.missed or began_at_s < (t.first_missed_at_s or 0.0)]
    if not here:
        return None
    places = as_boxes([_with_surroundings(t.box_xyxy_px) for t in here])
    own = as_boxes([residue.box_xyxy_px])
    shares = np.maximum(
        covered_share(own, places)[0], covered_share(as_boxes([t.box_xyxy_px for t in here]), own)[:, 0]
    )
    best = int(shares.argmax())
    return here[best] if shares[best] > 0.1 else None


def _with_surroundings(box_xyxy_px: BoxXyxy) -> BoxXyxy:
    x1, y1, x2, y2 = box_xyxy_px
    pad = BESIDE * max(x2 - x1, y2 - y1) / 2
    return x1 - pad, y1 - pad, x2 + pad, y2 + pad


def _has_grown(thing: Thing, residue: Residue) -> bool:
    own, theirs = as_boxes([thing.box_xyxy_px]), as_boxes([residue.box_xyxy_px])
    outside = float(area(theirs)[0] - intersection(own, theirs)[0, 0])
    return residue.evidence > 0 and outside > 0.2 * float(area(own)[0])


def grown_box(thing: Thing, residue: Residue) -> BoxXyxy:
    """The box around a thing and what has been added to it; before it is reported the residue's own box."""
    if not thing.reported and iou(as_boxes([thing.box_xyxy_px]), as_boxes([residue.box_xyxy_px]))[0, 0] > 0.3:
        return residue.box_xyxy_px
    a, b = thing.box_xyxy_px, residue.box_xyxy_px
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def swallow(thing: Thing, things: Sequence[Thing]) -> list[Thing]:
    """Make one of a thing and the unreported ones that its box has grown over; return those, to be forgotten.

    Somebody passing may hide the middle of a thing while it is first seen; its pieces become one as soon as it shows.
    """
    pieces = [
        other
        for other in things
        if other is not thing
        and other.kind == "residue"
        and not other.reported
        and covered_share(as_boxes([other.box_xyxy_px]), as_boxes([thing.box_xyxy_px]))[0, 0] >= SWALLOWED
    ]
    longest = max(pieces, key=lambda t: t.rest_s, default=thing)
    if not thing.reported and longest.rest_s > thing.rest_s:
        thing.first_seen_at_s, thing.rest_s, thing.attended_s = (
            longest.first_seen_at_s,
            longest.rest_s,
            longest.attended_s,
        )
    return pieces


def _moved_thing(residue: Residue, things: Sequence[Thing], look: Look) -> Thing | None:
    """The reported thing that has left its place and that this residue looks like: dragged aside, not cleared."""
    for thing in things:
        if not thing.reported or not thing.missed or thing.first_missed_at_s is None:
            continue
        if look.at_s - residue.rest_s < thing.last_seen_at_s - look.elapsed_s:
            continue
        if near(thing.box_xyxy_px, residue.box_xyxy_px) and look.likeness(thing.uid, residue) >= ALIKE:
            return thing
    return None


def near(a: BoxXyxy, b: BoxXyxy) -> bool:
    """Whether two boxes of about the same size lie within a few sizes of each other."""
    sizes = np.sqrt(area(as_boxes([a, b])))
    centres = np.array([[(x1 + x2) / 2, (y1 + y2) / 2] for x1, y1, x2, y2 in (a, b)])
    distance = float(np.linalg.norm(centres[0] - centres[1]))
    return bool(0.5 <= sizes[0] / max(sizes[1], 1e-6) <= 2.0 and distance <= MOVED_SIZES * float(sizes.mean()))


def attended(box_xyxy_px: BoxXyxy, sightings: Sequence[Sighting], person: str = "person") -> bool:
    """Whether somebody stands beside a thing. Passers-by move and do not count.

    Beside means: their feet are within half their height of it, about an arm's length.
    """
    for s in sightings:
        if s.class_name != person or s.passing:
            continue
        x1, y1, x2, y2 = s.box_xyxy_px
        reach = 0.5 * (y2 - y1)
        gx1, gy1, gx2, gy2 = box_xyxy_px
        if gx1 - reach <= (x1 + x2) / 2 <= gx2 + reach and gy1 - reach <= y2 <= gy2 + reach:
            return True
    return False


def _begin(residue: Residue, look: Look) -> Thing:
    first = look.at_s - residue.rest_s
    thing = Thing(
        uid=uuid.uuid5(uuid.NAMESPACE_OID, f"{look.at_s:.3f}/residue/{residue.box_xyxy_px}").hex,
        kind="residue",
        box_xyxy_px=residue.box_xyxy_px,
        first_seen_at_s=first,
        last_seen_at_s=look.at_s,
        rest_s=residue.rest_s,
    )
    thing.evidence_sum, thing.evidence_looks = residue.evidence, 1
    # It is believed only after some looks; who stood beside it before that counts as well.
    thing.attended_s = sum(e for at, e, s in look.recent if at > first and attended(thing.box_xyxy_px, s))
    return thing


def same_place(a: BoxXyxy, b: BoxXyxy) -> bool:
    """Whether two boxes are on the same thing: they overlap well, or most of one lies in the other."""
    boxes = as_boxes([a, b])
    return bool(iou(boxes[:1], boxes[1:])[0, 0] >= 0.4 or covered_share(boxes, boxes)[[0, 1], [1, 0]].max() >= 0.7)


def twin(thing: Thing, things: Sequence[Thing], look: Look) -> Thing | None:
    """A thing that has come to rest near one that has left since it did: perhaps the same, moved a little."""
    if not thing.missed or thing.kind != "residue":
        return None
    left_at_s = thing.last_seen_at_s
    for other in things:
        fresh = other.kind == "residue" and not other.reported and not other.missed
        later = other.first_seen_at_s >= left_at_s - look.elapsed_s
        if other is not thing and fresh and later and near(thing.box_xyxy_px, other.box_xyxy_px):
            return other
    return None


def names_at(box_xyxy_px: BoxXyxy, sightings: Sequence[Sighting]) -> dict[str, float]:
    """What the detector calls the objects that fill a box or lie in it: best confidence by class name."""
    names: dict[str, float] = {}
    own = as_boxes([box_xyxy_px])
    for s in sightings:
        theirs = as_boxes([s.box_xyxy_px])
        if iou(own, theirs)[0, 0] >= 0.3 or (
            covered_share(theirs, own)[0, 0] >= 0.7 and covered_share(own, theirs)[0, 0] >= 0.15
        ):
            names[s.class_name] = max(names.get(s.class_name, 0.0), s.confidence)
    return names
