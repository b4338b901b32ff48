"""Cameras, live and recorded, behind `detector.frame.FrameSource`."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from detector.config import Camera
from detector.errors import ConfigError
from detector.frame import FrameSource
from detector.sources.address import AddressPolicy
from detector.sources.credentials import Secrets
from detector.sources.http import HttpSource
from detector.sources.recording import Pace, RecordingSource
from detector.sources.rtsp import RtspSource

__all__ = ["AddressPolicy", "Pace", "Secrets", "duration_s", "open_source"]


DEFAULT_POLICY = AddressPolicy()

LIVE: dict[str, type[RtspSource | HttpSource]] = {
    "rtsp": RtspSource,
    "rtsps": RtspSource,
    "http": HttpSource,
    "https": HttpSource,
}
"""What connects to a live camera, by the scheme of its address."""


def utc_now() -> datetime:
    """The wall clock, aware UTC. Live sources and the worker take it as an argument; nothing else reads it."""
    return datetime.now(UTC)


def open_source(
    camera: Camera,
    *,
    start: datetime | None = None,
    secrets: Secrets | None = None,
    pace: Pace = Pace.fast,
    clock: Callable[[], datetime] = utc_now,
    policy: AddressPolicy = DEFAULT_POLICY,
) -> FrameSource:
    """Make the source that a camera file names. Connecting happens in its `frames`; a recording is probed at once.

    Args:
        camera: its source's URL is absolute or relative to the working directory (the loader resolves it).
        start: aware time of the first frame of a recording or simulated street; the clock's time when None.
        secrets: where `source.credentials` is looked up; the environment when None.
        pace: whether recordings and simulated streets run as fast as they are read or as they were filmed.
        clock: the time that live frames are stamped with.
        policy: which addresses live cameras may have.

    Raises:
        ConfigError: the URL's scheme is unknown, or the credentials it names are.
        SourceUnreachable: a recording is missing or no video.
    """
    url, scheme = camera.source.url, urlsplit(camera.source.url).scheme.lower()
    if scheme in ("", "file"):
        return RecordingSource(
            camera.id,
            Path(url.removeprefix("file://")),
            look_interval_s=camera.watch.look_interval_s,
            start=start or clock(),
            fps=camera.source.fps,
            pace=pace,
        )
    if scheme == "sim":
        # Imported here: the simulation loads its scenes, and it imports this package.
        from detector.sources.sim import SimSource

        live = pace is Pace.filmed
        return SimSource(camera.id, url, camera.watch.look_interval_s, start or clock(), live=live, now=clock)
    if scheme not in LIVE:
        raise ConfigError(
            f"{camera.id}: source address has the scheme {scheme!r}; "
            "expected rtsp, rtsps, http, https, sim or a file path"
        )
    name = camera.source.credentials
    known = secrets if secrets is not None else Secrets(os.environ)
    return LIVE[scheme](
        camera.id,
        url,
        look_interval_s=camera.watch.look_interval_s,
        credential=known.credential(name) if name is not None else None,
        policy=policy,
        connect_timeout_s=camera.source.connect_timeout_s,
        read_timeout_s=camera.source.read_timeout_s,
        clock=clock,
    )


def duration_s(source: FrameSource) -> float | None:
    """Length of a recording in media seconds; None for a live source, or where the file does not tell."""
    return getattr(source, "duration_s", None)
