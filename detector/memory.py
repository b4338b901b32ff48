"""What one camera keeps between looks and over restarts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import cv2
import numpy as np

from detector.frame import Frame
from detector.geometry import BoxXyxy, stretch
from detector.thing import Thing
from detector.verification import Verification
from detector.vision.appearance import decode, encode
from detector.vision.background import PROVEN_LOOKS, Background
from detector.vision.scene import Scene

BACKGROUND_EVERY_S = 120.0
"""Seconds between saves of the background: half a megabyte each, and it changes slowly."""
GROUND = "ground"
"""Name under which it is saved."""
STATE_VERSION = 1
MAX_FIRST = 24
"""First pictures kept a camera: about a tenth of a megabyte each."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstSeen:
    """The picture in which a thing was first seen, compressed, with what has to be hidden on it."""

    jpeg: bytes
    captured_at: datetime
    media_s: float
    hide_boxes_xyxy_px: tuple[BoxXyxy, ...]

    @classmethod
    def of(cls, frame: Frame, hide_boxes_xyxy_px: tuple[BoxXyxy, ...]) -> FirstSeen:
        """Compress a frame."""
        ok, jpeg = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, 85])
        if not ok:
            raise ValueError("a frame could not be encoded as JPEG")
        return cls(jpeg.tobytes(), frame.captured_at, frame.media_s, hide_boxes_xyxy_px)

    def frame(self, camera_id: str) -> Frame:
        """The frame again."""
        image = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        return Frame(camera_id, np.asarray(image, dtype=np.uint8), self.captured_at, self.media_s)


@dataclass(slots=True)
class Memory:
    """Things, verifications and the scene of one camera.

    Attributes:
        things: what is being watched or stands reported.
        gone: reported things that have left, by event id, kept for late questions.
        verifications: under way.
        last_look_at_s: Unix seconds of the last valid look.
        resolution_wh: size of the picture of that look, in whose pixels all boxes are; None before the first.
        gap: a bad view, a lost connection or a restart lies between that look and the next.
        unsaved: things whose appearance the store does not have yet.
        first: pictures in which unreported things were first seen.
        touched: something outside a look has changed the state.
    """

    scene: Scene
    things: list[Thing] = field(default_factory=list)
    gone: dict[str, Thing] = field(default_factory=dict)
    verifications: list[Verification] = field(default_factory=list)
    last_look_at_s: float | None = None
    resolution_wh: tuple[int, int] | None = None
    gap: bool = True
    unsaved: set[str] = field(default_factory=set)
    touched: bool = False
    first: dict[str, FirstSeen] = field(default_factory=dict)
    _saved: set[str] = field(default_factory=set)
    _dropped: set[str] = field(default_factory=set)
    _last_json: str = ""
    _background_at_s: float | None = None

    def of_event(self, event_id: str) -> Thing | None:
        """The thing an event was made of, there or gone."""
        return next((t for t in self.things if t.event_id == event_id), self.gone.get(event_id))

    def fit(self, resolution_wh: tuple[int, int]) -> None:
        """Bring what is known to the size of the next picture: a camera may be set to another resolution."""
        before, self.resolution_wh = self.resolution_wh, resolution_wh
        if before is None or before == resolution_wh:
            return
        by_xy = (resolution_wh[0] / before[0], resolution_wh[1] / before[1])
        for thing in (*self.things, *self.gone.values()):
            thing.box_xyxy_px = stretch(thing.box_xyxy_px, by_xy)
        self.scene.resize(before, resolution_wh)
        self.unsaved.update(self.scene.appearances)
        self.first.clear()  # they are of the other size
        self.gap = True

    def keep_first(self, frame: Frame, hide: Callable[[], tuple[BoxXyxy, ...]], min_rest_s: float) -> None:
        """Keep the picture of things that have begun to be timed, while there is room; drop those no longer needed.

        A restart loses them: the event then has the picture of its confirmation alone.
        """
        waiting = {t.uid for t in self.things if not t.reported and not t.missed and t.rest_s >= min_rest_s}
        self.first = {uid: first for uid, first in self.first.items() if uid in waiting}
        new = waiting - set(self.first)
        if new and len(self.first) < MAX_FIRST:
            # Things that begin on the same look share one picture.
            first = FirstSeen.of(frame, hide())
            self.first.update(dict.fromkeys(new, first))

    def forget(self, thing: Thing) -> None:
        """Drop a thing and its appearance."""
        self.things = [t for t in self.things if t is not thing]
        self._forget_appearance(thing)

    def mark_gone(self, thing: Thing) -> None:
        """Move a reported thing to those that have left."""
        self.things = [t for t in self.things if t is not thing]
        if thing.event_id is not None:
            self.gone[thing.event_id] = thing

    def look_again(self, event_id: str) -> None:
        """Follow a thing again that had left, so that the next looks tell whether that still holds."""
        thing = self.gone.pop(event_id, None)
        if thing is not None:
            self.things.append(thing)

    def forget_gone_before(self, at_s: float) -> None:
        """Drop what left before a time, Unix seconds."""
        for event_id, thing in list(self.gone.items()):
            if thing.last_seen_at_s < at_s:
                del self.gone[event_id]
                self._forget_appearance(thing)

    def _forget_appearance(self, thing: Thing) -> None:
        self.scene.forget(thing.uid)
        self.unsaved.discard(thing.uid)
        if thing.uid in self._saved:
            self._saved.discard(thing.uid)
            self._dropped.add(thing.uid)

    def changes(self, at_s: float, health: Callable[[], bytes]) -> tuple[str | None, dict[str, bytes | None]]:
        """What the store does not have yet: the state as JSON if it has changed, and binary parts by name."""
        blobs: dict[str, bytes | None] = {f"appearance/{uid}": None for uid in self._dropped}
        self._dropped.clear()
        # What was seen once is mostly passing traffic; it is not worth a write.
        lasting = [t for t in self.things if t.looks >= 2 or t.reported]
        for thing in (*lasting, *self.gone.values()):
            appearance = self.scene.appearances.get(thing.uid)
            if appearance is not None and (thing.uid not in self._saved or thing.uid in self.unsaved):
                blobs[f"appearance/{thing.uid}"] = encode(appearance)
                self._saved.add(thing.uid)
                self.unsaved.discard(thing.uid)
        if self._background_at_s is None or at_s - self._background_at_s >= BACKGROUND_EVERY_S:
            self._background_at_s = at_s
            blobs["health"] = health()
            if self.scene.background is not None:
                blobs[GROUND] = _pack(self.scene.background)
        state = json.dumps(
            {
                "version": STATE_VERSION,
                "last_look_at_s": self.last_look_at_s,
                "resolution_wh": self.resolution_wh,
                "things": [t.to_json() for t in lasting],
                "gone": [t.to_json() for t in self.gone.values()],
                "verifications": [v.to_json() for v in self.verifications],
            }
        )
        changed = (
            bool(lasting or blobs or self.verifications or self.touched or self._last_json) and state != self._last_json
        )
        self._last_json, self.touched = state, False
        return (state if changed else None), blobs

    def restore(self, state: str | None, blobs: Mapping[str, bytes]) -> None:
        """Take up what an earlier run saved; the time until now is a gap.

        Raises:
            ValueError: the state is of another version or damaged.
        """
        if state is None:
            return
        values = json.loads(state)
        if values.get("version") != STATE_VERSION:
            raise ValueError(f"camera state has version {values.get('version')}, this program reads {STATE_VERSION}")
        self.things = [Thing.from_json(v) for v in values["things"]]
        self.gone = {t.event_id: t for t in map(Thing.from_json, values["gone"]) if t.event_id}
        self.verifications = [Verification.from_json(v) for v in values["verifications"]]
        self.last_look_at_s = values["last_look_at_s"]
        saved_wh = values.get("resolution_wh")  # a state of before it was kept has none
        self.resolution_wh = None if saved_wh is None else (int(saved_wh[0]), int(saved_wh[1]))
        for name, blob in blobs.items():
            if name.startswith("appearance/"):
                uid = name.removeprefix("appearance/")
                self.scene.appearances[uid] = decode(blob)
                self._saved.add(uid)
        if GROUND in blobs:
            self.scene.background = _unpack(blobs[GROUND])
        self.gap = True


def _pack(background: Background) -> bytes:
    """The background as PNG, with its place in the working picture as first bytes."""
    known = np.repeat(background.known[..., None].astype(np.uint8) * 255, 3, axis=2)
    ok, png = cv2.imencode(".png", np.hstack([background.base, known]), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not ok:
        raise ValueError("the background could not be encoded as PNG")
    return np.array([*background.corner_xy_px, background.light_px], dtype="<f8").tobytes() + png.tobytes()


def _unpack(packed: bytes) -> Background:
    head = np.frombuffer(packed[:24], dtype="<f8")
    picture = cv2.imdecode(np.frombuffer(packed[24:], np.uint8), cv2.IMREAD_COLOR)
    if picture is None or len(head) != 3:
        raise ValueError("the saved background is not a picture")
    base, known = (np.ascontiguousarray(half, dtype=np.uint8) for half in np.split(picture, 2, axis=1))
    corner, light_px = (int(head[0]), int(head[1])), float(head[2])
    background = Background.start(base, known[..., 0] == 0, corner_xy_px=corner, light_px=light_px)
    background.proven[background.known] = PROVEN_LOOKS
    return background
