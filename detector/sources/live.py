"""What all live sources share: a reader that never waits, and one slot where the latest frame wins."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator

from detector.errors import SourceError
from detector.frame import Frame, Picture

EARLY_SHARE = 0.1
"""A frame is taken this share of the look interval early: key frames do not come to the millisecond."""


class LookGrid:
    """Which of a live camera's frames are looked at.

    Wanted times stay on a grid: a frame that comes late does not make the next one, which is on time, come too soon.
    """

    def __init__(self, look_interval_s: float) -> None:
        self._interval_s = look_interval_s
        self._due_s = 0.0

    def takes(self, at_s: float) -> bool:
        """Whether to take a frame that came at this time; the next is then due an interval later."""
        if at_s < self._due_s - EARLY_SHARE * self._interval_s:
            return False
        self._due_s = max(self._due_s + self._interval_s, at_s + self._interval_s / 4)
        return True


class LiveSource(ABC):
    """A camera that is there now. `pictures` and `read` are for whoever takes them at once; `frames` for all others."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    @abstractmethod
    def pictures(self) -> Iterator[Picture]:
        """Connect and yield about one picture a look interval, in the caller's thread, decoded only if need be.

        The caller must take pictures without delay: the camera's own buffers fill up otherwise and pictures grow old.

        Raises:
            SourceUnreachable, SourceDenied: it could not be opened.
            SourceEnded: it hung up or fell silent.
        """

    def read(self) -> Iterator[Frame]:
        """Yield every one of `pictures` as a frame; raises the same."""
        for picture in self.pictures():
            yield picture.frame()

    def frames(self) -> Iterator[Frame]:
        """Yield the latest frame each time, dropping those that nobody took; reads in a thread of its own.

        Raises:
            SourceUnreachable, SourceDenied, SourceEnded: as `read`.
        """
        slot = _Slot()
        reader = threading.Thread(target=self._fill, args=(slot,), name="camera reader", daemon=True)
        reader.start()
        try:
            while (picture := slot.take()) is not None:
                yield picture.frame()
        finally:
            self.close()

    def close(self) -> None:
        """End `read` and `frames` at their next packet, or within the read timeout where none comes."""
        self._closed.set()

    def _fill(self, slot: _Slot) -> None:
        try:
            for picture in self.pictures():
                slot.put(picture)
                if self._closed.is_set():
                    break
        except SourceError as error:
            slot.end(error)
        else:
            slot.end(None)


class _Slot:
    """One frame, or the end."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._ended = False
        self._error: SourceError | None = None

    def put(self, picture: Picture) -> None:
        with self._changed:
            self._picture = picture
            self._changed.notify()

    def end(self, error: SourceError | None) -> None:
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def take(self) -> Picture | None:
        """Wait for a picture; None at the end. The reader always ends by its own timeouts, so this does too."""
        with self._changed:
            self._changed.wait_for(lambda: self._picture is not None or self._ended)
            picture, self._picture = self._picture, None
            if picture is None and self._error is not None:
                raise self._error
            return picture
