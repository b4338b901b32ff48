"""A simulated street: pictures and exact truth at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Self

import cv2
import numpy as np

from detector.frame import Image
from detector.sources.sim import catalog
from detector.sources.sim.background import background
from detector.sources.sim.camera import Pinhole
from detector.sources.sim.lens import Grain, add_grain, add_rain, cover, grain, noise_strength, rain_sheet, squeeze
from detector.sources.sim.light import Light, light_at
from detector.sources.sim.scene import Scene, SimAddress, load_scene
from detector.sources.sim.spec import Happening, SimFault, SimFaultKind
from detector.sources.sim.stage import Actor, BoxXyxyPx, Cutout, Stage, what_is_seen
from detector.sources.sim.truth import TruthFault, TruthIncident, TruthObject
from detector.sources.sim.world import ScriptTime, actors_at, at_rest, happening_id, script_time

KNOCK_DEG = (7.0, 2.5, 4.0)
"""Turn of heading, tilt and roll when the camera is knocked with amount 1."""
GRAIN_HZ = 25.0
ALONE_M = 2.0
"""Whoever brought a thing stands beside it until this far away."""


class SimStreet:
    """One camera over one scene. Everything it returns depends on scene, seed and time alone."""

    def __init__(self, scene: Scene, address: SimAddress | None = None) -> None:
        """Set up the camera; nothing is drawn yet.

        Args:
            scene: what there is.
            address: view, seed, light and size; `SimAddress(scene=...)` has the defaults.

        Raises:
            ConfigError: the scene has no such view.
        """
        self.scene = scene
        self.address = address or SimAddress(scene=scene.spec.name)
        self.view = scene.view_name(self.address.view)
        self.camera = scene.camera(self.view, self.address.resolution_wh)
        self._stages: dict[float, Stage] = {}
        self._drawn: tuple[float, list[Cutout]] | None = None

    @classmethod
    def at(cls, url: str) -> Self:
        """Open a street by its sim:// address.

        Raises:
            ConfigError: the address or the scene is wrong.
        """
        address = SimAddress.parse(url)
        return cls(load_scene(address.scene), address)

    @cached_property
    def light(self) -> Light:
        """Light and weather."""
        spec, own = self.scene.spec, self.address
        return light_at(
            spec.hour if own.hour is None else own.hour,
            cloud=spec.cloud if own.cloud is None else own.cloud,
            rain=spec.rain if own.rain is None else own.rain,
            sun_bearing_deg=spec.sun_bearing_deg,
        )

    def render(self, t_s: float) -> Image:
        """Return the picture (BGR) at world time `t_s`, with what faults do to it."""
        faults = {fault.kind: fault for fault in self.faults_at(t_s)}
        frozen = faults.get(SimFaultKind.freeze)
        if frozen is not None:
            return self.render(frozen.start_s - 1e-3)
        knocked = faults.get(SimFaultKind.knock)
        stage = self._stage(0.0 if knocked is None else knocked.amount)
        image, cutouts = stage.picture(self.actors(t_s))
        if knocked is None:
            self._drawn = (t_s, cutouts)
        blurred = faults.get(SimFaultKind.blur)
        if blurred is not None:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), 9.0 * blurred.amount), np.uint8)
        covered = faults.get(SimFaultKind.cover)
        if covered is not None:
            image = cover(image, covered.amount)
        step = int(t_s * GRAIN_HZ)
        if self.light.rain > 0:
            add_rain(image, self._rain, step)
        add_grain(image, self._grain, step)
        return squeeze(image, self.address.quality) if self.address.quality else image

    def actors(self, t_s: float) -> list[Actor]:
        """Return everything that stands or moves in the scene at world time `t_s`."""
        return actors_at(self.scene.spec, self.address.seed, t_s, quiet=self.address.quiet)

    def truth(self, t_s: float) -> tuple[TruthObject, ...]:
        """Return everything with a class that can be seen at world time `t_s` by the camera in its right pose."""
        lonlat = self.scene.anchor.lonlat
        return tuple(
            TruthObject(
                id=seen.actor.id,
                kind=seen.actor.kind,
                class_name=str(seen.actor.class_name),
                box_xyxy_px=seen.box_xyxy_px,
                whole_box_xyxy_px=seen.whole_box_xyxy_px,
                visible=seen.visible,
                at_m=seen.actor.at_m,
                lonlat=lonlat(*seen.actor.at_m),
                at_rest=seen.actor.at_rest,
            )
            for seen in what_is_seen(self._cutouts(t_s), self.camera.resolution_wh)
        )

    def _cutouts(self, t_s: float) -> list[Cutout]:
        """Return what stands in the picture of a moment: mostly the one that was rendered last."""
        drawn = self._drawn
        return drawn[1] if drawn is not None and drawn[0] == t_s else self._stage(0.0).cutouts(self.actors(t_s))

    def incidents(self, until_s: float) -> Iterator[TruthIncident]:
        """Yield the happenings that arrive before world time `until_s`, in every repetition, in the script's order."""
        spec = self.scene.spec
        if self.address.quiet:
            return
        rounds = range(script_time(spec, until_s).round + 1) if spec.loop_s is not None else range(1)
        for number in rounds:
            offset_s = number * (spec.loop_s or 0.0)
            for happening in spec.happenings:
                if happening.arrives_s + offset_s < until_s:
                    yield self._incident(happening, number, offset_s)

    def faults_at(self, t_s: float) -> list[TruthFault]:
        """Return the faults of this view at world time `t_s`."""
        spec = self.scene.spec
        moment = script_time(spec, t_s)
        offset_s = t_s - moment.at_s
        return [
            TruthFault(fault.kind, fault.from_s + offset_s, fault.until_s + offset_s, fault.amount)
            for fault in spec.faults
            if self._is_mine(fault) and fault.from_s <= moment.at_s < fault.until_s
        ]

    def faults(self) -> list[TruthFault]:
        """Return the faults of this view in the first repetition."""
        return [TruthFault(f.kind, f.from_s, f.until_s, f.amount) for f in self.scene.spec.faults if self._is_mine(f)]

    def _is_mine(self, fault: SimFault) -> bool:
        return fault.view is None or fault.view == self.view

    def _incident(self, happening: Happening, number: int, offset_s: float) -> TruthIncident:
        arrives_s = happening.arrives_s + offset_s
        leaves_s = None if happening.leaves_s is None else happening.leaves_s + offset_s
        if leaves_s is None and self.scene.spec.loop_s is not None:
            leaves_s = offset_s + self.scene.spec.loop_s
        walk_s = ALONE_M / happening.speed_mps + happening.linger_s if happening.how == "carried" else 0.0
        return TruthIncident(
            id=happening_id(happening, ScriptTime(number, 0.0)),
            class_name=catalog.class_of(happening.what) or "",
            matters=happening.matters,
            box_xyxy_px=self._box_at_rest(happening),
            at_m=happening.at_m,
            lonlat=self.scene.anchor.lonlat(*happening.at_m),
            arrives_s=arrives_s,
            leaves_s=leaves_s,
            alone_s=arrives_s + walk_s,
        )

    def _box_at_rest(self, happening: Happening) -> BoxXyxyPx | None:
        cutouts = self._stage(0.0).cutouts(at_rest(happening))
        seen = what_is_seen(cutouts, self.camera.resolution_wh)
        return seen[0].whole_box_xyxy_px if seen else None

    def _stage(self, knocked: float) -> Stage:
        if knocked not in self._stages:
            camera = self._knocked_camera(knocked)
            still = background(self.scene.spec, camera, self.light, self.address.seed)
            self._stages[knocked] = Stage(still, camera, self.light)
        return self._stages[knocked]

    def _knocked_camera(self, amount: float) -> Pinhole:
        turn, nod, roll = (amount * part for part in KNOCK_DEG)
        camera = self.camera
        return replace(
            camera,
            heading_deg=camera.heading_deg + turn,
            tilt_deg=camera.tilt_deg + nod,
            roll_deg=camera.roll_deg + roll,
        )

    @cached_property
    def _grain(self) -> Grain:
        return grain(self._shape, self.address.seed, noise_strength(self.light))

    @cached_property
    def _rain(self) -> Image:
        return rain_sheet(self._shape, self.address.seed, self.light.rain)

    @property
    def _shape(self) -> tuple[int, int]:
        width, height = self.camera.resolution_wh
        return height, width
