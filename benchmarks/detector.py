"""The model in service on OpenVINO beside Ultralytics `predict` on torch: the same frames, in one run.

Run: python -m benchmarks.detector [--weights BASE.pt] [--manifest FILE] [--batch 8] [--json FILE]

Frames are simulated streets, 1280x720. Two uses are measured: one picture a call on one thread, which compares the
arithmetic, and batches on all cores, which is how a node works. There Ultralytics gets the same batch as a list, and
once more picture by picture on all cores: ours is compared with the faster of the two. The sides take the frames in
turn, in blocks A B A B; a block's figure is its mean and the table gives the median of the blocks. Each side includes
what it does around the network: scaling, decoding of the answer, suppression. Without `--weights` Ultralytics runs a
network of the same architecture with random weights: the same arithmetic, and nothing found. Process CPU time counts
beside wall time, because other work on the machine disturbs only the latter; with several cores it is wall time that
counts, on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from benchmarks.report import publish
from detector.frame import Image
from detector.inference import open_detector
from detector.sources.sim.street import SimStreet
from gridpatrol.shipped import registered_model

SCENES = ("crossing", "parking", "market", "firelane")
ARCHITECTURE = "yolo11n.yaml"
WARM_UP = 5

Run = Callable[[Sequence[Image]], object]
"""Detects on some pictures."""


@dataclass(frozen=True)
class Use:
    """How a detector is used."""

    name: str
    threads: int
    batch: int


@dataclass(frozen=True)
class Side:
    """One side's time a picture, medians over its blocks, milliseconds."""

    name: str
    wall_ms: float
    cpu_ms: float


def street_frames(count: int, seed: int = 7) -> list[Image]:
    streets = [SimStreet.at(f"sim://{scene}?seed={seed}") for scene in SCENES]
    return [streets[number % len(streets)].render(10.0 + number) for number in range(count)]


def predictor(weights: Path | None, input_size: int) -> Run:
    """Ultralytics `predict` on the CPU, with the service's confidence threshold."""
    from ultralytics import YOLO

    model = YOLO(str(weights) if weights else ARCHITECTURE, task="detect")

    def predict(images: Sequence[Image]) -> object:
        return model.predict(list(images), imgsz=input_size, conf=0.25, device="cpu", verbose=False)

    return predict


def block_ms(run: Run, frames: Sequence[Image], batch: int) -> tuple[float, float]:
    """Wall and process CPU milliseconds a picture."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for start in range(0, len(frames), batch):
        run(frames[start : start + batch])
    count = len(frames)
    return (time.perf_counter() - wall_s) * 1e3 / count, (time.process_time() - cpu_s) * 1e3 / count


def compare(use: Use, sides: dict[str, Run], frames: Sequence[Image], rounds: int) -> list[Side]:
    """Run both sides in turns."""
    import torch

    torch.set_num_threads(use.threads)
    blocks: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for run in sides.values():
        block_ms(run, frames[: max(WARM_UP, use.batch)], use.batch)
    for _ in range(rounds):
        for name, run in sides.items():
            blocks[name].append(block_ms(run, frames, use.batch))
    return [
        Side(name, statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times))
        for name, times in blocks.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help=".pt for the Ultralytics side; random weights when absent")
    parser.add_argument("--manifest", type=Path, help="model manifest; the shipped one when absent")
    parser.add_argument("--batch", type=int, default=8, help="pictures a call where batches are measured")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    entry = registered_model(manifest=options.manifest)
    frames = street_frames(options.frames)
    theirs_name = f"Ultralytics, {options.weights.name if options.weights else 'random ' + ARCHITECTURE}"
    predict = predictor(options.weights, entry.input_size)
    rows: list[list[str]] = []
    figures: dict[str, object] = {}
    cores = os.cpu_count() or 1
    for use in (Use("one by one", 1, 1), Use("batches", cores, options.batch)):
        detector = open_detector(entry, threads=use.threads)
        sides: dict[str, Run] = {f"OpenVINO, {entry.id}": detector.detect, theirs_name: predict}
        if use.batch > 1:
            sides[f"{theirs_name}, one by one"] = lambda images: [predict([image]) for image in images]
        ours, *others = compare(use, sides, frames, options.rounds)
        theirs = min(others, key=lambda side: side.wall_ms)
        wall, cpu = theirs.wall_ms / ours.wall_ms, theirs.cpu_ms / ours.cpu_ms
        title = f"{use.name}, {use.threads} thread(s), {use.batch} a call"
        rows += [[title, side.name, f"{side.wall_ms:.1f}", f"{side.cpu_ms:.1f}"] for side in (ours, *others)]
        rows.append([title, "ratio", f"{wall:.1f}", f"{cpu:.1f}"])
        figures[use.name] = {"sides": [asdict(side) for side in (ours, *others)], "ratio_wall": wall, "ratio_cpu": cpu}
    found = statistics.mean(len(detections) for detections in detector.detect(frames))
    publish(
        f"Detector a picture, 1280x720, {options.rounds} blocks of {len(frames)}, {found:.1f} objects found a picture",
        ["use", "side", "wall ms", "CPU ms"],
        rows,
        figures,
        options.json,
    )


if __name__ == "__main__":
    main()
