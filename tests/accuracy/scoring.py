"""Replaying camera files against their ground truth, and holding the score against what has been reached before."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2

from detector.inference import open_detector
from dispatch.grid import GridIndex
from gridpatrol.config import load_camera, load_matters, watched_on
from gridpatrol.replay import Job, replay
from gridpatrol.shipped import SHIPPED_CONFIG, registered_model

PROCESSES = 2
MORE_IS_BETTER = ("ran", "found", "on_time", "right_matter", "closures_right", "faults_seen")
LESS_IS_BETTER = ("duplicates", "false", "false_gone")


def replay_camera(camera_file: Path, truth: Mapping[str, Any], out: Path) -> None:
    """Replay one camera's clip with the model in service, handled when the truth says so."""
    cv2.setNumThreads(1)
    matters = load_matters(SHIPPED_CONFIG / "matters")
    camera = load_camera(camera_file, matters)
    replay(
        Job(
            camera=camera,
            matters=watched_on(camera, matters),
            rules={code: matter.rules for code, matter in matters.items()},
            grid=GridIndex([]),
            detector=open_detector(registered_model(), threads=1),
            out=out / camera.id,
            handled_at_s=truth.get("handled_at_s", ()),
        )
    )


def replay_all(cameras: Path, truth: Mapping[str, Mapping[str, Any]], out: Path, *, processes: int = PROCESSES) -> None:
    """Replay every camera of a ground truth, the longest first, in processes of their own."""
    jobs = [(cameras / f"{name}.yaml", entry, out) for name, entry in truth.items()]
    # Forked workers would inherit OpenVINO's and OpenCV's threads.
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=4) as pool:
        pool.starmap(replay_camera, jobs, chunksize=1)


def score(script: Path, results: Path, truth_file: Path) -> dict[str, Any]:
    """Run the scoring script on results; its JSON."""
    command = [sys.executable, str(script), str(results), "--truth", str(truth_file), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def worse(total: Mapping[str, int], baseline: Mapping[str, int]) -> list[str]:
    """Which figures have fallen behind the baseline, in words."""
    fallen = [(k, total[k], baseline[k]) for k in MORE_IS_BETTER if total[k] < baseline[k]]
    risen = [(k, total[k], baseline[k]) for k in LESS_IS_BETTER if total[k] > baseline[k]]
    return [f"{name}: {now}, baseline {before}" for name, now, before in (*fallen, *risen)]


def remarks(cameras: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the scoring script found wrong, camera by camera."""
    return [f"{camera['camera']}: {remark}" for camera in cameras for remark in camera["remarks"]]
