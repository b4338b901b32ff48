"""What a look costs by stage, beside decoding its key frame and running the detector alone.

Run: python -m benchmarks.look [--scene market] [--seconds 90] [--manifest FILE] [--profile] [--json FILE]

A simulated street is recorded at 1280x720 with a key frame a second. Passes over the recording alternate A B A B:
A decodes and detects, B is the whole camera side of a node (the same source and detector, the check of the view,
background, association, rules, enlarged looks, evidence, one SQLite transaction a look that changed something). Each
begins with an empty memory. Every stage runs on one thread, times are process CPU time less what was measured inside,
so that other work on the machine disturbs them little; the table gives medians over the passes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2

from benchmarks.report import publish
from detector import association, residue, rules
from detector.closeup import CloseUp
from detector.config import Camera
from detector.evidence import EvidenceStore
from detector.inference import Detector, open_detector
from detector.memory import Memory
from detector.pipeline import CameraPipeline
from detector.sources import open_source
from detector.sources.sim.clip import write_video
from detector.sources.sim.street import SimStreet
from detector.store import DetectorStore
from detector.vision.health import ViewHealth
from detector.vision.scene import Scene
from dispatch.contract import EventReport
from gridpatrol.config import load_camera, load_matters, watched_on
from gridpatrol.replay import START
from gridpatrol.shipped import SHIPPED_CONFIG, registered_model
from gridpatrol.watching import pipeline_for

FPS = 5.0
STAGES: list[tuple[Any, str, str]] = [
    (ViewHealth, "check", "view health"),
    (Scene, "look", "background and residues"),
    (Scene, "remember", "appearance of things"),
    (Scene, "refresh", "appearance of things"),
    (association, "associate", "association"),
    (residue, "follow", "association"),
    (CloseUp, "look", "enlarged looks"),
    (rules, "judge", "rules"),
    (Memory, "keep_first", "first pictures"),
    (EvidenceStore, "save", "evidence"),
    (EvidenceStore, "save_pair", "evidence"),
    (Memory, "changes", "state"),
    (DetectorStore, "commit_look", "store"),
    (CameraPipeline, "look", "rest of the pipeline"),
]
"""Where a stage begins: owner, function, name in the table."""


@dataclass
class Meter:
    """Process CPU seconds by stage, each without the stages inside it."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _inner_s: list[float] = field(default_factory=lambda: [0.0])

    def call(self, stage: str, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        self._inner_s.append(0.0)
        began_s = time.process_time()
        try:
            return function(*args, **options)
        finally:
            spent_s = time.process_time() - began_s
            self.seconds[stage] += spent_s - self._inner_s.pop()
            self._inner_s[-1] += spent_s

    def watch(self, owner: Any, name: str, stage: str) -> Any:
        """A patch under which the function counts to a stage."""
        function = getattr(owner, name)

        def metered(*args: Any, **options: Any) -> Any:
            return self.call(stage, function, *args, **options)

        return patch.object(owner, name, metered)


@dataclass(frozen=True)
class Pass:
    looks: int
    events: int
    wall_s: float
    cpu_s: float
    stage_s: dict[str, float]


@dataclass(frozen=True)
class Bench:
    camera: Camera
    detector: Detector
    scratch: Path

    def run(self, whole: bool) -> Pass:
        """One pass over the recording: decoding and detection, or the whole look."""
        meter, looks, events = Meter(), 0, 0
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.scratch)))
            pipeline = None
            if whole:
                store = stack.enter_context(closing(DetectorStore(folder / "detector.sqlite")))
                matters = watched_on(self.camera, load_matters(SHIPPED_CONFIG / "matters"))
                evidence = EvidenceStore(folder / "evidence")
                pipeline = pipeline_for(self.camera, matters, detector=self.detector, evidence=evidence, store=store)
                for owner, name, stage in STAGES:
                    stack.enter_context(meter.watch(owner, name, stage))
            frames = iter(stack.enter_context(closing(open_source(self.camera, start=START))).frames())
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            while (frame := meter.call("key-frame decode", next, frames, None)) is not None:
                detections = meter.call("detector", self.detector.detect, [frame.image])[0]
                if pipeline is not None:
                    result = pipeline.look(frame, detections)
                    events += sum(isinstance(message, EventReport) for message in result.messages)
                looks += 1
            wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        return Pass(looks, events, wall_s, cpu_s, dict(meter.seconds))


def recording(scene: str, seconds: float, crf: int, folder: Path) -> Camera:
    """Record the demonstration's camera of a scene; return the camera with the recording as its source."""
    camera = load_camera(
        SHIPPED_CONFIG / "demo" / "cameras" / f"{scene}.yaml", load_matters(SHIPPED_CONFIG / "matters")
    )
    video = folder / f"{scene}.mp4"
    write_video(SimStreet.at(camera.source.url), video, duration_s=seconds, fps=FPS, crf=crf)
    source = camera.source.model_copy(update={"url": str(video)})
    return camera.model_copy(update={"source": source})


def rows_of(passes: list[Pass], alone: list[Pass]) -> tuple[list[list[str]], dict[str, Any]]:
    looks = passes[0].looks
    stages = {name: statistics.median(p.stage_s.get(name, 0.0) for p in passes) / looks for name in passes[0].stage_s}
    base_ms = statistics.median(p.cpu_s for p in alone) / looks * 1e3
    whole_ms = statistics.median(p.cpu_s for p in passes) / looks * 1e3
    ratio = statistics.median(whole.cpu_s / base.cpu_s for whole, base in zip(passes, alone, strict=True))
    wall_ratio = statistics.median(whole.wall_s / base.wall_s for whole, base in zip(passes, alone, strict=True))
    rows = [[name, f"{s * 1e3:.2f}", f"{s * 1e5 / base_ms:.1f} %"] for name, s in stages.items()]
    rows += [
        ["whole look", f"{whole_ms:.2f}", f"{whole_ms / base_ms * 100:.1f} %"],
        ["decode and detector alone", f"{base_ms:.2f}", "100 %"],
        ["ratio, CPU (wall)", f"{ratio:.2f} ({wall_ratio:.2f})", ""],
    ]
    figures = {
        "looks": looks,
        "events": passes[0].events,
        "stage_ms": {name: s * 1e3 for name, s in stages.items()},
        "whole_ms": whole_ms,
        "alone_ms": base_ms,
        "ratio_cpu": ratio,
        "ratio_wall": wall_ratio,
    }
    return rows, figures


def profile(bench: Bench) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    bench.run(whole=True)
    profiler.disable()
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(30)
    stats.sort_stats("cumulative").print_stats("/detector/", 45)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="market", help="camera of the demonstration city")
    parser.add_argument("--seconds", type=float, default=90.0, help="length of the recording")
    parser.add_argument("--crf", type=int, default=31, help="x264 quality; less makes key frames larger and dearer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--manifest", type=Path, help="model manifest; the shipped one when absent")
    parser.add_argument("--profile", action="store_true", help="also profile one whole pass")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    detector = open_detector(registered_model(manifest=options.manifest), threads=1)
    with tempfile.TemporaryDirectory(prefix="gridpatrol-look-") as scratch:
        camera = recording(options.scene, options.seconds, options.crf, Path(scratch))
        megabits = Path(camera.source.url).stat().st_size * 8e-6 / options.seconds
        bench = Bench(camera, detector, Path(scratch))
        bench.run(whole=True)
        alone, passes = [], []
        for _ in range(options.rounds):
            alone.append(bench.run(whole=False))
            passes.append(bench.run(whole=True))
        rows, figures = rows_of(passes, alone)
        title = (
            f"A look at {options.scene}, {detector.name}: CPU on one thread, "
            f"{passes[0].looks} looks, {passes[0].events} event(s), {megabits:.1f} Mbit/s"
        )
        publish(title, ["stage", "ms a look", "of decode + detector"], rows, figures, options.json)
        if options.profile:
            profile(bench)


if __name__ == "__main__":
    main()
