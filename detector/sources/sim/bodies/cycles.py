"""Bicycles, e-bikes and motorcycles, standing or ridden. Object frame of `mesh`: y points where they ride."""

from __future__ import annotations

import numpy as np

from detector.sources.sim.bodies.people import look_of, seated
from detector.sources.sim.mesh import Bgr, Mesh, box, disc, ellipsoid, join, panel, tube

STEEL: Bgr = (120, 122, 124)
RUBBER: Bgr = (26, 26, 27)
Point = tuple[float, float, float]


def _spoked(y: float, radius: float, *, thick: float = 0.05) -> list[Mesh]:
    parts = [
        disc((0.012, y, radius), "x", radius, RUBBER, inner_m=radius - thick, sides=20),
        disc((-0.012, y, radius), "x", radius - thick, STEEL, inner_m=radius - thick - 0.018, sides=20, gloss=0.4),
        tube((-0.05, y, radius), (0.05, y, radius), (0.03, 0.03), STEEL, sides=6),
    ]
    for angle in np.arange(6) * np.pi / 6:
        d = np.array([0, np.cos(angle), np.sin(angle)]) * (radius - 0.05)
        centre = np.array([0, y, radius])
        parts.append(tube(centre - d, centre + d, (0.005, 0.005), (160, 160, 162), sides=3))
    return parts


def bicycle(rng: np.random.Generator) -> Mesh:
    """A city or share bicycle, 1.75 m."""
    shared = rng.random() < 0.55
    frame: Bgr = (
        ((40, 190, 235), (190, 130, 30), (60, 170, 60), (50, 50, 200))[int(rng.integers(4))]
        if shared
        else ((45, 44, 43), (180, 180, 180), (120, 60, 40), (40, 40, 150))[int(rng.integers(4))]
    )
    r = 0.32
    head, seat, crank, rear, front = (0, 0.42, 0.88), (0, -0.2, 0.86), (0, -0.02, 0.3), (0, -0.52, r), (0, 0.55, r)

    def bar(start: Point, end: Point, radius: float = 0.019) -> Mesh:
        return tube(start, end, (radius, radius), frame, sides=5, gloss=0.3)

    parts = [*_spoked(-0.52, r), *_spoked(0.55, r)]
    parts += [
        bar((0, 0.44, 0.72), crank, 0.026),
        bar((0, -0.17, 0.62), (0, 0.43, 0.8)),
        bar(crank, seat),
        bar(rear, crank),
        bar(rear, (0, -0.17, 0.66)),
        bar(front, head, 0.022),
        tube((0, 0.42, 0.88), (0, 0.40, 1.0), (0.018, 0.018), STEEL, sides=5),
        tube((-0.29, 0.33, 1.02), (0.29, 0.33, 1.02), (0.018, 0.018), RUBBER, sides=5),
        ellipsoid((0, -0.24, 0.9), (0.075, 0.14, 0.045), RUBBER, sides=8, rings=4),
        tube((-0.14, -0.02, 0.24), (0.14, -0.02, 0.38), (0.02, 0.02), STEEL, sides=4),
        disc((0.05, -0.02, 0.31), "x", 0.09, (70, 70, 72), sides=10),
    ]
    if shared or rng.random() < 0.4:
        basket = box((0.34, 0.26, 0.22), (60, 62, 64)).moved(0, 0.62, 0.78)
        parts.append(basket)
    if shared:
        parts.append(disc((0.02, -0.52, r), "x", r * 0.98, frame, inner_m=r * 0.90, sides=16))
        parts.append(
            panel(
                [(0.03, -0.82, 0.55), (0.03, -0.4, 0.68), (0.03, -0.35, 0.64), (0.03, -0.8, 0.5)], frame, two_sided=True
            )
        )
    return join(parts)


def ebike(rng: np.random.Generator) -> Mesh:
    """An electric scooter or light motorcycle, 1.75 m; sometimes with a delivery box."""
    paint: Bgr = ((45, 44, 44), (210, 210, 210), (60, 50, 190), (180, 140, 60), (60, 160, 200), (150, 90, 40))[
        int(rng.integers(6))
    ]
    dark: Bgr = (36, 36, 37)
    r = 0.28
    parts: list[Mesh] = []
    for y in (-0.58, 0.62):
        parts += [
            tube((-0.06, y, r), (0.06, y, r), (r, r), RUBBER, sides=14, capped=True),
            disc((0.064, y, r), "x", r * 0.6, (150, 150, 152), bias_m=0.05, sides=10, gloss=0.3),
            disc((-0.064, y, r), "x", r * 0.6, (150, 150, 152), bias_m=0.05, sides=10, gloss=0.3),
        ]
    parts += [
        box((0.30, 0.5, 0.12), dark).moved(0, 0.12, 0.26),
        ellipsoid((0, -0.42, 0.6), (0.16, 0.46, 0.17), paint, sides=10, gloss=0.45),
        ellipsoid((0, -0.36, 0.76), (0.145, 0.36, 0.07), dark, sides=10, rings=4, gloss=0.15),
        ellipsoid((0, 0.5, 0.68), (0.20, 0.09, 0.32), paint, sides=10, gloss=0.45),
        ellipsoid((0, 0.62, 0.46), (0.10, 0.24, 0.09), paint, sides=8, rings=4, gloss=0.3),
        ellipsoid((0, 0.52, 1.0), (0.14, 0.11, 0.09), paint, sides=8, rings=4, gloss=0.4),
        tube((0.08, 0.62, r), (0.06, 0.46, 0.9), (0.025, 0.03), STEEL, sides=6, gloss=0.5),
        tube((-0.08, 0.62, r), (-0.06, 0.46, 0.9), (0.025, 0.03), STEEL, sides=6, gloss=0.5),
        tube((0.13, -0.85, 0.34), (0.13, -0.1, 0.24), (0.05, 0.03), STEEL, sides=7, gloss=0.5, capped=True),
        box((0.24, 0.42, 0.22), (70, 72, 74), gloss=0.2).moved(0, -0.38, 0.2),
        tube((0.11, -0.56, 0.3), (0.1, -0.5, 0.62), (0.03, 0.03), STEEL, sides=5),
        tube((-0.11, -0.56, 0.3), (-0.1, -0.5, 0.62), (0.03, 0.03), STEEL, sides=5),
        ellipsoid((0, -0.62, 0.56), (0.09, 0.2, 0.05), dark, sides=8, rings=3),
        tube((-0.34, 0.38, 1.04), (0.34, 0.38, 1.04), (0.022, 0.022), dark, sides=6),
        panel(
            [(0.08, 0.64, 0.84), (-0.08, 0.64, 0.84), (-0.08, 0.62, 0.96), (0.08, 0.62, 0.96)],
            (240, 245, 245),
            glow=1.0,
            gloss=0.7,
        ),
        panel(
            [(-0.07, -0.9, 0.55), (0.07, -0.9, 0.55), (0.07, -0.9, 0.62), (-0.07, -0.9, 0.62)], (30, 25, 190), glow=0.9
        ),
        panel([(-0.09, -0.92, 0.36), (0.09, -0.92, 0.36), (0.09, -0.9, 0.47), (-0.09, -0.9, 0.47)], (225, 225, 225)),
    ]
    for side in (-1, 1):
        parts.append(tube((side * 0.22, 0.42, 1.05), (side * 0.28, 0.42, 1.2), (0.008, 0.008), dark, sides=4))
        parts.append(ellipsoid((side * 0.29, 0.42, 1.23), (0.06, 0.02, 0.04), dark, sides=6, rings=4, gloss=0.6))
    if rng.random() < 0.35:
        crate: Bgr = ((30, 200, 245), (200, 150, 30), (50, 50, 50))[int(rng.integers(3))]
        parts.append(box((0.46, 0.44, 0.44), crate, gloss=0.1).moved(0, -0.78, 0.78))
    return join(parts)


def rider(rng: np.random.Generator, *, motor: bool) -> Mesh:
    """The person on a bicycle or e-bike, in the cycle's frame."""
    return seated(look_of(rng, rider=motor), 0.78 if motor else 0.86).moved(0, -0.28 if motor else -0.24, 0)
