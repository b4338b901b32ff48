"""What belongs in a street and never moves: bins, benches, trees, lamps, signs, bollards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detector.sources.sim.mesh import (
    Bgr,
    Floats,
    Mesh,
    any_colour,
    box,
    crumple,
    dimmed,
    disc,
    ellipsoid,
    join,
    loft,
    mesh,
    panel,
    tube,
)

STEEL: Bgr = (125, 127, 128)
WOOD: Bgr = (70, 105, 145)


def wheelie_bin(rng: np.random.Generator) -> Mesh:
    """A 240-litre wheeled bin with a lid, 1.05 m."""
    bgr: Bgr = ((70, 120, 50), (130, 80, 30), (60, 60, 62), (50, 50, 180))[int(rng.integers(4))]
    low, high = [(-0.22, -0.26, 0.05), (0.22, -0.26, 0.05), (0.22, 0.26, 0.05), (-0.22, 0.26, 0.05)], 0.92
    top = [(x * 1.28, y * 1.28, high) for x, y, _ in low]
    body = loft(np.array([low, top]), bgr, gloss=0.15)
    lid = loft(
        np.array([[(x * 1.36, y * 1.36, 0.92) for x, y, _ in low], [(x * 1.25, y * 1.2, 1.04) for x, y, _ in low]]),
        dimmed(bgr, 0.8),
        gloss=0.2,
    )
    wheels = [
        tube((s * 0.2, -0.3, 0.1), (s * 0.27, -0.3, 0.1), (0.1, 0.1), (25, 25, 25), sides=10, capped=True)
        for s in (-1, 1)
    ]
    mark = panel([(0.14, 0.315, 0.5), (-0.14, 0.315, 0.5), (-0.15, 0.325, 0.72), (0.15, 0.325, 0.72)], (220, 225, 225))
    return join([body, lid, mark, *wheels])


def litter_bin(rng: np.random.Generator) -> Mesh:
    """A pavement litter bin: a box with two openings and a roof, or a drum. Easily taken for a suitcase."""
    bgr: Bgr = ((45, 44, 44), (90, 95, 60), (100, 100, 102), (60, 90, 50))[int(rng.integers(4))]
    if rng.random() < 0.35:
        return join(
            [
                tube((0, 0, 0), (0, 0, 0.85), (0.24, 0.26), bgr, sides=14, gloss=0.25, capped=True),
                tube((0, 0, 0.85), (0, 0, 0.9), (0.27, 0.20), (60, 60, 62), sides=14, gloss=0.3, capped=True),
                disc((0, 0, 0.905), "z", 0.14, (12, 12, 12), sides=12),
            ]
        )
    twin = rng.random() < 0.5
    wide = 0.9 if twin else 0.46
    parts = [
        box((wide, 0.40, 0.82), bgr, gloss=0.2).moved(z=0.08),
        box((wide + 0.08, 0.48, 0.05), (70, 72, 74), gloss=0.2).moved(z=0.98),
    ]
    parts += [box((0.05, 0.3, 0.1), (70, 72, 74)).moved(s * (wide / 2 - 0.05)) for s in (-1, 1)]
    for x in (-0.22, 0.22) if twin else (0.0,):
        for side in (-1, 1):
            corners = [
                (x - 0.13, side * 0.203, 0.68),
                (x + 0.13, side * 0.203, 0.68),
                (x + 0.13, side * 0.203, 0.82),
                (x - 0.13, side * 0.203, 0.82),
            ]
            parts.append(panel(corners if side < 0 else corners[::-1], (10, 10, 10)))
            label = [(a, b, c - 0.32) for a, b, c in corners]
            parts.append(panel(label if side < 0 else label[::-1], (60, 160, 60) if x < 0 else (60, 70, 200)))
    return join(parts)


def bench(rng: np.random.Generator) -> Mesh:
    """A park bench with a back, 1.6 m."""
    tone = dimmed(WOOD, float(rng.uniform(0.75, 1.15)))
    parts = [box((1.6, 0.11, 0.035), tone).moved(0, y, 0.43) for y in (-0.17, -0.03, 0.11)]
    parts += [box((1.6, 0.03, 0.1), tone).moved(0, -0.27, z) for z in (0.58, 0.74)]
    for x in (-0.65, 0.65):
        parts += [
            box((0.05, 0.4, 0.43), (60, 60, 60)).moved(x, -0.05),
            box((0.05, 0.05, 0.86), (60, 60, 60)).moved(x, -0.24),
        ]
    return join(parts)


def chair(rng: np.random.Generator) -> Mesh:
    """A plastic chair or stool, 0.8 m."""
    bgr: Bgr = ((50, 50, 200), (180, 90, 30), (220, 220, 220), (60, 130, 60), (70, 105, 145))[int(rng.integers(5))]
    legs = [
        tube((x, y, 0), (x * 0.9, y * 0.9, 0.43), (0.02, 0.02), bgr, sides=5) for x in (-0.2, 0.2) for y in (-0.2, 0.2)
    ]
    parts = [*legs, box((0.44, 0.44, 0.04), bgr, gloss=0.2).moved(z=0.43)]
    if rng.random() < 0.8:
        parts.append(box((0.42, 0.03, 0.38), bgr, gloss=0.2).moved(0, -0.2, 0.5))
    return join(parts)


def table(rng: np.random.Generator) -> Mesh:
    """A folding table, 0.75 m high."""
    bgr: Bgr = ((90, 130, 165), (200, 200, 200), (60, 60, 170), (120, 90, 60))[int(rng.integers(4))]
    wide, deep = float(rng.uniform(0.8, 1.4)), float(rng.uniform(0.6, 0.8))
    legs = [
        tube(
            (x * (wide / 2 - 0.06), y * (deep / 2 - 0.06), 0),
            (x * (wide / 2 - 0.06), y * (deep / 2 - 0.06), 0.72),
            (0.02, 0.02),
            STEEL,
            sides=5,
        )
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    return join([*legs, box((wide, deep, 0.04), bgr, gloss=0.1).moved(z=0.72)])


def bollard(rng: np.random.Generator) -> Mesh:
    """A short post with a reflecting band."""
    bgr: Bgr = (40, 180, 225) if rng.random() < 0.4 else (110, 112, 112)
    return join(
        [
            tube((0, 0, 0), (0, 0, 0.75), (0.07, 0.065), bgr, sides=9, gloss=0.2),
            tube((0, 0, 0.55), (0, 0, 0.65), (0.073, 0.073), (225, 225, 225), sides=9),
            ellipsoid((0, 0, 0.75), (0.065, 0.065, 0.04), bgr, sides=9, rings=4),
        ]
    )


def cone(rng: np.random.Generator) -> Mesh:
    """A traffic cone, 0.7 m."""
    orange: Bgr = (40, 95, 240)
    bands = [
        ((0.15, 0.11), (0.03, 0.28), orange),
        ((0.11, 0.08), (0.28, 0.44), (230, 230, 230)),
        ((0.08, 0.03), (0.44, 0.7), orange),
    ]
    return join(
        [
            box((0.38, 0.38, 0.03), (35, 35, 35)),
            *[tube((0, 0, z[0]), (0, 0, z[1]), r, c, sides=10, capped=True) for r, z, c in bands],
        ]
    )


def sign(rng: np.random.Generator) -> Mesh:
    """A traffic sign on a post."""
    bgr: Bgr = ((40, 40, 210), (190, 100, 20), (40, 180, 230))[int(rng.integers(3))]
    parts = [tube((0, 0, 0), (0, 0, 2.6), (0.035, 0.035), STEEL, sides=7, gloss=0.3)]
    for y in (0.05, -0.05):
        parts += [
            disc((0, y, 2.35), "y", 0.32, bgr, sides=18, bias_m=0.03),
            disc((0, y * 1.2, 2.35), "y", 0.25, (225, 225, 225), sides=18, bias_m=0.06),
        ]
    return join(parts)


def lamp_post(rng: np.random.Generator) -> Mesh:
    """A street lamp, 7 m, its arm towards +y."""
    return join(
        [
            tube((0, 0, 0), (0, 0, 7.0), (0.09, 0.05), STEEL, sides=8, gloss=0.25),
            tube((0, 0, 6.9), (0, 1.5, 7.2), (0.045, 0.04), STEEL, sides=6),
            box((0.22, 0.6, 0.1), (150, 150, 150)).moved(0, 1.6, 7.15),
            panel(
                [(-0.1, 1.3, 7.14), (-0.1, 1.9, 7.14), (0.1, 1.9, 7.14), (0.1, 1.3, 7.14)], (215, 240, 255), glow=1.0
            ),
            tube((0, 0, 0), (0, 0, 0.5), (0.14, 0.12), (95, 96, 97), sides=8),
        ]
    )


def cabinet(rng: np.random.Generator) -> Mesh:
    """A grey switch cabinet, 1.2 m."""
    grey: Bgr = (140, 145, 140)
    return join(
        [
            box((0.9, 0.4, 1.2), grey, gloss=0.1),
            box((0.96, 0.46, 0.05), grey).moved(z=1.2),
            panel(
                [(-0.01, 0.203, 0.1), (0.01, 0.203, 0.1), (0.01, 0.203, 1.15), (-0.01, 0.203, 1.15)][::-1], (70, 70, 70)
            ),
            panel(
                [(-0.01, -0.203, 0.1), (0.01, -0.203, 0.1), (0.01, -0.203, 1.15), (-0.01, -0.203, 1.15)], (70, 70, 70)
            ),
        ]
    )


def tree(rng: np.random.Generator) -> Mesh:
    """A street tree, 5-7 m, its crown made of leaf clumps."""
    tall = float(rng.uniform(5.0, 7.0))
    parts: list[Mesh] = [
        tube((0, 0, 0), (rng.normal(0, 0.1), rng.normal(0, 0.1), tall * 0.55), (0.15, 0.09), (58, 72, 88), sides=8)
    ]
    base: Bgr = ((40, 95, 55), (45, 110, 75), (35, 80, 60))[int(rng.integers(3))]
    core = dimmed(base, 0.42)
    for _ in range(9):
        x, y, z = rng.normal(0, 0.5, 3)
        parts.append(crumple(ellipsoid((x, y, tall * 0.68 + z), (0.72, 0.72, 0.66), core, sides=8, rings=5), rng, 0.12))
    parts.append(
        _leaves(
            rng,
            1900,
            centre_m=np.array([0, 0, tall * 0.68]),
            radii_m=np.array([1.8, 1.8, tall * 0.27]),
            bgr=base,
            size_m=(0.08, 0.19),
        )
    )
    return join(parts)


def _leaves(
    rng: np.random.Generator, count: int, *, centre_m: Floats, radii_m: Floats, bgr: Bgr, size_m: tuple[float, float]
) -> Mesh:
    """A cloud of leaf tufts: small quads at random angles, darker towards the inside and below."""
    out = rng.normal(0, 1, (count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    reach = rng.uniform(0.62, 1.0, (count, 1)) * (1 + 0.16 * np.sin(out[:, :1] * 5 + out[:, 1:2] * 4))
    middle = centre_m + out * reach * radii_m
    one = rng.normal(0, 1, (count, 3))
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    two = np.cross(one, rng.normal(0, 1, (count, 3)))
    two /= np.linalg.norm(two, axis=1, keepdims=True)
    size = rng.uniform(*size_m, (count, 1))
    corners = np.stack(
        [middle - one * size, middle - two * size * 0.7, middle + one * size, middle + two * size * 0.7], 1
    )
    tone = (0.5 + 0.34 * (out[:, 2:] + 1) / 2 + 0.35 * (reach - 0.6)) * rng.uniform(0.75, 1.3, (count, 1))
    cloud = mesh(corners.reshape(-1, 3), np.arange(count * 4), np.array(bgr) * tone, two_sided=True)
    return replace(cloud, normals=out)


def shrub(rng: np.random.Generator) -> Mesh:
    """A planter with a bush."""
    parts: list[Mesh] = [box((1.1, 0.5, 0.45), (150, 155, 158))]
    parts.append(
        _leaves(
            rng,
            260,
            centre_m=np.array([0, 0, 0.68]),
            radii_m=np.array([0.56, 0.28, 0.3]),
            bgr=(45, 115, 65),
            size_m=(0.05, 0.11),
        )
    )
    parts.append(ellipsoid((0, 0, 0.65), (0.5, 0.22, 0.22), (20, 50, 28)))
    return join(parts)


def a_board(rng: np.random.Generator) -> Mesh:
    """A shop's folding board on the pavement."""
    tone = any_colour(rng, 30, 220)
    front = [(-0.3, 0.22, 0), (0.3, 0.22, 0), (0.3, 0.02, 0.95), (-0.3, 0.02, 0.95)]
    back = [(x, -y, z) for x, y, z in front]
    parts = [panel(front[::-1], tone, bias_m=0), panel(back, tone, bias_m=0)]
    for i in range(4):
        z = 0.25 + i * 0.15
        y = 0.235 - 0.2 * z / 0.95
        parts.append(
            panel([(0.2, y, z), (-0.2, y, z), (-0.2, y - 0.015, z + 0.06), (0.2, y - 0.015, z + 0.06)], (230, 230, 230))
        )
    return join(parts)
