"""A detector that follows the registry: when another model enters service, looks go on and the next ones use it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import supervision as sv

from detector.errors import ModelError
from detector.frame import Image
from detector.inference import Detector, open_detector
from models.registry import MANIFEST, ModelEntry, RegistryError, load_manifest

log = logging.getLogger(__name__)

TRIAL_WH = (640, 360)
"""Size of the blank picture on which a new model is tried; the commonest shape of cameras, so it is warm afterwards."""
FOLLOW_S = 1.0
Opener = Callable[[ModelEntry], Detector]


class ReloadingDetector:
    """Runs the model in service and changes over when the manifest names another one.

    The manifest is looked at before every call (one `stat`). A new model is opened, checked and tried on a blank
    picture in the background while the old one goes on answering; then the reference changes between two calls.
    Whatever is wrong with it, the old one stays in force and `fault` says why.

    Args:
        manifest: the registry.
        needed: class names that rules ask for, read again at each change-over; a model that lacks one which its
            predecessor knows does not enter service here.
        opener: opens an entry.

    Raises:
        ModelError: the model in service at start cannot be used.
    """

    def __init__(self, manifest: Path = MANIFEST, *, needed: Iterable[str] = (), opener: Opener = open_detector):
        self._manifest = manifest
        self._needed = needed
        self._opener = opener
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._current, self._id = self._open(keep=frozenset())
        self._loading: threading.Thread | None = None
        self._fault = ""

    @property
    def name(self) -> str:
        """Model name and version of the model that answers now."""
        return self._current.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names by class id of the model that answers now."""
        return self._current.class_names

    @property
    def fault(self) -> str:
        """Why the model that the registry names is not the one that answers; empty when it is."""
        return self._fault

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """Detect objects with the model that is in service; see `detector.inference.Detector`."""
        self._look_at_manifest()
        return self._current.detect(images)

    def follow(self, stop: threading.Event) -> None:
        """Look at the manifest every `FOLLOW_S` until `stop`, so that still streets change over too."""
        while not stop.wait(FOLLOW_S):
            self._look_at_manifest()

    def settle(self, timeout_s: float = 60.0) -> None:
        """Wait until a change-over that has begun is done or refused."""
        loading = self._loading
        if loading is not None:
            loading.join(timeout_s)

    def _look_at_manifest(self) -> None:
        stamp = self._stamp()
        with self._lock:
            busy = self._loading is not None and self._loading.is_alive()
            if stamp == self._seen or busy:
                return
            self._seen = stamp
            self._loading = threading.Thread(target=self._change_over, name="model-change", daemon=True)
            self._loading.start()

    def _change_over(self) -> None:
        try:
            wanted = load_manifest(self._manifest).in_service_id
            if wanted != self._id:
                keep = frozenset(self._needed) & set(self._current.class_names)
                before, (self._current, self._id) = self._id, self._open(keep)
                log.warning("model changed from %s to %s", before, self._id)
            self._fault = ""
        except (ModelError, RegistryError) as error:
            self._fault = f"{error}; {self._id} stays in service"
            log.error("model not changed: %s", self._fault)
        except Exception as error:
            self._fault = f"{type(error).__name__}: {error}; {self._id} stays in service"
            log.exception("model not changed: %s", self._fault)

    def _open(self, keep: frozenset[str]) -> tuple[Detector, str]:
        try:
            entry = load_manifest(self._manifest).in_service
        except RegistryError as error:
            raise ModelError(str(error)) from error
        lacking = sorted(keep - set(entry.classes))
        if lacking:
            raise ModelError(f"{entry.id} lacks classes that rules ask for: {', '.join(lacking)}")
        detector = self._opener(entry)
        detector.detect([np.zeros((TRIAL_WH[1], TRIAL_WH[0], 3), np.uint8)])
        return detector, entry.id

    def _stamp(self) -> tuple[int, int, int]:
        """Return what changes when the manifest, or who may read it, changes."""
        try:
            status = self._manifest.stat()
        except OSError:
            return (0, 0, 0)
        return (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
