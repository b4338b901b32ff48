"""A camera's view over time: the background, how remembered things looked, and each look reduced to an observation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detector.frame import Frame, Image
from detector.geometry import BoxXyxy, as_boxes, grow, iou, scale, stretch
from detector.observation import Remains, Residue, Sighting
from detector.thing import VEHICLES
from detector.vision.appearance import Appearance, resized, take
from detector.vision.background import LIGHT_SCALE, Background, Mask, to_work, work_size
from detector.vision.blob import Blob, colour_distance, find_blobs
from detector.vision.ground import Ground

PERSON = "person"
HIDE_CONFIDENCE = 0.25
"""A person this sure hides what is behind; below, a heap taken for a person would hide itself for ever."""
UNRIVALLED = VEHICLES | {PERSON}
"""Riders share their box with what they ride: these names take nothing from a person."""
SURE_PERSON = 0.5
SAME_BOX = 0.6
"""A person less sure than this whose box fits a known thing, or any whose box fits a surer name, hides nothing."""
MIN_LOOKS = 3
"""Looks in which a residue must have been seen unchanged."""
LIGHT_EVIDENCE = -0.2
"""Blobs with less evidence are the mark of something that left, or light: after some looks they become background."""
ABSORB_LOOKS = 5
"""Looks after which it does."""
RECENT = 120
"""Looks of which the people are remembered, to know who stood beside a thing before it was believed."""
REFRESH_S = 300.0
REFRESH_SIMILARITY = 0.75
"""A thing this like itself is plainly the same: its appearance may be taken anew, every `REFRESH_S`."""


@dataclass(frozen=True, slots=True, eq=False)
class SceneLook:
    """One valid look. Implements `detector.observation.Look`."""

    at_s: float
    elapsed_s: float
    sightings: tuple[Sighting, ...]
    residues: tuple[Residue, ...]
    work: Image
    factor: float
    hidden: Mask
    blobs: tuple[Blob, ...]
    known: Mapping[str, Appearance]
    recent: Sequence[tuple[float, float, tuple[Sighting, ...]]]

    def remains(self, uid: str) -> Remains | None:
        """Compare a remembered thing with this look; None when its appearance is not known."""
        appearance = self.known.get(uid)
        if appearance is None:
            return None
        x1, y1, x2, y2 = (round(v) for v in appearance.box_xyxy_px)
        place = self.hidden[max(y1, 0) : y2, max(x1, 0) : x2]
        hidden = float(place.mean()) if place.size else 1.0
        changed, same = appearance.remaining(self.work) if appearance.before is not None else (None, None)
        return Remains(appearance.similarity(self.work), changed, same, hidden)

    def likeness(self, uid: str, residue: Residue) -> float:
        """How alike the colours of a remembered thing and of a residue are, 0..1."""
        appearance = self.known.get(uid)
        if appearance is None:
            return 0.0
        blob = self.blobs[residue.index]
        x1, y1, x2, y2 = (int(v) for v in blob.box_xyxy_px)
        return 1.0 - colour_distance(appearance.now, appearance.mask, self.work[y1:y2, x1:x2], blob.mask)


@dataclass(slots=True)
class Scene:
    """What one camera remembers of its view.

    Attributes:
        residue_polygons: (snapshot size, corners in its pixels) of the zones watched for residue; none where no such
            rule runs.
        min_side_720: smallest side of a residue, pixels of a 720-line picture.
    """

    residue_polygons: Sequence[tuple[tuple[int, int], np.ndarray]]
    min_side_720: float = 12.0
    background: Background | None = None
    appearances: dict[str, Appearance] = field(default_factory=dict)
    previous: tuple[Sighting, ...] = ()
    _ground: Ground | None = None
    _people: deque[tuple[float, float, tuple[Sighting, ...]]] = field(default_factory=lambda: deque(maxlen=RECENT))
    _taken_at_s: dict[str, float] = field(default_factory=dict)

    def look(self, frame: Frame, sightings: Iterable[Sighting], elapsed_s: float, keep: Sequence[BoxXyxy]) -> SceneLook:
        """Take in one valid look.

        Args:
            frame: the picture.
            sightings: what the detector found on it.
            elapsed_s: observed seconds since the last valid look; 0 after a gap.
            keep: places of known things, source pixels, which never become background.
        """
        work = to_work(frame.image)
        factor = work.shape[1] / frame.image.shape[1]
        now = tuple(_with_motion(sightings, self.previous))
        self.previous = now
        hidden = _hidden(now, keep, factor, work)
        blobs = self._residues(work, hidden, elapsed_s, [scale(box, factor) for box in keep])
        residues = tuple(
            Residue(scale(b.box_xyxy_px, 1 / factor), b.area_px / factor**2, b.rest_s, b.evidence, i)
            for i, b in enumerate(blobs)
        )
        self._people.append((frame.at_s, elapsed_s, tuple(s for s in now if s.class_name == PERSON)))
        recent = tuple(self._people)
        return SceneLook(frame.at_s, elapsed_s, now, residues, work, factor, hidden, blobs, self.appearances, recent)

    def _residues(self, work: Image, hidden: Mask, elapsed_s: float, keep: Sequence[BoxXyxy]) -> tuple[Blob, ...]:
        if not self.residue_polygons:
            return ()
        ground = self._ground_of(work)
        part, hidden_part = ground.cut(work), ground.cut(hidden)
        background = self.background
        if background is None or not ground.fits(background):
            corner, light_px = ground.corner_xy_px, LIGHT_SCALE * work.shape[1]
            self.background = Background.start(part, hidden_part, corner_xy_px=corner, light_px=light_px)
            return ()
        background.update(part, hidden_part, elapsed_s)
        # Half the size in each way while it is being recognised: the first pixels of a thing are not yet all of it.
        min_side_px = self.min_side_720 * work.shape[0] / 720
        min_area_px = max(0.5 * min_side_px**2, 12)
        found = find_blobs(background, part, ground.zone, min_looks=MIN_LOOKS, min_area_px=min_area_px)
        self._absorb(background, found, [ground.inward(box) for box in keep])
        large = [blob for blob in found if _side(blob) >= min_side_px]
        return tuple(replace(blob, box_xyxy_px=ground.outward(blob.box_xyxy_px)) for blob in large)

    def _ground_of(self, work: Image) -> Ground:
        if self._ground is None or self._ground.work_wh != (work.shape[1], work.shape[0]):
            self._ground = Ground.around(self.residue_polygons, (work.shape[1], work.shape[0]))
        return self._ground

    @staticmethod
    def _absorb(background: Background, blobs: Iterable[Blob], keep: Sequence[BoxXyxy]) -> None:
        for blob in blobs:
            if blob.evidence > LIGHT_EVIDENCE or iou(as_boxes([blob.box_xyxy_px]), as_boxes(keep)).any():
                continue
            x1, y1, x2, y2 = (int(v) for v in blob.box_xyxy_px)
            where = np.zeros(background.known.shape, dtype=bool)
            where[y1:y2, x1:x2] = blob.mask & (background.looks[y1:y2, x1:x2] >= ABSORB_LOOKS)
            background.absorb(where)

    def remember(self, uid: str, look: SceneLook, box_xyxy_px: BoxXyxy, blob: Blob | None = None) -> None:
        """Keep how a thing looks now, to recognise it later.

        Args:
            uid: the thing.
            look: the look that shows it.
            box_xyxy_px: source pixels.
            blob: its pixels where it is a residue; then the empty place is kept as well. What was known of it before
                and lies in the box stays part of it: a second bag beside the first leaves the first one there.
        """
        if blob is None or self.background is None or self._ground is None:
            self.appearances[uid] = take(look.work, scale(box_xyxy_px, look.factor))
            return
        box = scale(box_xyxy_px, look.factor)
        mask = np.zeros(look.work.shape[:2], dtype=bool)
        earlier = self.appearances.get(uid)
        if earlier is not None:
            ox, oy = earlier.corner_xy_px
            h, w = earlier.mask.shape
            mask[oy : oy + h, ox : ox + w] = earlier.mask
            x1, y1, x2, y2 = (round(v) for v in box)
            mask[:y1], mask[y2:], mask[:, :x1], mask[:, x2:] = False, False, False, False
        x1, y1, x2, y2 = (int(v) for v in blob.box_xyxy_px)
        mask[y1:y2, x1:x2] |= blob.mask
        ground = self._ground
        part, taken = ground.cut(look.work), ground.cut(mask | look.hidden)
        # Beyond the watched part the ground is as it is now: nothing of the thing lies there.
        empty = look.work.copy()
        empty[ground.rows, ground.columns] = self.background.relit(part, self.background.known & ~taken)
        self.appearances[uid] = take(look.work, box, empty, mask)

    def refresh(self, uids: Iterable[str], look: SceneLook) -> None:
        """Take the appearance of visible standing things anew from time to time: shadows wander over the day."""
        for uid in uids:
            remains = look.remains(uid)
            if remains is None or remains.hidden > 0 or remains.similarity < REFRESH_SIMILARITY:
                continue
            if look.at_s - self._taken_at_s.get(uid, look.at_s) >= REFRESH_S:
                self.appearances[uid] = take(look.work, self.appearances[uid].box_xyxy_px)
                self._taken_at_s[uid] = look.at_s
            self._taken_at_s.setdefault(uid, look.at_s)

    def resize(self, before_wh: tuple[int, int], now_wh: tuple[int, int]) -> None:
        """Bring what is remembered to pictures of another size. The background begins anew where it does not fit."""
        source_xy = (now_wh[0] / before_wh[0], now_wh[1] / before_wh[1])
        (w, h), work_wh = work_size(before_wh), work_size(now_wh)
        if (w, h) != work_wh:
            work_xy = (work_wh[0] / w, work_wh[1] / h)
            self.appearances = {uid: resized(a, work_xy, work_wh) for uid, a in self.appearances.items()}
        self.previous = _stretched(self.previous, source_xy)
        people = [(at_s, elapsed_s, _stretched(seen, source_xy)) for at_s, elapsed_s, seen in self._people]
        self._people = deque(people, maxlen=RECENT)

    def forget(self, uid: str) -> None:
        """Drop a thing's appearance."""
        self.appearances.pop(uid, None)
        self._taken_at_s.pop(uid, None)

    def accept(self, box_xyxy_px: BoxXyxy, factor: float) -> None:
        """Let whatever rests at a place become background (a person decided that it belongs there)."""
        if self.background is not None and self._ground is not None:
            x1, y1, x2, y2 = (max(0, round(v)) for v in self._ground.inward(scale(box_xyxy_px, factor)))
            where = np.zeros(self.background.known.shape, dtype=bool)
            where[y1:y2, x1:x2] = self.background.looks[y1:y2, x1:x2] > 0
            self.background.absorb(where)


def _stretched(sightings: Iterable[Sighting], by_xy: tuple[float, float]) -> tuple[Sighting, ...]:
    return tuple(replace(s, box_xyxy_px=stretch(s.box_xyxy_px, by_xy)) for s in sightings)


def _with_motion(sightings: Iterable[Sighting], previous: Sequence[Sighting]) -> Iterable[Sighting]:
    now = list(sightings)
    overlaps = iou(as_boxes([s.box_xyxy_px for s in now]), as_boxes([s.box_xyxy_px for s in previous]))
    best = overlaps.max(axis=1, initial=0.0)
    for s, overlap in zip(now, best.tolist(), strict=True):
        yield Sighting(s.box_xyxy_px, s.class_name, s.confidence, moving=overlap < 0.5, passing=overlap < 0.15)


def _hidden(sightings: Sequence[Sighting], keep: Sequence[BoxXyxy], factor: float, work: Image) -> Mask:
    """Places covered by people, or by traffic that was not there on the look before."""
    hidden = np.zeros(work.shape[:2], dtype=bool)
    for s in sightings:
        person = s.class_name == PERSON and s.confidence >= HIDE_CONFIDENCE and not _misnamed(s, sightings, keep)
        if person or (s.class_name in VEHICLES and s.moving):
            x1, y1, x2, y2 = (max(0, round(v)) for v in scale(grow(s.box_xyxy_px, 0.08), factor))
            hidden[y1:y2, x1:x2] = True
    return hidden


def _misnamed(person: Sighting, sightings: Sequence[Sighting], keep: Sequence[BoxXyxy]) -> bool:
    """Whether a doubtful person is a known thing, or one with a surer name: a bag must not hide itself."""
    surer = [s.box_xyxy_px for s in sightings if s.class_name not in UNRIVALLED and s.confidence > person.confidence]
    rivals = [*surer, *(keep if person.confidence < SURE_PERSON else ())]
    return bool(rivals) and bool(iou(as_boxes([person.box_xyxy_px]), as_boxes(rivals)).max() >= SAME_BOX)


def _side(blob: Blob) -> float:
    x1, y1, x2, y2 = blob.box_xyxy_px
    return min(x2 - x1, y2 - y1)
