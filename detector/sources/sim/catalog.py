"""Every kind of thing that a scene may name, with its detector class and how it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from detector.sources.sim.bodies import cycles, furniture, people, things, vehicles
from detector.sources.sim.mesh import Mesh

Builder = Callable[[np.random.Generator], Mesh]


@dataclass(frozen=True)
class Kind:
    """One kind of thing.

    Attributes:
        class_name: what a detector should call it; None for scenery without a class.
        build: makes its mesh.
        rider: makes the person who sits on it, in the same frame.
    """

    class_name: str | None
    build: Builder
    rider: Builder | None = None


KINDS: dict[str, Kind] = {
    "car": Kind("car", vehicles.car),
    "sedan": Kind("car", lambda rng: vehicles.car(rng, "sedan")),
    "suv": Kind("car", lambda rng: vehicles.car(rng, "suv")),
    "van": Kind("car", lambda rng: vehicles.car(rng, "van")),
    "bus": Kind("bus", vehicles.bus),
    "truck": Kind("truck", vehicles.truck),
    "bicycle": Kind("bicycle", cycles.bicycle),
    "cyclist": Kind("bicycle", cycles.bicycle, lambda rng: cycles.rider(rng, motor=False)),
    "ebike": Kind("motorcycle", cycles.ebike),
    "rider": Kind("motorcycle", cycles.ebike, lambda rng: cycles.rider(rng, motor=True)),
    "garbage_bag": Kind("garbage_bag", things.garbage_bag),
    "garbage_heap": Kind("garbage", things.garbage_heap),
    "litter_item": Kind("litter_item", things.litter_item),
    "sacks": Kind("goods", things.sacks),
    "boxes": Kind("goods", things.boxes),
    "crates": Kind("goods", things.crates),
    "cartons": Kind("goods", things.cartons),
    "stall": Kind("stall", things.stall),
    "umbrella": Kind("umbrella", things.umbrella),
    "suitcase": Kind("suitcase", things.suitcase),
    "chair": Kind("chair", furniture.chair),
    "table": Kind("table", furniture.table),
    "bench": Kind("bench", furniture.bench),
    "bin": Kind("bin", furniture.wheelie_bin),
    "litter_bin": Kind("bin", furniture.litter_bin),
    "tree": Kind(None, furniture.tree),
    "lamp": Kind(None, furniture.lamp_post),
    "sign": Kind(None, furniture.sign),
    "bollard": Kind(None, furniture.bollard),
    "cone": Kind(None, furniture.cone),
    "cabinet": Kind(None, furniture.cabinet),
    "shrub": Kind(None, furniture.shrub),
    "a_board": Kind(None, furniture.a_board),
}
PERSON = "person"
GAIT_STEPS = 12


def class_of(kind: str) -> str | None:
    """Return what a detector should call a kind; None for scenery."""
    return PERSON if kind == PERSON else KINDS[kind].class_name


@lru_cache(maxsize=512)
def body(kind: str, variant: int) -> Mesh:
    """Return one thing of a kind; the same variant is always the same mesh, at the object frame's origin.

    Raises:
        KeyError: `kind` is none of `KINDS`.
    """
    return KINDS[kind].build(np.random.default_rng([variant, *kind.encode()]))


@lru_cache(maxsize=256)
def rider(kind: str, variant: int) -> Mesh | None:
    """Return the person on a ridden cycle, in the cycle's frame; None for kinds that nobody rides."""
    build = KINDS[kind].rider
    return None if build is None else build(np.random.default_rng([variant, 78]))


@lru_cache(maxsize=1024)
def person(variant: int, step: int, pose: str = "walk", role: str = "") -> Mesh:
    """Return one person.

    Args:
        variant: build and clothes.
        step: 0 .. GAIT_STEPS - 1 of the gait cycle.
        pose: walk, carry, stand or sit.
        role: "cleaner" for an orange vest.
    """
    look = people.look_of(np.random.default_rng([variant, 77]), cleaner=role == "cleaner")
    if pose == "sit":
        return people.seated(look, 0.45, straddle=False)
    return people.walker(look, step / GAIT_STEPS, carrying=pose == "carry", still=pose == "stand")
