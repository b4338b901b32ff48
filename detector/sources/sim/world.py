"""What is where at any moment: passers-by, traffic and happenings, as a pure function of scene, seed and time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import floor

import numpy as np

from detector.sources.sim import catalog
from detector.sources.sim.path import PointM, Way, rolled_m, way
from detector.sources.sim.spec import Happening, How, Item, Lane, SceneSpec
from detector.sources.sim.stage import Actor, things

STRIDE_M = 1.35
"""Ground covered in one gait cycle of two steps."""
ARM_M = 0.5
"""How far before the body a carried thing is held."""
CARRY_LIFT_M = 0.55
VARIANTS = 32
"""How many different looks passers-by and traffic have."""
SLOWEST = 0.85
"""The slowest walker, as a share of the lane's speed."""


@dataclass(frozen=True)
class ScriptTime:
    """A moment within the script: which repetition, and seconds since that repetition began."""

    round: int
    at_s: float


def script_time(spec: SceneSpec, t_s: float) -> ScriptTime:
    """Return where the script stands at time `t_s` of the world."""
    if spec.loop_s is None:
        return ScriptTime(0, t_s)
    number = floor(t_s / spec.loop_s)
    return ScriptTime(number, t_s - number * spec.loop_s)


def actors_at(spec: SceneSpec, seed: int, t_s: float, *, quiet: bool = False) -> list[Actor]:
    """Return everything in the scene but the ground and the houses.

    Args:
        spec: the scene.
        seed: of the passers-by.
        t_s: seconds of the world's time; may be any number.
        quiet: leave the happenings out.
    """
    actors = list(_furniture(spec.furniture))
    for number, lane in enumerate(spec.lanes):
        actors += passers_by(lane, number, seed, t_s)
    if not quiet:
        moment = script_time(spec, t_s)
        for happening in spec.happenings:
            actors += happening_at(happening, moment)
    return actors


@lru_cache(maxsize=16)
def _furniture(items: tuple[Item, ...]) -> tuple[Actor, ...]:
    return tuple(
        actor
        for i, item in enumerate(items)
        for actor in things(f"furniture-{i}", item.what, item.variant, item.at_m, item.bearing_deg, at_rest=True)
    )


def passers_by(lane: Lane, number: int, seed: int, t_s: float) -> list[Actor]:
    """Return who is on a lane at time `t_s`. The k-th of them sets out about k * every_s, whenever one looks."""
    line = _way(lane.path_m)
    longest_s = line.length_m / (lane.speed_mps * SLOWEST)
    first, last = floor((t_s - longest_s) / lane.every_s) - 1, floor(t_s / lane.every_s) + 1
    shares = tuple(sorted(lane.kinds.items()))
    actors: list[Actor] = []
    for k in range(first, last + 1):
        passer = _passer(seed, number, k, shares)
        start_s = (k + passer.shift * lane.jitter) * lane.every_s
        if lane.green_s is not None and not lane.green_s[1] <= start_s % lane.green_s[0] <= lane.green_s[2]:
            continue
        along_m = (t_s - start_s) * lane.speed_mps * passer.hurry
        if 0 <= along_m < line.length_m:
            at = line.at(along_m, passer.beside * lane.spread_m)
            if passer.kind == catalog.PERSON:
                actors.append(_walker(f"lane-{number}-{k}", passer.variant, at, along_m))
            else:
                actors += things(f"lane-{number}-{k}", passer.kind, passer.variant, *at, at_rest=False)
    return actors


@dataclass(frozen=True)
class _Passer:
    """Who the k-th on a lane is. `shift` -1..1 of the jitter, `beside` in standard deviations."""

    shift: float
    kind: str
    variant: int
    hurry: float
    beside: float


@lru_cache(maxsize=4096)
def _passer(seed: int, lane: int, k: int, shares: tuple[tuple[str, float], ...]) -> _Passer:
    rng = np.random.default_rng([seed, lane, k + 2**31])
    weights = np.array([share for _, share in shares])
    kind = shares[int(rng.choice(len(shares), p=weights / weights.sum()))][0]
    hurry = float(rng.uniform(SLOWEST, 1.2)) if kind == catalog.PERSON else 1.0
    beside = float(np.clip(rng.normal(), -2, 2))
    return _Passer(float(rng.uniform(-1, 1)), kind, int(rng.integers(VARIANTS)), hurry, beside)


@lru_cache(maxsize=256)
def _way(points_m: tuple[PointM, ...]) -> Way:
    return way(points_m)


def _walker(
    id: str, variant: int, at: tuple[PointM, float], along_m: float | None, pose: str = "", role: str = ""
) -> Actor:
    """A person on foot, standing when `along_m` is None."""
    standing = along_m is None
    step = 0 if along_m is None else int(along_m / STRIDE_M * catalog.GAIT_STEPS) % catalog.GAIT_STEPS
    pose = pose or ("stand" if standing else "walk")
    mesh = catalog.person(variant, step, pose, role)
    look = (catalog.PERSON, variant, step, pose, role)
    return Actor(id, catalog.PERSON, "person", mesh, at[0], at[1], standing, look)


def happening_at(happening: Happening, moment: ScriptTime) -> list[Actor]:
    """Return a happening's thing, and who brings or takes it, at a moment of the script."""
    if happening.how is How.drives:
        return _driven(happening, moment)
    if happening.how is How.carried:
        return _carried(happening, moment)
    gone = happening.leaves_s is not None and moment.at_s >= happening.leaves_s
    if moment.at_s < happening.arrives_s or gone:
        return []
    return _thing(happening, moment, happening.at_m, happening.bearing_deg, at_rest=True)


def at_rest(happening: Happening) -> list[Actor]:
    """Return a happening's thing alone, as it stands between its coming and its going."""
    moment = ScriptTime(0, 0.0)
    if happening.how is How.drives:
        inward = way([*happening.path_m, happening.at_m])
        place, bearing = inward.at(inward.length_m)
        return _thing(happening, moment, place, bearing, at_rest=True)
    return _thing(happening, moment, happening.at_m, happening.bearing_deg, at_rest=True)


def happening_id(happening: Happening, moment: ScriptTime) -> str:
    """Return the name of this happening in this repetition."""
    return happening.id if moment.round == 0 else f"{happening.id}#{moment.round}"


def _thing(
    happening: Happening, moment: ScriptTime, at_m: PointM, bearing_deg: float, *, at_rest: bool, lift_m: float = 0.0
) -> list[Actor]:
    name = happening_id(happening, moment)
    if happening.what == catalog.PERSON:
        return [_walker(name, happening.variant, (at_m, bearing_deg), None)]
    return things(name, happening.what, happening.variant, at_m, bearing_deg, at_rest=at_rest, lift_m=lift_m)


def _driven(happening: Happening, moment: ScriptTime) -> list[Actor]:
    """A vehicle rolls up its way, stands, and rolls off."""
    inward = way([*happening.path_m, happening.at_m])
    if moment.at_s < happening.arrives_s:
        left_m = rolled_m(happening.arrives_s - moment.at_s, happening.speed_mps)
        if left_m > inward.length_m:
            return []
        place, bearing = inward.at(inward.length_m - left_m)
        return _thing(happening, moment, place, bearing, at_rest=False)
    if happening.leaves_s is None or moment.at_s < happening.leaves_s:
        place, bearing = inward.at(inward.length_m)
        return _thing(happening, moment, place, bearing, at_rest=True)
    away = way([happening.at_m, *(happening.away_m or happening.path_m[::-1])])
    gone_m = rolled_m(moment.at_s - happening.leaves_s, happening.speed_mps)
    if gone_m > away.length_m:
        return []
    place, bearing = away.at(gone_m)
    return _thing(happening, moment, place, bearing, at_rest=False)


def _carried(happening: Happening, moment: ScriptTime) -> list[Actor]:
    """Somebody brings the thing, lingers and leaves; a cleaner comes for it at the end."""
    at_s, leaves_s = moment.at_s, happening.leaves_s
    name = happening_id(happening, moment)
    actors: list[Actor] = []
    if (
        at_s < happening.arrives_s + happening.linger_s
        or leaves_s is None
        or at_s < (happening.arrives_s + leaves_s) / 2
    ):
        visit = _visit(happening, at_s - happening.arrives_s, happening.linger_s, away=happening.away_m)
        actors += _carrier(happening, f"{name}:carrier", visit, laden=at_s < happening.arrives_s)
    else:
        visit = _visit(happening, at_s - leaves_s, 0.0, away=())
        actors += _carrier(happening, f"{name}:cleaner", visit, laden=at_s >= leaves_s, role="cleaner")
    if happening.arrives_s <= at_s and (leaves_s is None or at_s < leaves_s):
        actors += _thing(happening, moment, happening.at_m, happening.bearing_deg, at_rest=True)
    elif visit is not None:
        place, bearing = visit[0]
        forward = np.array([np.sin(np.radians(bearing)), np.cos(np.radians(bearing))]) * ARM_M
        held = (place[0] + float(forward[0]), place[1] + float(forward[1]))
        actors += _thing(happening, moment, held, bearing, at_rest=False, lift_m=CARRY_LIFT_M)
    return actors


Visit = tuple[tuple[PointM, float], float | None]
"""Place and bearing of a visitor, and how far it has walked (None: it stands)."""


def _visit(happening: Happening, since_s: float, linger_s: float, *, away: tuple[PointM, ...]) -> Visit | None:
    """Return where one who reaches the thing at 0 s and stays for `linger_s` is, or None when out of the scene."""
    inward = _to_arms_length(happening)
    if since_s < 0:
        left_m = -since_s * happening.speed_mps
        return None if left_m > inward.length_m else (inward.at(inward.length_m - left_m), inward.length_m - left_m)
    if since_s < linger_s:
        return inward.at(inward.length_m), None
    end, _ = inward.at(inward.length_m)
    outward = way([end, *(away or happening.path_m[::-1])])
    gone_m = (since_s - linger_s) * happening.speed_mps
    return None if gone_m > outward.length_m else (outward.at(gone_m), gone_m)


@lru_cache(maxsize=64)
def _to_arms_length(happening: Happening) -> Way:
    last, goal = np.array(happening.path_m[-1]), np.array(happening.at_m)
    apart = goal - last
    short = goal - apart / max(float(np.hypot(*apart)), 1e-9) * ARM_M
    return way([*happening.path_m, (float(short[0]), float(short[1]))])


def _carrier(happening: Happening, id: str, visit: Visit | None, *, laden: bool, role: str = "") -> list[Actor]:
    if visit is None:
        return []
    at, along_m = visit
    return [_walker(id, happening.variant + 3, at, along_m, "carry" if laden else "", role)]
