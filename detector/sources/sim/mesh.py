"""Small polygon meshes: the solid bodies that stand in a simulated street.

Object frame: x to the object's right, y forward, z up, metres, origin on the ground below its middle. Colours are BGR
0..255 albedos. Faces are quads, corners counter-clockwise seen from outside; a triangle repeats its last corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bgr = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Faces with their surface.

    Attributes:
        vertices_m: (V, 3).
        faces: (F, 4) vertex numbers.
        bgr: (F, 3) albedo.
        gloss: (F,) mirror share 0..1 (glass, paint, plastic).
        glow: (F,) light given off 0..1, seen by night (lamps, screens).
        bias_m: (F,) faces with a larger bias are drawn over nearer ones: decals on a body.
        two_sided: (F,) also seen from behind.
        part: (F,) faces of one part cast one convex shadow.
        normals: (F, 3) unit vectors that light falls by; on round bodies smoother than the faces themselves.
    """

    vertices_m: Floats
    faces: Ints
    bgr: Floats
    gloss: Floats
    glow: Floats
    bias_m: Floats
    two_sided: NDArray[np.bool_]
    part: Ints
    normals: Floats

    @cached_property
    def part_vertices(self) -> tuple[Ints, ...]:
        """Vertex numbers of each part, in the order of the part numbers."""
        return tuple(np.unique(self.faces[self.part == part]) for part in range(int(self.part.max()) + 1))

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """Return this mesh shifted by metres."""
        return self.placed(np.eye(3), (x, y, z))

    def turned(self, degrees: float, axis: str = "z") -> Mesh:
        """Return this mesh turned about an axis through the origin (z: clockwise seen from above, as bearings are)."""
        return self.placed(turn(degrees, axis), (0.0, 0.0, 0.0))

    def scaled(self, x: float, y: float | None = None, z: float | None = None) -> Mesh:
        """Return this mesh stretched along its axes by positive factors."""
        return self.placed(np.diag([x, x if y is None else y, x if z is None else z]), (0.0, 0.0, 0.0))

    def placed(self, linear: Floats, shift_m: ArrayLike) -> Mesh:
        """Return this mesh after a linear map that keeps handedness, and a shift."""
        vertices = self.vertices_m @ linear.T + np.asarray(shift_m, dtype=np.float64)
        normals = _unit(self.normals @ np.linalg.inv(linear))
        return replace(self, vertices_m=vertices, normals=normals)

    def tinted(self, rng: np.random.Generator, spread: float) -> Mesh:
        """Return this mesh with every face's brightness varied by a relative standard deviation."""
        factor = np.clip(rng.normal(1.0, spread, (len(self.faces), 1)), 0.4, 1.7)
        return replace(self, bgr=np.clip(self.bgr * factor, 0, 255))


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def face_normals(vertices_m: Floats, faces: Ints) -> Floats:
    """Return the outward unit normal of every face, shape (F, 3)."""
    a, b, c, d = (vertices_m[faces[:, i]] for i in range(4))
    (ux, uy, uz), (vx, vy, vz) = (c - a).T, (d - b).T
    return _unit(np.stack([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx], 1))


def dimmed(bgr: Bgr, factor: float) -> Bgr:
    """Return a colour with its brightness changed by a factor."""
    return bgr[0] * factor, bgr[1] * factor, bgr[2] * factor


def any_colour(rng: np.random.Generator, low: float, high: float) -> Bgr:
    """Draw a colour whose parts lie between two values."""
    blue, green, red = rng.uniform(low, high, 3)
    return float(blue), float(green), float(red)


def turn(degrees: float, axis: str = "z") -> Floats:
    """Return a rotation matrix. About z it turns clockwise seen from above; about x forward; about y to the right."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    if axis == "z":
        return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])
    if axis == "x":
        return np.array([[1.0, 0, 0], [0, c, s], [0, -s, c]])
    if axis == "y":
        return np.array([[c, 0, s], [0, 1.0, 0], [-s, 0, c]])
    raise ValueError(f"axis must be x, y or z, got {axis!r}")


def mesh(
    vertices_m: ArrayLike,
    faces: ArrayLike,
    bgr: ArrayLike,
    *,
    gloss: float = 0.0,
    glow: float = 0.0,
    bias_m: float = 0.0,
    two_sided: bool = False,
) -> Mesh:
    """Build one part. `bgr` is one colour or one a face."""
    corners = np.asarray(faces, dtype=np.int64).reshape(-1, 4)
    count = len(corners)
    points = np.asarray(vertices_m, dtype=np.float64).reshape(-1, 3)
    return Mesh(
        points,
        corners,
        np.broadcast_to(np.asarray(bgr, dtype=np.float64), (count, 3)).copy(),
        np.full(count, gloss),
        np.full(count, glow),
        np.full(count, bias_m),
        np.full(count, two_sided),
        np.zeros(count, dtype=np.int64),
        face_normals(points, corners),
    )


def join(parts: Sequence[Mesh]) -> Mesh:
    """Put parts together; each keeps its own shadow."""
    if not parts:
        raise ValueError("a mesh needs at least one part")
    offsets = np.cumsum([0, *(len(p.vertices_m) for p in parts[:-1])])
    shadows = np.cumsum([0, *(int(p.part.max()) + 1 for p in parts[:-1])])
    return Mesh(
        np.concatenate([p.vertices_m for p in parts]),
        np.concatenate([p.faces + o for p, o in zip(parts, offsets, strict=True)]),
        np.concatenate([p.bgr for p in parts]),
        np.concatenate([p.gloss for p in parts]),
        np.concatenate([p.glow for p in parts]),
        np.concatenate([p.bias_m for p in parts]),
        np.concatenate([p.two_sided for p in parts]),
        np.concatenate([p.part + o for p, o in zip(parts, shadows, strict=True)]),
        np.concatenate([p.normals for p in parts]),
    )


def box(size_m: tuple[float, float, float], bgr: ArrayLike, *, gloss: float = 0.0, bias_m: float = 0.0) -> Mesh:
    """A box standing on z=0, centred in x and y. `bgr` is one colour or six: right, front, left, back, top, bottom."""
    x, y, z = size_m[0] / 2, size_m[1] / 2, size_m[2]
    low = [(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)]
    high = [(-x, -y, z), (x, -y, z), (x, y, z), (-x, y, z)]
    faces = [(1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (0, 1, 5, 4), (4, 5, 6, 7), (3, 2, 1, 0)]
    return mesh(low + high, faces, bgr, gloss=gloss, bias_m=bias_m)


def loft(rings: ArrayLike, bgr: ArrayLike, *, gloss: float = 0.0, capped: bool = True, bias_m: float = 0.0) -> Mesh:
    """A skin over closed rings (S, N, 3), each counter-clockwise seen from the last ring's side.

    `bgr` is one colour or one a face, in the order ring by ring, then (capped) the fans of the first and the last ring.
    """
    stack = np.asarray(rings, dtype=np.float64)
    vertices = stack.reshape(-1, 3)
    if capped:
        vertices = np.concatenate([vertices, stack[:1].mean(1), stack[-1:].mean(1)])
    return mesh(vertices, _skin(*stack.shape[:2], capped), bgr, gloss=gloss, bias_m=bias_m)


@lru_cache(maxsize=128)
def _skin(count: int, points: int, capped: bool) -> Ints:
    """The faces of a loft over so many rings of so many points."""
    a = np.arange(points, dtype=np.int64)
    b = (a + 1) % points
    faces = [
        np.stack([s * points + a, s * points + b, (s + 1) * points + b, (s + 1) * points + a], 1)
        for s in range(count - 1)
    ]
    if capped:
        first, top = np.full(points, count * points), (count - 1) * points
        faces += [np.stack([b, a, first, first], 1), np.stack([top + a, top + b, first + 1, first + 1], 1)]
    return np.concatenate(faces)


def tube(
    start_m: ArrayLike,
    end_m: ArrayLike,
    radii_m: tuple[float, float],
    bgr: ArrayLike,
    *,
    sides: int = 7,
    gloss: float = 0.0,
    capped: bool = False,
) -> Mesh:
    """A tapered round bar from start to end; without caps where other bodies hide its ends."""
    start, end = np.asarray(start_m, dtype=np.float64), np.asarray(end_m, dtype=np.float64)
    x, y, z = end - start
    long = max(float(np.sqrt(x * x + y * y + z * z)), 1e-9)
    x, y, z = x / long, y / long, z / long
    side = np.array([y, -x, 0.0]) if abs(z) < 0.9 else np.array([0.0, z, -y])
    side /= np.sqrt(float(side @ side))
    other = np.array([y * side[2] - z * side[1], z * side[0] - x * side[2], x * side[1] - y * side[0]])
    angle = np.arange(sides) * (2 * pi / sides)
    circle = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other
    rings = np.stack([start + circle * radii_m[0], end + circle * radii_m[1]])
    return loft(rings, bgr, gloss=gloss, capped=capped)


def ellipsoid(
    centre_m: ArrayLike, radii_m: ArrayLike, bgr: ArrayLike, *, sides: int = 9, rings: int = 6, gloss: float = 0.0
) -> Mesh:
    """A ball stretched along the axes."""
    polar = np.linspace(-pi / 2 + 0.25, pi / 2 - 0.25, rings)
    angle = np.arange(sides) * 2 * pi / sides
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], 1)
    stack = np.stack([ring * np.cos(p) + np.array([0, 0, np.sin(p)]) for p in polar])
    return loft(
        stack * np.asarray(radii_m, dtype=np.float64) + np.asarray(centre_m, dtype=np.float64), bgr, gloss=gloss
    )


def disc(
    centre_m: ArrayLike,
    normal_axis: str,
    radius_m: float,
    bgr: ArrayLike,
    *,
    inner_m: float = 0.0,
    sides: int = 14,
    bias_m: float = 0.0,
    gloss: float = 0.0,
) -> Mesh:
    """A flat round plate, or a ring, across the x, y or z axis, seen from both sides."""
    angle = np.arange(sides) * 2 * pi / sides
    zero = np.zeros(sides)
    across = {
        "x": (zero, np.cos(angle), np.sin(angle)),
        "y": (np.cos(angle), zero, np.sin(angle)),
        "z": (np.cos(angle), np.sin(angle), zero),
    }[normal_axis]
    circle = np.stack(across, 1)
    centre = np.asarray(centre_m, dtype=np.float64)
    a = np.arange(sides)
    b = (a + 1) % sides
    vertices = np.concatenate([centre + circle * radius_m, centre + circle * inner_m])
    faces = np.stack([a, b, sides + b, sides + a], 1)
    return mesh(vertices, faces, bgr, bias_m=bias_m, gloss=gloss, two_sided=True)


def panel(
    corners_m: ArrayLike,
    bgr: ArrayLike,
    *,
    bias_m: float = 0.12,
    gloss: float = 0.0,
    glow: float = 0.0,
    two_sided: bool = False,
) -> Mesh:
    """A flat quad, by default a decal that is drawn over the body just behind it."""
    return mesh(corners_m, [(0, 1, 2, 3)], bgr, gloss=gloss, glow=glow, bias_m=bias_m, two_sided=two_sided)


def crumple(body: Mesh, rng: np.random.Generator, depth_m: float) -> Mesh:
    """Dent a mesh: shift its vertices at random by a standard deviation in metres, never below the ground."""
    vertices = body.vertices_m + rng.normal(0.0, depth_m, body.vertices_m.shape)
    vertices[:, 2] = np.maximum(vertices[:, 2], 0.0)
    return replace(body, vertices_m=vertices, normals=face_normals(vertices, body.faces))


def rounded(body: Mesh, splits: int = 2) -> Mesh:
    """Shade a mesh as if it were round: every face is split and lit by normals blended from its corners (Gouraud).

    Args:
        body: its faces must share their corners where the surface is smooth.
        splits: parts along each side of a face.
    """
    corner = np.zeros_like(body.vertices_m)
    flat = face_normals(body.vertices_m, body.faces)
    for i in range(4):
        np.add.at(corner, body.faces[:, i], flat)
    corner = _unit(corner)
    edge = np.linspace(0, 1, splits + 1)
    grid = [(u1, u2, v1, v2) for u1, u2 in pairwise(edge) for v1, v2 in pairwise(edge)]
    vertices, normals = [], []
    points, lights = body.vertices_m[body.faces], corner[body.faces]
    for u1, u2, v1, v2 in grid:
        weights = [_bilinear(u, v) for u, v in ((u1, v1), (u2, v1), (u2, v2), (u1, v2))]
        vertices.append(np.stack([np.einsum("c,fcx->fx", w, points) for w in weights], 1))
        normals.append(0.6 * np.einsum("c,fcx->fx", _bilinear((u1 + u2) / 2, (v1 + v2) / 2), lights) + 0.4 * flat)
    copies = len(grid)
    return Mesh(
        np.concatenate(vertices).reshape(-1, 3),
        np.arange(copies * len(body.faces) * 4, dtype=np.int64).reshape(-1, 4),
        bgr=np.concatenate([body.bgr] * copies),
        gloss=np.concatenate([body.gloss] * copies),
        glow=np.concatenate([body.glow] * copies),
        bias_m=np.concatenate([body.bias_m] * copies),
        two_sided=np.concatenate([body.two_sided] * copies),
        part=np.concatenate([body.part] * copies),
        normals=_unit(np.concatenate(normals)),
    )


def _bilinear(u: float, v: float) -> Floats:
    return np.array([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v])
