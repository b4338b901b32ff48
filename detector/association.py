"""Which detected object is the thing that stood there on the look before, one second or one minute ago.

Motion models (SORT and its kin) need many frames a second. What stands still needs none: it is at the same place and
looks the same. Place is the overlap with where it stood, appearance the correlation of that place with how it looked;
another car in the same bay fails the second, the same car seen through a different box passes both.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

import numpy as np

from detector.geometry import as_boxes, covered_share, iou
from detector.observation import Look, Remains, Sighting
from detector.thing import Thing, family

SAME_PLACE = 0.5
"""IoU of a detection with the place of a standing thing."""
NEAR_PLACE = 0.3
"""IoU that still counts as its place when the picture there is unchanged."""
SAME_LOOK = 0.55
"""Correlation with how it looked, for a detection at its place."""
UNCHANGED = 0.8
"""Correlation above which a thing is there although the detector has missed it."""
OTHER_LOOK = 0.35
"""Correlation below which a detection at its place is another object."""
HIDDEN_SHARE = 0.25
"""Share of a box behind people or traffic from which a look says nothing about it."""
BEHIND_SHARE = 0.5
"""Share of a box that one detection nearer to the camera covers, from which a look says nothing about it either."""
NEARER = 0.15
"""Nearer means reaching further down in the picture, by so much of the thing's height: streets are looked down upon."""
ONE_OBJECT = 0.85
"""Share of a box inside another of its family from which both are one object."""


def distinct(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Drop boxes that lie inside a more confident one of the same family (two boxes on one half-hidden car)."""
    kept: list[Sighting] = []
    for sighting in sorted(sightings, key=lambda s: -s.confidence):
        rivals = [k for k in kept if family(k.class_name) == family(sighting.class_name)]
        own, theirs = as_boxes([sighting.box_xyxy_px]), as_boxes([k.box_xyxy_px for k in rivals])
        if rivals and (covered_share(own, theirs).max() > ONE_OBJECT or iou(own, theirs).max() > 0.6):
            continue
        kept.append(sighting)
    return kept


def associate(things: Sequence[Thing], look: Look, sightings: Sequence[Sighting]) -> list[Thing]:
    """Update standing things with one look and start new ones.

    Args:
        things: standing things so far; updated in place.
        look: the look, for the appearance of each thing.
        sightings: distinct detections of the classes that can stand.

    Returns:
        The things that the unmatched detections begin, not yet in `things`.
    """
    overlaps = iou(as_boxes([t.box_xyxy_px for t in things]), as_boxes([s.box_xyxy_px for s in sightings]))
    remains = [look.remains(thing.uid) for thing in things]
    free = set(range(len(sightings)))
    waiting = set(range(len(things)))
    pairs = sorted(((i, j) for i in waiting for j in free if overlaps[i, j] >= NEAR_PLACE), key=lambda p: -overlaps[p])
    for i, j in pairs:
        if i in waiting and j in free and _same(things[i], sightings[j], float(overlaps[i, j]), remains[i]):
            waiting.discard(i)
            free.discard(j)
            _confirm(things[i], sightings[j], look)
    for i in waiting:
        _unmatched(things[i], remains[i], look, taken=bool(len(sightings)) and overlaps[i].max() >= SAME_PLACE)
    born = [s for j, s in enumerate(sightings) if j in free and not _shadowed(s, things)]
    return [_begin(sighting, look) for sighting in born]


def _same(thing: Thing, sighting: Sighting, overlap: float, remains: Remains | None) -> bool:
    if family(sighting.class_name) not in {family(name) for name in thing.votes}:
        return False
    if remains is None:
        return overlap >= SAME_PLACE
    if remains.hidden >= HIDDEN_SHARE:
        return overlap >= SAME_PLACE and remains.similarity >= OTHER_LOOK / 2
    if overlap < SAME_PLACE:
        return remains.similarity >= UNCHANGED
    # A box that fits the place closely needs less likeness: lamps, a door, an opened boot change it.
    return remains.similarity >= (OTHER_LOOK if overlap >= 0.8 else SAME_LOOK)


def _confirm(thing: Thing, sighting: Sighting, look: Look) -> None:
    thing.seen(look.at_s, look.elapsed_s)
    thing.vote(sighting.class_name, sighting.confidence)
    if not thing.reported:
        # The mean of its boxes: a single box on a half-hidden object may be off by a third.
        weight = 1.0 / min(thing.looks, 10)
        mean = (1 - weight) * np.asarray(thing.box_xyxy_px) + weight * np.asarray(sighting.box_xyxy_px)
        thing.box_xyxy_px = (float(mean[0]), float(mean[1]), float(mean[2]), float(mean[3]))


def _unmatched(thing: Thing, remains: Remains | None, look: Look, *, taken: bool) -> None:
    if remains is None:
        # Nobody knows how it looked: that it was not detected does not make it gone.
        thing.hidden(look.elapsed_s)
    elif remains.similarity >= UNCHANGED:
        thing.seen(look.at_s, look.elapsed_s)
    elif _behind(thing, look.sightings):
        # Before `taken`: the box of a truck in front of a car may well fit the car's place.
        thing.hidden(look.elapsed_s)
    elif not taken and remains.hidden >= HIDDEN_SHARE:
        thing.hidden(look.elapsed_s)
    elif not taken and remains.similarity >= SAME_LOOK:
        # Neither detected nor changed enough to be gone.
        thing.hidden(look.elapsed_s)
    else:
        thing.not_there(look.at_s)


def _behind(thing: Thing, sightings: Sequence[Sighting]) -> bool:
    """Whether one object nearer to the camera stands before a thing: a van that stops in front of a parked car."""
    _, y1, _, y2 = thing.box_xyxy_px
    nearer = [s.box_xyxy_px for s in sightings if s.box_xyxy_px[3] > y2 + NEARER * (y2 - y1)]
    covered = covered_share(as_boxes([thing.box_xyxy_px]), as_boxes(nearer))
    return bool((covered >= BEHIND_SHARE).any())


def _shadowed(sighting: Sighting, things: Sequence[Thing]) -> bool:
    """A second box on a thing that has its box already; what stands before a hidden thing is no box on it."""
    there = [t for t in things if t.missed == 0 and not (t.unclear and _behind(t, [sighting]))]
    own = [t.box_xyxy_px for t in there if family(sighting.class_name) in {family(n) for n in t.votes}]
    if not own:
        return False
    box = as_boxes([sighting.box_xyxy_px])
    return bool(covered_share(box, as_boxes(own)).max() > ONE_OBJECT or iou(box, as_boxes(own)).max() > 0.6)


def _begin(sighting: Sighting, look: Look) -> Thing:
    thing = Thing(
        uid=uuid.uuid5(uuid.NAMESPACE_OID, f"{look.at_s:.3f}/{sighting.class_name}/{sighting.box_xyxy_px}").hex,
        kind="standing",
        box_xyxy_px=sighting.box_xyxy_px,
        first_seen_at_s=look.at_s,
        last_seen_at_s=look.at_s,
    )
    thing.vote(sighting.class_name, sighting.confidence)
    return thing
