"""View health: whether what a camera shows can be trusted at all.

A look that is frozen, covered, blurred, moved or corrupt neither times a dwell nor proves an absence. Every look is
compared with a reference view learnt from sound looks; each kind of fault collects signs over looks and is reported
when they persist. A look with a sign is not usable even before its fault is reported.

Pure function of the frames given: no clock, no randomness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.frame import Frame
from detector.vision.repeats import Repeats
from detector.vision.viewpoint import (
    Displacement,
    Look,
    Plane,
    find_displacement,
    reduce,
    share,
    sharpness,
    tile_match,
    tile_structure,
    without_sway,
)
from detector.vision.viewreference import Reference
from dispatch.contract import FaultType

PRIORITY = (FaultType.corrupt, FaultType.covered, FaultType.frozen, FaultType.blurred, FaultType.moved)
"""Which standing fault is told first: the one that hides the others."""

LOOKS_TO_REPORT = {FaultType.corrupt: 2, FaultType.covered: 3, FaultType.blurred: 3, FaultType.moved: 2}
"""Looks in a row that must show a sign. Frozen counts for itself (`Repeats`)."""

LOOKS_TO_RETURN = 2
"""Good looks in a row that end a fault and make the view usable again."""

UNEXPLAINED_LOOKS = 5
"""Looks in a row on which nothing of the reference is found, nor where it went: the camera looks elsewhere."""

MATCHED = 0.5
"""Correlation from which a tile shows what the reference shows (measured: sound looks 0.7-1.0, displaced 0.0-0.3)."""

MIN_MATCHED_SHARE = 0.35
"""Share of tiles that must match for a look to be relied on; a dense crowd leaves about 0.4."""

SOUND_SHARE = 0.8
"""With less than this share of what usually matches, it is looked for where the view went."""

MIN_JUDGED_TILES = 6
"""With fewer structured tiles the view is too plain to tell whether it moved."""

MIN_SHIFT_SHARE = 0.012
MIN_TURN_DEG = 1.5
MIN_ZOOM = 0.04
"""From this median displacement (share of the width), turn or zoom the camera has moved; wind stays below 0.5 %."""

LOST_STRUCTURE = 0.35
"""A tile has lost its structure when this share of its reference gradient or less is left and it does not match."""

COVERED_SHARE = 0.45
SUSPECT_SHARE = 0.3
"""Share of structured tiles lost from which the view is covered, or not to be relied on."""

DARK_RANGE = 14.0
DARK_LEVEL = 60.0
"""Grey levels between the darkest and brightest 2 % of a picture in which nothing can be made out."""

BLURRED_SHARPNESS = 0.6
"""Median share of the reference's sharpness below which the picture is out of focus (sound, crowds, rain: 0.8-1)."""

MIN_SHARP_SHARE = 0.4
"""Sharpness is judged when it can be told on this share of the structured tiles: another view is not a blurred one."""

BROKEN_SHARE = 0.03
"""Share of the codec's grid that stands out as lone steps in a damaged picture (sound looks: up to 0.007)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that stands, since the first look that showed it."""

    type: FaultType
    since: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look says about the view.

    Attributes:
        faults: standing faults, the one to be told first at the front.
        usable: nothing may be timed or proven on a look that is not.
        detail: why the look is not usable, or what is wrong with the view; empty when all is well.
        repeated: not usable for this alone that the picture is the one before once more; the view is sound.
    """

    faults: tuple[Fault, ...]
    usable: bool
    detail: str = ""
    repeated: bool = False

    @property
    def fault(self) -> FaultType | None:
        """The fault to be told first."""
        return self.faults[0].type if self.faults else None

    @property
    def since(self) -> datetime | None:
        """First look that showed that fault."""
        return self.faults[0].since if self.faults else None


@dataclass(slots=True)
class _Track:
    """How long one kind of fault has shown, and whether it has been reported."""

    signs: int = 0
    good: int = 0
    since: datetime | None = None
    standing: bool = False
    detail: str = ""

    def update(self, sign: str | None, at: datetime, *, needed: int, gone: bool) -> None:
        """Count a look. `sign` is None when it shows none; `gone` when it proves the opposite."""
        if sign is not None:
            self.good = 0
            self.signs += 1
            self.since = self.since or at
            self.detail = sign
            self.standing = self.standing or self.signs >= needed
            return
        self.good = self.good + 1 if gone else 0
        if not self.standing:
            self.signs, self.since = 0, None
        elif self.good >= LOOKS_TO_RETURN:
            self.signs, self.since, self.standing = 0, None, False


class ViewHealth:
    """Watches one camera's view over its looks."""

    def __init__(self, camera_id: str) -> None:
        self.camera_id = camera_id
        self._reference: Reference | None = None
        self._repeats = Repeats()
        self._tracks = {fault: _Track() for fault in PRIORITY}
        self._unexplained = 0
        self._good_looks = LOOKS_TO_RETURN

    def check(self, frame: Frame) -> Reading:
        """Judge a look. Looks are given oldest first."""
        if frame.corrupt:
            self._tracks[FaultType.corrupt].update(
                "the decoder reports damage", frame.captured_at, needed=LOOKS_TO_REPORT[FaultType.corrupt], gone=False
            )
            return self._reading("the decoder reports damage")
        look = reduce(frame.image)
        signs = self._signs(look, frame.captured_at)
        for fault, track in self._tracks.items():
            if fault is not FaultType.frozen:
                gone = fault not in signs.excused
                track.update(signs.of.get(fault), frame.captured_at, needed=LOOKS_TO_REPORT[fault], gone=gone)
        self._update_frozen(signs)
        reading = self._reading(signs.doubt, repeated=signs.repeated)
        if reading.usable and self._reference is not None:
            self._reference.learn(look, matched=signs.matched, at_s=frame.at_s)
        return reading

    def rebase(self) -> None:
        """Forget the reference view: what the camera shows from now on is right (an operator says so)."""
        self.__init__(self.camera_id)  # type: ignore[misc]

    def snapshot(self) -> bytes:
        """Return the learnt reference, at most about 100 kB, for `restore`; empty before anything is learnt."""
        return b"" if self._reference is None else self._reference.to_bytes()

    @classmethod
    def restore(cls, camera_id: str, snapshot: bytes) -> Self:
        """Go on with a reference learnt before a restart. Faults are found again from the looks that follow.

        Raises:
            ValueError: the snapshot is damaged or of another version.
        """
        health = cls(camera_id)
        if snapshot:
            health._reference = Reference.from_bytes(snapshot)
        return health

    def _reading(self, doubt: str, *, repeated: bool = False) -> Reading:
        faults = tuple(
            Fault(fault, track.since, track.detail)
            for fault, track in self._tracks.items()
            if track.standing and track.since is not None
        )
        repeated = repeated and not faults
        if not repeated:
            # A camera may give each picture twice: a mere repeat neither proves nor disproves that the view is back.
            self._good_looks = 0 if doubt else self._good_looks + 1
        returning = not faults and not doubt and self._good_looks < LOOKS_TO_RETURN and self._was_bad()
        usable = not faults and not doubt and not returning
        detail = faults[0].detail if faults else doubt or ("the view has just come back" if returning else "")
        return Reading(faults, usable, detail, repeated)

    def _was_bad(self) -> bool:
        return self._reference is not None and self._reference.looks >= LOOKS_TO_RETURN

    def _update_frozen(self, signs: _Signs) -> None:
        track = self._tracks[FaultType.frozen]
        run = self._repeats.run
        track.standing = run is not None and run.frozen and FaultType.covered not in signs.of
        track.since = run.since if run is not None and track.standing else None
        track.detail = run.detail if run is not None else ""

    def _signs(self, look: Look, at: datetime) -> _Signs:
        """What this look shows: the sign of each fault, what excuses others from ending, and any doubt."""
        if look.broken >= BROKEN_SHARE:
            return _Signs.one(FaultType.corrupt, f"{look.broken:.0%} of the picture's blocks are broken")
        if self._reference is None:
            shade = _one_shade(look)
            if shade:
                return _Signs.one(FaultType.covered, shade)
            self._reference = Reference.begin(look, at_s=at.timestamp())
        signs = self._against_reference(self._reference, look)
        if FaultType.covered in signs.of:
            self._repeats.forget()
        elif self._repeats.add(look, at) and not signs.doubt:
            return replace(signs, doubt="the picture repeats the one before", repeated=True)
        return signs

    def _against_reference(self, reference: Reference, look: Look) -> _Signs:
        grey = reference.grey_like(look)
        structured = reference.structured
        if int(structured.sum()) < MIN_JUDGED_TILES:
            shade = _one_shade(look)
            return _Signs.one(FaultType.covered, shade) if shade else _Signs()
        match = tile_match(grey, look.grey)
        matched = share(match > MATCHED, structured)
        left = tile_structure(look.grey) / np.maximum(reference.structure, 0.1)
        lost = share((left < LOST_STRUCTURE) & (match < MATCHED), structured)
        shade = _one_shade(look) if lost >= COVERED_SHARE or matched < MIN_MATCHED_SHARE else ""
        if lost >= COVERED_SHARE or shade:
            return _Signs.one(FaultType.covered, shade or f"{lost:.0%} of the view has lost its structure")
        kept = _sharpness_kept(grey, look.grey, structured)
        if kept < BLURRED_SHARPNESS:
            return _Signs.one(FaultType.blurred, f"sharpness fell to {kept:.0%} of the reference")
        if matched < SOUND_SHARE * reference.usual_matched:
            displaced = self._displaced(reference, look, matched)
            if displaced is not None:
                return displaced
        self._unexplained = 0
        return _Signs(matched=matched, doubt=f"{lost:.0%} of the view is hidden" if lost >= SUSPECT_SHARE else "")

    def _displaced(self, reference: Reference, look: Look, matched: float) -> _Signs | None:
        """Where the view went; None when it is the reference view with things in front of it."""
        found = find_displacement(reference.grey_like(look), reference.structured, look.grey)
        if found is not None and _is_move(found):
            self._unexplained = 0
            text = (
                f"the view moved by {found.shift_share:.1%} of its width"
                f" (turn {found.rotation_deg:.1f} deg, zoom {found.scale:.2f})"
            )
            return _Signs.one(FaultType.moved, text)
        if matched >= MIN_MATCHED_SHARE:
            return None
        self._unexplained += 1
        text = f"only {matched:.0%} of the view matches the reference"
        if self._unexplained >= UNEXPLAINED_LOOKS or self._tracks[FaultType.moved].standing:
            return _Signs.one(FaultType.moved, text)
        return _Signs(excused=frozenset({FaultType.moved}), doubt=text)


def _is_move(found: Displacement) -> bool:
    return (
        found.shift_share >= MIN_SHIFT_SHARE
        or abs(found.rotation_deg) >= MIN_TURN_DEG
        or abs(found.scale - 1.0) >= MIN_ZOOM
    )


def _sharpness_kept(reference: Plane, grey: Plane, structured: NDArray[np.bool_]) -> float:
    """Median share of the reference's sharpness that the structured tiles have kept; 1 where it cannot be told."""
    kept = _median_sharpness(reference, grey, structured)
    if kept >= BLURRED_SHARPNESS:
        return kept
    return _median_sharpness(reference, without_sway(reference, grey), structured)


def _median_sharpness(reference: Plane, grey: Plane, structured: NDArray[np.bool_]) -> float:
    tiles = sharpness(reference, grey)[structured]
    told = tiles[~np.isnan(tiles)]
    return float(np.median(told)) if told.size >= MIN_SHARP_SHARE * structured.sum() else 1.0


def _one_shade(look: Look) -> str:
    """What to call a picture in which nothing can be made out; empty when there is something to see."""
    low, high = np.percentile(look.grey[::4, ::4], (2, 98))
    if high - low >= DARK_RANGE:
        return ""
    return "nothing but darkness" if high < DARK_LEVEL else "nothing but one shade"


@dataclass(frozen=True, slots=True)
class _Signs:
    """Signs of one look, faults whose end it cannot prove, why it is not to be relied on or merely repeated."""

    of: Mapping[FaultType, str] = field(default_factory=dict)
    excused: frozenset[FaultType] = frozenset()
    doubt: str = ""
    matched: float = 1.0
    repeated: bool = False

    @classmethod
    def one(cls, fault: FaultType, text: str) -> Self:
        """A sign of one fault; it leaves open whether the camera has also moved or is still out of focus."""
        hides = {
            FaultType.corrupt: {FaultType.covered, FaultType.blurred, FaultType.moved},
            FaultType.covered: {FaultType.corrupt, FaultType.blurred, FaultType.moved},
            FaultType.blurred: {FaultType.moved},
            FaultType.moved: {FaultType.blurred},
        }[fault]
        return cls({fault: text}, frozenset(hides), text)
