"""How bad an incident is: one number from 0 to 1, by an explicit formula. Pure.

    severity = sum(w_i * x_i) / sum(w_i)    over the parts i that are known

    x_area       = min(1, area / area_full)           ground that the box covers, where the camera is calibrated
    x_dwell      = min(1, stay / dwell_full)          from first seen to confirmed, where a camera has seen it
    x_place      = sensitivity of the place           the greatest of places.yaml that holds it; 0 in none of them
    x_repetition = min(1, earlier / repetition_full)  cases of the matter at the place in the last repetition_days

A part that is not known (no calibration, a person's report, no places configured) takes its weight out of the sum, so
that an uncalibrated camera does not make everything mild. Without any known part of some weight there is no severity.
"""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.config import SeverityRules


@dataclass(frozen=True)
class Facts:
    """What is known of an incident; None is unknown.

    Attributes:
        area_m2: ground it covers, square metres.
        dwell_min: how long it has been there, minutes.
        sensitivity: of the place, 0 to 1.
        earlier: cases of the same matter at the same place before it.
    """

    area_m2: float | None = None
    dwell_min: float | None = None
    sensitivity: float | None = None
    earlier: int | None = None


def severity_of(facts: Facts, rules: SeverityRules) -> float | None:
    """Return the severity, 0 to 1, or None when nothing that has weight is known."""
    parts: list[tuple[float, float]] = []
    if facts.area_m2 is not None:
        parts.append((rules.area_weight, facts.area_m2 / rules.area_full_m2))
    if facts.dwell_min is not None:
        parts.append((rules.dwell_weight, facts.dwell_min / rules.dwell_full_min))
    if facts.sensitivity is not None:
        parts.append((rules.place_weight, facts.sensitivity))
    if facts.earlier is not None:
        parts.append((rules.repetition_weight, facts.earlier / rules.repetition_full))
    weight = sum(w for w, _ in parts)
    if weight == 0:
        return None
    return sum(w * min(1.0, max(0.0, x)) for w, x in parts) / weight
