"""Putting bodies into a picture: shadows first, then cut-outs from far to near, and what stays visible of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.sources.sim import catalog
from detector.sources.sim.background import Background
from detector.sources.sim.camera import Pinhole
from detector.sources.sim.light import Light
from detector.sources.sim.mesh import Mesh, turn
from detector.sources.sim.raster import Shade, Sprite, cast, darken, draw, lay

U8 = NDArray[np.uint8]
BoxXyxyPx = tuple[float, float, float, float]

LARGE_M = 2.4
"""Longer bodies are sorted by their sides, not by their middles."""
SLENDER = ("tree", "lamp", "umbrella", "sign")
"""Wide at the top only: sorted by their foot."""


@dataclass(frozen=True, eq=False)
class Actor:
    """A body at a place.

    Attributes:
        id: which thing this is, the same over time.
        kind: as in `catalog.KINDS`, or person.
        class_name: what a detector should call it; None for scenery.
        mesh: the body in its own frame.
        at_m: ground position in the scene frame.
        bearing_deg: clockwise from the scene's +y axis.
        at_rest: it does not move.
        look: what tells this mesh from other meshes (kind, variant, gait step), for the cache.
        lift_m: height above the ground.
    """

    id: str
    kind: str
    class_name: str | None
    mesh: Mesh
    at_m: tuple[float, float]
    bearing_deg: float
    at_rest: bool
    look: Hashable
    lift_m: float = 0.0


def things(
    id: str,
    kind: str,
    variant: int,
    at_m: tuple[float, float],
    bearing_deg: float,
    *,
    at_rest: bool,
    lift_m: float = 0.0,
) -> list[Actor]:
    """Return one thing of a kind as an actor, and the person who rides it as another."""
    made = catalog.KINDS[kind]
    actors = [
        Actor(
            id, kind, made.class_name, catalog.body(kind, variant), at_m, bearing_deg, at_rest, (kind, variant), lift_m
        )
    ]
    rider = catalog.rider(kind, variant)
    if rider is not None:
        actors.append(
            Actor(
                f"{id}:rider",
                catalog.PERSON,
                "person",
                rider,
                at_m,
                bearing_deg,
                at_rest,
                (kind, variant, "rider"),
                lift_m,
            )
        )
    return actors


@dataclass(frozen=True)
class Seen:
    """What is visible of an actor. Boxes in pixels of the picture; `visible` is the share of its outline not hidden."""

    actor: Actor
    box_xyxy_px: BoxXyxyPx
    whole_box_xyxy_px: BoxXyxyPx
    visible: float


@dataclass(frozen=True, eq=False)
class Cutout:
    """An actor drawn: its sprite, its shadow, the distance of its foot and half its length and width."""

    actor: Actor
    sprite: Sprite
    shadow: Shade | None
    depth_m: float
    half_m: tuple[float, float]


@dataclass
class Stage:
    """One camera's drawing board under one light. Cut-outs of what rests are kept between pictures."""

    background: Background
    camera: Pinhole
    light: Light
    keep: int = 256
    _shaded: tuple[frozenset[int], U8, tuple[Cutout, ...]] | None = None
    _kept: OrderedDict[Hashable, Cutout | None] = field(default_factory=OrderedDict)

    def picture(self, actors: Sequence[Actor]) -> tuple[U8, list[Cutout]]:
        """Draw the actors over the background; returns the picture (BGR) and its cut-outs from far to near."""
        cutouts = self.cutouts(actors)
        image = self._ground(tuple(c for c in cutouts if c.actor.at_rest)).copy()
        for cutout in cutouts:
            if cutout.shadow is not None and not cutout.actor.at_rest:
                darken(image, cutout.shadow)
        for cutout in cutouts:
            lay(image, cutout.sprite)
        return image, cutouts

    def _ground(self, resting: tuple[Cutout, ...]) -> U8:
        """The background with the shadows of what rests; kept until something comes to rest or leaves."""
        key = frozenset(id(c.shadow) for c in resting if c.shadow is not None)
        if self._shaded is None or self._shaded[0] != key:
            image = self.background.bgr.copy()
            for cutout in resting:
                if cutout.shadow is not None:
                    darken(image, cutout.shadow)
            self._shaded = (key, image, resting)
        return self._shaded[1]

    def cutouts(self, actors: Sequence[Actor]) -> list[Cutout]:
        """Return the actors' cut-outs from far to near; those out of the picture are left out."""
        return sort_by_depth([c for a in actors if (c := self._cut(a)) is not None], self.camera)

    def _cut(self, actor: Actor) -> Cutout | None:
        key = (actor.look, actor.at_m, actor.bearing_deg, actor.lift_m)
        if key in self._kept:
            self._kept.move_to_end(key)
            cutout = self._kept[key]
            return (
                None if cutout is None else Cutout(actor, cutout.sprite, cutout.shadow, cutout.depth_m, cutout.half_m)
            )
        cutout = self._draw(actor)
        if actor.at_rest:
            self._kept[key] = cutout
            while len(self._kept) > self.keep:
                self._kept.popitem(last=False)
        return cutout

    def _draw(self, actor: Actor) -> Cutout | None:
        body = actor.mesh.placed(turn(actor.bearing_deg), (*actor.at_m, actor.lift_m))
        sun, lamp = self.background.light_on(*actor.at_m)
        sprite = draw(body, self.camera, self.light, sunlit=sun, lamp=lamp * self.light.lamps)
        if sprite is None:
            return None
        shadow = cast(body, actor.mesh.part_vertices, self.camera, self.light, sunlit=sun)
        _, depth = self.camera.project(np.array([[*actor.at_m, 0.0]]))
        half = np.abs(actor.mesh.vertices_m[:, :2]).max(0)
        return Cutout(actor, sprite, shadow, float(depth[0]), (float(half[0]), float(half[1])))


def sort_by_depth(cutouts: Sequence[Cutout], camera: Pinhole) -> list[Cutout]:
    """Order cut-outs from far to near. Long bodies are compared side by side, so that nobody shines through a bus."""
    ordered = sorted(cutouts, key=lambda c: (-c.depth_m, c.actor.id))
    eye = camera.centre_m[:2]
    for large in [c for c in ordered if max(c.half_m) * 2 > LARGE_M and c.actor.kind not in SLENDER]:
        at = ordered.index(large)
        wrong_behind = [c for c in ordered[:at] if _overlap(c.sprite, large.sprite) and _before(c, large, eye) is True]
        wrong_before = [
            c for c in ordered[at + 1 :] if _overlap(c.sprite, large.sprite) and _before(c, large, eye) is False
        ]
        if not wrong_behind and not wrong_before:
            continue
        moved = {id(c) for c in (*wrong_behind, *wrong_before)}
        rest = [c for c in ordered if id(c) not in moved]
        at = rest.index(large)
        ordered = [*rest[:at], *wrong_before, large, *wrong_behind, *rest[at + 1 :]]
    return ordered


def _overlap(a: Sprite, b: Sprite) -> bool:
    (a_height, a_width), (b_height, b_width) = a.size_hw, b.size_hw
    beside = a.left + a_width <= b.left or b.left + b_width <= a.left
    above = a.top + a_height <= b.top or b.top + b_height <= a.top
    return not beside and not above


def _before(small: Cutout, large: Cutout, eye: NDArray[np.float64]) -> bool | None:
    """Tell whether `small` stands before `large`; None when no side of `large` parts them."""
    back = turn(-large.actor.bearing_deg)[:2, :2]
    here = back @ (np.array(small.actor.at_m) - large.actor.at_m)
    lens = back @ (eye - np.array(large.actor.at_m))
    half = np.array(large.half_m) * 0.9
    beyond = [(axis, sign) for axis in (0, 1) for sign in (1, -1) if here[axis] * sign > half[axis]]
    if not beyond:
        return None
    nearer: bool = any(float(lens[axis]) * sign > float(half[axis]) for axis, sign in beyond)
    return nearer


def what_is_seen(cutouts: Sequence[Cutout], resolution_wh: tuple[int, int], min_visible: float = 0.0) -> list[Seen]:
    """Return the visible extent of every actor with a class, given the cut-outs from far to near."""
    owner = np.full((resolution_wh[1], resolution_wh[0]), -1, np.int16)
    for i, cutout in enumerate(cutouts):
        sprite = cutout.sprite
        height, width = sprite.cover.shape
        owner[sprite.top : sprite.top + height, sprite.left : sprite.left + width][sprite.solid] = i
    found = []
    for i, cutout in enumerate(cutouts):
        if cutout.actor.class_name is None:
            continue
        sprite = cutout.sprite
        height, width = sprite.cover.shape
        left = (owner[sprite.top : sprite.top + height, sprite.left : sprite.left + width] == i).astype(np.uint8)
        whole = sprite.solid.astype(np.uint8)
        area = int(np.count_nonzero(whole))
        if area == 0:
            continue
        visible = float(np.count_nonzero(left)) / area
        if visible <= min_visible:
            continue
        found.append(Seen(cutout.actor, _extent(left, sprite), _extent(whole, sprite), visible))
    return found


def _extent(mask: U8, sprite: Sprite) -> BoxXyxyPx:
    x, y, width, height = cv2.boundingRect(mask)
    return float(sprite.left + x), float(sprite.top + y), float(sprite.left + x + width), float(sprite.top + y + height)
