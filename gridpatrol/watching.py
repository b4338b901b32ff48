"""Putting one camera's pipeline together from its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from detector.closeup import CloseUp
from detector.config import Camera, ResidueRule, Watched
from detector.georeference import georeference
from detector.inference import Detector
from detector.memory import Memory
from detector.pipeline import CameraPipeline
from detector.ports import EvidenceKeeper, Keeper, ViewCheck
from detector.store import DetectorStore
from detector.teller import Teller
from detector.vision.health import ViewHealth
from detector.vision.scene import Scene
from gridpatrol.config import Matter, watched_on


def pipeline_for(
    camera: Camera,
    matters: Mapping[str, Watched],
    *,
    detector: Detector,
    evidence: EvidenceKeeper | None,
    store: DetectorStore | None = None,
) -> CameraPipeline:
    """Make a camera's pipeline, taking up what an earlier run left in the store.

    Args:
        camera: as configured.
        matters: the matters watched on it, by code, before the camera's overrides.
        detector: names things from enlarged looks; its name goes into the reports.
        evidence: stores pictures; None leaves them out.
        store: saves state and messages; None keeps both in memory only.

    Raises:
        ValueError: the saved state is damaged or of another version.
    """
    memory = Memory(_scene(camera, matters))
    health: ViewCheck = ViewHealth(camera.id)
    keeper: Keeper | None = store
    if store is not None:
        saved = store.load_state(camera.id)
        memory.restore(saved.json, saved.blobs)
        if "health" in saved.blobs:
            health = ViewHealth.restore(camera.id, saved.blobs["health"])
    teller = Teller(
        camera,
        georeference(camera),
        evidence,
        model_name=lambda: detector.name,
        names={code: watched.names for code, watched in matters.items()},
        keep_plate=[code for code, watched in matters.items() if watched.keep_plate],
    )
    pipeline = CameraPipeline(
        camera, matters, health=health, teller=teller, memory=memory, store=keeper, close_up=CloseUp(detector)
    )
    for request in store.open_requests(camera.id) if store is not None else ():
        pipeline.verify(request)
    return pipeline


def blind_rules(matters: Mapping[str, Watched], class_names: Iterable[str]) -> tuple[str, ...]:
    """Say, one line a matter, which of the classes that a rule asks for the model in service does not know."""
    known = set(class_names)
    lacking = {
        code: [name for name in watched.rule.classes if name not in known] for code, watched in sorted(matters.items())
    }
    return tuple(
        f"{code}: the model in service does not know {', '.join(names)}"
        + ("; this matter cannot be found" if len(names) == len(matters[code].rule.classes) else "")
        for code, names in lacking.items()
        if names
    )


def matter_notices(matter: Matter, cameras: Iterable[Camera], class_names: Iterable[str]) -> tuple[str, ...]:
    """Say, one line each, why a matter may not be found as it is meant."""
    code = matter.code
    lines = blind_rules({code: matter.watched}, class_names)
    if any(code in watched_on(camera, {code: matter}) for camera in cameras if _may_run(camera, code)):
        return lines
    wanted = " or ".join(purpose.value for purpose in matter.watched.rule.zones)
    return (*lines, f"{code}: no camera watches for it; one needs a zone with purpose {wanted}")


def _may_run(camera: Camera, code: str) -> bool:
    return camera.matters is None or code in camera.matters


def _scene(camera: Camera, matters: Mapping[str, Watched]) -> Scene:
    rules = [watched.rule for watched in matters.values() if isinstance(watched.rule, ResidueRule)]
    purposes = {purpose for rule in rules for purpose in rule.zones}
    polygons = [
        (zone.resolution_wh, np.asarray(zone.polygon_px, dtype=np.float64))
        for zone in camera.zones
        if zone.purpose in purposes
    ]
    return Scene(polygons, min_side_720=min((rule.min_side_px for rule in rules), default=12.0))
