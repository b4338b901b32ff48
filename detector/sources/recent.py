"""The latest minutes of a camera on the disk: its key frames as they came, bounded in time and bytes.

Rules can be tried on them (`gridpatrol.trials`). The pictures are not blurred, so that the same rules see the same:
they are kept for minutes, never served, and only where the operator has switched it on.

A camera has a folder of segments, each a file of records: the header, the codec's name, its parameter sets, the packet.
A segment whose writer was interrupted ends with a part of a record, which is left out.
"""

from __future__ import annotations

import logging
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2

from detector.frame import Frame, FrameSource, Picture
from detector.sources.keyframe import KeyFrame
from detector.sources.live import LiveSource

log = logging.getLogger(__name__)

SUFFIX = ".keys"
SEGMENT_S = 60.0
EVERY_S = 1.0
"""No two kept pictures of a camera are nearer than this."""
MOST_APART_S = 10.0
"""Where the bytes would not last, pictures are kept up to so far apart; rules time what stands for minutes."""
JPEG_QUALITY = 90
_HEADER = struct.Struct(">d?BIQ")
"""Unix seconds, damaged, bytes of the codec's name, of its parameter sets, of the packet."""
_LARGEST = 64 << 20


@dataclass
class Recent:
    """Keeps the latest pictures of one camera. Written by one thread at a time.

    Attributes:
        folder: of this camera; made with its first picture.
        keep: how far back.
        most_bytes: the oldest segments beyond this are removed; pictures are kept further apart (`MOST_APART_S`) where
            they would not last for the whole time.
    """

    folder: Path
    keep: timedelta
    most_bytes: int
    _segment: Path | None = field(default=None, init=False)
    _began_s: float = field(default=0.0, init=False)
    _last_s: float = field(default=0.0, init=False)
    _apart_s: float = field(default=EVERY_S, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def add(self, picture: Picture) -> None:
        """Keep a picture, unless one was kept a moment ago.

        Raises:
            OSError: it cannot be written.
        """
        at_s = picture.captured_at.timestamp()
        with self._lock:
            if 0 <= at_s - self._last_s < self._apart_s:
                return
            self._last_s = at_s
            key = picture if isinstance(picture, KeyFrame) else _as_jpeg(picture.frame())
            name = key.codec.encode()
            extra = key.extradata or b""
            header = _HEADER.pack(at_s, key.corrupt, len(name), len(extra), len(key.data))
            record = b"".join((header, name, extra, key.data))
            if self._segment is None or not 0 <= at_s - self._began_s < SEGMENT_S:
                self._segment, self._began_s = self.folder / f"{int(at_s * 1000):015d}{SUFFIX}", at_s
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._prune(picture.captured_at)
            with self._segment.open("ab") as file:
                file.write(record)
            self._apart_s = self._lasting_s(len(record))

    def _lasting_s(self, size_bytes: int) -> float:
        """Return for how long a picture must do, so that the bytes last for the time that is to be kept."""
        # The segment that is being written and the one that ends are kept beside it.
        whole_s = self.keep.total_seconds() + 2 * SEGMENT_S
        return min(MOST_APART_S, max(EVERY_S, size_bytes * whole_s / self.most_bytes))

    def prune(self, now: datetime) -> None:
        """Remove what is older than it may be, also when no picture comes."""
        with self._lock:
            self._prune(now)

    def _prune(self, now: datetime) -> None:
        oldest_s = (now - self.keep).timestamp()
        kept_bytes = 0
        for path in sorted(self.folder.glob(f"*{SUFFIX}"), reverse=True):
            kept_bytes += path.stat().st_size
            # A segment goes when its last picture is too old; it is at most so long.
            if began_s(path) + SEGMENT_S < oldest_s or (kept_bytes > self.most_bytes and path != self._segment):
                path.unlink(missing_ok=True)


class KeptSource(LiveSource):
    """A camera whose pictures are kept on their way; where that fails, the log says so and they go on.

    Args:
        source: the camera.
        recent: keeps them.
    """

    def __init__(self, source: FrameSource, recent: Recent) -> None:
        super().__init__()
        self._source = source
        self._recent = recent

    def pictures(self) -> Iterator[Picture]:
        """Yield the camera's pictures; raises what it raises."""
        source = self._source
        for picture in source.pictures() if isinstance(source, LiveSource) else source.frames():
            try:
                self._recent.add(picture)
            except OSError as error:
                log.warning("camera %s: a picture was not kept: %s", picture.camera_id, error)
            yield picture

    def close(self) -> None:
        """Release the connection."""
        super().close()
        self._source.close()


class RecentSource:
    """The pictures that were kept of a camera, oldest first, as a recording. Implements `detector.frame.FrameSource`.

    Args:
        camera_id: whose.
        folder: with the segments.
    """

    def __init__(self, camera_id: str, folder: Path) -> None:
        self._camera_id = camera_id
        self._segments = sorted(folder.glob(f"*{SUFFIX}"))
        self._closed = threading.Event()

    @property
    def duration_s(self) -> float | None:
        """Seconds from the first picture to about the last; None where there is none."""
        if not self._segments:
            return None
        times_s = [key.captured_at.timestamp() for key in _records(self._segments[-1], self._camera_id, 0.0)]
        end_s = times_s[-1] if times_s else began_s(self._segments[-1])
        return max(0.001, end_s - began_s(self._segments[0]))

    def frames(self) -> Iterator[Frame]:
        """Yield every picture that was kept."""
        start_s = began_s(self._segments[0]) if self._segments else 0.0
        for segment in self._segments:
            for key in _records(segment, self._camera_id, start_s):
                if self._closed.is_set():
                    return
                yield key.frame()

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()


def began_s(segment: Path) -> float:
    """Return the time of a segment's first picture, Unix seconds."""
    return int(segment.stem) / 1000


def _records(segment: Path, camera_id: str, start_s: float) -> Iterator[KeyFrame]:
    with segment.open("rb") as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            at_s, corrupt, of_name, of_extra, of_data = _HEADER.unpack(header)
            if of_extra + of_data > _LARGEST:
                return
            name, extra, data = file.read(of_name), file.read(of_extra), file.read(of_data)
            if len(data) < of_data:
                return
            captured_at = datetime.fromtimestamp(at_s, UTC)
            yield KeyFrame(camera_id, data, name.decode(), extra or None, captured_at, at_s - start_s, corrupt)


def _as_jpeg(frame: Frame) -> KeyFrame:
    done, data = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise OSError("the picture cannot be encoded")
    return KeyFrame(frame.camera_id, data.tobytes(), "mjpeg", None, frame.captured_at, frame.media_s, frame.corrupt)
