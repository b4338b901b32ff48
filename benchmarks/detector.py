"""The model in service on OpenVINO beside Ultralytics `predict` on torch: the same frames, in one run.

Run: python -m benchmarks.detector [--weights BASE.pt] [--manifest FILE] [--threads 1] [--json FILE]

Frames are simulated streets, 1280x720. Both sides take them in turn, one picture a call, in blocks A B A B; a block's
figure is its mean and the table gives the median of the blocks. Each side includes what it does around the network:
scaling, decoding of the answer, suppression. Without `--weights` Ultralytics runs a network of the same architecture
with random weights: the same arithmetic, and nothing found. Process CPU time counts beside wall time, because other
work on the machine disturbs only the latter.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.report import publish
from detector.frame import Image
from detector.inference import open_detector
from detector.sources.sim.street import SimStreet
from gridpatrol.shipped import registered_model

SCENES = ("crossing", "parking", "market", "firelane")
ARCHITECTURE = "yolo11n.yaml"
WARM_UP = 5


@dataclass(frozen=True)
class Side:
    """One side's time a picture, medians over its blocks, milliseconds."""

    name: str
    wall_ms: float
    cpu_ms: float


def street_frames(count: int, seed: int = 7) -> list[Image]:
    streets = [SimStreet.at(f"sim://{scene}?seed={seed}") for scene in SCENES]
    return [streets[number % len(streets)].render(10.0 + number) for number in range(count)]


def predictor(weights: Path | None, input_size: int, threads: int) -> Callable[[Image], object]:
    """Ultralytics `predict` on the CPU, with the service's confidence threshold."""
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(threads)
    model = YOLO(str(weights) if weights else ARCHITECTURE, task="detect")

    def predict(image: Image) -> object:
        return model.predict(image, imgsz=input_size, conf=0.25, device="cpu", verbose=False)

    return predict


def block_ms(run: Callable[[Image], object], frames: Sequence[Image]) -> tuple[float, float]:
    """Wall and process CPU milliseconds a picture."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for frame in frames:
        run(frame)
    count = len(frames)
    return (time.perf_counter() - wall_s) * 1e3 / count, (time.process_time() - cpu_s) * 1e3 / count


def compare(sides: dict[str, Callable[[Image], object]], frames: Sequence[Image], rounds: int) -> list[Side]:
    blocks: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for run in sides.values():
        for frame in frames[:WARM_UP]:
            run(frame)
    for _ in range(rounds):
        for name, run in sides.items():
            blocks[name].append(block_ms(run, frames))
    return [
        Side(name, statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times))
        for name, times in blocks.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help=".pt for the Ultralytics side; random weights when absent")
    parser.add_argument("--manifest", type=Path, help="model manifest; the shipped one when absent")
    parser.add_argument("--threads", type=int, default=1, help="threads on both sides")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    entry = registered_model(manifest=options.manifest)
    detector = open_detector(entry, threads=options.threads)
    frames = street_frames(options.frames)
    found = statistics.mean(len(detections) for detections in detector.detect(frames))
    ours, theirs = compare(
        {
            f"OpenVINO, {entry.id}": lambda image: detector.detect([image]),
            f"Ultralytics, {options.weights.name if options.weights else 'random ' + ARCHITECTURE}": predictor(
                options.weights, entry.input_size, options.threads
            ),
        },
        frames,
        options.rounds,
    )
    ratios = np.array([theirs.wall_ms / ours.wall_ms, theirs.cpu_ms / ours.cpu_ms])
    rows = [[side.name, f"{side.wall_ms:.1f}", f"{side.cpu_ms:.1f}"] for side in (ours, theirs)]
    rows.append(["ratio", f"{ratios[0]:.1f}", f"{ratios[1]:.1f}"])
    publish(
        f"Detector a picture, 1280x720, {options.threads} thread(s), {options.rounds} blocks of {len(frames)}, "
        f"{found:.1f} objects found a picture",
        ["side", "wall ms", "CPU ms"],
        rows,
        {"sides": [asdict(ours), asdict(theirs)], "ratio_wall": ratios[0], "ratio_cpu": ratios[1]},
        options.json,
    )


if __name__ == "__main__":
    main()
