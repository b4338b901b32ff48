"""Pictures on their way to the detector: one slot a camera, the latest wins, the longest waiting camera goes first."""

from __future__ import annotations

import threading

from detector.frame import Picture


class Mailbox:
    """Bounded by the number of cameras: a slow detector makes looks rarer, never memory larger."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pictures: dict[str, Picture] = {}
        self._replaced = 0

    @property
    def replaced(self) -> int:
        """Pictures that a newer one replaced before they were worked on."""
        return self._replaced

    def put(self, picture: Picture) -> None:
        """Leave a picture. A camera keeps its place in the queue when its picture is replaced."""
        with self._changed:
            self._replaced += picture.camera_id in self._pictures
            self._pictures[picture.camera_id] = picture
            self._changed.notify()

    def drop(self, camera_id: str) -> None:
        """Take a camera's picture away."""
        with self._changed:
            self._pictures.pop(camera_id, None)

    def wake(self) -> None:
        """Let a waiting `take` return."""
        with self._changed:
            self._changed.notify_all()

    def take(self, limit: int, timeout_s: float) -> list[Picture]:
        """Wait for pictures and take those of up to `limit` cameras, longest waiting first; may be empty."""
        with self._changed:
            if not self._pictures:
                self._changed.wait(timeout_s)
            chosen = list(self._pictures)[:limit]
            return [self._pictures.pop(camera_id) for camera_id in chosen]
