"""Recordings: files that are read from beginning to end, in media time."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.errors import SourceUnreachable
from detector.frame import Frame
from detector.sources.media import (
    MAX_PIXELS,
    Damage,
    Pictures,
    StreamInfo,
    as_source_error,
    only_key_frames,
    stream_info,
    video_stream,
)

PROBE_PACKETS = 3000
"""Packets read to learn the key-frame interval: two minutes at 25 frames a second."""

PICK_TOLERANCE_S = 1e-3
"""A frame this much before the wanted time is taken: container clocks round to milliseconds."""


JOIN_S = 1.0
"""Time stamps that fall back by more than this mark joined recordings: time goes on from where the first one ended."""


class Pace(StrEnum):
    """How fast a recording is delivered: as fast as it is taken, or as it was filmed."""

    fast = "fast"
    filmed = "filmed"


class RecordingSource:
    """A file that yields one frame every look interval of media time.

    Args:
        camera_id: which camera the frames belong to.
        path: the file.
        look_interval_s: wanted seconds of media time between frames.
        start: aware time of the first frame; `captured_at` is this plus media time.
        fps: true frames a second where the file's own pace is wrong: time is then frame index / fps.
        pace: `filmed` waits so that frames come as they were filmed.

    Raises:
        SourceUnreachable: the file is missing or no video.
    """

    def __init__(
        self,
        camera_id: str,
        path: Path,
        *,
        look_interval_s: float,
        start: datetime,
        fps: float | None = None,
        pace: Pace = Pace.fast,
    ) -> None:
        self._camera_id = camera_id
        self._path = path
        self._look_interval_s = look_interval_s
        self._start = start.astimezone(UTC)
        self._fps = fps
        self._pace = pace
        self._closed = threading.Event()
        self._info = probe_recording(path, fps=fps)

    @property
    def info(self) -> StreamInfo:
        """Codec, size, rate, key-frame interval and duration in true seconds."""
        return self._info

    @property
    def duration_s(self) -> float | None:
        """Length in true media seconds, None when the file does not tell."""
        return self._info.duration_s

    def frames(self) -> Iterator[Frame]:
        """Yield the wanted frames, oldest first; ends with the file or when closed."""
        pictures = Pictures()
        began_s = time.monotonic()
        due_s = 0.0
        for decoded, media_s, corrupt in self._decoded():
            if self._closed.is_set():
                return
            if media_s < due_s - PICK_TOLERANCE_S:
                continue
            # The grid of wanted times stays aligned to the start, so that late frames do not add up to a drift.
            due_s = (int((media_s + PICK_TOLERANCE_S) / self._look_interval_s) + 1) * self._look_interval_s
            if self._pace is Pace.filmed and self._closed.wait(max(0.0, began_s + media_s - time.monotonic())):
                return
            captured_at = self._start + timedelta(seconds=media_s)
            yield Frame(self._camera_id, pictures.bgr(decoded), captured_at, media_s, corrupt)

    def close(self) -> None:
        """End a running `frames` after its present frame."""
        self._closed.set()

    def _decoded(self) -> Iterator[tuple[VideoFrame, float, bool]]:
        """Yield (frame, media seconds, corrupt) of all frames, or of key frames alone where that is enough."""
        keys_only = only_key_frames(self._info.key_interval_s, self._look_interval_s)
        with _open(self._path) as container:
            stream = video_stream(container, str(self._path))
            timeline = _Timeline(stream, self._fps)
            damage = Damage()
            for packet, frames in _decode_packets(container, stream, keys_only=keys_only):
                timeline.count(packet)
                if frames is None:
                    damage.broken()
                    timeline.skip()
                    continue
                for frame in frames:
                    yield frame, timeline.media_s(frame, keys_only=keys_only), damage.marks(frame)


class _Timeline:
    """Media seconds of decoded frames: their own time stamps, or frame index / fps where those are wrong."""

    def __init__(self, stream: VideoStream, fps: float | None) -> None:
        self._fps = fps
        self._time_base_s = float(stream.time_base or 0.0)
        self._first_pts = stream.start_time or 0
        rate = stream.average_rate or stream.guessed_rate
        self._step_s = 1.0 / float(rate) if rate else 0.04
        self._index = -1
        self._index_of_pts: dict[int, int] = {}
        self._packets = 0
        self._shift_s = 0.0
        self._last_s: float | None = None

    def count(self, packet: Packet[VideoStream]) -> None:
        """Note a packet as it is read: with key frames alone, a frame's index is the number of packets before it."""
        if packet.size == 0:
            return
        if packet.is_keyframe and packet.pts is not None:
            self._index_of_pts = {packet.pts: self._packets, **dict(list(self._index_of_pts.items())[:7])}
        self._packets += 1

    def skip(self) -> None:
        """Note a frame that could not be decoded."""
        self._index += 1

    def media_s(self, frame: VideoFrame, *, keys_only: bool) -> float:
        self._index += 1
        index = self._index_of_pts.get(frame.pts or 0, self._index) if keys_only else self._index
        if self._fps is not None:
            return index / self._fps
        if frame.pts is None:
            at_s = (self._last_s or 0.0) + self._step_s
        else:
            at_s = (frame.pts - self._first_pts) * self._time_base_s + self._shift_s
        last_s = self._last_s if self._last_s is not None else 0.0
        if at_s < last_s - JOIN_S:
            self._shift_s += last_s + self._step_s - at_s
            at_s = last_s + self._step_s
        # Some AVI files stamp B-frames a frame or two out of order: time then stands still, it never runs back.
        self._last_s = max(last_s, at_s)
        return self._last_s


def _open(path: Path) -> InputContainer:
    if not path.is_file():
        raise SourceUnreachable(f"{path}: no such file; addresses in a camera file are relative to that file")
    try:
        return av.open(str(path), options={"max_pixels": str(MAX_PIXELS)})
    except (av.error.FFmpegError, OSError) as error:
        raise as_source_error(error, str(path), "open") from error


def _decode_packets(
    container: InputContainer, stream: VideoStream, *, keys_only: bool
) -> Iterator[tuple[Packet[VideoStream], list[VideoFrame] | None]]:
    """Yield every packet with the frames it released; None where the decoder refused it."""
    if keys_only:
        stream.codec_context.skip_frame = "NONKEY"
    for packet in container.demux(stream):
        try:
            yield packet, packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            yield packet, None


def probe_recording(path: Path, *, fps: float | None = None) -> StreamInfo:
    """Read the first packets of a file, without decoding, and tell what it is.

    Args:
        path: the file.
        fps: true frames a second where the file's own pace is wrong; intervals and duration are scaled by it.

    Raises:
        SourceUnreachable: the file is missing or no video.
    """
    with _open(path) as container:
        stream = video_stream(container, str(path))
        info = stream_info(stream)
        base_s = float(stream.time_base or 0.0)
        scale = info.fps / fps if fps is not None and info.fps is not None else 1.0
        length = stream.duration * base_s if stream.duration is not None else (container.duration or 0) / 1e6
        gap_s = _key_interval_s(container, stream, base_s)
        return StreamInfo(
            codec=info.codec,
            resolution_wh=info.resolution_wh,
            fps=fps or info.fps,
            key_interval_s=gap_s * scale if gap_s is not None else None,
            duration_s=length * scale if length > 0 else None,
        )


def _key_interval_s(container: InputContainer, stream: VideoStream, base_s: float) -> float | None:
    """Longest gap between key frames among the first packets, also towards the last packet read; None without one."""
    keys_s: list[float] = []
    last_s = 0.0
    for number, packet in enumerate(container.demux(stream)):
        if number >= PROBE_PACKETS:
            break
        if packet.pts is None:
            continue
        last_s = packet.pts * base_s
        if packet.is_keyframe:
            keys_s.append(last_s)
    if not keys_s:
        return None
    ends_s = [*keys_s, max(last_s, keys_s[-1])]
    return max(b - a for a, b in itertools.pairwise(ends_s))
