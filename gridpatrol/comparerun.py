"""Two models on the same recordings through the whole pipeline: the run itself, in a process of its own.

Each recording is replayed with one model and then with the other. What both reported at one place is one row, and what
only one of them did is one too. Where the recording's incidents are known, a row says whether it is one. At last the
recording is opened once more for pictures of each row, with what each model saw on the very same frame.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import supervision as sv

from detector.frame import Frame, FrameSource, Image
from detector.geometry import BoxXyxy
from detector.inference import Detector, open_detector
from detector.observation import Sighting
from detector.privacy import hidden
from detector.sources import duration_s
from detector.teller import private_boxes
from dispatch.clip_comparisons import ComparedClip, ComparedRow, RowKind, Side
from gridpatrol.config import Matter, load_matters
from gridpatrol.drawing import draw_box
from gridpatrol.trialrun import opened, run_over, start_of
from models.events import Incident, Reported, match_clip
from models.registry import load_manifest

RESULT = "comparison.json"
PICTURES = "pictures"
MOST_PICTURED = 40
"""Rows of a recording that get pictures; those on which the models differ come first."""
CONTEXT = 1.5
"""A picture shows this many sides of the incident around it."""
LEAST_PX = 240
SHOWN_WIDTH = 640
JPEG_QUALITY = 82
PICTURES_COST = 0.25
"""Of a recording's pictures, in runs with a model: it is read once more, and nothing is detected on it."""
EVENT, SEEN = (0, 200, 255), (255, 255, 255)


@dataclass
class Witness:
    """A detector that remembers what it found on each frame, and not on the crops that are looked at closer."""

    detector: Detector
    found: dict[float, tuple[Sighting, ...]] = field(default_factory=dict)
    _at_s: float | None = None

    @property
    def name(self) -> str:
        """The model's."""
        return self.detector.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The model's."""
        return self.detector.class_names

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """Detect as the model does; the first answer after a frame is what it found on it."""
        answers = self.detector.detect(images)
        if self._at_s is not None and answers:
            self.found[self._at_s] = _sightings(answers[0])
            self._at_s = None
        return answers

    def begin(self, media_s: float) -> None:
        """Note that a frame comes."""
        self._at_s = media_s


@dataclass(frozen=True)
class Witnessed:
    """A source that tells a witness of each frame. Implements `detector.frame.FrameSource`."""

    source: FrameSource
    witness: Witness

    @property
    def duration_s(self) -> float | None:
        """Of the source."""
        return duration_s(self.source)

    def frames(self) -> Iterator[Frame]:
        """Yield the source's frames."""
        for frame in self.source.frames():
            self.witness.begin(frame.media_s)
            yield frame

    def close(self) -> None:
        """Close the source."""
        self.source.close()


@dataclass(frozen=True)
class ModelEvent:
    """What one model reported, and where: source pixels."""

    matter: str
    zone: str
    box_xyxy_px: BoxXyxy
    side: Side


def compare(folder: Path, job: Mapping[str, Any], tell: Callable[[float], None]) -> None:
    """Replay every recording of a job with both models and write what differs, after each recording.

    Args:
        folder: gets comparison.json and pictures/.
        job: manifest and matters (paths), first and second (ids of models), clips: each as
            `gridpatrol.trialrun.opened` takes it, with `source` and, where they are known, `incidents`.
        tell: told the share that is done.

    Raises:
        DetectorError, UserError, RegistryError: a recording, a matter or a model cannot be used.
    """
    registry = load_manifest(Path(job["manifest"]))
    matters = load_matters(Path(job["matters"]))
    detectors = [open_detector(registry.find(job[name]), threads=1) for name in ("first", "second")]
    (folder / PICTURES).mkdir(exist_ok=True)
    clips: list[ComparedClip] = []
    for number, taken in enumerate(job["clips"]):

        def progress(share: float, begun: float = number) -> None:
            tell((begun + share) / len(job["clips"]))

        clips.append(_clip(folder, number, taken, matters, detectors, progress))
        temporary = folder / f"{RESULT}.new"
        temporary.write_text(json.dumps([asdict(clip) for clip in clips], ensure_ascii=False), encoding="utf-8")
        temporary.replace(folder / RESULT)


def _clip(
    folder: Path,
    number: int,
    taken: Mapping[str, Any],
    matters: Mapping[str, Matter],
    detectors: Sequence[Detector],
    tell: Callable[[float], None],
) -> ComparedClip:
    runs, witnesses, summary = [], [], {}
    whole = len(detectors) + PICTURES_COST
    for turn, detector in enumerate(detectors):

        def progress(share: float, begun: float = turn) -> None:
            tell((begun + share) / whole)

        camera, source = opened(taken)
        witness = Witness(detector)
        out = folder / f"{number}-{turn}"
        seen = Witnessed(source, witness)
        summary = run_over(camera, seen, matters, witness, out=out, start=start_of(taken), tell=progress)
        runs.append(_events(out / "events.jsonl"))
        witnesses.append(witness)
        shutil.rmtree(out)  # its evidence is not shown: the pictures below are of both models alike
    incidents = None
    if taken.get("incidents") is not None:
        incidents = [Incident(tuple(m), tuple(map(tuple, boxes)), at) for m, boxes, at in taken["incidents"]]
    rows = rows_of(runs[0], runs[1], incidents)

    def drawing(share: float) -> None:
        tell((len(detectors) + PICTURES_COST * share) / whole)

    return ComparedClip(
        camera_id=str(summary["camera_id"]),
        source=taken["source"],
        has_truth=incidents is not None,
        media_s=float(summary["media_s"]),
        looks=int(summary["looks"]),
        rows=tuple(_pictured(folder / PICTURES, number, taken, rows, witnesses, drawing)),
    )


def rows_of(
    first: Sequence[ModelEvent], second: Sequence[ModelEvent], incidents: Sequence[Incident] | None
) -> list[tuple[ComparedRow, BoxXyxy]]:
    """Put the events of two runs side by side, those that differ first, each row with its place in the picture."""
    # What one model reported is taken for an incident that the other should have found: the matching is the same.
    pairs = dict(match_clip([_as_incident(one) for one in first], [_as_reported(one) for one in second]))
    true = [
        {event for _, event in match_clip(incidents, [_as_reported(one) for one in run])}
        if incidents is not None
        else None
        for run in (first, second)
    ]
    rows = []
    for index, event in enumerate(first):
        other = second[pairs[index]] if index in pairs else None
        kind = RowKind.first if other is None else RowKind.both
        rows.append((_row(kind, event, None if true[0] is None else index in true[0], event, other), event.box_xyxy_px))
    for index, event in enumerate(second):
        if index not in pairs.values():
            is_incident = None if true[1] is None else index in true[1]
            rows.append((_row(RowKind.second, event, is_incident, None, event), event.box_xyxy_px))
    for incident in incidents or ():
        found = (match_clip([incident], [_as_reported(one) for one in run]) for run in (first, second))
        if not any(found):
            row = ComparedRow(RowKind.neither, incident.matters[0], "", incident.earliest_s, is_incident=True)
            rows.append((row, incident.boxes_xyxy_px[0]))
    return sorted(rows, key=lambda row: (row[0].kind is RowKind.both, row[0].at_s))


def _row(kind: RowKind, event: ModelEvent, is_incident: bool | None, *sides: ModelEvent | None) -> ComparedRow:
    first, second = (side.side if side is not None else None for side in sides)
    return ComparedRow(kind, event.matter, event.zone, event.side.confirmed_s, is_incident, first, second)


def _as_incident(event: ModelEvent) -> Incident:
    return Incident((event.matter,), (event.box_xyxy_px,), event.side.confirmed_s)


def _as_reported(event: ModelEvent) -> Reported:
    return Reported(event.matter, event.box_xyxy_px, event.side.confirmed_s)


def _events(path: Path) -> list[ModelEvent]:
    rows = [json.loads(line)["data"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        ModelEvent(
            row["matter"],
            row["zone"],
            tuple(row["box_xyxy_px"]),
            Side(row["class_name"], row["confidence"], row["first_seen_s"], row["confirmed_s"]),
        )
        for row in rows
    ]


def _sightings(found: sv.Detections) -> tuple[Sighting, ...]:
    names = found.data.get("class_name", np.array([]))
    confidences = found.confidence if found.confidence is not None else np.zeros(len(found))
    return tuple(
        Sighting((float(x1), float(y1), float(x2), float(y2)), str(name), float(confidence))
        for (x1, y1, x2, y2), name, confidence in zip(found.xyxy, names, confidences, strict=True)
    )


def _pictured(
    folder: Path,
    number: int,
    taken: Mapping[str, Any],
    rows: Sequence[tuple[ComparedRow, BoxXyxy]],
    witnesses: Sequence[Witness],
    tell: Callable[[float], None],
) -> list[ComparedRow]:
    """Return the rows with pictures: the frame nearest to each, once a model, with what that model saw."""
    done = [row for row, _ in rows]
    wanted: dict[float, list[int]] = {}
    times = sorted(witnesses[0].found.keys() & witnesses[1].found.keys())
    for index, (row, _) in enumerate(rows[:MOST_PICTURED] if times else ()):
        wanted.setdefault(min(times, key=lambda at_s: abs(at_s - row.at_s)), []).append(index)
    if not wanted:
        return done
    last_s = max(wanted)
    with closing(opened(taken)[1]) as source:
        for frame in source.frames():
            for index in wanted.get(frame.media_s, ()):
                box = rows[index][1]
                keys = []
                for name, witness in zip(("first", "second"), witnesses, strict=True):
                    keys.append(f"{number}-{index}-{name}.jpg")
                    picture = _drawn(
                        frame, box, witness.found[frame.media_s], [w.found[frame.media_s] for w in witnesses]
                    )
                    cv2.imwrite(str(folder / keys[-1]), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
                done[index] = replace(done[index], first_picture=keys[0], second_picture=keys[1])
            if frame.media_s in wanted:
                tell(frame.media_s / last_s if last_s else 1.0)
            if frame.media_s >= last_s:
                break
    return done


def _drawn(frame: Frame, box: BoxXyxy, seen: Sequence[Sighting], by_all: Sequence[Sequence[Sighting]]) -> Image:
    """Return the place of an incident with what one model saw. Hidden is what any of the models took for a person."""
    picture = frame.image
    for sightings in by_all:
        picture = hidden(picture, private_boxes(sightings, keep_plate=False))
    width, height = frame.resolution_wh
    x1, y1, x2, y2 = box
    half = max(LEAST_PX / 2, (0.5 + CONTEXT) * max(x2 - x1, y2 - y1))
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    left, right = round(max(0, middle_x - half)), round(min(width, middle_x + half))
    top, bottom = round(max(0, middle_y - 0.75 * half)), round(min(height, middle_y + 0.75 * half))
    factor = SHOWN_WIDTH / (right - left)
    size = (SHOWN_WIDTH, max(1, round((bottom - top) * factor)))
    shown = np.asarray(cv2.resize(picture[top:bottom, left:right], size), dtype=np.uint8)

    def at(xyxy: BoxXyxy) -> BoxXyxy:
        a, b, c, d = xyxy
        return ((a - left) * factor, (b - top) * factor, (c - left) * factor, (d - top) * factor)

    draw_box(shown, at(box), EVENT, 3, "")
    for sighting in seen:
        draw_box(shown, at(sighting.box_xyxy_px), SEEN, 1, f"{sighting.class_name} {sighting.confidence:.2f}")
    return shown
