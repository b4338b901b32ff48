"""RTSP cameras over TCP, through PyAV. Key frames alone are decoded as soon as they come often enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from detector.errors import SourceEnded, SourceUnreachable
from detector.frame import Frame, Picture
from detector.sources.address import AddressPolicy, resolve
from detector.sources.credentials import Credential, redact, split_userinfo
from detector.sources.keyframe import KeyFrame
from detector.sources.live import LiveSource, LookGrid
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

ANALYSE_US = 500_000
"""FFmpeg looks at half a second of the stream before it hands it over; its default of five delays every patrol."""

NO_KEY_S = 20.0
"""A stream without a key frame for this long is decoded whole."""

INTERRUPTED = (av.error.ExitError, av.error.TimeoutError)


class RtspSource(LiveSource):
    """One connection to a camera.

    Args:
        camera_id: which camera the frames belong to.
        url: rtsp:// or rtsps://; a user and password in it are used when `credential` is None.
        look_interval_s: wanted seconds between frames.
        credential: user and password.
        policy: which addresses cameras may have.
        connect_timeout_s, read_timeout_s: give up connecting, or on a silent stream, after these.
        clock: stamps the frames.
    """

    def __init__(
        self,
        camera_id: str,
        url: str,
        *,
        look_interval_s: float,
        credential: Credential | None,
        policy: AddressPolicy,
        connect_timeout_s: float,
        read_timeout_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._camera_id = camera_id
        self._url, written = split_userinfo(url)
        self._credential = credential or written
        self._look_interval_s = look_interval_s
        self._policy = policy
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._clock = clock
        self._info: StreamInfo | None = None

    @property
    def info(self) -> StreamInfo | None:
        """What the camera sends, once connected; the key-frame interval once two key frames have come."""
        return self._info

    def pictures(self) -> Iterator[Picture]:
        """Connect and yield about one picture a look interval. See `LiveSource.pictures`."""
        with self._open() as container:
            stream = video_stream(container, redact(self._url))
            self._info = stream_info(stream)
            yield from self._read_stream(container, stream)

    def _open(self) -> InputContainer:
        endpoint = resolve(self._url, self._policy)
        url = self._credential.into(endpoint.url) if self._credential is not None else endpoint.url
        options = {
            "rtsp_transport": "tcp",
            "timeout": str(round(self._read_timeout_s * 1e6)),
            "allowed_media_types": "video",
            "analyzeduration": str(ANALYSE_US),
            "max_pixels": str(MAX_PIXELS),
        }
        began_s = time.monotonic()
        try:
            return av.open(url, options=options, timeout=(self._connect_timeout_s, self._read_timeout_s))
        except (av.error.FFmpegError, OSError) as error:
            if time.monotonic() - began_s >= 0.9 * self._connect_timeout_s:
                raise SourceUnreachable(
                    f"{redact(self._url)}: no answer in {self._connect_timeout_s:g} s; "
                    "check the address, the network and the camera"
                ) from None
            # The original error names the URL with its password: it must not travel on as the cause.
            raise as_source_error(error, self._url, "open") from None

    def _read_stream(self, container: InputContainer, stream: VideoStream) -> Iterator[Picture]:
        pictures, damage, pace = Pictures(), Damage(), _KeyFramePace(self._look_interval_s)
        began_s = time.monotonic()
        grid = LookGrid(self._look_interval_s)
        for packet in self._packets(container, stream):
            now_s = time.monotonic() - began_s
            if pace.keys_only(packet, now_s):
                if packet.is_keyframe and grid.takes(now_s):
                    self._info = stream_info(stream, key_interval_s=pace.interval_s)
                    yield self._key_frame(packet, stream, now_s)
                continue
            try:
                decoded = packet.decode()
            except av.error.FFmpegError:
                damage.broken()
                continue
            for picture in decoded:
                corrupt = damage.marks(picture) or packet.is_corrupt
                if not grid.takes(now_s):
                    continue
                self._info = stream_info(stream, key_interval_s=pace.interval_s)
                yield Frame(self._camera_id, pictures.bgr(picture), self._clock(), now_s, corrupt)

    def _key_frame(self, packet: Packet[VideoStream], stream: VideoStream, now_s: float) -> KeyFrame:
        context = stream.codec_context
        return KeyFrame(
            self._camera_id, bytes(packet), context.name, context.extradata, self._clock(), now_s, packet.is_corrupt
        )

    def _packets(self, container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
        try:
            for packet in container.demux(stream):
                if self._closed.is_set():
                    return
                if packet.size > 0:
                    yield packet
        except INTERRUPTED:
            raise SourceEnded(f"{redact(self._url)}: silent for {self._read_timeout_s:g} s") from None
        except (av.error.FFmpegError, OSError) as error:
            raise as_source_error(error, self._url, "read") from None
        if not self._closed.is_set():
            raise SourceEnded(f"{redact(self._url)}: the camera hung up")


class _KeyFramePace:
    """Learns how often key frames come, and says whether they are enough.

    It begins with key frames alone. When they turn out to be further apart than a look interval, the stream is decoded
    whole, from a key frame on: a decoder that skipped frames must not build on them. Only a camera that sends none at
    all (it refreshes its picture in stripes) is decoded from anywhere; its picture builds up within seconds.
    """

    def __init__(self, look_interval_s: float) -> None:
        self._look_interval_s = look_interval_s
        self._last_key_s: float | None = None
        self._key_arrived_s = 0.0
        self._gaps_s: list[float] = []
        self._keys_only = True

    @property
    def interval_s(self) -> float | None:
        """Longest of the latest gaps between key frames, seconds; None before two have come."""
        return max(self._gaps_s) if self._gaps_s else None

    def keys_only(self, packet: Packet[VideoStream], arrived_s: float) -> bool:
        """Whether this packet is to be decoded only if it is a key frame."""
        if not packet.is_keyframe:
            if arrived_s - self._key_arrived_s > NO_KEY_S:
                self._keys_only = False
            return self._keys_only
        self._key_arrived_s = arrived_s
        # The stream's own time, where it has one: packets arrive in bursts.
        at_s = float(packet.pts * packet.time_base) if packet.pts is not None else arrived_s
        if self._last_key_s is not None and at_s > self._last_key_s:
            self._gaps_s = [*self._gaps_s[-3:], at_s - self._last_key_s]
        self._last_key_s = at_s
        self._keys_only = self.interval_s is None or only_key_frames(self.interval_s, self._look_interval_s)
        return self._keys_only
