"""Things left in the street: bags, litter, goods, and what a street trader sets up."""

from __future__ import annotations

from math import cos, pi, sin

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

CARDBOARD: tuple[Bgr, ...] = ((105, 145, 180), (120, 160, 195), (90, 128, 160))
PLASTIC: tuple[Bgr, ...] = (
    (26, 25, 25),
    (26, 25, 25),
    (38, 34, 33),
    (205, 205, 205),
    (70, 110, 60),
    (150, 80, 40),
    (70, 70, 180),
)
FRUIT: tuple[Bgr, ...] = ((40, 50, 190), (40, 140, 235), (60, 180, 90), (50, 200, 225), (130, 60, 120), (60, 110, 60))


def _circle(radius_x: float, radius_y: float, z: float, sides: int, y: float = 0.0) -> Floats:
    angle = np.arange(sides) * 2 * pi / sides
    return np.stack([np.cos(angle) * radius_x, np.sin(angle) * radius_y + y, np.full(sides, z)], 1)


def garbage_bag(rng: np.random.Generator) -> Mesh:
    """A tied rubbish bag, 0.4-0.8 m, crumpled plastic with glints."""
    wide, tall = float(rng.uniform(0.19, 0.36)), float(rng.uniform(0.34, 0.66))
    bgr = PLASTIC[int(rng.integers(len(PLASTIC)))]
    dark = max(bgr) < 60
    profile = [
        (0.02, 0.72),
        (0.10, 0.95),
        (0.30, 1.0),
        (0.52, 0.92),
        (0.70, 0.70),
        (0.82, 0.38),
        (0.88, 0.16),
        (0.92, 0.12),
    ]
    sides = 13
    rings = np.stack([_circle(wide * k, wide * k * 0.92, tall * z, sides) for z, k in profile])
    folds = (
        1
        + 0.10
        * np.sin(np.arange(sides) * 2.7 + rng.uniform(0, 6))[None, :, None]
        * np.linspace(0.3, 1.2, len(profile))[:, None, None]
    )
    rings[:, :, :2] *= folds
    lean = rng.normal(0, 0.10, 2) * tall
    rings[:, :, :2] += lean * (np.array([z for z, _ in profile]) ** 2)[:, None, None]
    skin = crumple(loft(rings, bgr, gloss=0.75 if dark else 0.4), rng, wide * 0.055).tinted(rng, 0.16 if dark else 0.07)
    top = np.array([lean[0] * 0.85, lean[1] * 0.85, tall * 0.90])
    parts = [skin]
    for angle in rng.uniform(0, 2 * pi, 2):
        ear = top + np.array([cos(angle) * 0.08, sin(angle) * 0.08, rng.uniform(0.03, 0.09)])
        parts.append(tube(top, ear, (0.025, 0.04), bgr, sides=5, gloss=0.5))
    return join(parts).turned(float(rng.uniform(0, 360)))


def litter_item(rng: np.random.Generator) -> Mesh:
    """One small thing: a bottle, can, cup, carton or wrapper, 0.1-0.35 m."""
    kind = str(rng.choice(["bottle", "can", "cup", "wrapper", "carton"]))
    if kind == "bottle":
        bgr: Bgr = ((190, 200, 190), (80, 150, 60), (60, 110, 150))[int(rng.integers(3))]
        body = [
            tube((-0.12, 0, 0.04), (0.06, 0, 0.04), (0.042, 0.042), bgr, gloss=0.7, capped=True),
            tube((0.06, 0, 0.04), (0.13, 0, 0.04), (0.042, 0.015), bgr, gloss=0.7),
            tube((0.13, 0, 0.04), (0.15, 0, 0.04), (0.018, 0.018), (40, 40, 200), capped=True),
            tube((-0.07, 0, 0.04), (0.02, 0, 0.04), (0.0435, 0.0435), (200, 120, 40)),
        ]
    elif kind == "can":
        body = [
            tube(
                (-0.06, 0, 0.035),
                (0.06, 0, 0.035),
                (0.035, 0.035),
                ((40, 40, 200), (180, 80, 30), (60, 160, 60))[int(rng.integers(3))],
                gloss=0.8,
                sides=9,
                capped=True,
            )
        ]
    elif kind == "cup":
        body = [
            loft(np.stack([_circle(0.035, 0.035, 0, 10), _circle(0.05, 0.05, 0.15, 10)]), (225, 228, 230), gloss=0.2),
            tube((0.01, 0, 0.15), (0.03, 0, 0.24), (0.006, 0.006), (60, 60, 210), sides=4),
        ]
        if rng.random() < 0.6:
            return join(body).turned(80, "x").moved(z=0.045).turned(float(rng.uniform(0, 360)))
    elif kind == "carton":
        body = [box((0.18, 0.24, 0.07), ((215, 220, 225), (100, 140, 175), (70, 80, 200))[int(rng.integers(3))])]
    else:
        bgr = ((220, 225, 228), (60, 190, 225), (60, 60, 200), (200, 150, 60))[int(rng.integers(4))]
        body = [
            crumple(ellipsoid((0, 0, 0.04), (0.13, 0.09, 0.05), bgr, sides=9, rings=5, gloss=0.5), rng, 0.025).tinted(
                rng, 0.12
            )
        ]
    return join(body).scaled(float(rng.uniform(1.0, 1.4))).turned(float(rng.uniform(0, 360)))


def garbage_heap(rng: np.random.Generator) -> Mesh:
    """A loose heap of household waste: burst bags, scraps, cartons, 0.8-2 m."""
    reach = float(rng.uniform(0.35, 0.8))
    parts: list[Mesh] = []
    for _ in range(int(rng.integers(3, 7))):
        x, y = rng.normal(0, reach * 0.45, 2)
        bag = garbage_bag(rng).scaled(float(rng.uniform(0.6, 0.95)))
        parts.append(bag.turned(float(rng.uniform(-35, 35)), "x").moved(x, y, max(0.0, float(rng.normal(0.02, 0.05)))))
    for _ in range(int(rng.integers(10, 24))):
        x, y = rng.normal(0, reach * 0.62, 2)
        bgr = dimmed(any_colour(rng, 40, 225), float(rng.choice([0.6, 1.0])))
        size = rng.uniform(0.05, 0.17, 2)
        scrap = crumple(ellipsoid((0, 0, 0.03), (size[0], size[1], 0.04), bgr, sides=6, rings=4, gloss=0.2), rng, 0.02)
        parts.append(scrap.moved(x, y, max(0.0, 0.25 * (1 - np.hypot(x, y) / reach)) * float(rng.random())))
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.normal(0, reach * 0.6, 2)
        parts.append(_carton(rng, open_top=True).scaled(0.8).turned(float(rng.uniform(0, 360))).moved(x, y))
    parts.sort(key=lambda p: float(p.vertices_m[:, 2].mean()))
    return join(parts)


def _carton(rng: np.random.Generator, *, open_top: bool = False) -> Mesh:
    x, y, z = (float(v) for v in rng.uniform((0.3, 0.25, 0.2), (0.6, 0.45, 0.5)))
    bgr = CARDBOARD[int(rng.integers(3))]
    parts = [box((x, y, z), bgr)]
    tape: Bgr = (150, 185, 205)
    parts.append(
        panel(
            [
                (-x / 2, -0.03, z + 0.002),
                (x / 2, -0.03, z + 0.002),
                (x / 2, 0.03, z + 0.002),
                (-x / 2, 0.03, z + 0.002),
            ],
            tape,
            gloss=0.3,
        )
    )
    for side in (-1, 1):
        corners = [
            (side * -0.1, side * (y / 2 + 0.003), z * 0.35),
            (side * 0.12, side * (y / 2 + 0.003), z * 0.35),
            (side * 0.12, side * (y / 2 + 0.003), z * 0.65),
            (side * -0.1, side * (y / 2 + 0.003), z * 0.65),
        ]
        parts.append(
            panel(corners[::-1], ((60, 60, 150), (60, 90, 60), (40, 40, 40))[int(rng.integers(3))], two_sided=False)
        )
    if open_top:
        parts.append(
            panel(
                [(-x / 2, y / 2, z), (x / 2, y / 2, z), (x / 2, y * 0.9, z * 1.2), (-x / 2, y * 0.9, z * 1.2)],
                bgr,
                two_sided=True,
                bias_m=0,
            )
        )
    return join(parts)


def _sack(rng: np.random.Generator, bgr: Bgr) -> Mesh:
    long, wide, tall = 0.78, 0.46, float(rng.uniform(0.15, 0.21))
    stations = [
        (-0.5, 0.55, 0.35),
        (-0.42, 0.9, 0.7),
        (-0.2, 1.0, 1.0),
        (0.1, 0.98, 0.96),
        (0.38, 0.92, 0.75),
        (0.5, 0.58, 0.35),
    ]
    angle = np.arange(10) * 2 * pi / 10
    rings = [
        np.stack(
            [
                np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.6 * wide / 2 * w,
                np.full(10, y * long),
                tall / 2 - np.sin(angle) * tall / 2 * h,
            ],
            1,
        )
        for y, w, h in stations
    ]
    skin = crumple(loft(np.stack(rings), bgr), rng, 0.010).tinted(rng, 0.05)
    z = tall + 0.006
    mark = panel(
        [(-0.12, -0.2, z), (0.12, -0.2, z), (0.12, 0.18, z), (-0.12, 0.18, z)],
        ((60, 60, 170), (150, 90, 40), (60, 130, 60))[int(rng.integers(3))],
    )
    return join([skin, mark])


def sacks(rng: np.random.Generator) -> Mesh:
    """A stack of full sacks (rice, cement), 0.5-1 m high."""
    bgr: Bgr = ((205, 215, 222), (150, 180, 195), (180, 195, 190), (165, 170, 172))[int(rng.integers(4))]
    across, deep, layers = int(rng.integers(2, 4)), int(rng.integers(1, 3)), int(rng.integers(2, 6))
    parts = []
    for layer in range(layers):
        for i in range(across):
            for j in range(deep):
                if layer == layers - 1 and rng.random() < 0.35 and (i or j):
                    continue
                sack = _sack(rng, bgr).turned(
                    float(rng.normal(0, 5)) + (90 if layer % 2 and across == 2 and deep == 2 else 0)
                )
                parts.append(
                    sack.moved(
                        (i - (across - 1) / 2) * 0.48 + rng.normal(0, 0.02),
                        (j - (deep - 1) / 2) * 0.8 + rng.normal(0, 0.02),
                        layer * 0.165,
                    )
                )
    return join(parts)


def boxes(rng: np.random.Generator) -> Mesh:
    """A pile of cartons, 0.5-1.6 m high."""
    parts = []
    for _ in range(int(rng.integers(2, 5))):
        x, y = rng.uniform(-0.55, 0.55), rng.uniform(-0.3, 0.3)
        z = 0.0
        for _ in range(int(rng.integers(1, 4))):
            carton = _carton(rng).scaled(1.1)
            parts.append(carton.turned(float(rng.normal(0, 9))).moved(x, y, z))
            z += float(carton.vertices_m[:, 2].max())
    return join(parts)


def cartons(rng: np.random.Generator) -> Mesh:
    """Three or four cartons that one person can just carry, up to 0.9 m wide."""
    parts: list[Mesh] = []
    for place in ((-0.24, 0.0, 0.0), (0.25, 0.04, 0.0), (0.02, -0.02, 1.0))[: int(rng.integers(2, 4)) + 1]:
        carton = _carton(rng).scaled(0.95)
        lift = float(parts[0].vertices_m[:, 2].max()) if place[2] and parts else 0.0
        parts.append(carton.turned(float(rng.normal(0, 7))).moved(place[0], place[1], lift))
    return join(parts)


def crates(rng: np.random.Generator) -> Mesh:
    """Stacked plastic crates with produce on top."""
    parts = []
    bgr: Bgr = ((60, 60, 200), (170, 90, 30), (60, 150, 60), (40, 180, 220))[int(rng.integers(4))]
    count = int(rng.integers(2, 5))
    for i in range(count):
        layers = int(rng.integers(1, 5))
        x = (i - (count - 1) / 2) * 0.54
        for layer in range(layers):
            shell = (
                box((0.5, 0.36, 0.26), bgr, gloss=0.15)
                .turned(float(rng.normal(0, 2)))
                .moved(x, rng.normal(0, 0.02), layer * 0.27)
            )
            parts.append(shell)
            for side in (-1, 1):
                corners = [
                    (x - 0.2, side * 0.186, layer * 0.27 + 0.09),
                    (x + 0.2, side * 0.186, layer * 0.27 + 0.09),
                    (x + 0.2, side * 0.186, layer * 0.27 + 0.2),
                    (x - 0.2, side * 0.186, layer * 0.27 + 0.2),
                ]
                parts.append(panel(corners if side < 0 else corners[::-1], dimmed(bgr, 0.6)))
        parts += _produce(rng, (x, 0.0, layers * 0.27 - 0.01), (0.44, 0.3))
    return join(parts)


def _produce(rng: np.random.Generator, at: tuple[float, float, float], size: tuple[float, float]) -> list[Mesh]:
    bgr = FRUIT[int(rng.integers(len(FRUIT)))]
    found = []
    for x in np.linspace(-0.5, 0.5, 4) * (size[0] - 0.1):
        for y in np.linspace(-0.5, 0.5, 3) * (size[1] - 0.1):
            tone = dimmed(bgr, float(rng.uniform(0.8, 1.15)))
            spot = (at[0] + x + rng.normal(0, 0.01), at[1] + y + rng.normal(0, 0.01), at[2] + 0.03)
            found.append(ellipsoid(spot, (0.06, 0.06, 0.055), tone, sides=6, rings=4, gloss=0.25))
    return found


def suitcase(rng: np.random.Generator) -> Mesh:
    """An upright suitcase on wheels, 0.7 m."""
    bgr: Bgr = ((40, 38, 38), (120, 60, 30), (60, 50, 170), (170, 170, 172), (60, 120, 60))[int(rng.integers(5))]
    parts = [box((0.44, 0.26, 0.6), bgr, gloss=0.25).moved(z=0.07)]
    for x in (-0.16, -0.05, 0.06, 0.17):
        for side in (-1, 1):
            corners = [
                (x, side * 0.132, 0.1),
                (x + 0.02, side * 0.132, 0.1),
                (x + 0.02, side * 0.132, 0.64),
                (x, side * 0.132, 0.64),
            ]
            parts.append(panel(corners if side < 0 else corners[::-1], dimmed(bgr, 0.6)))
    for x in (-0.17, 0.17):
        for y in (-0.09, 0.09):
            parts.append(ellipsoid((x, y, 0.035), (0.03, 0.035, 0.035), (25, 25, 25), sides=6, rings=4))
    for x in (-0.11, 0.11):
        parts.append(tube((x, 0.1, 0.67), (x, 0.1, 1.02), (0.012, 0.012), (150, 150, 152), sides=4))
    parts.append(tube((-0.12, 0.1, 1.02), (0.12, 0.1, 1.02), (0.02, 0.02), (30, 30, 30), sides=5))
    return join(parts)


def umbrella(rng: np.random.Generator, *, radius_m: float = 1.35, height_m: float = 2.3) -> Mesh:
    """A sunshade on a pole."""
    first = any_colour(rng, 30, 220)
    second: Bgr = (225, 225, 225) if rng.random() < 0.6 else first
    angle = np.arange(8) * 2 * pi / 8
    rim = np.stack([np.cos(angle) * radius_m, np.sin(angle) * radius_m, np.full(8, height_m - 0.42)], 1)
    hang = rim * [0.99, 0.99, 1] - [0, 0, 0.16]
    tip = np.array([[0, 0, height_m]])
    faces, tones = [], []
    for i in range(8):
        j = (i + 1) % 8
        faces += [(i, j, 16, 16), (8 + i, 8 + j, j, i)]
        tones += [first if i % 2 else second] * 2
    canopy_vertices = np.concatenate([rim, hang, tip])
    canopy = mesh(canopy_vertices, faces, np.array(tones), two_sided=True)
    return join(
        [
            tube((0, 0, 0), (0, 0, height_m), (0.025, 0.025), (190, 190, 190), sides=6),
            canopy,
            disc((0, 0, 0.05), "z", 0.28, (90, 90, 90), sides=10),
            box((0.4, 0.4, 0.06), (95, 95, 95)),
        ]
    )


def stall(rng: np.random.Generator) -> Mesh:
    """A trader's stall: a table or cart with goods, mostly under a sunshade or an awning."""
    wide = float(rng.uniform(1.5, 2.4))
    cloth = any_colour(rng, 40, 200)
    parts: list[Mesh] = [box((wide, 0.85, 0.74), cloth)]
    for i in range(int(wide / 0.5)):
        x = -wide / 2 + 0.27 + i * 0.5
        for y in (-0.2, 0.2):
            tray = box((0.46, 0.36, 0.09), ((90, 130, 165), (60, 60, 190), (160, 100, 40))[int(rng.integers(3))])
            parts.append(tray.moved(x, y, 0.74))
            parts += _produce(rng, (x, y, 0.81), (0.42, 0.34))
    style = float(rng.random())
    if style < 0.45:
        parts.append(umbrella(rng, radius_m=float(rng.uniform(1.2, 1.6))).moved(0.0, -0.55))
    elif style < 0.85:
        awning = any_colour(rng, 40, 220)
        for x in (-wide / 2, wide / 2):
            for y in (-0.5, 0.5):
                parts.append(tube((x, y, 0), (x, y, 2.15 - 0.2 * (y > 0)), (0.02, 0.02), (170, 170, 172), sides=5))
        for i in range(6):
            x1, x2 = -wide / 2 - 0.15 + i * (wide + 0.3) / 6, -wide / 2 - 0.15 + (i + 1) * (wide + 0.3) / 6
            tone: Bgr = awning if i % 2 else (225, 225, 225)
            parts.append(
                panel(
                    [(x1, -0.7, 2.2), (x2, -0.7, 2.2), (x2, 0.75, 1.92), (x1, 0.75, 1.92)],
                    tone,
                    two_sided=True,
                    bias_m=0,
                )
            )
            parts.append(
                panel(
                    [(x1, 0.75, 1.74), (x2, 0.75, 1.74), (x2, 0.75, 1.92), (x1, 0.75, 1.92)],
                    tone,
                    two_sided=True,
                    bias_m=0,
                )
            )
    return join(parts)
