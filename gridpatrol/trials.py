"""Trials of a camera's rules on a node. To the API it is `dispatch.trials.TrialControl`."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from detector.config import Camera
from detector.errors import EvidenceError
from detector.evidence import EvidenceStore
from dispatch.contract import EventReport
from dispatch.errors import NotFound, Refused
from dispatch.trials import Recording, Trial, TrialEvent, TrialMeans, TrialState
from gridpatrol.errands import INPUT, Errand, Errands, ErrandState
from gridpatrol.recent import RecentBook

log = logging.getLogger(__name__)

KIND = "trial"
RECORDING_KEPT = timedelta(days=1)
MOST_RECORDINGS = 5
_SUFFIX = ".recording"
_ID = re.compile(r"[0-9a-f]{24}")


class TrialRoom:
    """Keeps recordings and runs trials.

    Args:
        folder: for uploaded recordings.
        errands: runs the trials.
        cameras: returns the cameras as they are configured now, by id.
        check: reads a draft of a camera as its file is read, and raises what is wrong with it.
        matters: returns the folder of the catalogue.
        manifest: registry of the model in service; the shipped one when None.
        recent: the latest minutes of the cameras.
        most_bytes: of an uploaded recording.
    """

    def __init__(
        self,
        folder: Path,
        *,
        errands: Errands,
        cameras: Callable[[], Mapping[str, Camera]],
        check: Callable[[str, Mapping[str, Any]], Camera],
        matters: Callable[[], Path],
        manifest: Path | None,
        recent: RecentBook,
        most_bytes: int,
    ) -> None:
        self._folder = folder
        self._errands = errands
        self._cameras = cameras
        self._check = check
        self._matters = matters
        self._manifest = manifest
        self._recent = recent
        self.most_bytes = most_bytes
        for part in folder.glob("*.part"):
            part.unlink(missing_ok=True)

    def upload(self) -> Path:
        """Return a new file for the bytes of a recording."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{uuid4().hex}.part"

    def keep(self, upload: Path, at: datetime) -> Recording:
        """Keep an uploaded recording for a day; the oldest beyond some are removed."""
        with upload.open("rb") as file:
            recording_id = hashlib.file_digest(file, "sha256").hexdigest()[:24]
        path = self._folder / f"{recording_id}{_SUFFIX}"
        upload.replace(path)
        os.utime(path, (at.timestamp(), at.timestamp()))
        self.prune(at)
        return _recording(path)

    def prune(self, now: datetime) -> None:
        """Remove recordings that are too old or too many."""
        for number, recording in enumerate(self._recordings()):
            if number >= MOST_RECORDINGS or now - recording.at > RECORDING_KEPT:
                (self._folder / f"{recording.id}{_SUFFIX}").unlink(missing_ok=True)

    def means(self, camera_id: str, at: datetime) -> TrialMeans:
        """Return what a camera's rules can be tried on."""
        return TrialMeans(
            self._recent.kept_s(camera_id, at),
            self._recent.settings.minutes,
            self.most_bytes,
            tuple(self._recordings()),
        )

    def start(
        self,
        camera_id: str,
        *,
        draft: Mapping[str, Any] | None,
        recording: str | None,
        minutes: float | None,
        by: str,
        at: datetime,
    ) -> Trial:
        """Begin a trial.

        Raises:
            NotFound: there is no such camera or recording.
            Invalid: the draft has faults, or is of another camera.
            Refused: nothing is kept of the camera.
            TooMany: so many trials wait that one more is refused.
        """
        camera = self._cameras().get(camera_id)
        if camera is None:
            raise NotFound(f"there is no camera {camera_id}", "List the cameras to find its id.")
        if draft is not None:
            camera = self._check(camera_id, draft)
        inputs = self._inputs(camera_id, recording, minutes, at)
        folder = self._errands.prepare()
        job = {
            **_taken(camera, inputs, folder / INPUT, recording, at),
            "matters": str(self._matters()),
            "manifest": None if self._manifest is None else str(self._manifest),
        }
        notes = json.dumps({"source": job["source"], "is_draft": draft is not None})
        return self._told(self._errands.start(folder, KIND, job, about=camera_id, by=by, at=at, notes=notes))

    def take(
        self, camera: Camera, folder: Path, *, recording: str | None, minutes: float | None, at: datetime
    ) -> dict[str, Any]:
        """Hold a recording, or the latest minutes of a camera, for a run; returns its job's part about them.

        Args:
            folder: for the pictures; made here.

        Raises:
            NotFound: there is no such recording.
            Refused: nothing is kept of the camera.
        """
        return _taken(camera, self._inputs(camera.id, recording, minutes, at), folder, recording, at)

    def trial(self, trial_id: str) -> Trial:
        """Return a trial, with the events that it has found so far. Raises NotFound."""
        return self._told(self._errands.errand(trial_id, KIND))

    def trials(self, camera_id: str) -> Sequence[Trial]:
        """Return the trials of a camera without their events, newest first."""
        return [self._told(errand, with_events=False) for errand in self._errands.errands(KIND, camera_id)]

    def cancel(self, trial_id: str, at: datetime) -> Trial:
        """End a trial. Raises NotFound."""
        return self._told(self._errands.cancel(trial_id, KIND, at))

    def picture(self, trial_id: str, key: str) -> bytes:
        """Return a picture of a trial's event. Raises NotFound."""
        folder = self._errands.folder(self._errands.errand(trial_id, KIND))
        try:
            return EvidenceStore(folder / "evidence").read(key)
        except EvidenceError as error:
            raise NotFound(str(error), "Take the address from the trial, unchanged.") from error

    def _recordings(self) -> list[Recording]:
        found = [_recording(path) for path in self._folder.glob(f"*{_SUFFIX}")]
        return sorted(found, key=lambda recording: recording.at, reverse=True)

    def _inputs(self, camera_id: str, recording: str | None, minutes: float | None, at: datetime) -> list[Path]:
        if recording is not None:
            path = self._folder / f"{recording}{_SUFFIX}"
            if _ID.fullmatch(recording) is None or not path.is_file():
                raise NotFound(f"there is no recording {recording}", "Upload it again; recordings are kept for a day.")
            return [path]
        segments = self._recent.segments(camera_id, at - timedelta(minutes=minutes or 0))
        if segments:
            return segments
        if self._recent.settings.minutes == 0:
            raise Refused(
                "this node keeps no pictures to try rules on",
                "Upload a recording, or set recent.minutes in node.yaml and start the node again.",
            )
        raise Refused(f"nothing is kept of camera {camera_id} yet", "Wait until it has delivered pictures.")

    def _told(self, errand: Errand, *, with_events: bool = True) -> Trial:
        notes = json.loads(errand.notes)
        folder = self._errands.folder(errand)
        summary: dict[str, Any] = {}
        if errand.state is ErrandState.done:
            summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        events = _events(folder / "events.jsonl") if with_events else ()
        return Trial(
            id=errand.id,
            camera_id=errand.about,
            source=notes["source"],
            is_draft=notes["is_draft"],
            by=errand.by,
            at=errand.at,
            state=TrialState(errand.state.value),
            progress=errand.progress,
            problem=errand.problem,
            media_s=summary.get("media_s"),
            looks=summary.get("looks"),
            model=summary.get("model", ""),
            events=events,
        )


def _events(path: Path) -> tuple[TrialEvent, ...]:
    if not path.exists():
        return ()
    rows = [json.loads(line)["data"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple(_event(EventReport.model_validate(row), row["first_seen_s"], row["confirmed_s"]) for row in rows)


def _event(report: EventReport, first_seen_s: float, confirmed_s: float) -> TrialEvent:
    return TrialEvent(
        event_id=report.event_id,
        matter=report.matter,
        zone=report.zone,
        class_name=report.class_name,
        confidence=report.confidence,
        first_seen_s=first_seen_s,
        confirmed_s=confirmed_s,
        confirmed_at=report.confirmed_at,
        box_xyxy_px=report.box_xyxy_px,
        resolution_wh=report.resolution_wh,
        evidence=report.evidence,
    )


def _recording(path: Path) -> Recording:
    status = path.stat()
    return Recording(path.stem, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _taken(camera: Camera, inputs: Sequence[Path], folder: Path, recording: str | None, at: datetime) -> dict[str, Any]:
    """Give a run its own names of the files that it looks at, so that they stay while it runs."""
    folder.mkdir(parents=True)
    for path in inputs:
        try:
            os.link(path, folder / path.name)
        except OSError:
            # A file system without links, or the file went meanwhile: the child says so.
            shutil.copyfile(path, folder / path.name)
    return {
        "camera": camera.model_dump(mode="json"),
        "start": at.isoformat(),
        "video": None if recording is None else str(folder / inputs[0].name),
        "recent": str(folder) if recording is None else None,
        "source": recording or "recent",
    }
