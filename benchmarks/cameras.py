"""How many 1080p cameras one machine watches, continuously and in patrol.

Run: python -m benchmarks.cameras [--continuous 40] [--patrol 200] [--seconds 30] [--manifest FILE] [--json FILE]

`benchmarks.rtsp_load` plays a simulated street, 1920x1080, 25 frames a second, H.264, a key frame every two seconds, as
so many cameras. The worker watches them through real RTSP connections with the detector in service and whole pipelines.
Reported are the looks it achieved, and the CPU seconds a camera costs in a second of watching, without the load
generator's; from these follows how many cameras all cores carry. Memory is that of an added camera. Other work on the
machine lowers the looks achieved and raises the CPU seconds somewhat.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.report import publish
from detector import heap
from detector.asking import AskingPipeline
from detector.config import Camera
from detector.inference import Detector, open_detector
from detector.sources import AddressPolicy, Secrets, open_source, utc_now
from detector.sources.sim.street import SimStreet
from detector.store import DetectorStore
from detector.worker import Worker
from gridpatrol.config import load_matters, watched_on
from gridpatrol.shipped import SHIPPED_CONFIG, registered_model
from gridpatrol.watching import pipeline_for

SIZE_WH = (1920, 1080)
FPS, GOP = 25, 50
DRAWN_FPS = 5
CLIP_S = 8
WARM_UP_S = 16.0
FIRST_SHARE = 3
"""A third of the cameras is there before memory is measured; the others are then added."""
LOOK_S = {"continuous": 2.0, "patrol": 60.0}
LOCAL = AddressPolicy(allowed=(ipaddress.ip_network("127.0.0.0/8"),))


@dataclass(frozen=True)
class Outcome:
    mode: str
    cameras: int
    wanted_looks: float
    looks: int
    errors: int
    cpu_s: float
    seconds: float
    memory_mb: float
    """Of an added camera: the first ones pay for what all share, such as the pictures that are being decoded."""
    load_cpu_s: float

    @property
    def cpu_per_camera(self) -> float:
        """CPU seconds a camera costs in a second of watching, by the looks really made."""
        per_look = self.cpu_s / max(1, self.looks)
        return per_look / LOOK_S[self.mode]

    @property
    def carried(self) -> int:
        """Cameras that all cores of this machine carry."""
        return int((os.cpu_count() or 1) / self.cpu_per_camera)


def record(path: Path) -> None:
    """Draw a street and encode it as a 1080p camera would send it."""
    street = SimStreet.at("sim://crossing?seed=7&hour=14")
    options = {"crf": "24", "preset": "veryfast", "g": str(GOP), "bf": "0", "sc_threshold": "0"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "yuv420p"
        for number in range(CLIP_S * FPS):
            if number % (FPS // DRAWN_FPS) == 0:
                drawn = cv2.resize(street.render(number / FPS), SIZE_WH, interpolation=cv2.INTER_LINEAR).astype("uint8")
            container.mux(stream.encode(av.VideoFrame.from_ndarray(drawn, format="bgr24")))
        container.mux(stream.encode(None))


@contextmanager
def load_generator(clip: Path) -> Iterator[tuple[int, int]]:
    """Serve the clip; yields (port, process id)."""
    command = [sys.executable, "-m", "benchmarks.rtsp_load", str(clip)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()


def camera(mode: str, number: int, port: int) -> Camera:
    zone = {
        "purpose": "pavement",
        "resolution_wh": SIZE_WH,
        "polygon_px": [(0, 500), (1919, 500), (1919, 1079), (0, 1079)],
    }
    return Camera.model_validate(
        {
            "id": f"{mode}-{number:04d}",
            "names": {"en": f"Camera {number}", "zh": f"相机{number}"},
            "source": {"url": f"rtsp://127.0.0.1:{port}/{number}"},
            "watch": {"mode": mode, "look_interval_s": LOOK_S[mode], "busy_interval_s": LOOK_S[mode]},
            "position": {"lon": 114.13, "lat": 22.54, "crs": "EPSG:4326"},
            "zones": [{"id": "pavement", **zone}, {"id": "road", **zone, "purpose": "no_parking"}],
            "matters": ["litter_exposed", "illegal_parking"],
        }
    )


def watch(mode: str, count: int, seconds: float, detector: Detector, clip: Path, scratch: Path) -> Outcome:
    """Watch so many cameras; count looks and CPU after the warm-up."""
    matters = load_matters(SHIPPED_CONFIG / "matters")
    secrets = Secrets({})
    with load_generator(clip) as (port, pid), closing(DetectorStore(scratch / f"{mode}.sqlite")) as store:
        cameras = [camera(mode, number, port) for number in range(count)]
        first = count // FIRST_SHARE
        worker = Worker(
            cameras[:first],
            open_source=partial(open_source, secrets=secrets, policy=LOCAL),
            make_pipeline=lambda c: AskingPipeline(
                pipeline_for(c, watched_on(c, matters), detector=detector, evidence=None, store=store),
                c,
                store=store,
                evidence=None,
                model_name=lambda: detector.name,
            ),
            detector=detector,
            store=store,
            clock=utc_now,
        )
        stop = threading.Event()
        running = threading.Thread(target=worker.run, args=(stop,))
        running.start()
        settle_s = WARM_UP_S if mode == "continuous" else LOOK_S[mode]
        time.sleep(settle_s)
        heap.give_back()
        before_mb = _memory_mb()
        for one in cameras[first:]:
            worker.watch(one)
        time.sleep(settle_s)
        looks, cpu_s, load_s = _looks(worker), time.process_time(), _cpu_s(pid)
        began_s = time.monotonic()
        time.sleep(seconds)
        took_s = time.monotonic() - began_s
        heap.give_back()
        outcome = Outcome(
            mode=mode,
            cameras=count,
            wanted_looks=count * took_s / LOOK_S[mode],
            looks=_looks(worker) - looks,
            errors=sum(status.errors for status in worker.statuses()),
            cpu_s=time.process_time() - cpu_s,
            seconds=took_s,
            memory_mb=(_memory_mb() - before_mb) / (count - first),
            load_cpu_s=_cpu_s(pid) - load_s,
        )
        stop.set()
        running.join()
    return outcome


def _looks(worker: Worker) -> int:
    return sum(status.looks for status in worker.statuses())


def _memory_mb() -> float:
    """Resident memory, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _warm_up(detector: Detector) -> None:
    """Have the networks compiled for whole pictures and for enlarged looks: memory of the node, not of a camera."""
    detector.detect([np.zeros((h, w, 3), np.uint8) for w, h in (SIZE_WH, (128, 128)) for _ in range(4)])


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--continuous", type=int, default=40)
    parser.add_argument("--patrol", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--model", default="")
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    detector = open_detector(registered_model(arguments.model, arguments.manifest))
    _warm_up(detector)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "street.mp4"
        record(clip)
        counts = {"continuous": arguments.continuous, "patrol": arguments.patrol}
        outcomes = [
            watch(mode, count, arguments.seconds, detector, clip, Path(folder))
            for mode, count in counts.items()
            if count
        ]
    rows = [
        (
            outcome.mode,
            str(outcome.cameras),
            f"{outcome.looks / outcome.wanted_looks:.0%}",
            f"{1000 * outcome.cpu_s / max(1, outcome.looks):.1f}",
            f"{outcome.cpu_s / outcome.seconds:.2f}",
            f"{outcome.memory_mb:.2f}",
            f"{outcome.load_cpu_s / outcome.seconds:.2f}",
            str(outcome.carried),
        )
        for outcome in outcomes
    ]
    columns = ("mode", "cameras", "looks made", "CPU ms/look", "cores used", "MB/camera", "cores of load", "carried")
    figures = {o.mode: {**vars(o), "cpu_s_per_camera_s": o.cpu_per_camera, "carried": o.carried} for o in outcomes}
    title = f"1080p25 cameras on {os.cpu_count()} cores, a look every 2 s (continuous) or 60 s (patrol)"
    publish(title, columns, rows, {"cores": os.cpu_count(), **figures}, arguments.json)


if __name__ == "__main__":
    main()
