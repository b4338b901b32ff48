"""What every PyAV source shares: opening, pictures, key-frame interval, and errors in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from detector.errors import SourceDenied, SourceEnded, SourceError, SourceUnreachable
from detector.frame import Image
from detector.sources.credentials import redact

MAX_PIXELS = 8192 * 4608
"""Larger pictures are refused before they are decoded: no street camera has them, a hostile stream may."""

KEY_INTERVAL_SLACK = 1.05
"""Key frames may come this much later than the wanted look interval and still be the only ones decoded."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a camera sends.

    Attributes:
        codec: name of the video codec, such as `h264`.
        resolution_wh: width and height in pixels, (0, 0) while unknown.
        fps: frames a second as the stream states them, None when it does not.
        key_interval_s: longest time between two key frames among the packets read, None while unknown.
        duration_s: length of a recording, None for a live stream.
    """

    codec: str
    resolution_wh: tuple[int, int]
    fps: float | None
    key_interval_s: float | None = None
    duration_s: float | None = None


def video_stream(container: InputContainer, shown_url: str) -> VideoStream:
    """Return the first video stream, set to decode on one thread: many cameras share the cores.

    Raises:
        SourceError: there is none.
    """
    if not container.streams.video:
        raise SourceError(f"{shown_url}: has no video stream; check that the address is the camera's video")
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    return stream


def stream_info(
    stream: VideoStream, *, key_interval_s: float | None = None, duration_s: float | None = None
) -> StreamInfo:
    """Describe an open stream."""
    context = stream.codec_context
    rate: Fraction | None = stream.average_rate or stream.guessed_rate
    return StreamInfo(
        codec=context.name,
        resolution_wh=(context.width, context.height),
        fps=float(rate) if rate else None,
        key_interval_s=key_interval_s,
        duration_s=duration_s,
    )


def only_key_frames(key_interval_s: float | None, look_interval_s: float) -> bool:
    """Whether decoding key frames alone gives a look in every wanted interval (seconds)."""
    return key_interval_s is not None and key_interval_s <= look_interval_s * KEY_INTERVAL_SLACK


class Damage:
    """Whether a frame is damaged: by its own flag, or because it builds on a damaged one (up to the next key frame)."""

    def __init__(self) -> None:
        self._since_key = False

    def broken(self) -> None:
        """Note a packet that the decoder refused."""
        self._since_key = True

    def marks(self, frame: VideoFrame) -> bool:
        """Whether this frame, the next one decoded, proves nothing."""
        if frame.key_frame:
            self._since_key = False
        self._since_key = self._since_key or frame.is_corrupt
        return self._since_key


class Pictures:
    """Turns decoded frames into BGR pictures, with a scaler that is kept and has no threads of its own."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def bgr(self, frame: VideoFrame) -> Image:
        """Return the picture, BGR, shape (height, width, 3), uint8."""
        drawn = self._reformatter.reformat(frame, format="bgr24", threads=1)
        # The scaler's own memory, not a copy of it; rows may be padded.
        rows = np.frombuffer(drawn.planes[0], np.uint8).reshape(drawn.height, drawn.planes[0].line_size)  # type: ignore[call-overload]
        return np.ascontiguousarray(rows[:, : 3 * drawn.width]).reshape(drawn.height, drawn.width, 3)


def as_source_error(error: Exception, url: str, doing: str) -> SourceError:
    """Put an FFmpeg or socket error into our words, without the credentials of the URL.

    Args:
        error: what was raised.
        url: the address in use; it may hold credentials, the returned message does not.
        doing: `open` or `read`.
    """
    shown = redact(url)
    denied = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError, PermissionError)
    if isinstance(error, denied):
        return SourceDenied(f"{shown}: the camera refused the credentials; check the secret that this camera names")
    reason = redact(getattr(error, "strerror", None) or str(error) or type(error).__name__)
    if doing == "open":
        return SourceUnreachable(f"{shown}: cannot be opened ({reason}); check the address, the network and the camera")
    return SourceEnded(f"{shown}: the stream broke off ({reason})")
