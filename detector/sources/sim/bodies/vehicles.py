"""Cars, vans, buses and trucks. Object frame of `mesh`: y points where the vehicle drives."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detector.sources.sim.mesh import Bgr, Floats, Mesh, any_colour, box, dimmed, disc, join, loft, panel, rounded, tube

PAINTS: tuple[tuple[Bgr, float], ...] = (
    ((225, 226, 226), 0.30),
    ((30, 28, 27), 0.17),
    ((150, 150, 148), 0.14),
    ((92, 88, 84), 0.12),
    ((120, 62, 24), 0.08),
    ((34, 30, 140), 0.07),
    ((88, 120, 150), 0.04),
    ((60, 84, 40), 0.03),
    ((40, 130, 190), 0.05),
)
GLASS: Bgr = (46, 42, 38)
BLACK: Bgr = (22, 22, 22)
Span = tuple[float, float]
CHROME: Bgr = (190, 192, 195)
LAMP_WHITE: Bgr = (235, 225, 205)
LAMP_RED: Bgr = (30, 24, 190)
PLATES: tuple[Bgr, ...] = ((170, 80, 20), (170, 80, 20), (110, 190, 90))


@dataclass(frozen=True)
class Station:
    """One cross-section of a body: place along y, heights and half widths, metres. `glass`: what lies ahead of it."""

    y: float
    top: float
    belt: float
    half_top: float
    half: float
    low: float = 0.24
    glass: str = ""


SEDAN = (
    Station(-2.34, 0.78, 0.70, 0.62, 0.74, 0.34),
    Station(-2.26, 1.02, 0.84, 0.68, 0.86, 0.26),
    Station(-1.78, 1.09, 0.95, 0.67, 0.90),
    Station(-1.55, 1.10, 0.97, 0.65, 0.90, glass="rear"),
    Station(-0.85, 1.42, 0.97, 0.55, 0.91, glass="side"),
    Station(-0.20, 1.47, 0.96, 0.57, 0.91, glass="side"),
    Station(0.34, 1.43, 0.95, 0.56, 0.91, glass="front"),
    Station(1.05, 1.05, 0.95, 0.68, 0.90),
    Station(1.62, 0.98, 0.88, 0.70, 0.90),
    Station(2.10, 0.90, 0.79, 0.70, 0.88),
    Station(2.30, 0.80, 0.70, 0.66, 0.82, 0.26),
    Station(2.36, 0.66, 0.60, 0.62, 0.76, 0.30),
)
HATCH = (
    Station(-2.06, 0.86, 0.76, 0.62, 0.76, 0.34),
    Station(-2.00, 1.06, 0.93, 0.68, 0.85, 0.27, "rear"),
    Station(-1.66, 1.50, 0.99, 0.57, 0.88, glass="side"),
    Station(-0.75, 1.56, 0.98, 0.59, 0.89, glass="side"),
    Station(0.30, 1.52, 0.97, 0.58, 0.89, glass="front"),
    Station(1.02, 1.10, 0.98, 0.68, 0.88),
    Station(1.55, 1.02, 0.91, 0.69, 0.88),
    Station(1.90, 0.93, 0.80, 0.68, 0.86),
    Station(2.04, 0.80, 0.70, 0.64, 0.80, 0.27),
    Station(2.09, 0.66, 0.60, 0.60, 0.74, 0.30),
)
SUV = (
    Station(-2.36, 0.92, 0.84, 0.68, 0.80, 0.40),
    Station(-2.30, 1.14, 1.02, 0.75, 0.91, 0.32, "rear"),
    Station(-2.04, 1.66, 1.11, 0.65, 0.94, 0.3, "side"),
    Station(-0.90, 1.73, 1.10, 0.67, 0.95, 0.3, "side"),
    Station(0.30, 1.69, 1.09, 0.66, 0.95, 0.3, "front"),
    Station(1.00, 1.23, 1.09, 0.76, 0.94, 0.3),
    Station(1.70, 1.16, 1.04, 0.78, 0.94, 0.3),
    Station(2.15, 1.07, 0.93, 0.78, 0.92, 0.32),
    Station(2.32, 0.94, 0.82, 0.74, 0.86, 0.34),
    Station(2.38, 0.76, 0.68, 0.70, 0.80, 0.38),
)
MINIVAN = (
    Station(-2.26, 0.86, 0.78, 0.68, 0.78, 0.34),
    Station(-2.22, 1.18, 1.02, 0.71, 0.86, 0.28, "rear"),
    Station(-2.08, 1.84, 1.13, 0.69, 0.87, glass="side"),
    Station(-0.90, 1.92, 1.13, 0.71, 0.88, glass="side"),
    Station(0.35, 1.92, 1.13, 0.71, 0.88, glass="side"),
    Station(0.92, 1.84, 1.11, 0.69, 0.88, glass="front"),
    Station(1.58, 1.26, 1.09, 0.74, 0.88),
    Station(2.02, 1.14, 0.98, 0.74, 0.87),
    Station(2.22, 1.00, 0.86, 0.72, 0.84, 0.27),
    Station(2.28, 0.76, 0.66, 0.70, 0.80, 0.30),
)
CARS = {
    "sedan": (SEDAN, 1.36, 0.32),
    "hatch": (HATCH, 1.24, 0.30),
    "suv": (SUV, 1.38, 0.36),
    "van": (MINIVAN, 1.38, 0.31),
}


def _ring(s: Station) -> Floats:
    right = [
        (s.half_top * 0.82, s.top),
        (s.half_top, s.top - 0.05),
        (s.half * 0.985, s.belt),
        (s.half, (s.belt * 0.55 + s.low * 0.45)),
        (s.half * 0.95, s.low),
    ]
    across = right + [(-x, z) for x, z in reversed(right)]
    return np.array([(x, s.y, z) for x, z in across])


def _paintwork(stations: tuple[Station, ...], paint: Bgr) -> tuple[Floats, Floats]:
    """Colour and gloss of every face of the loft over the stations."""
    glazed = {"rear": (0, 8, 9), "front": (0, 8, 9), "side": (1, 7), "": ()}
    bgr, gloss = [], []
    for station in stations[:-1]:
        for edge in range(10):
            is_glass = edge in glazed[station.glass] or (station.glass in ("front", "rear") and edge in (1, 7))
            sill = edge in (4,)
            bgr.append(GLASS if is_glass else BLACK if sill else paint)
            gloss.append(0.85 if is_glass else 0.0 if sill else 0.34)
    ends: list[Bgr] = [paint] * 20
    return np.array(bgr + ends, dtype=np.float64), np.array(gloss + [0.2] * 20)


def _shell(stations: tuple[Station, ...], paint: Bgr) -> Mesh:
    skin = loft([_ring(s) for s in stations], (0, 0, 0))
    bgr, gloss = _paintwork(stations, paint)
    return rounded(replace(skin, bgr=bgr, gloss=gloss))


def _wheel(x: float, y: float, radius: float, rim: Bgr, width: float = 0.2) -> list[Mesh]:
    out = 1.0 if x > 0 else -1.0
    inner = x - out * width
    return [
        tube((min(inner, x), y, radius), (max(inner, x), y, radius), (radius, radius), BLACK, sides=14),
        disc((x + out * 0.012, y, radius), "x", radius * 1.16, (12, 12, 12), bias_m=0.30, sides=16),
        disc((x + out * 0.016, y, radius), "x", radius, (30, 30, 31), bias_m=0.36, sides=16),
        disc((x + out * 0.022, y, radius), "x", radius * 0.66, rim, bias_m=0.42, sides=12, gloss=0.5),
        disc(
            (x + out * 0.024, y, radius), "x", radius * 0.44, (60, 60, 62), inner_m=radius * 0.16, bias_m=0.45, sides=5
        ),
    ]


def _across(y: float, x_m: Span, z_m: Span, bgr: Bgr, *, front: bool, glow: float = 0.0, gloss: float = 0.3) -> Mesh:
    """A decal on the front (seen from +y) or the rear."""
    (x1, x2), (z1, z2) = x_m, z_m
    corners = [(x2, y, z1), (x1, y, z1), (x1, y, z2), (x2, y, z2)]
    return panel(corners if front else corners[::-1], bgr, bias_m=0.5 + 0.1 * glow, glow=glow, gloss=gloss)


def _along(
    x: float, y_m: Span, z_m: Span, bgr: Bgr, x_top: float | None = None, *, bias_m: float = 0.33, gloss: float = 0.0
) -> Mesh:
    """A decal on the right (x > 0) or left side."""
    (y1, y2), (z1, z2) = y_m, z_m
    top = x if x_top is None else x_top
    corners = [(x, y1, z1), (x, y2, z1), (top, y2, z2), (top, y1, z2)]
    return panel(corners if x > 0 else corners[::-1], bgr, bias_m=bias_m, gloss=gloss)


def _faces_of_car(stations: tuple[Station, ...], paint: Bgr, plate: Bgr) -> list[Mesh]:
    nose, tail = stations[-1], stations[0]
    front, rear = nose.y + 0.015, tail.y - 0.015
    w, lamp = nose.half, stations[-2]
    parts = [
        _across(front, (-w * 0.62, w * 0.62), (nose.low + 0.06, nose.belt - 0.04), (26, 26, 27), front=True),
        _across(front, (-0.22, 0.22), (nose.low + 0.08, nose.low + 0.2), plate, front=True),
        _across(rear, (-0.22, 0.22), (tail.belt - 0.12, tail.belt), plate, front=False),
        _across(rear, (-w, w), (tail.low, tail.low + 0.14), (30, 30, 30), front=False),
    ]
    for side in (-1, 1):
        outer, inner = side * lamp.half * 0.97, side * lamp.half * 0.60
        low, high = sorted((outer, inner))
        frame = (lamp.belt - 0.13, lamp.belt + 0.075)
        parts += [
            _across(lamp.y + 0.02, (low - 0.03, high + 0.03), frame, (40, 40, 42), front=True),
            _across(
                lamp.y + 0.03,
                (low, high),
                (lamp.belt - 0.10, lamp.belt + 0.05),
                LAMP_WHITE,
                front=True,
                glow=1.0,
                gloss=0.8,
            ),
            _across(
                stations[1].y - 0.09,
                (low, high),
                (stations[1].belt - 0.12, stations[1].belt + 0.06),
                LAMP_RED,
                front=False,
                glow=0.9,
                gloss=0.5,
            ),
        ]
    return parts + _sides_of_car(stations, paint)


def _sides_of_car(stations: tuple[Station, ...], paint: Bgr) -> list[Mesh]:
    """Door seams, pillars, handles, sills and mirrors of both sides."""
    sides = [s for s in stations if s.glass == "side"]
    screen = next(s for s in stations if s.glass == "front")
    base = stations[stations.index(screen) + 1]
    roof, rear, middle = sides[-1], sides[0].y, (sides[0].y + screen.y) / 2
    seam = dimmed(paint, 0.35)
    parts = []
    for side in (-1, 1):
        x = side * (roof.half + 0.006)
        for y in (rear + 0.1, middle + 0.05, base.y - 0.06):
            parts.append(_along(x, (y - 0.012, y + 0.012), (0.36, roof.belt - 0.02), seam))
        for y, wide in ((rear + 0.12, 0.07), (middle, 0.05), (screen.y, 0.03)):
            low, high = side * roof.half * 0.995, side * (roof.half_top + 0.012)
            parts.append(
                _along(low, (y - wide, y + wide), (roof.belt - 0.02, roof.top - 0.06), BLACK, high, bias_m=0.25)
            )
        for y in (middle + 0.12, rear + 0.28):
            parts.append(_along(x * 1.004, (y, y + 0.16), (roof.belt - 0.14, roof.belt - 0.105), CHROME, gloss=0.6))
        parts.append(_along(x, (stations[2].y, stations[-4].y), (0.25, 0.34), (34, 34, 35)))
        mirror = box((0.20, 0.12, 0.15), paint, gloss=0.3)
        parts.append(mirror.moved(side * (base.half + 0.1), base.y - 0.22, base.belt + 0.02))
    return parts


def car(rng: np.random.Generator, style: str = "") -> Mesh:
    """A passenger car; style is one of `CARS`, drawn at random when empty."""
    style = style or str(rng.choice(["sedan", "hatch", "suv", "van"], p=[0.38, 0.2, 0.28, 0.14]))
    stations, axle, radius = CARS[style]
    weights = np.array([w for _, w in PAINTS])
    paint = PAINTS[int(rng.choice(len(PAINTS), p=weights / weights.sum()))][0]
    tone = float(rng.uniform(0.88, 1.1))
    paint = dimmed(paint, tone) if max(paint) * tone < 235 else paint
    if rng.random() < 0.06:
        paint = (60, 170, 215)
    plate = PLATES[int(rng.integers(len(PLATES)))]
    rim = CHROME if rng.random() < 0.7 else (70, 70, 72)
    parts = [_shell(stations, paint), *_faces_of_car(stations, paint, plate)]
    half = max(s.half for s in stations)
    for x in (-half, half):
        for y in (-axle, axle):
            parts += _wheel(x, y, radius, rim)
    return join(parts)


def _slab_sides(size: tuple[float, float, float], y: float, z: float, bgr: Bgr, gloss: float) -> list[Mesh]:
    """A long box cut into segments, so that its side shades and sorts well."""
    count = max(2, round(size[1] / 1.2))
    step = size[1] / count
    return [
        box((size[0], step, size[2]), bgr, gloss=gloss).moved(0, y - size[1] / 2 + (i + 0.5) * step, z)
        for i in range(count)
    ]


def bus(rng: np.random.Generator) -> Mesh:
    """A city bus, 10.5 m."""
    paint: Bgr = ((70, 150, 60), (190, 120, 40), (60, 70, 200), (215, 215, 210), (60, 165, 215))[int(rng.integers(5))]
    length, half, top = 10.4, 1.24, 3.05
    parts = _slab_sides((2 * half, length, top - 0.35), 0, 0.35, paint, 0.2)
    trim: Bgr = (225, 225, 225) if rng.random() < 0.6 else (200, 170, 60)
    for side in (-1, 1):
        x = side * (half + 0.01)
        parts.append(_along(x, (-length / 2, length / 2), (0.35, 0.75), dimmed(paint, 0.5)))
        parts.append(_along(x, (-length / 2, length / 2), (0.98, 1.12), trim))
        for i in range(7):
            y = -length / 2 + 0.35 + i * 1.4
            parts.append(_along(x, (y, y + 1.26), (1.35, 2.5), GLASS, bias_m=0.6, gloss=0.85))
        for y in (2.1, 4.1) if side > 0 else ():
            parts.append(_along(x * 1.002, (y - 0.6, y + 0.5), (0.5, 2.5), (38, 38, 40), bias_m=0.7, gloss=0.7))
        for y in (-2.9, 3.0):
            parts += [m.moved(0, 0, 0) for m in _wheel(side * half, y, 0.48, (150, 150, 152), 0.3)]
    front, rear = length / 2 + 0.01, -length / 2 - 0.01
    parts += [
        _across(front, (-half * 0.95, half * 0.95), (1.15, 2.62), GLASS, front=True, gloss=0.9),
        _across(front, (-half * 0.7, half * 0.7), (2.68, 2.95), (20, 20, 20), front=True),
        _across(front + 0.01, (-half * 0.5, half * 0.4), (2.73, 2.9), (30, 140, 240), front=True, glow=0.9),
        _across(rear, (-half * 0.8, half * 0.8), (1.7, 2.6), GLASS, front=False, gloss=0.8),
        _across(front, (-0.25, 0.25), (0.5, 0.62), PLATES[0], front=True),
    ]
    for side in (-1, 1):
        low, high = sorted((side * half * 0.95, side * half * 0.6))
        parts.append(_across(front, (low, high), (0.7, 0.92), LAMP_WHITE, front=True, glow=1.0))
        parts.append(_across(rear, (low, high), (0.9, 1.3), LAMP_RED, front=False, glow=0.8))
    return join(parts)


def truck(rng: np.random.Generator) -> Mesh:
    """A light delivery lorry with a box body, 6 m."""
    cab: Bgr = ((220, 220, 220), (150, 70, 30), (60, 60, 190), (90, 150, 60))[int(rng.integers(4))]
    body: Bgr = ((205, 208, 210), (170, 172, 172), (150, 110, 60), (60, 140, 190))[int(rng.integers(4))]
    half = 1.0
    stations = (
        Station(1.05, 2.1, 1.25, 0.86, 0.95, 0.5, "side"),
        Station(1.75, 2.16, 1.25, 0.88, 0.96, 0.45, "side"),
        Station(2.42, 2.1, 1.2, 0.86, 0.96, 0.42, "front"),
        Station(2.78, 1.30, 1.15, 0.88, 0.95, 0.4),
        Station(2.9, 0.9, 0.8, 0.84, 0.92, 0.4),
    )
    parts = [_shell(stations, cab), *_slab_sides((2 * half, 3.9, 1.9), -1.05, 0.85, body, 0.12)]
    parts += _slab_sides((1.0, 4.6, 0.25), -0.6, 0.55, (40, 40, 40), 0.0)
    band = any_colour(rng, 40, 200)
    for side in (-1, 1):
        x = side * (half + 0.01)
        parts.append(_along(x, (-2.4, 0.3), (1.5, 2.1), band, bias_m=0.6))
        parts += [w for y in (-1.7, 1.95) for w in _wheel(side * 0.95, y, 0.38, (170, 170, 170), 0.24)]
        low, high = sorted((side * 0.9, side * 0.55))
        parts.append(_across(2.93, (low, high), (0.6, 0.76), LAMP_WHITE, front=True, glow=1.0))
        parts.append(_across(-3.02, (low, high), (0.62, 0.8), LAMP_RED, front=False, glow=0.8))
    parts += [
        _across(2.93, (-0.5, 0.5), (0.58, 0.8), (30, 30, 30), front=True),
        _across(2.94, (-0.22, 0.22), (0.44, 0.56), (40, 180, 230), front=True),
        _across(-3.01, (-0.02, 0.02), (0.9, 2.7), (90, 90, 90), front=False),
        _across(-3.03, (-0.22, 0.22), (0.5, 0.62), (40, 180, 230), front=False),
    ]
    return join(parts)
