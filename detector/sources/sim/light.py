"""Light and weather of a simulated street: sun, sky, lamps and rain by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Light:
    """What falls on the street.

    Attributes:
        sun_direction: unit vector towards the sun (or moon), scene frame, shape (3,).
        sun_bgr: direct light on a surface that faces the sun, shape (3,).
        sky_bgr: light from the whole sky on a level surface, shape (3,).
        lamps: how far street lamps, windows and headlights are on, 0..1.
        rain: 0 dry .. 1 heavy.
    """

    sun_direction: Floats
    sun_bgr: Floats
    sky_bgr: Floats
    lamps: float
    rain: float

    @property
    def shadow_strength(self) -> float:
        """Share of the light on level ground that the sun alone gives, 0..1."""
        direct = float(self.sun_bgr.mean()) * max(float(self.sun_direction[2]), 0.05)
        return direct / (direct + float(self.sky_bgr.mean()))


def light_at(hour: float, *, cloud: float = 0.15, rain: float = 0.0, sun_bearing_deg: float = 0.0) -> Light:
    """Return the light at a local solar hour 0..24.

    Args:
        hour: 6 is sunrise, 12 noon, 18 sunset, at a latitude where the noon sun stands 62 degrees high.
        cloud: 0 clear .. 1 overcast; rain brings clouds.
        rain: 0..1.
        sun_bearing_deg: turn of the sun's path against the scene's axes.
    """
    cloud = max(cloud, min(1.0, rain * 3))
    phase = (hour % 24 - 6) / 12
    height = radians(62) * sin(pi * phase)
    day = float(np.clip((height + 0.06) / 0.35, 0.0, 1.0))
    azimuth = radians(90 + 180 * phase + sun_bearing_deg)
    lift = max(height, radians(14))
    direction = np.array([sin(azimuth) * cos(lift), cos(azimuth) * cos(lift), sin(lift)])
    warmth = 1.0 - float(np.clip(height / 0.6, 0.0, 1.0))
    sun = np.array([1.0 - 0.38 * warmth, 1.0 - 0.16 * warmth, 1.0]) * 0.84 * day * (1 - 0.93 * cloud)
    dusk = np.array([0.62, 0.55, 0.55])
    noon = np.array([0.56, 0.52, 0.49]) * (1 + 0.55 * cloud)
    night = np.array([0.15, 0.115, 0.105])
    sky = night + (dusk * (1 - day) * day + noon * day) * (1 - 0.18 * rain)
    return Light(direction, sun, sky, lamps=1.0 - day, rain=rain)
