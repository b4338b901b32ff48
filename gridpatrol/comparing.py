"""Comparing models on recordings, on a node. To the API it is `dispatch.clip_comparisons.ClipComparisons`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from detector.config import Camera
from dispatch.clip_comparisons import (
    MOST_CLIPS,
    ClipComparison,
    ClipMeans,
    ClipWish,
    ComparedClip,
    ComparedRow,
    RowKind,
    Side,
)
from dispatch.errors import DispatchError, Invalid, NotFound, Refused
from dispatch.trials import TrialState
from gridpatrol.comparerun import PICTURES, RESULT
from gridpatrol.config import load_camera, load_matters
from gridpatrol.errands import INPUT, Errand, Errands
from gridpatrol.errors import UserError
from gridpatrol.replay import START
from gridpatrol.trials import TrialRoom
from models.errors import DatasetError
from models.events import load_truth
from models.registry import MANIFEST, RegistryError, load_manifest

KIND = "clips"
CLIP = "clip"
TRUTH = "ground_truth.json"
_PICTURE = re.compile(r"[0-9]{1,4}-[0-9]{1,4}-(first|second)\.jpg")


class ComparisonRoom:
    """Runs comparisons.

    Args:
        errands: runs them, one at a time and of low priority.
        trials: has the recordings and the latest minutes.
        cameras: returns the cameras as they are configured now, by id.
        matters: returns the folder of the catalogue.
        manifest: the registry; the shipped one when None.
        clips: folder with clips whose incidents are known, laid out as for the gate; None for none.
    """

    def __init__(
        self,
        *,
        errands: Errands,
        trials: TrialRoom,
        cameras: Callable[[], Mapping[str, Camera]],
        matters: Callable[[], Path],
        manifest: Path | None,
        clips: Path | None,
    ) -> None:
        self._errands = errands
        self._trials = trials
        self._cameras = cameras
        self._matters = matters
        self._manifest = manifest or MANIFEST
        self._clips = clips

    def means(self, at: datetime) -> ClipMeans:
        """Return what models can be compared on."""
        kept = [(camera_id, self._trials.means(camera_id, at)) for camera_id in self._cameras()]
        recordings = kept[0][1].recordings if kept else ()
        truth = self._truth()
        return ClipMeans(
            tuple((camera_id, means.recent_s) for camera_id, means in kept if means.recent_s > 0),
            tuple(recordings),
            tuple(truth),
        )

    def start(self, model_id: str, wishes: Sequence[ClipWish], *, by: str, at: datetime) -> ClipComparison:
        """Begin to compare a model with the one in service.

        Raises:
            NotFound: there is no such model, camera or recording.
            Refused: the model is the one in service, or nothing is kept of a camera.
            TooMany: so much work waits that more is refused.
        """
        try:
            registry = load_manifest(self._manifest)
            second = registry.find(model_id).id
        except RegistryError as error:
            raise NotFound(f"there is no model {model_id!r}", "List the models.") from error
        first = registry.in_service_id
        if first == second:
            raise Refused(f"{second} is in service", "Compare another model with it.")
        if not 0 < len(wishes) <= MOST_CLIPS:
            raise Invalid(f"expected 1 to {MOST_CLIPS} recordings, got {len(wishes)}", "Choose some of them.")
        folder = self._errands.prepare()
        try:
            taken = [self._taken(wish, folder / INPUT / str(number), at) for number, wish in enumerate(wishes)]
        except DispatchError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        job = {
            "manifest": str(self._manifest.resolve()),
            "matters": str(self._matters()),
            "first": first,
            "second": second,
            "clips": taken,
        }
        sources = [f"{each['camera']['id']}:{each['source']}" for each in taken]
        notes = json.dumps({"first": first, "sources": sources})
        return self._told(self._errands.start(folder, KIND, job, about=second, by=by, at=at, notes=notes))

    def comparison(self, comparison_id: str) -> ClipComparison:
        """Return a comparison with what has been compared so far. Raises NotFound."""
        return self._told(self._errands.errand(comparison_id, KIND))

    def comparisons(self) -> Sequence[ClipComparison]:
        """Return the comparisons that are kept without their clips, newest first."""
        return [self._told(errand, with_clips=False) for errand in self._errands.errands(KIND)]

    def cancel(self, comparison_id: str, at: datetime) -> ClipComparison:
        """End a comparison. Raises NotFound."""
        return self._told(self._errands.cancel(comparison_id, KIND, at))

    def picture(self, comparison_id: str, key: str) -> bytes:
        """Return a picture of a comparison as JPEG. Raises NotFound."""
        path = self._errands.folder(self._errands.errand(comparison_id, KIND)) / PICTURES / key
        if _PICTURE.fullmatch(key) is None or not path.is_file():
            raise NotFound(f"there is no picture {key!r}", "Take the address from the comparison, unchanged.")
        return path.read_bytes()

    def _taken(self, wish: ClipWish, folder: Path, at: datetime) -> dict[str, Any]:
        """Return what a run is to look at, held for it in a folder of its own."""
        if wish.recording is None and wish.minutes is None:
            return self._known_clip(wish.camera_id)
        camera = self._cameras().get(wish.camera_id)
        if camera is None:
            raise NotFound(f"there is no camera {wish.camera_id}", "List the cameras to find its id.")
        return self._trials.take(camera, folder, recording=wish.recording, minutes=wish.minutes, at=at)

    def _known_clip(self, camera_id: str) -> dict[str, Any]:
        incidents = self._truth().get(camera_id)
        if self._clips is None or incidents is None:
            raise NotFound(f"there is no clip {camera_id!r}", "Read what there is to compare on.")
        try:
            camera = load_camera(self._clips / "cameras" / f"{camera_id}.yaml", load_matters(self._matters()))
        except UserError as error:
            raise Refused(str(error), "Mend the file, or leave this clip out.") from error
        return {
            "camera": camera.model_dump(mode="json"),
            "start": START.isoformat(),
            "source": CLIP,
            "incidents": [(one.matters, one.boxes_xyxy_px, one.earliest_s) for one in incidents],
        }

    def _truth(self) -> Mapping[str, Any]:
        if self._clips is None:
            return {}
        try:
            return load_truth(self._clips / TRUTH)
        except DatasetError as error:
            raise Refused(str(error), "Repair gate.clips in node.yaml.") from error

    def _told(self, errand: Errand, *, with_clips: bool = True) -> ClipComparison:
        notes = json.loads(errand.notes)
        result = self._errands.folder(errand) / RESULT
        clips = json.loads(result.read_text(encoding="utf-8")) if with_clips and result.exists() else ()
        return ClipComparison(
            id=errand.id,
            first=notes["first"],
            second=errand.about,
            sources=tuple(notes["sources"]),
            by=errand.by,
            at=errand.at,
            state=TrialState(errand.state.value),
            progress=errand.progress,
            problem=errand.problem,
            clips=tuple(_clip(values) for values in clips),
        )


def _clip(values: Mapping[str, Any]) -> ComparedClip:
    return ComparedClip(**{**values, "rows": tuple(_row(row) for row in values["rows"])})


def _row(values: Mapping[str, Any]) -> ComparedRow:
    sides = {name: Side(**values[name]) if values[name] else None for name in ("first", "second")}
    return ComparedRow(**{**values, "kind": RowKind(values["kind"]), **sides})
