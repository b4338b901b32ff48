"""Drawing meshes: projection, shading, painter's order, and cut-outs with soft edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.sources.sim.camera import NEAR_M, Floats, Pinhole
from detector.sources.sim.light import Light
from detector.sources.sim.mesh import Ints, Mesh

U8 = NDArray[np.uint8]

SHIFT = 4
"""Fractional bits of the polygon corners handed to OpenCV."""
MARGIN_PX = 2
LAMP_BGR = np.array([0.72, 0.88, 1.0])
SKY_BGR = np.array([400.0, 377.0, 357.0])
"""Mirrored sky, per unit of sky light."""
LOW_M = 0.35
"""Parts below this height darken the ground right under them."""
SMALL_PX = 14
"""Smaller shadows are drawn in one piece."""
UNDER = 105
"""How dark it is there, 0..255."""


@dataclass(frozen=True, eq=False)
class Sprite:
    """A cut-out on the picture: premultiplied colour and cover.

    Attributes:
        left, top: pixel of the patch's corner in the picture.
        bgr: (h, w, 3) uint8, already multiplied by the cover.
        cover: (h, w) uint8, 0..255.
    """

    left: int
    top: int
    bgr: U8
    cover: U8

    @cached_property
    def rest(self) -> U8:
        """What is left of the picture below, (h, w, 3) uint8."""
        return np.asarray(cv2.cvtColor(255 - self.cover, cv2.COLOR_GRAY2BGR), np.uint8)

    @property
    def size_hw(self) -> tuple[int, int]:
        """Rows and columns of the patch."""
        return int(self.cover.shape[0]), int(self.cover.shape[1])

    @property
    def solid(self) -> NDArray[np.bool_]:
        """Pixels that are at least half covered, shape (h, w)."""
        return self.cover >= 128


@dataclass(frozen=True)
class Patch:
    """The part of the picture that an object may touch, pixels, and how much finer it is drawn."""

    left: int
    top: int
    width: int
    height: int
    fine: int


def patch_of(px: Floats, resolution_wh: tuple[int, int]) -> Patch | None:
    """Return the patch around projected points, cut at the picture's border; None when they lie outside."""
    low = np.floor(px.min(0)) - MARGIN_PX
    high = np.ceil(px.max(0)) + MARGIN_PX
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(resolution_wh[0], int(high[0])), min(resolution_wh[1], int(high[1]))
    if right - left < 1 or bottom - top < 1:
        return None
    size = max(high - low)
    fine = 4 if size < 60 else 3 if size < 140 else 2
    return Patch(left, top, right - left, bottom - top, fine)


def shade(body: Mesh, faces: Ints, camera: Pinhole, light: Light, *, sunlit: float = 1.0, lamp: float = 0.0) -> Floats:
    """Return the colour of some faces of a mesh in the scene frame, (N, 3) BGR 0..255.

    Lambert for sun and sky, a sky-coloured mirror term that grows at grazing angles (Schlick), and a sun glint.

    Args:
        body: the mesh.
        faces: numbers of the faces.
        camera: who looks.
        light: what falls on it.
        sunlit: share of the sun that reaches it.
        lamp: lamp light that reaches it.
    """
    to_eye = camera.centre_m - body.vertices_m[body.faces[faces, 0]]
    to_eye /= np.sqrt(np.einsum("ij,ij->i", to_eye, to_eye))[:, None]
    normal, two_sided = body.normals[faces], body.two_sided[faces]
    facing = np.einsum("ij,ij->i", normal, to_eye)
    normal = np.where((facing < 0)[:, None] & two_sided[:, None], -normal, normal)
    facing = np.where(two_sided, np.abs(facing), np.clip(facing, 0.02, 1))
    up, own, gloss = normal[:, 2], body.bgr[faces], body.gloss[faces]
    direct = np.maximum(normal @ light.sun_direction, 0) * sunlit
    lit = light.sky_bgr * (0.66 + 0.34 * up)[:, None] + light.sun_bgr * direct[:, None]
    if lamp > 0:
        lit += LAMP_BGR * (lamp * (0.55 + 0.35 * np.abs(up)))[:, None]
    colour = own * lit
    if gloss.any():
        mirror = 2 * facing[:, None] * normal - to_eye
        fresnel = gloss * (0.16 + 0.84 * (1 - facing) ** 3)
        horizon = np.clip(mirror[:, 2] * 1.6 + 0.35, 0.04, 1.0)
        glint = np.clip(mirror @ light.sun_direction, 0, 1) ** 24 * gloss * sunlit
        colour *= (1 - 0.6 * fresnel)[:, None]
        colour += SKY_BGR * light.sky_bgr * (horizon * fresnel)[:, None] + 300.0 * light.sun_bgr * glint[:, None]
    if light.lamps > 0:
        colour = np.maximum(colour, own * (body.glow[faces] * light.lamps)[:, None] * 1.6)
    return np.minimum(colour, 255.0)


def draw(body: Mesh, camera: Pinhole, light: Light, *, sunlit: float = 1.0, lamp: float = 0.0) -> Sprite | None:
    """Draw a mesh given in the scene frame. None when it lies outside the picture or reaches behind the lens."""
    px, depth = camera.project(body.vertices_m)
    if depth.min() < NEAR_M:
        return None
    patch = patch_of(px, camera.resolution_wh)
    if patch is None:
        return None
    fixed = ((px - (patch.left, patch.top)) * (patch.fine * (1 << SHIFT))).round().astype(np.int32)
    quads = fixed[body.faces]
    one, other = (quads[:, 2] - quads[:, 0]).astype(np.int64), (quads[:, 3] - quads[:, 1]).astype(np.int64)
    seen = np.flatnonzero((one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0] < 0) | body.two_sided)
    far = depth[body.faces[seen]].mean(1) - body.bias_m[seen]
    order = seen[np.argsort(-far, kind="stable")]
    fills = np.empty((len(order), 4))
    fills[:, :3], fills[:, 3] = shade(body, order, camera, light, sunlit=sunlit, lamp=lamp), 255
    canvas = np.zeros((patch.height * patch.fine, patch.width * patch.fine, 4), np.uint8)
    for quad, fill in zip(quads[order], fills.round().tolist(), strict=True):
        cv2.fillConvexPoly(canvas, quad, fill, lineType=cv2.LINE_8, shift=SHIFT)
    small: U8 = np.asarray(cv2.resize(canvas, (patch.width, patch.height), interpolation=cv2.INTER_AREA), np.uint8)
    if patch.fine == 2 and patch.height > 40:
        small = np.asarray(cv2.blur(small, (2, 2)), np.uint8)
    cover = np.ascontiguousarray(small[:, :, 3])
    return Sprite(patch.left, patch.top, np.ascontiguousarray(small[:, :, :3]), cover)


def lay(picture: U8, sprite: Sprite) -> None:
    """Lay a cut-out over a picture (BGR), in place."""
    height, width = sprite.size_hw
    under = picture[sprite.top : sprite.top + height, sprite.left : sprite.left + width]
    cv2.multiply(under, sprite.rest, dst=under, scale=1 / 255)
    cv2.add(under, sprite.bgr, dst=under)


@dataclass(frozen=True, eq=False)
class Shade:
    """A shadow on the ground: how much light is left, 0..255, over a patch of the picture."""

    left: int
    top: int
    left_over: U8
    """Grey in three channels, (h, w, 3)."""


def cast(body: Mesh, parts: Sequence[Ints], camera: Pinhole, light: Light, *, sunlit: float = 1.0) -> Shade | None:
    """Return the shadow that a mesh in the scene frame throws on the ground: the sun's, and the dark under it.

    `parts` are the vertex numbers of pieces that each cast one convex shadow.
    """
    strength = light.shadow_strength * sunlit
    points = body.vertices_m.copy()
    points[:, 2] = 0.0
    sunny = strength > 0.08
    if sunny:
        flat = points.copy()
        flat[:, :2] -= light.sun_direction[:2] / light.sun_direction[2] * body.vertices_m[:, 2:]
        points = np.concatenate([points, flat])
    px, depth = camera.project(points)
    patch = patch_of(px, camera.resolution_wh) if depth.min() >= NEAR_M else None
    if patch is None:
        return None
    near = (px - (patch.left, patch.top)).astype(np.float32)
    count = len(body.vertices_m)
    low = body.vertices_m[:, 2] < LOW_M
    darkness = np.zeros((patch.height, patch.width), np.uint8)
    if min(patch.width, patch.height) < SMALL_PX:
        parts = (np.arange(count),)
    if sunny:
        for part in parts:
            hull = cv2.convexHull(near[part + count]).astype(np.int32)
            cv2.fillConvexPoly(darkness, hull, int(255 * strength * 0.92))
    under = np.zeros_like(darkness)
    for part in parts:
        foot = part[low[part]]
        if len(foot) >= 3:
            cv2.fillConvexPoly(under, cv2.convexHull(near[foot]).astype(np.int32), UNDER)
    soft = max(1, int(min(patch.width, patch.height) / 22)) * 2 + 1
    dark = cv2.GaussianBlur(np.maximum(darkness, under), (soft, soft), 0)
    return Shade(patch.left, patch.top, np.asarray(cv2.cvtColor(255 - dark, cv2.COLOR_GRAY2BGR), np.uint8))


def darken(picture: U8, shadow: Shade) -> None:
    """Lay a shadow over a picture (BGR), in place."""
    height, width = shadow.left_over.shape[:2]
    under = picture[shadow.top : shadow.top + height, shadow.left : shadow.left + width]
    cv2.multiply(under, shadow.left_over, dst=under, scale=1 / 255)
