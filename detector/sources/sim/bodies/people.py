"""People on foot and on two wheels: jointed figures with a gait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, pi, radians, sin

import numpy as np

from detector.sources.sim.mesh import Bgr, Floats, Mesh, box, dimmed, ellipsoid, join, loft, tube

SKINS: tuple[Bgr, ...] = ((140, 175, 222), (120, 158, 205), (98, 135, 185), (70, 98, 145))
HAIRS: tuple[Bgr, ...] = ((22, 22, 24), (30, 32, 40), (40, 52, 75), (120, 122, 125))
TOPS: tuple[Bgr, ...] = (
    (225, 225, 222),
    (40, 38, 36),
    (150, 90, 40),
    (60, 50, 170),
    (80, 80, 82),
    (190, 170, 120),
    (70, 130, 60),
    (90, 160, 210),
    (170, 120, 170),
    (110, 60, 30),
    (140, 140, 200),
    (50, 70, 110),
)
LEGS: tuple[Bgr, ...] = ((70, 50, 36), (35, 34, 33), (95, 75, 55), (90, 110, 130), (60, 60, 62), (130, 140, 150))


@dataclass(frozen=True)
class Look:
    """How one person is built and dressed."""

    height_m: float
    girth: float
    skin: Bgr
    hair: Bgr
    top: Bgr
    legs: Bgr
    shoes: Bgr
    skirt: bool
    sleeves: bool
    bag: str
    vest: bool = False
    helmet: bool = False


def look_of(rng: np.random.Generator, *, cleaner: bool = False, rider: bool = False) -> Look:
    """Draw a person's build and clothes. A cleaner wears an orange vest, a rider mostly a helmet."""
    woman = rng.random() < 0.5

    def pick(choices: tuple[Bgr, ...]) -> Bgr:
        return choices[int(rng.integers(len(choices)))]

    bag = "" if cleaner or rider else str(rng.choice(["", "backpack", "handbag"], p=[0.62, 0.2, 0.18]))
    return Look(
        height_m=float(rng.normal(1.62 if woman else 1.73, 0.05)),
        girth=float(rng.uniform(0.9, 1.18)),
        skin=pick(SKINS[:3]) if rng.random() < 0.9 else SKINS[3],
        hair=pick(HAIRS),
        top=(30, 110, 245) if cleaner else pick(TOPS),
        legs=(120, 70, 30) if cleaner else pick(LEGS),
        shoes=pick(((30, 30, 30), (210, 210, 210), (60, 60, 90))),
        skirt=bool(woman and not cleaner and not rider and rng.random() < 0.35),
        sleeves=bool(rng.random() < 0.55),
        bag=bag,
        vest=cleaner,
        helmet=bool(rider and rng.random() < 0.8),
    )


def _oval(y: float, z: float, half_x: float, half_y: float) -> Floats:
    angle = np.arange(10) * 2 * pi / 10
    return np.stack([np.cos(angle) * half_x, y + np.sin(angle) * half_y, np.full(10, z)], 1)


def _leg(side: int, hip: Floats, swing: float, bend: float, look: Look) -> list[Mesh]:
    thigh, shin = 0.245 * look.height_m, 0.235 * look.height_m
    knee = hip + np.array([0, sin(swing) * thigh, -cos(swing) * thigh])
    ankle = knee + np.array([0, sin(swing - bend) * shin, -cos(swing - bend) * shin])
    g = look.girth
    bare = look.skirt
    upper: Bgr = look.legs
    lower: Bgr = look.skin if bare else dimmed(look.legs, 0.94)
    foot = ellipsoid(ankle + np.array([0, 0.07, -0.035]), (0.05, 0.13, 0.05), look.shoes, sides=7, rings=3)
    return [
        tube(knee, hip, (0.062 * g, 0.088 * g), upper),
        tube(ankle, knee, (0.043 * g, 0.062 * g), lower),
        foot,
    ]


def _arm(side: int, shoulder: Floats, swing: float, bend: float, look: Look) -> list[Mesh]:
    upper_m, lower_m = 0.175 * look.height_m, 0.155 * look.height_m
    out = 0.06 * side
    elbow = shoulder + np.array([out, sin(swing) * upper_m, -cos(swing) * upper_m])
    hand = elbow + np.array([0, sin(swing + bend) * lower_m, -cos(swing + bend) * lower_m])
    g = look.girth
    return [
        tube(elbow, shoulder, (0.042 * g, 0.056 * g), look.top, sides=6, capped=True),
        tube(hand, elbow, (0.033 * g, 0.042 * g), look.top if look.sleeves else look.skin, sides=6),
        ellipsoid(hand, (0.04, 0.045, 0.055), look.skin, sides=6, rings=3),
    ]


def _trunk(look: Look, hip_z: float, lean: float) -> list[Mesh]:
    h, g = look.height_m, look.girth
    levels = [
        (0.00, 0.150 * g, 0.105 * g),
        (0.06 * h, 0.158 * g, 0.112 * g),
        (0.14 * h, 0.138 * g, 0.098 * g),
        (0.22 * h, 0.165 * g, 0.112 * g),
        (0.285 * h, 0.185 * g, 0.105 * g),
        (0.315 * h, 0.12 * g, 0.075 * g),
        (0.325 * h, 0.055, 0.055),
    ]
    rings = [_oval(sin(lean) * z, hip_z - 0.03 + z * cos(lean), a, b) for z, a, b in levels]
    cloth = loft(np.stack(rings), look.top, capped=False)
    bgr = cloth.bgr.copy()
    bgr[:10] = look.legs
    if look.vest:
        bgr[20:30] = (200, 225, 225)
    parts = [replace(cloth, bgr=bgr)]
    if look.skirt:
        parts.append(
            loft(
                np.stack(
                    [_oval(0.0, hip_z - 0.27 * h, 0.24 * g, 0.2 * g), _oval(0.0, hip_z - 0.02, 0.16 * g, 0.12 * g)]
                ),
                look.legs,
            )
        )
    return parts


def _head(look: Look, base: Floats) -> list[Mesh]:
    neck = tube(base - np.array([0, 0, 0.05]), base + np.array([0, 0.01, 0.07]), (0.055, 0.05), look.skin, sides=7)
    centre = base + np.array([0, 0.02, 0.15])
    if look.helmet:
        face = ellipsoid(centre, (0.08, 0.1, 0.12), look.skin, sides=9, rings=5)
        shell = centre + np.array([0, -0.015, 0.035])
        return [neck, face, ellipsoid(shell, (0.115, 0.13, 0.115), look.top, sides=10, rings=5, gloss=0.5)]
    head = ellipsoid(centre, (0.086, 0.104, 0.125), look.skin, sides=12, rings=7)
    middle = head.vertices_m[head.faces].mean(1) - centre
    haired = (middle[:, 2] > 0.055) | (middle[:, 1] < 0.01 + 0.3 * np.abs(middle[:, 2])) & (middle[:, 2] > -0.06)
    return [neck, replace(head, bgr=np.where(haired[:, None], look.hair, look.skin).astype(np.float64))]


def _bag(look: Look, hip_z: float) -> list[Mesh]:
    h = look.height_m
    if look.bag == "backpack":
        return [
            ellipsoid(
                (0, -0.19, hip_z + 0.19 * h),
                (0.145, 0.085, 0.21),
                (60, 50, 45) if look.top[0] > 90 else (60, 60, 160),
                sides=8,
            )
        ]
    if look.bag == "handbag":
        return [box((0.1, 0.28, 0.22), (50, 60, 110)).moved(0.27, 0, hip_z - 0.16)]
    return []


def walker(look: Look, phase: float, *, carrying: bool = False, still: bool = False) -> Mesh:
    """A person on foot, facing +y.

    Args:
        look: build and clothes.
        phase: 0..1 of a gait cycle of two steps.
        carrying: both arms held forward.
        still: standing.
    """
    beat = 2 * pi * phase
    reach = 0.0 if still else radians(24)
    hip_z = look.height_m * (0.515 - (0.0 if still else 0.012 * abs(sin(beat))))
    parts: list[Mesh] = []
    for side, offset in ((1, 0.0), (-1, pi)):
        swing = reach * sin(beat + offset)
        bend = 0.06 if still else radians(34) * max(0.0, cos(beat + offset)) + 0.08
        parts += _leg(side, np.array([0.085 * side * look.girth, 0, hip_z]), swing, bend, look)
        shoulder = np.array([0.19 * side * look.girth, 0.0, hip_z + 0.268 * look.height_m])
        arm = radians(35) if carrying else -0.8 * swing
        parts += _arm(side, shoulder, arm, radians(75) if carrying else radians(16), look)
    parts += _trunk(look, hip_z, 0.02 if still else 0.05)
    parts += _head(look, np.array([0, 0.015, hip_z + 0.295 * look.height_m]))
    parts += _bag(look, hip_z)
    return join(parts)


def seated(look: Look, seat_z_m: float, *, straddle: bool = True) -> Mesh:
    """A person sitting, facing +y: a rider (hands forward, straddling) or on a stool."""
    hip_z = seat_z_m + 0.1
    parts: list[Mesh] = []
    for side in (1, -1):
        spread = 0.13 if straddle else 0.09
        parts += _leg(side, np.array([spread * side, 0.0, hip_z]), radians(62), radians(72), look)
        shoulder = np.array([0.19 * side * look.girth, 0.06, hip_z + 0.265 * look.height_m])
        parts += _arm(side, shoulder, radians(42 if straddle else 20), radians(30 if straddle else 60), look)
    parts += _trunk(look, hip_z, 0.16 if straddle else 0.05)
    parts += _head(look, np.array([0, 0.075, hip_z + 0.292 * look.height_m]))
    return join(parts)
