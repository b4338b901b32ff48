"""What our network costs beside the base that it grew from, both on OpenVINO, with the same frames in one run.

Run: python -m benchmarks.network --base yolo11n-coco.pt [--int8] [--manifest FILE] [--json FILE]

The base is exported as our models are. Each side takes simulated streets of 1280x720, one picture a call on one thread,
with scaling, decoding and suppression, as a node uses it: as they are, and cut to squares, on which the network has the
most to do. The sides take the frames in turn; the table gives the median of the blocks, and the ratio to the base in
FP16. With `--int8` both are also quantised, calibrated on such frames. How accurate the forms are is the gate's matter
(`gridpatrol model evaluate`).
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.detector import Run, Use, compare, street_frames
from benchmarks.report import publish
from detector.frame import Image
from detector.inference.openvino import OpenVinoDetector
from gridpatrol.shipped import registered_model
from models.export import Naming, quantize, write_openvino
from models.registry import ModelEntry
from models.training.checkpoint import load_network

CALIBRATING = 64
BASE = "base FP16"


def inputs(frames: list[Image]) -> list[NDArray[np.float32]]:
    """Return pictures as a network takes them, 640 wide and padded to a multiple of 32."""
    small = [cv2.copyMakeBorder(cv2.resize(frame, (640, 360)), 12, 12, 0, 0, cv2.BORDER_CONSTANT) for frame in frames]
    return [
        np.ascontiguousarray(frame[None, :, :, ::-1].transpose(0, 3, 1, 2)).astype(np.float32) / np.float32(255)
        for frame in small
    ]


def forms(base: Path, ours: ModelEntry, folder: Path, int8: bool) -> dict[str, ModelEntry]:
    """Return what is compared, by name."""
    plain = write_openvino(load_network(base), Naming("base", base.stem), folder / "base", ours.input_size)
    sides = {BASE: plain, f"{ours.id} FP16": ours}
    if int8:
        pictures = inputs(street_frames(CALIBRATING, seed=11))
        for name, entry in list(sides.items()):
            naming = Naming(entry.name, "int8")
            sides[name.replace("FP16", "INT8")] = quantize(entry, pictures, naming, folder / f"{entry.name}-int8")
    return sides


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="the base's .pt, an Ultralytics YOLO11n")
    parser.add_argument("--int8", action="store_true", help="quantise both as well, some minutes")
    parser.add_argument("--manifest", type=Path, help="model manifest; the shipped one when absent")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    wide = street_frames(options.frames)
    square = [np.ascontiguousarray(frame[:, 280:1000]) for frame in wide]
    rows: list[list[str]] = []
    figures: dict[str, object] = {}
    with TemporaryDirectory() as scratch:
        entries = forms(options.base, registered_model(manifest=options.manifest), Path(scratch), options.int8)
        sides: dict[str, Run] = {name: OpenVinoDetector(entry, threads=1).detect for name, entry in entries.items()}
        for shape, frames in (("1280x720", wide), ("720x720", square)):
            times = compare(Use(shape, 1, 1), sides, frames, options.rounds)
            least = next(side.cpu_ms for side in times if side.name == BASE)
            rows += [
                [shape, side.name, f"{side.wall_ms:.1f}", f"{side.cpu_ms:.1f}", f"{side.cpu_ms / least:.2f}"]
                for side in times
            ]
            figures[shape] = [asdict(side) | {"ratio_cpu": side.cpu_ms / least} for side in times]
    publish(
        f"Networks on OpenVINO, one thread, ms a picture, {options.rounds} blocks of {options.frames}",
        ["picture", "network", "wall ms", "CPU ms", "of the base"],
        rows,
        figures,
        options.json,
    )


if __name__ == "__main__":
    main()
