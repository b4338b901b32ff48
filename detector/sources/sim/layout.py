"""Random streets, for training pictures and tests: every seed is another place, camera, hour and weather."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.config import Names
from detector.sources.sim.spec import Building, Item, Marking, Material, Place, SceneSpec, Style, Surface, View

SIDE = ("paving", "brick", "concrete")


@dataclass(frozen=True)
class Street:
    """A random street along the y axis: a road from `left_m` to `right_m`, pavements beside it, then houses."""

    spec: SceneSpec
    left_m: float
    right_m: float
    pavement_m: float
    near_m: float
    far_m: float


def random_street(rng: np.random.Generator) -> Street:
    """Draw a street: widths, materials, markings, houses, furniture, camera, hour and weather."""
    road = float(rng.choice([0.0, 6.0, 7.5, 9.0, 12.0, 15.0], p=[0.12, 0.2, 0.2, 0.2, 0.18, 0.1]))
    pave = float(rng.uniform(3.0, 8.0)) if road else float(rng.uniform(6.0, 11.0))
    left, right = -road / 2, road / 2
    near, far = -6.0, float(rng.uniform(45, 75))
    surfaces = []
    for a, b in ((left - pave, left), (right, right + pave)):
        polygon = ((a, near), (b, near), (b, far), (a, far))
        surfaces.append(
            Surface(
                material=Material(str(rng.choice(SIDE))),
                polygon_m=polygon,
                kerb=road > 0,
                tone=float(rng.uniform(0.75, 1.12)),
            )
        )
        if rng.random() < 0.35:
            x = (a + b) / 2
            surfaces.append(
                Surface(
                    material=Material.tactile,
                    polygon_m=((x - 0.3, near), (x + 0.3, near), (x + 0.3, far), (x - 0.3, far)),
                )
            )
    spec = SceneSpec(
        name="random", names=Names(en="Random street", zh="随机街道"), place=Place(lon=114.05, lat=22.55),
        extent_m=(left - pave - 16, near, right + pave + 16, far),
        base=Material(str(rng.choice(["asphalt", "asphalt", "concrete"]))),
        views={"main": _random_view(rng, left - pave, right + pave)},
        hour=_random_hour(rng), sun_bearing_deg=float(rng.uniform(0, 360)), cloud=float(rng.choice([0.05, 0.3, 0.9])),
        rain=float(rng.choice([0.0, 0.5, 1.0], p=[0.78, 0.12, 0.10])),
        surfaces=tuple(surfaces), markings=_markings(rng, left, right, near, far),
        buildings=_houses(rng, left - pave, right + pave, near, far),
        furniture=_furniture(rng, left, right, pave, far),
    )  # fmt: skip
    return Street(spec, left, right, pave, near, far)


def _random_hour(rng: np.random.Generator) -> float:
    return (
        float(rng.uniform(7, 17.5))
        if rng.random() < 0.74
        else float(rng.choice([5.8, 6.2, 18.0, 18.4, 19.5, 21, 23, 2]))
    )


def _random_view(rng: np.random.Generator, left: float, right: float) -> View:
    height = float(np.clip(rng.gamma(4.0, 1.5), 2.4, 12.0))
    x = float(rng.uniform(left * 0.9, right * 0.9))
    tilt = float(np.clip(rng.normal(10 + height * 2.0, 5), 5, 48))
    heading = float(np.clip(rng.normal(-x * 2.2, 12), -45, 45))
    return View(
        position_m=(x, float(rng.uniform(-5, 1)), height),
        heading_deg=heading,
        tilt_deg=tilt,
        roll_deg=float(np.clip(rng.normal(0, 1.5), -6, 6)),
        hfov_deg=float(rng.uniform(48, 88)),
    )


def _markings(rng: np.random.Generator, left: float, right: float, near: float, far: float) -> tuple[Marking, ...]:
    if right - left < 1:
        return ()
    marks = [
        Marking(
            kind="line",
            from_m=(0.0, near),
            to_m=(0.0, far),
            dash_m=(2.0, 4.0) if rng.random() < 0.6 else None,
            colour="white" if rng.random() < 0.5 else "yellow",
        )
    ]
    if rng.random() < 0.6:
        for x in (left + 0.35, right - 0.35):
            marks.append(
                Marking(
                    kind="line", from_m=(x, near), to_m=(x, far), colour="yellow" if rng.random() < 0.5 else "white"
                )
            )
    if rng.random() < 0.5:
        y = float(rng.uniform(8, 26))
        marks.append(Marking(kind="zebra", from_m=(left + 0.3, y), to_m=(right - 0.3, y + 3.5)))
    if rng.random() < 0.4:
        for y in np.arange(6, 36, 6.0):
            marks.append(Marking(kind="bay", from_m=(right - 2.4, float(y)), to_m=(right - 0.1, float(y) + 5.6)))
    if rng.random() < 0.3:
        y = float(rng.uniform(5, 18))
        marks.append(Marking(kind="hatch", from_m=(left + 0.2, y), to_m=(left + 2.6, y + 9), colour="yellow"))
    if rng.random() < 0.35:
        text = str(rng.choice(["消防通道", "禁停", "慢", "STOP", "学校"]))
        y = float(rng.uniform(6, 14))
        marks.append(
            Marking(
                kind="text",
                text=text,
                from_m=(left + 0.6, y),
                to_m=(-0.4, y + 3.5),
                colour="yellow" if rng.random() < 0.5 else "white",
            )
        )
    return tuple(marks)


def _houses(rng: np.random.Generator, left: float, right: float, near: float, far: float) -> tuple[Building, ...]:
    houses = []
    styles: tuple[Style, ...] = ("shops", "shops", "flats", "office", "wall")

    def style(i: int) -> tuple[Style, float]:
        chosen = styles[i]
        return chosen, float(rng.uniform(2.2, 3.2)) if chosen == "wall" else float(rng.uniform(8, 24))

    for side in (-1, 1):
        y = near
        while y < far:
            long = float(rng.uniform(12, 30))
            kind, height = style(int(rng.integers(len(styles))))
            x = left if side < 0 else right
            a, b = (x, y), (x, min(y + long, far))
            start, end = (a, b) if side < 0 else (b, a)
            houses.append(
                Building(
                    from_m=start, to_m=end, height_m=height, style=kind, variant=int(rng.integers(1000)), depth_m=9
                )
            )
            y += long + (float(rng.uniform(2, 5)) if rng.random() < 0.4 else 0.0)
    kind, height = style(int(rng.integers(len(styles) - 1)))
    houses.append(
        Building(
            from_m=(left - 10, far - 1),
            to_m=(right + 10, far - 1),
            height_m=height + 4,
            style=kind,
            variant=int(rng.integers(1000)),
        )
    )
    return tuple(houses)


def _furniture(rng: np.random.Generator, left: float, right: float, pave: float, far: float) -> tuple[Item, ...]:
    items = []
    for side, edge in ((-1, left - 0.6), (1, right + 0.6)):
        if rng.random() < 0.6:
            for y in np.arange(float(rng.uniform(11, 20)), far * 0.75, float(rng.uniform(7, 12))):
                items.append(
                    Item(
                        what="tree",
                        at_m=(edge, float(y)),
                        bearing_deg=float(rng.uniform(0, 360)),
                        variant=int(rng.integers(8)),
                    )
                )
        for y in np.arange(float(rng.uniform(3, 14)), far, 18.0):
            items.append(Item(what="lamp", at_m=(edge - side * 0.1, float(y)), bearing_deg=-90.0 * side))
        for what in ("bollard", "sign", "cabinet", "shrub", "a_board", "cone"):
            for _ in range(int(rng.poisson(0.7))):
                x = edge + side * float(rng.uniform(0, max(0.4, pave - 1.6)))
                items.append(
                    Item(
                        what=what,
                        at_m=(x, float(rng.uniform(4, 30))),
                        bearing_deg=float(rng.uniform(0, 360)),
                        variant=int(rng.integers(50)),
                    )
                )
    return tuple(items)
