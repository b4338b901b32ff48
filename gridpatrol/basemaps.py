"""Pictures of the ground on a node (`dispatch.base_maps.BaseMaps`): turned north up, bounded in number and size."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from detector.crs import WGS84, to_wgs84
from detector.errors import ConfigError
from detector.sources.jpeg import PictureRefused, size_wh
from dispatch.base_maps import BaseMap, Placement, PointXy
from dispatch.chinese import in_chinese
from dispatch.configuration import Fault, Faulty
from dispatch.errors import NotFound, Refused

log = logging.getLogger(__name__)

MOST_MAPS = 20
MOST_PIXELS = 50_000_000
MOST_SIDE_PX = 4096
LEAST_SIDE_M, MOST_SIDE_M = 5.0, 5_000.0
"""Beyond some kilometres a picture and web Mercator no longer differ by a plain perspective."""
QUALITY = 85
_PNG = b"\x89PNG\r\n\x1a\n"
_ID = re.compile(r"[0-9a-f]{16}")
_MERCATOR = "EPSG:3857"
_DECODE = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
"""A world file counts pixels as they are stored."""

Corners = NDArray[np.float64]
"""(4, 2): top left, top right, bottom right, bottom left."""


class BaseMapRoom:
    """Keeps pictures of the ground.

    Args:
        folder: has two files a picture.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        for part in folder.glob("*.part"):
            part.unlink(missing_ok=True)

    def maps(self) -> Sequence[BaseMap]:
        """Return all, in order of their names."""
        found = [each for path in self._folder.glob("*.json") if (each := _read(path)) is not None]
        return sorted(found, key=lambda each: (each.name, each.id))

    def upload(self) -> Path:
        """Return a new file for the bytes of a picture."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{uuid4().hex}.part"

    def add(self, upload: Path, placement: Placement, *, name: str, by: str, at: datetime) -> BaseMap:
        """Keep an uploaded picture, turned so that north is up.

        Raises:
            Faulty: it is no picture, or does not lie where a picture of the ground can.
            Refused: there are as many as may be.
        """
        data = upload.read_bytes()
        map_id = hashlib.sha256(data + repr(placement).encode()).hexdigest()[:16]
        size = _size_of(data)
        corners_m = _in_mercator(_corners_of(placement, size), placement.crs)
        with self._turn:
            known = {each.id for each in self.maps()}
            if len(known - {map_id}) >= MOST_MAPS:
                raise Refused(f"there are {MOST_MAPS} base pictures already", "Remove one that is no longer needed.")
            picture, extent_m = _north_up(_decoded(data), corners_m)
            height, width = picture.shape[:2]
            done, encoded = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
            if not done:
                raise Refused("the picture cannot be encoded", "Save it as another JPEG or PNG.")
            west, south, east, north = extent_m
            kept = BaseMap(
                id=map_id,
                name=name,
                extent_m=extent_m,
                bounds_lonlat=(*_lonlat(west, south), *_lonlat(east, north)),
                size_wh=(width, height),
                size_bytes=encoded.size,
                by=by,
                at=at,
            )
            self._picture(map_id).write_bytes(encoded.tobytes())
            self._facts(map_id).write_text(json.dumps(asdict(kept), default=str, ensure_ascii=False), encoding="utf-8")
        return kept

    def picture(self, map_id: str) -> bytes:
        """Return a picture as WebP. Raises NotFound."""
        self._known(map_id)
        return self._picture(map_id).read_bytes()

    def remove(self, map_id: str) -> None:
        """Remove a picture. Raises NotFound."""
        with self._turn:
            self._known(map_id)
            self._facts(map_id).unlink(missing_ok=True)
            self._picture(map_id).unlink(missing_ok=True)

    def _known(self, map_id: str) -> None:
        if _ID.fullmatch(map_id) is None or not self._facts(map_id).exists():
            raise NotFound(f"there is no base picture {map_id}", "List the base pictures to find its id.")

    def _picture(self, map_id: str) -> Path:
        return self._folder / f"{map_id}.webp"

    def _facts(self, map_id: str) -> Path:
        return self._folder / f"{map_id}.json"


def _read(path: Path) -> BaseMap | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        pairs = {name: tuple(values[name]) for name in ("extent_m", "bounds_lonlat", "size_wh")}
        return BaseMap(**{**values, **pairs, "at": datetime.fromisoformat(values["at"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s: not the facts of a base picture, it is left out: %s", path, error)
        return None


def _size_of(data: bytes) -> tuple[int, int]:
    """Return width and height from the header, so that nothing too large is decoded."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    else:
        try:
            width, height = size_wh(data)
        except PictureRefused as error:
            raise _no_picture() from error
    if not 0 < width * height <= MOST_PIXELS:
        raise _wrong(
            "file",
            f"the picture has {width} x {height} pixels, up to {MOST_PIXELS} are taken",
            "Make it smaller, or cut it",
            f"图片为 {width} × {height} 像素，最多 {MOST_PIXELS} 像素",
            "请缩小或裁剪",
        )
    return width, height


def _decoded(data: bytes) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), _DECODE)
    if image is None:
        raise _no_picture()
    return image.astype(np.uint8, copy=False)


def _corners_of(placement: Placement, size: tuple[int, int]) -> Corners:
    """Return the outer corners of a picture in its coordinate system."""
    width, height = size
    if placement.corners_xy is not None:
        first, right, below = (np.asarray(corner, dtype=np.float64) for corner in placement.corners_xy)
        return np.stack([first, right, right + below - first, below])
    # A world file (ESRI): x = A column + B row + C, y = D column + E row + F, of the middle of a pixel.
    if placement.world_file is None or len(placement.world_file) != 6:
        raise _wrong(
            "world_file",
            "a world file has six numbers",
            "Take the .jgw, .pgw or .wld file that belongs to the picture",
            "坐标文件（world file）应有六个数",
            "请使用与图片配套的 .jgw、.pgw 或 .wld 文件",
        )
    a, d, b, e, c, f = placement.world_file
    columns_rows = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64) - 0.5
    return np.asarray(columns_rows @ np.array([(a, d), (b, e)]) + np.array([c, f]), dtype=np.float64)


def _in_mercator(corners: Corners, crs: str) -> Corners:
    try:
        places = [to_wgs84(crs, float(x), float(y)) for x, y in corners]
    except ConfigError as error:
        raise Faulty([Fault("crs", str(error), "Check system and numbers", in_chinese(str(error)))]) from error
    if any(abs(lat) > 80 for _, lat in places):
        raise _wrong("corners", "this is too near a pole", "Check the numbers", "位置过于靠近极点", "请核对坐标")
    transform = Transformer.from_crs(WGS84, _MERCATOR, always_xy=True).transform
    corners_m = np.array([transform(lon, lat) for lon, lat in places])
    right, below = corners_m[1] - corners_m[0], corners_m[3] - corners_m[0]
    scale = float(np.cos(np.radians(places[0][1])))
    sides_m = (scale * float(np.hypot(*right)), scale * float(np.hypot(*below)))
    if not all(LEAST_SIDE_M <= side <= MOST_SIDE_M for side in sides_m):
        told = " x ".join(f"{side:,.0f}" for side in sides_m)
        raise _wrong(
            "corners",
            f"the picture would cover {told} m; {LEAST_SIDE_M:.0f} to {MOST_SIDE_M:,.0f} m a side are taken",
            "Check the coordinate system and the order of the numbers, or cut the picture",
            f"图片覆盖 {told} 米；每边应为 {LEAST_SIDE_M:.0f} 至 {MOST_SIDE_M:,.0f} 米",
            "请核对坐标系和数的顺序，或裁剪图片",
        )
    turn = float(right[0] * below[1] - right[1] * below[0]) * scale**2
    if turn > -0.2 * sides_m[0] * sides_m[1]:
        raise _wrong(
            "corners",
            "the corners do not span a picture seen from above: two are swapped, or lie on one line",
            "Give them in the order top left, top right, bottom left",
            "这些角点不能构成俯视的图片：顺序有误或位于一条直线上",
            "请按左上、右上、左下的顺序填写",
        )
    return corners_m


def _north_up(
    image: NDArray[np.uint8], corners_m: Corners
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """Return the picture with transparent margins (BGRA) and its west, south, east, north in Mercator metres."""
    height, width = image.shape[:2]
    (west, south), (east, north) = corners_m.min(axis=0), corners_m.max(axis=0)
    per_m = max(
        width / float(np.hypot(*(corners_m[1] - corners_m[0]))),
        height / float(np.hypot(*(corners_m[3] - corners_m[0]))),
    )
    smaller = min(1.0, MOST_SIDE_PX / (per_m * max(east - west, north - south)))
    per_m *= smaller
    if smaller < 1.0:
        size = (max(1, round(width * smaller)), max(1, round(height * smaller)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        height, width = image.shape[:2]
    out_wh = (max(1, round((east - west) * per_m)), max(1, round((north - south) * per_m)))
    at_px = (corners_m - (west, north)) * (out_wh[0] / (east - west), -out_wh[1] / (north - south))
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    # OpenCV counts from the middle of the first pixel, corners from its edge.
    turn = cv2.getPerspectiveTransform(source - 0.5, (at_px - 0.5).astype(np.float32))
    turned = cv2.warpPerspective(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA), turn, out_wh, flags=cv2.INTER_LINEAR)
    return turned.astype(np.uint8, copy=False), (float(west), float(south), float(east), float(north))


def _lonlat(x_m: float, y_m: float) -> PointXy:
    lon, lat = Transformer.from_crs(_MERCATOR, WGS84, always_xy=True).transform(x_m, y_m)
    return float(lon), float(lat)


def _no_picture() -> Faulty:
    return _wrong(
        "file",
        "this is no JPEG or PNG picture that can be read",
        "Save the plan or the aerial picture as JPEG or PNG",
        "不是可读取的 JPEG 或 PNG 图片",
        "请将平面图或航拍图另存为 JPEG 或 PNG",
    )


def _wrong(where: str, what: str, remedy: str, what_zh: str, remedy_zh: str) -> Faulty:
    return Faulty([Fault(where, what, remedy, what_zh, remedy_zh)])
