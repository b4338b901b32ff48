"""Training pictures with exact labels, from random simulated streets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from detector.frame import Image
from detector.sources.sim import catalog
from detector.sources.sim.background import background
from detector.sources.sim.camera import Pinhole
from detector.sources.sim.layout import Street, random_street
from detector.sources.sim.lens import add_grain, add_rain, grain, noise_strength, rain_sheet, squeeze
from detector.sources.sim.light import light_at
from detector.sources.sim.stage import Actor, BoxXyxyPx, Stage, things, what_is_seen

Labelled = tuple[str, BoxXyxyPx]
"""Class name and box of a visible thing, pixels, xyxy."""

CLASSES = (
    "person", "bicycle", "car", "motorcycle", "bus", "truck", "umbrella", "chair", "bench", "table", "suitcase",
    "garbage", "garbage_bag", "litter_item", "stall", "goods", "bin",
)  # fmt: skip
"""Class names that the pictures may hold. A cycle and the person who rides it are labelled apart."""

MIN_VISIBLE = 0.3
"""Things of which less can be seen are not labelled."""
MIN_SIDE_PX = 8.0
SIZES_WH = ((1280, 720), (1280, 720), (960, 540), (704, 576), (1024, 768))


def training_pictures(
    seeds: Iterable[int], *, per_scene: int = 4, resolution_wh: tuple[int, int] | None = None
) -> Iterator[tuple[Image, list[Labelled]]]:
    """Yield pictures of random streets with the boxes of everything visible in them.

    Each seed is another street, camera, hour and weather; each of its pictures places other things in it. The same
    seed gives the same pictures.

    Args:
        seeds: one street each.
        per_scene: pictures of each street.
        resolution_wh: picture size; drawn at random from common camera sizes when absent.

    Yields:
        The picture (BGR) and the class name and visible box of each thing (`CLASSES`).
    """
    for seed in seeds:
        rng = np.random.default_rng([seed, 2024])
        street = random_street(rng)
        size = resolution_wh or SIZES_WH[int(rng.integers(len(SIZES_WH)))]
        stage = _stage(street, size, seed)
        for number in range(per_scene):
            yield _picture(stage, street, np.random.default_rng([seed, number, 31]), number)


def _stage(street: Street, size_wh: tuple[int, int], seed: int) -> Stage:
    spec = street.spec
    view = spec.views["main"]
    camera = Pinhole(view.position_m, view.heading_deg, view.tilt_deg, view.hfov_deg, size_wh, view.roll_deg)
    light = light_at(spec.hour, cloud=spec.cloud, rain=spec.rain, sun_bearing_deg=spec.sun_bearing_deg)
    return Stage(background(spec, camera, light, seed), camera, light)


def _picture(stage: Stage, street: Street, rng: np.random.Generator, step: int) -> tuple[Image, list[Labelled]]:
    image, cutouts = stage.picture([*scenery(street), *_random_actors(stage, street, rng)])
    labels = [
        (str(seen.actor.class_name), seen.box_xyxy_px)
        for seen in what_is_seen(cutouts, stage.camera.resolution_wh, MIN_VISIBLE)
        if min(seen.box_xyxy_px[2] - seen.box_xyxy_px[0], seen.box_xyxy_px[3] - seen.box_xyxy_px[1]) >= MIN_SIDE_PX
    ]
    height, width = image.shape[:2]
    if rng.random() < 0.4:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.4))).astype(np.uint8)
    if stage.light.rain > 0:
        add_rain(image, rain_sheet((height, width), int(rng.integers(1000)), stage.light.rain), step)
    add_grain(
        image,
        grain((height, width), int(rng.integers(1000)), noise_strength(stage.light) * float(rng.uniform(0.4, 1.8))),
        step,
    )
    gain, lift = rng.uniform(0.82, 1.15), max(0.0, rng.uniform(-10, 12))
    image = np.asarray(cv2.convertScaleAbs(image, alpha=float(gain), beta=float(lift)), np.uint8)
    return squeeze(image, int(rng.integers(40, 92))), labels


def scenery(street: Street) -> list[Actor]:
    """Return a street's furniture as actors."""
    return [
        actor for i, item in enumerate(street.spec.furniture)
        for actor in things(f"furniture-{i}", item.what, item.variant, item.at_m, item.bearing_deg, at_rest=True)
    ]  # fmt: skip


ROADSIDE = {
    "garbage_bag": 1.6, "garbage_heap": 0.6, "litter_item": 1.6, "sacks": 0.5, "boxes": 0.6, "cartons": 0.7,
    "crates": 0.5, "stall": 0.6, "suitcase": 0.35, "umbrella": 0.35, "chair": 0.8, "table": 0.5, "bench": 0.5,
    "bin": 0.7, "litter_bin": 0.7, "bicycle": 1.3, "ebike": 1.3,
}  # fmt: skip
"""Mean number of each kind on the pavements of a picture."""


def _random_actors(stage: Stage, street: Street, rng: np.random.Generator) -> list[Actor]:
    actors: list[Actor] = []
    crowd = float(rng.choice([0.4, 1.0, 2.2]))
    for kind, mean in ROADSIDE.items():
        for _ in range(int(rng.poisson(mean * rng.choice([0.4, 1.0, 1.6])))):
            variant = int(rng.integers(400))
            group = int(rng.integers(2, 6)) if kind in ("garbage_bag", "bicycle", "ebike") and rng.random() < 0.3 else 1
            at, bearing = _pavement_place(stage, street, rng), float(rng.uniform(0, 360))
            for i in range(group):
                step = 0.6 if kind == "garbage_bag" else 0.75
                place = (at[0] + float(rng.normal(0, 0.12)), at[1] + i * step)
                _add(actors, kind, variant + i * 7, place, bearing + float(rng.normal(0, 8)))
    for _ in range(int(rng.poisson(4 * crowd))):
        _add_person(
            actors,
            _pavement_place(stage, street, rng) if rng.random() < 0.8 else _road_place(stage, street, rng)[0],
            rng,
        )
    if street.right_m - street.left_m > 1:
        for kind, mean in {"car": 3.2, "van": 0.6, "bus": 0.45, "truck": 0.7, "rider": 1.2, "cyclist": 1.0}.items():
            for _ in range(int(rng.poisson(mean))):
                at, bearing = _road_place(stage, street, rng)
                _add(actors, kind, int(rng.integers(400)), at, bearing + float(rng.normal(0, 4)))
    elif rng.random() < 0.5:
        _add(actors, "car", int(rng.integers(400)), _pavement_place(stage, street, rng), float(rng.uniform(0, 360)))
    return actors


def _add(actors: list[Actor], kind: str, variant: int, at_m: tuple[float, float], bearing_deg: float) -> None:
    mesh = catalog.body(kind, variant)
    half = float(np.abs(mesh.vertices_m[:, :2]).max())
    for other in actors:
        reach = 0.72 * (half + float(np.abs(other.mesh.vertices_m[:, :2]).max()))
        same = kind in ("garbage_bag", "bicycle", "ebike") and other.kind == kind
        if not same and np.hypot(at_m[0] - other.at_m[0], at_m[1] - other.at_m[1]) < reach:
            return
    actors += things(f"{kind}-{len(actors)}", kind, variant, at_m, bearing_deg, at_rest=False)


def _add_person(actors: list[Actor], at_m: tuple[float, float], rng: np.random.Generator) -> None:
    pose = str(rng.choice(["walk", "stand", "carry"], p=[0.7, 0.22, 0.08]))
    variant, step = int(rng.integers(400)), int(rng.integers(catalog.GAIT_STEPS))
    role = "cleaner" if rng.random() < 0.06 else ""
    if any(np.hypot(at_m[0] - o.at_m[0], at_m[1] - o.at_m[1]) < 0.5 for o in actors):
        return
    mesh = catalog.person(variant, step, pose, role)
    actors.append(
        Actor(
            f"person-{len(actors)}",
            catalog.PERSON,
            "person",
            mesh,
            at_m,
            float(rng.uniform(0, 360)),
            False,
            (variant, step, pose),
        )
    )


def _ahead(stage: Stage, rng: np.random.Generator) -> float:
    """A distance at which things are large enough to matter, metres; near ones are likelier."""
    height = stage.camera.position_m[2]
    return float(height * rng.uniform(0.9, 1.6) + rng.gamma(1.6, 7.0))


def _pavement_place(stage: Stage, street: Street, rng: np.random.Generator) -> tuple[float, float]:
    y = stage.camera.position_m[1] + _ahead(stage, rng)
    x = float(rng.uniform(0.4, max(0.5, street.pavement_m - 0.7)))
    return (street.left_m - x if rng.random() < 0.5 else street.right_m + x), min(y, street.far_m - 3)


def _road_place(stage: Stage, street: Street, rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    y = stage.camera.position_m[1] + _ahead(stage, rng) + 2
    half = (street.right_m - street.left_m) / 2
    lanes = max(1, int(half / 3.0))
    lane = (int(rng.integers(lanes)) + 0.5) * half / lanes
    right = rng.random() < 0.5
    return ((lane if right else -lane) + float(rng.normal(0, 0.25)), min(y, street.far_m - 6)), 0.0 if right else 180.0
