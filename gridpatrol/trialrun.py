"""Trying a camera's rules on a recording: the run itself, in a process of its own (`gridpatrol.errand`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from detector.config import Camera, Source
from detector.frame import FrameSource
from detector.inference import Detector, open_detector
from detector.sources import duration_s, open_source
from detector.sources.recent import SUFFIX, RecentSource, began_s
from dispatch.grid import GridIndex
from gridpatrol.config import Matter, load_matters, watched_on
from gridpatrol.replay import Job, replay
from models.registry import MANIFEST, load_manifest

TOLD_EVERY = 0.005
"""Progress is told in steps of at least this share."""


def try_rules(folder: Path, job: Mapping[str, Any], tell: Callable[[float], None]) -> None:
    """Run the pipeline and the desk over a recording and leave what `gridpatrol replay` leaves in `folder`.

    Args:
        folder: gets events.jsonl, cases.jsonl, evidence/ and summary.json.
        job: what `opened` takes; matters (folder), manifest (path, or null for the shipped one).
        tell: told the share of the recording that is done.

    Raises:
        DetectorError, UserError, RegistryError: the recording, a matter or the model cannot be used.
    """
    registry = load_manifest(Path(job["manifest"]) if job.get("manifest") else MANIFEST)
    detector = open_detector(registry.in_service, threads=1)
    camera, source = opened(job)
    run_over(camera, source, load_matters(Path(job["matters"])), detector, out=folder, start=start_of(job), tell=tell)


def start_of(job: Mapping[str, Any]) -> datetime:
    """Return the time of a recording's first picture."""
    kept = sorted(Path(job["recent"]).glob(f"*{SUFFIX}")) if job.get("recent") else []
    return datetime.fromtimestamp(began_s(kept[0]), UTC) if kept else datetime.fromisoformat(job["start"])


def opened(job: Mapping[str, Any]) -> tuple[Camera, FrameSource]:
    """Return the camera of a job and what it is to look at.

    Args:
        job: camera (as JSON), start (ISO time), video or recent (path of a file or a folder); with neither the camera's
            own source is the recording.
    """
    camera = Camera.model_validate(job["camera"])
    if job.get("recent"):
        return camera, RecentSource(camera.id, Path(job["recent"]))
    if job.get("video"):
        own = Source.model_validate({**camera.source.model_dump(), "url": job["video"], "fps": None})
        camera = camera.model_copy(update={"source": own})
    return camera, open_source(camera, start=start_of(job))


def run_over(
    camera: Camera,
    source: FrameSource,
    matters: Mapping[str, Matter],
    detector: Detector,
    *,
    out: Path,
    start: datetime,
    tell: Callable[[float], None],
) -> dict[str, Any]:
    """Replay a recording into a folder, telling its progress, and return the summary."""
    total_s, told = duration_s(source), 0.0

    def on_look(media_s: float) -> None:
        nonlocal told
        share = min(1.0, media_s / total_s) if total_s else 0.0
        if share - told >= TOLD_EVERY:
            told = share
            tell(share)

    return replay(
        Job(
            camera=camera,
            matters=watched_on(camera, matters),
            rules={code: matter.rules for code, matter in matters.items()},
            grid=GridIndex(()),
            detector=detector,
            out=out,
            start=start,
            source=source,
        ),
        on_look,
    )
