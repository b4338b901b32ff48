"""`gridpatrol check`: reads a configuration as a node would, then visits every camera in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from rich.table import Table

from detector.config import Camera
from detector.errors import DetectorError, SourceEnded
from detector.frame import Frame, FrameSource, Image
from detector.sources import open_source
from detector.sources.address import AddressPolicy
from detector.sources.credentials import Secrets
from detector.sources.live import LiveSource
from detector.sources.media import KEY_INTERVAL_SLACK, StreamInfo
from detector.zone import scaled

VISITS = 8
"""Cameras visited at a time."""

PATIENCE_S = 15.0
"""So long a connected camera is watched to learn how often its key frames come."""

ASPECT_TOLERANCE = 0.02
ZONE_BGR, TEXT_BGR = (60, 160, 255), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit to one camera found.

    Attributes:
        camera: as configured.
        info: what it sends; None when it was not reached, or is simulated.
        resolution_wh: size of the picture; None without one.
        picture: where the picture with the zones was saved; None without one.
        error: why there is no picture; empty when there is one.
        remarks: what works but may not be meant.
    """

    camera: Camera
    info: StreamInfo | None = None
    resolution_wh: tuple[int, int] | None = None
    picture: Path | None = None
    error: str = ""
    remarks: tuple[str, ...] = ()


def visit_all(
    cameras: Sequence[Camera],
    pictures: Path,
    *,
    secrets: Secrets,
    policy: AddressPolicy,
    done: Callable[[Visit], None] = lambda _: None,
) -> list[Visit]:
    """Visit cameras, several at a time, and save a picture of each.

    Args:
        cameras: as configured.
        pictures: folder for `<camera id>.jpg`; made when absent.
        secrets: their credentials.
        policy: which addresses they may have.
        done: called after each visit.

    Returns:
        One visit a camera, in the order given.
    """
    pictures.mkdir(parents=True, exist_ok=True)

    def one(camera: Camera) -> Visit:
        visit = _visit(camera, pictures, secrets, policy)
        done(visit)
        return visit

    with ThreadPoolExecutor(VISITS, thread_name_prefix="visit") as pool:
        return list(pool.map(one, cameras))


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a camera showed: a picture, or the error that came instead."""

    info: StreamInfo | None = None
    frame: Frame | None = None
    error: DetectorError | None = None


def glimpse(camera: Camera, *, secrets: Secrets, policy: AddressPolicy) -> Glimpse:
    """Connect to a camera, take a picture, learn how often key frames come, and leave."""
    source: FrameSource | None = None
    try:
        source = open_source(camera, start=datetime.now(UTC), secrets=secrets, policy=policy)
        frame = _watch(source)
    except DetectorError as error:
        return Glimpse(getattr(source, "info", None), error=error)
    finally:
        if source is not None:
            source.close()
    info = getattr(source, "info", None)
    if frame is None:
        return Glimpse(info, error=SourceEnded(f"{camera.id}: the source ended without a picture"))
    return Glimpse(info, frame)


def _visit(camera: Camera, pictures: Path, secrets: Secrets, policy: AddressPolicy) -> Visit:
    seen = glimpse(camera, secrets=secrets, policy=policy)
    info, frame = seen.info, seen.frame
    if frame is None:
        return Visit(camera, info, error=str(seen.error))
    path = pictures / f"{camera.id}.jpg"
    cv2.imwrite(str(path), with_zones(frame.image, camera))
    return Visit(camera, info, frame.resolution_wh, path, remarks=tuple(_remarks(camera, frame, info)))


def _watch(source: FrameSource) -> Frame | None:
    """Take a picture, and watch a live camera until its key-frame interval is known or patience ends."""
    until_s = time.monotonic() + PATIENCE_S
    latest: Frame | None = None
    for frame in source.read() if isinstance(source, LiveSource) else source.frames():
        latest = frame
        info: StreamInfo | None = getattr(source, "info", None)
        waits = isinstance(source, LiveSource) and info is not None and info.key_interval_s is None
        if not waits or time.monotonic() > until_s:
            break
    return latest


def _remarks(camera: Camera, frame: Frame, info: StreamInfo | None) -> Iterator[str]:
    if frame.corrupt:
        yield "the picture is damaged"
    width, height = frame.resolution_wh
    for zone in camera.zones:
        drawn = zone.resolution_wh[0] / zone.resolution_wh[1]
        if abs(drawn - width / height) > ASPECT_TOLERANCE * drawn:
            yield f"zone {zone.id} was drawn on {_size(zone.resolution_wh)}, another shape than the picture's"
    doubt = doubt_of_key_frames(camera, info)
    if doubt:
        yield doubt


def doubt_of_key_frames(camera: Camera, info: StreamInfo | None) -> str:
    """Return why a camera's key frames do not fit the wanted looks; empty when they do, or where there are none."""
    gap_s = info.key_interval_s if info is not None else None
    if gap_s is not None and gap_s > KEY_INTERVAL_SLACK * camera.watch.look_interval_s:
        return (
            f"a key frame every {gap_s:.1f} s for a look every {camera.watch.look_interval_s:g} s: "
            "every frame must be decoded; shorten the camera's key-frame interval"
        )
    if info is not None and gap_s is None and camera.source.url.startswith("rtsp"):
        return f"no second key frame in {PATIENCE_S:g} s"
    return ""


def with_zones(image: Image, camera: Camera) -> Image:
    """Return a copy of a picture with a camera's zones and their names drawn on it."""
    picture = image.copy()
    height, width = picture.shape[:2]
    line = max(1, round(width / 640))
    for zone in camera.zones:
        corners = np.rint(scaled(zone, (width, height)).polygon_px).astype(np.int32)
        cv2.polylines(picture, [corners], True, ZONE_BGR, line, cv2.LINE_AA)
        at = (int(corners[:, 0].min()) + 4, int(corners[:, 1].min()) + 14 * line)
        for colour, offset in (((0, 0, 0), 1), (TEXT_BGR, 0)):
            text_at = (at[0] + offset, at[1] + offset)
            cv2.putText(picture, f"{zone.id} ({zone.purpose})", text_at, 0, 0.45 * line, colour, 1, cv2.LINE_AA)
    return picture


def table(visits: Sequence[Visit]) -> Table:
    """Return what was found as a table for the terminal."""
    shown = Table("camera", "state", "codec", "size", "fps", "key frame every", "picture", "remarks")
    for visit in visits:
        info = visit.info
        shown.add_row(
            visit.camera.id,
            "[green]ok[/]" if not visit.error else "[red]no picture[/]",
            info.codec if info else "",
            _size(visit.resolution_wh) if visit.resolution_wh else "",
            f"{info.fps:.3g}" if info and info.fps else "",
            f"{info.key_interval_s:.1f} s" if info and info.key_interval_s is not None else "",
            str(visit.picture) if visit.picture else "",
            "; ".join(visit.remarks),
        )
    return shown


def _size(size_wh: tuple[int, int]) -> str:
    return f"{size_wh[0]}x{size_wh[1]}"
