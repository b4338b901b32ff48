"""A key frame as it came from the camera: small, and decoded only when it is its turn to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import av
import av.error
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from detector.frame import Frame
from detector.sources.media import MAX_PIXELS, Pictures


@dataclass(frozen=True, slots=True, eq=False)
class KeyFrame:
    """One key frame, still encoded. Implements `detector.frame.Picture`.

    It stands for itself, so that it needs no decoder of its camera's own: one that is made for it and dropped costs a
    hundredth of the decoding, one that is kept costs several megabytes a camera.

    Attributes:
        camera_id, captured_at, media_s: see `detector.frame.Frame`.
        data: the packet.
        codec: FFmpeg's name of the codec.
        extradata: the stream's parameter sets, as its description gave them.
        corrupt: damage is known before decoding.
    """

    camera_id: str
    data: bytes
    codec: str
    extradata: bytes | None
    captured_at: datetime
    media_s: float
    corrupt: bool

    def frame(self) -> Frame:
        """Decode it. What cannot be decoded is a corrupt frame of one black pixel."""
        try:
            decoded = self._decode()
        except av.error.FFmpegError:
            decoded = None
        if decoded is None:
            nothing = np.zeros((1, 1, 3), np.uint8)
            return Frame(self.camera_id, nothing, self.captured_at, self.media_s, corrupt=True)
        corrupt = self.corrupt or decoded.is_corrupt
        return Frame(self.camera_id, Pictures().bgr(decoded), self.captured_at, self.media_s, corrupt)

    def _decode(self) -> VideoFrame | None:
        context = av.CodecContext.create(self.codec, "r")
        assert isinstance(context, VideoCodecContext)
        context.extradata = self.extradata
        context.thread_count = 1
        context.options = {"max_pixels": str(MAX_PIXELS)}
        return next(iter([*context.decode(Packet(self.data)), *context.decode(None)]), None)
