"""Recording a simulated street: an mp4, its camera file and its ground truth, in the form of real clips."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from detector.config import Camera
from detector.sources.sim.spec import SimFaultKind
from detector.sources.sim.street import SimStreet
from detector.sources.sim.surveyor import camera_yaml
from detector.sources.sim.truth import TruthIncident

FAULT_NAMES = {
    SimFaultKind.freeze: "frozen",
    SimFaultKind.cover: "covered",
    SimFaultKind.knock: "moved",
    SimFaultKind.blur: "blurred",
    SimFaultKind.drop: "lost",
}
SLACK_S = 3.0
"""An incident may be confirmed so long after dwell and two looks: trackers need a moment to call a thing at rest."""


@dataclass(frozen=True)
class Recording:
    """What `record` has written."""

    video: Path
    camera_file: Path
    truth_file: Path


def record(
    street: SimStreet,
    camera: Camera,
    folder: Path,
    *,
    duration_s: float,
    fps: float = 5.0,
    dwell_s: Mapping[str, float] | None = None,
    handled_at_s: Sequence[float] = (),
) -> Recording:
    """Write clips/ID.mp4, cameras/ID.yaml and ground_truth.json (other cameras' entries are kept) under a folder.

    Args:
        street: what is recorded, from world time 0 on.
        camera: its camera file; the source address is replaced by the clip's.
        folder: where to.
        duration_s: length, seconds.
        fps: frames a second.
        dwell_s: dwell by matter code where the camera file has no override.
        handled_at_s: when every open case is fed back as handled; the verdicts that must follow go into the truth.

    Raises:
        OSError: the folder cannot be written.
        ValueError: an incident's matter has no dwell.
    """
    for part in ("clips", "cameras"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    video = folder / "clips" / f"{camera.id}.mp4"
    write_video(street, video, duration_s=duration_s, fps=fps)
    clip = camera.model_copy(update={"source": camera.source.model_copy(update={"url": f"../clips/{camera.id}.mp4"})})
    camera_file = folder / "cameras" / f"{camera.id}.yaml"
    camera_file.write_text(camera_yaml(clip, f"Simulated: {street.scene.spec.names.en}"), encoding="utf-8")
    truth_file = folder / "ground_truth.json"
    truths = json.loads(truth_file.read_text(encoding="utf-8")) if truth_file.exists() else {}
    truths[camera.id] = ground_truth(street, camera, duration_s, dwell_s=dwell_s or {}, handled_at_s=handled_at_s)
    truth_file.write_text(json.dumps(truths, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Recording(video, camera_file, truth_file)


def write_video(street: SimStreet, path: Path, *, duration_s: float, fps: float, crf: int = 26) -> None:
    """Encode a street as H.264; frames in which the connection is lost are left out, as a recorder would."""
    width, height = street.camera.resolution_wh
    rate = Fraction(fps).limit_denominator(1000)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=rate, options={"crf": str(crf), "preset": "veryfast", "g": str(max(1, round(2 * fps)))}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(duration_s * fps)):
            t_s = number / fps
            if any(fault.kind is SimFaultKind.drop for fault in street.faults_at(t_s)):
                continue
            frame = av.VideoFrame.from_ndarray(street.render(t_s), format="bgr24")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def ground_truth(
    street: SimStreet,
    camera: Camera,
    duration_s: float,
    *,
    dwell_s: Mapping[str, float],
    handled_at_s: Sequence[float] = (),
) -> dict[str, Any]:
    """Return a clip's entry in ground_truth.json.

    Raises:
        ValueError: an incident's matter has a dwell neither in the camera file nor in `dwell_s`.
    """
    look_s = camera.watch.look_interval_s
    incidents, found = [], []
    for incident in street.incidents(duration_s):
        seen = [m for m in incident.matters if camera.matters is None or m in camera.matters]
        if not seen or incident.box_xyxy_px is None:
            continue
        dwell = min(_dwell(camera, matter, dwell_s) for matter in seen)
        earliest_s = max(0.0, incident.arrives_s) + dwell
        if earliest_s + 2 * look_s > duration_s or (incident.leaves_s is not None and incident.leaves_s < earliest_s):
            continue
        latest_s = max(0.0, incident.alone_s) + dwell + 2 * look_s + SLACK_S
        entry: dict[str, Any] = {
            "matters": seen,
            "box_xyxy_px": [round(v) for v in incident.box_xyxy_px],
            "confirm_window_s": [round(earliest_s - 1.0, 1), round(latest_s, 1)],
            "name": incident.id,
        }
        if incident.leaves_s is not None and incident.leaves_s < duration_s:
            entry["removed_s"] = incident.leaves_s
        incidents.append(entry)
        found.append((incident, latest_s))
    truth: dict[str, Any] = {"kind": "simulated", "incidents": incidents}
    if handled_at_s:
        truth["handled_at_s"] = list(handled_at_s)
        truth["closures"] = _closures(found, handled_at_s)
    faults = [f for f in street.faults() if f.start_s < duration_s]
    if faults:
        truth["health"] = [
            {"type": FAULT_NAMES[f.kind], "start_s": f.start_s, "end_s": min(f.end_s, duration_s)} for f in faults
        ]
    return truth


def _closures(found: Sequence[tuple[TruthIncident, float]], handled_at_s: Sequence[float]) -> list[dict[str, Any]]:
    closures = []
    for at_s in handled_at_s:
        for number, (incident, known_s) in enumerate(found):
            if known_s > at_s:
                continue
            gone = incident.leaves_s is not None and incident.leaves_s <= at_s
            closed_before = any(
                incident.leaves_s is not None and incident.leaves_s <= earlier < at_s for earlier in handled_at_s
            )
            if not closed_before:
                closures.append({"incident": number, "at_s": at_s, "expect": "gone" if gone else "present"})
    return closures


def _dwell(camera: Camera, matter: str, dwell_s: Mapping[str, float]) -> float:
    override = camera.overrides.get(matter)
    own = override.dwell_s if override is not None else None
    if own is not None:
        return own
    if matter not in dwell_s:
        raise ValueError(f"no dwell is known for {matter}: give it in the camera file's overrides or in dwell_s")
    return dwell_s[matter]
