"""Events on clips with one model: what `gridpatrol model evaluate --clips` counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from detector.inference import open_detector
from dispatch.grid import GridIndex
from gridpatrol.config import load_camera, load_grid, load_matters, watched_on
from gridpatrol.errors import UserError
from gridpatrol.replay import Job, replay
from gridpatrol.shipped import SHIPPED_CONFIG
from models.events import EventFigures, Reported, load_truth, score_clip, total
from models.registry import ModelEntry


def events_on_clips(
    entry: ModelEntry, folder: Path, say: Callable[[str], None], config: Path = SHIPPED_CONFIG
) -> dict[str, Any]:
    """Replay every clip of a folder through the whole pipeline with a model and score the events.

    Args:
        entry: the model.
        folder: holds `cameras/ID.yaml`, whose sources are the clips, and `ground_truth.json`.
        say: told the outcome of each clip.
        config: folder with the matters and the grid.

    Returns:
        `clips` by camera id and `total`, each with found, missed, false, delay_s and score.

    Raises:
        UserError: a camera file is missing or wrong.
        DatasetError: the ground truth is missing or broken.
    """
    matters = load_matters(config / "matters")
    grid = GridIndex(load_grid(config / "grid"))
    detector = open_detector(entry)
    figures: dict[str, EventFigures] = {}
    for camera_id, incidents in load_truth(folder / "ground_truth.json").items():
        path = folder / "cameras" / f"{camera_id}.yaml"
        if not path.exists():
            raise UserError("the ground truth names a camera without a file", place=str(path))
        camera = load_camera(path, matters)
        with TemporaryDirectory() as scratch:
            job = Job(
                camera=camera,
                matters=watched_on(camera, matters),
                rules={code: matter.rules for code, matter in matters.items()},
                grid=grid,
                detector=detector,
                out=Path(scratch),
            )
            replay(job)
            lines = (Path(scratch) / "events.jsonl").read_text(encoding="utf-8").splitlines()
        data = [json.loads(line)["data"] for line in lines if line.strip()]
        events = [Reported(row["matter"], tuple(row["box_xyxy_px"]), row["confirmed_s"]) for row in data]
        figures[camera_id] = score_clip(incidents, events)
        one = figures[camera_id]
        say(f"{camera_id}: found {one.found} of {one.found + one.missed}, false {one.false}")
    return {
        "clips": {name: _plain(one) for name, one in figures.items()},
        "total": _plain(total(list(figures.values()))),
    }


def _plain(figures: EventFigures) -> dict[str, float | None]:
    delay_s = None if figures.delay_s != figures.delay_s else round(figures.delay_s, 2)
    return {**asdict(figures), "delay_s": delay_s, "score": round(figures.score, 4)}
