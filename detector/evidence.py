"""Pictures that prove an incident: what they show, what is written under them, and how they are kept.

A picture gets a strip below it with time, camera and zone, so that nothing of the street is covered. Its address
follows from what it shows: saving the same look twice, as after a restart, gives the same file, and a stored file never
changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import cv2
import numpy as np

from detector.config import Camera, Zone
from detector.errors import ConfigError, EvidenceError
from detector.frame import Frame, Image
from detector.geometry import BoxXyxy
from detector.privacy import hidden
from dispatch.contract import Evidence, EvidenceKind

_KEY = re.compile(r"^\d{4}/\d{2}/\d{2}/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jpg$")
_JPEG_QUALITY = 88
_WIDE_WIDTH_PX = (640, 1280)
"""Least and largest width of a wide picture."""
_CLOSE_WIDTH_PX = (480, 960)
"""Least and largest width of a close picture."""
_CLOSE_CONTEXT = 0.75
"""A close picture shows this share of the box's longer side around it."""
_CLOSE_MIN_PX = 96
"""A close picture shows at least so many source pixels each way."""
_PAIR_HEIGHT_PX = 480
_PAIR_GAP_PX = 8
_BOX_BGR = (0, 200, 255)
_ZONE_BGR = (255, 160, 0)
_STRIP_BGR = (24, 24, 24)
_TEXT_BGR = (255, 255, 255)
_FONT = "uni"
"""The font built into OpenCV 5 that has Chinese and Latin letters."""
_TEXT_PX, _LEAST_TEXT_PX = 20, 12


@dataclass(frozen=True)
class EvidenceStore:
    """A folder of pictures, one file each, by day and camera.

    Attributes:
        root: the folder; created when the first picture is saved.
        time_zone: IANA name of the zone in which times are written on the pictures.
    """

    root: Path
    time_zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"unknown time zone {self.time_zone!r}; use an IANA name such as Asia/Shanghai"
            ) from error

    def save(
        self,
        frame: Frame,
        *,
        camera: Camera,
        kind: EvidenceKind,
        box_xyxy_px: BoxXyxy | None = None,
        zone: Zone | None = None,
        hide_boxes_xyxy_px: Sequence[BoxXyxy] = (),
        caption: str = "",
    ) -> Evidence:
        """Store a picture of a look.

        Args:
            frame: the look.
            camera: named in the strip.
            kind: `close` shows the surroundings of the box, every other kind the whole picture.
            box_xyxy_px: the thing in question, source pixels.
            zone: outlined and named.
            hide_boxes_xyxy_px: regions made unreadable, source pixels; see `detector.privacy.heads_and_plates`.
            caption: what the picture is about, in either language.

        Raises:
            EvidenceError: the picture cannot be written.
        """
        said = f"{camera.id}|{frame.captured_at.isoformat()}|{kind}|{box_xyxy_px}|{zone and zone.id}|{caption}"
        key = _key(camera, frame.captured_at, said)
        picture = hidden(frame.image, hide_boxes_xyxy_px)
        window = _close_window(box_xyxy_px, frame.resolution_wh) if kind is EvidenceKind.close else None
        picture = _drawn(picture, frame.resolution_wh, window, box_xyxy_px, zone)
        lines = (self._headline(camera, frame.captured_at), _about(zone, caption))
        return self._keep(key, _with_strip(picture, lines), kind, frame.captured_at)

    def save_pair(self, before: Evidence, after: Evidence, *, camera: Camera, caption: str = "") -> Evidence:
        """Store two stored pictures side by side, the earlier on the left, as evidence of kind `after`.

        Raises:
            EvidenceError: one of them is not in the store, or the pair cannot be written.
        """
        key = _key(camera, after.captured_at, f"{camera.id}|{before.sha256}|{after.sha256}|{caption}")
        halves = [_as_half(self.read(one.key), label) for one, label in ((before, "前 before"), (after, "后 after"))]
        gap = np.zeros((_PAIR_HEIGHT_PX, _PAIR_GAP_PX, 3), dtype=np.uint8)
        both = np.hstack([halves[0], gap, halves[1]])
        lines = (self._headline(camera, after.captured_at), caption)
        return self._keep(key, _with_strip(both, lines), EvidenceKind.after, after.captured_at)

    def save_photo(self, image: Image, *, folder: str, said: str, kind: EvidenceKind, taken_at: datetime) -> Evidence:
        """Store a picture that no camera took, as it is given.

        Args:
            image: BGR; what must be hidden is hidden already.
            folder: beside the cameras' folders of the day.
            said: what it shows; the same words give the same address.
            taken_at: aware.

        Raises:
            EvidenceError: the picture cannot be written.
        """
        return self._keep(_address(folder, taken_at, said), image, kind, taken_at)

    def path(self, key: str) -> Path:
        """Return the file of a picture, which need not exist.

        Raises:
            EvidenceError: the key is not one of this store's, so that it cannot lead out of the folder.
        """
        if _KEY.fullmatch(key) is None:
            raise EvidenceError(f"{key!r} is not the address of a picture")
        return self.root / key

    def read(self, key: str) -> bytes:
        """Return the bytes of a stored picture (JPEG).

        Raises:
            EvidenceError: there is no such picture, or it cannot be read.
        """
        try:
            return self.path(key).read_bytes()
        except OSError as error:
            raise EvidenceError(f"picture {key} cannot be read: {error.strerror or error}") from error

    def _headline(self, camera: Camera, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self.time_zone))
        offset = local.strftime("%z")
        stamp = f"{local:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:]}"
        return f"{stamp}   {camera.id}   {camera.names.zh}   {camera.names.en}"

    def _keep(self, key: str, picture: Image, kind: EvidenceKind, captured_at: datetime) -> Evidence:
        path = self.path(key)
        if path.is_file():
            data = self.read(key)
        else:
            data = _jpeg(picture)
            _write_whole(path, data)
        height, width = picture.shape[:2]
        digest = hashlib.sha256(data).hexdigest()
        return Evidence(key=key, kind=kind, sha256=digest, captured_at=captured_at, size_wh=(width, height))


def _key(camera: Camera, captured_at: datetime, said: str) -> str:
    return _address(camera.id, captured_at, said)


def _address(folder: str, captured_at: datetime, said: str) -> str:
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"gridpatrol:evidence:{said}")
    return f"{captured_at.astimezone(UTC):%Y/%m/%d}/{folder}/{name}.jpg"


def _about(zone: Zone | None, caption: str) -> str:
    if zone is None:
        return caption
    named = f"{zone.names.zh} {zone.names.en}" if zone.names else zone.id
    return f"{named} ({zone.purpose.value})   {caption}".rstrip()


def _close_window(box: BoxXyxy | None, resolution_wh: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the part of a picture that a close picture shows, as whole pixels x1, y1, x2, y2."""
    if box is None:
        return None
    x1, y1, x2, y2 = box
    context = _CLOSE_CONTEXT * max(x2 - x1, y2 - y1)
    spans = []
    for low, high, limit in ((x1, x2, resolution_wh[0]), (y1, y2, resolution_wh[1])):
        middle, half = (low + high) / 2, max((high - low) / 2 + context, _CLOSE_MIN_PX / 2)
        start = min(max(0.0, middle - half), max(0.0, limit - 2 * half))
        spans.append((int(start), max(int(start) + 1, min(limit, int(np.ceil(start + 2 * half))))))
    return spans[0][0], spans[1][0], spans[0][1], spans[1][1]


def _drawn(
    picture: Image,
    resolution_wh: tuple[int, int],
    window: tuple[int, int, int, int] | None,
    box: BoxXyxy | None,
    zone: Zone | None,
) -> Image:
    """Return the window of a picture, brought to a readable width, with zone and box outlined."""
    left, top, right, bottom = window or (0, 0, *resolution_wh)
    least, most = _CLOSE_WIDTH_PX if window else _WIDE_WIDTH_PX
    scale = min(max(right - left, least), most) / (right - left)
    size = (round((right - left) * scale), max(1, round((bottom - top) * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = cv2.resize(picture[top:bottom, left:right], size, interpolation=way).astype(np.uint8)
    if zone is not None:
        stretch = np.asarray(resolution_wh) / np.asarray(zone.resolution_wh)
        corners = (np.asarray(zone.polygon_px) * stretch - (left, top)) * scale
        cv2.polylines(shown, [np.round(corners).astype(np.int32)], True, _ZONE_BGR, 2, cv2.LINE_AA)
    if box is not None:
        x1, y1, x2, y2 = (round(value * scale) for value in np.subtract(box, (left, top, left, top)).tolist())
        cv2.rectangle(shown, (x1, y1), (x2, y2), _BOX_BGR, 2, cv2.LINE_AA)
    return shown


def _with_strip(picture: Image, lines: Sequence[str]) -> Image:
    """Return a picture with lines of text in a strip below it."""
    width = picture.shape[1]
    font = cv2.FontFace(_FONT)
    rows = [line for line in lines if line]
    row_px = _TEXT_PX + 10
    strip = np.full((row_px * len(rows) + 8, width, 3), _STRIP_BGR, dtype=np.uint8)
    for index, line in enumerate(rows):
        text, text_px = _fitted(line, width - 16, font)
        cv2.putText(strip, text, (8, row_px * index + _TEXT_PX + 6), _TEXT_BGR, font, text_px)
    return np.vstack([picture, strip])


def _fitted(text: str, width_px: int, font: cv2.FontFace) -> tuple[str, int]:
    """Return the text and the letter size at which it fits a width; what does not fit at the least size is cut."""
    for text_px in range(_TEXT_PX, _LEAST_TEXT_PX - 1, -1):
        if _text_width(text, font, text_px) <= width_px:
            return text, text_px
    while len(text) > 1 and _text_width(text + "…", font, _LEAST_TEXT_PX) > width_px:
        text = text[:-1]
    return text + "…", _LEAST_TEXT_PX


def _text_width(text: str, font: cv2.FontFace, text_px: int) -> int:
    return int(cv2.getTextSize((0, 0), text, (0, 0), font, text_px)[2])


def _as_half(data: bytes, label: str) -> Image:
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise EvidenceError("a stored picture is damaged and cannot be shown beside another")
    width = max(1, round(picture.shape[1] * _PAIR_HEIGHT_PX / picture.shape[0]))
    half = cv2.resize(picture, (width, _PAIR_HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)
    cv2.rectangle(half, (0, 0), (110, 30), _STRIP_BGR, -1)
    cv2.putText(half, label, (8, 22), _TEXT_BGR, cv2.FontFace(_FONT), 18)
    return half


def _jpeg(picture: Image) -> bytes:
    done, buffer = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise EvidenceError(f"a picture of {picture.shape[1]}x{picture.shape[0]} cannot be encoded as JPEG")
    return buffer.tobytes()


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is either complete or absent."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise EvidenceError(f"picture {path} cannot be written: {error.strerror or error}") from error
