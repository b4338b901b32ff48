"""The latest minutes of all cameras of a node, where its operator keeps them (`node.yaml`, recent)."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from detector.config import Camera
from detector.frame import FrameSource
from detector.sources.recent import SUFFIX, KeptSource, Recent, began_s
from gridpatrol.settings import RecentSettings
from gridpatrol.transport import every

PRUNE_INTERVAL_S = 30.0


@dataclass
class RecentBook:
    """Keeps pictures by camera. Where none are to be kept, what an earlier node kept is removed.

    Attributes:
        folder: has a folder a camera.
        settings: how long and how much.
    """

    folder: Path
    settings: RecentSettings
    _of_camera: dict[str, Recent] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        if self.settings.minutes == 0 and self.folder.exists():
            shutil.rmtree(self.folder)

    def keeping(self, source: FrameSource, camera: Camera) -> FrameSource:
        """Return a camera's source, its pictures kept on their way where that is wanted."""
        if self.settings.minutes == 0:
            return source
        with self._lock:
            recent = self._of_camera.setdefault(camera.id, self._recent(camera.id))
        return KeptSource(source, recent)

    def segments(self, camera_id: str, since: datetime) -> list[Path]:
        """Return the files with a camera's pictures since a time, oldest first."""
        paths = sorted((self.folder / camera_id).glob(f"*{SUFFIX}"))
        first = next((i for i, path in enumerate(paths[1:]) if began_s(path) > since.timestamp()), len(paths) - 1)
        return paths[max(0, first) :]

    def kept_s(self, camera_id: str, now: datetime) -> float:
        """Return how many seconds of a camera are kept."""
        oldest = self.segments(camera_id, now - timedelta(minutes=self.settings.minutes))
        return max(0.0, now.timestamp() - began_s(oldest[0])) if oldest else 0.0

    def run(self, clock: Callable[[], datetime], stop: threading.Event) -> None:
        """Remove what has become too old, of cameras that show nothing or are gone too, until `stop`."""
        every(stop, PRUNE_INTERVAL_S, lambda: self.prune(clock()))

    def prune(self, now: datetime) -> None:
        """Remove what has become too old."""
        with self._lock:
            for folder in self.folder.glob("*"):
                self._of_camera.setdefault(folder.name, self._recent(folder.name)).prune(now)

    def _recent(self, camera_id: str) -> Recent:
        keep = timedelta(minutes=self.settings.minutes)
        return Recent(self.folder / camera_id, keep, int(self.settings.megabytes_per_camera * 1e6))
