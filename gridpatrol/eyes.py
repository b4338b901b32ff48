"""The cameras of a node: what each sees and says, and how the API reaches them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import cv2

from detector.config import Camera
from detector.errors import DetectorError
from detector.evidence import EvidenceStore
from detector.frame import Frame
from detector.georeference import georeference
from detector.inference import Detector
from detector.sources import Pace, open_source
from detector.store import DetectorStore
from dispatch.contract import CameraHealth, CameraState, FaultType, Location
from dispatch.views import CameraInfo, ZoneInfo
from gridpatrol.config import Installation, watched_on
from gridpatrol.watching import pipeline_for

log = logging.getLogger(__name__)


class Eyes:
    """STOPGAP until detector.worker is there."""

    def __init__(
        self,
        installation: Installation,
        *,
        detector: Detector,
        store: DetectorStore,
        evidence: EvidenceStore,
        secrets_file: Path | None,
        began_at: datetime | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._installation = installation
        self._detector = detector
        self._store = store
        self._evidence = evidence
        self._began_at = began_at
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: dict[str, Frame] = {}
        self._looks: dict[str, int] = {}

    def run(self, stop: threading.Event) -> None:
        """Watch every camera until `stop`."""
        threads = [
            threading.Thread(target=self._watch, args=(camera, stop), daemon=True)
            for camera in self._installation.cameras.values()
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        for thread in threads:
            thread.join(3)

    def _watch(self, camera: Camera, stop: threading.Event) -> None:
        pipeline = pipeline_for(
            camera,
            watched_on(camera, self._installation.matters),
            detector=self._detector,
            evidence=self._evidence,
            store=self._store,
        )
        said: tuple[CameraState, FaultType | None] | None = None
        while not stop.is_set():
            try:
                source = open_source(camera, start=self._began_at, pace=Pace.filmed, clock=self._clock)
                for frame in source.frames():
                    if stop.is_set():
                        return
                    for request in self._store.open_requests(camera.id):
                        pipeline.verify(request)
                    with self._lock:
                        (detections,) = self._detector.detect([frame.image])
                    result = pipeline.look(frame, detections)
                    self._latest[camera.id] = frame
                    self._looks[camera.id] = self._looks.get(camera.id, 0) + 1
                    state = CameraState.watching if result.reading.usable else CameraState.blind
                    if said != (state, result.reading.fault):
                        said = (state, result.reading.fault)
                        self._say(camera.id, state, result.reading.fault, result.reading.detail)
            except DetectorError as error:
                if said != (CameraState.blind, FaultType.lost):
                    said = (CameraState.blind, FaultType.lost)
                    self._say(camera.id, CameraState.blind, FaultType.lost, str(error))
            stop.wait(2)

    def _say(self, camera_id: str, state: CameraState, fault: FaultType | None, detail: str) -> None:
        now = self._clock()
        message = CameraHealth(camera_id=camera_id, state=state, fault=fault, detail=detail, since=now, at=now)
        self._store.commit_look(camera_id, state=None, blobs={}, messages=[message], at=now)

    def cameras(self) -> Sequence[CameraInfo]:
        """Return every configured camera."""
        return [self._info(camera) for camera in self._installation.cameras.values()]

    def _info(self, camera: Camera) -> CameraInfo:
        latest = self._latest.get(camera.id)
        return CameraInfo(
            camera_id=camera.id,
            name_en=camera.names.en,
            name_zh=camera.names.zh,
            location=Location(lon=camera.position.lon, lat=camera.position.lat, error_m=camera.position.error_m),
            matters=tuple(watched_on(camera, self._installation.matters)),
            zones=tuple(ZoneInfo(z.id, z.purpose, z.resolution_wh, z.polygon_px) for z in camera.zones),
            mode=camera.watch.mode,
            look_interval_s=camera.watch.look_interval_s,
            looks=self._looks.get(camera.id, 0),
            last_look_at=latest.captured_at if latest else None,
        )

    def snapshot(self, camera_id: str) -> bytes | None:
        """Return the latest picture of a camera as JPEG; None when there is none yet."""
        frame = self._latest.get(camera_id)
        if frame is None:
            return None
        _, data = cv2.imencode(".jpg", frame.image)
        return data.tobytes()


_ = (georeference, time)
