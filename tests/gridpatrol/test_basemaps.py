"""Pictures of the ground: turned north up, placed where they say, refused where they cannot lie, bounded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer

from dispatch.base_maps import BaseMap, Placement, PointXy
from dispatch.configuration import Faulty
from dispatch.errors import NotFound, Refused
from gridpatrol import basemaps
from gridpatrol.basemaps import BaseMapRoom

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GAUSS = "EPSG:4547"
"""CGCS2000, 3-degree Gauss-Krueger, central meridian 114 E."""
EAST, NORTH = 513_450.0, 2_494_000.0
SPOT_PX = (150, 40)


def plan(width: int = 200, height: int = 100) -> NDArray[np.uint8]:
    """A grey plan with a red spot."""
    image = np.full((height, width, 3), 120, np.uint8)
    cv2.circle(image, SPOT_PX, 3, (0, 0, 255), -1)
    return image


def encoded(image: NDArray[np.uint8], suffix: str = ".png") -> bytes:
    done, data = cv2.imencode(suffix, image)
    assert done
    return data.tobytes()


def corners(turned_deg: float = 0.0, side_m: float = 100.0) -> tuple[PointXy, PointXy, PointXy]:
    """Corners of a picture of twice a side by a side, in the projection."""
    turn = np.radians(turned_deg)
    right = 2 * side_m * np.array([np.cos(turn), np.sin(turn)])
    below = side_m * np.array([np.sin(turn), -np.cos(turn)])
    first = np.array([EAST, NORTH])
    return tuple((float(x), float(y)) for x, y in (first, first + right, first + below))  # type: ignore[return-value]


def world_file(pixel_m: float) -> tuple[float, ...]:
    """The world file of the same picture, not turned: it speaks of the middle of the first pixel."""
    return (pixel_m, 0.0, 0.0, -pixel_m, EAST + pixel_m / 2, NORTH - pixel_m / 2)


@pytest.fixture
def room(tmp_path: Path) -> BaseMapRoom:
    return BaseMapRoom(tmp_path / "basemaps")


def add(room: BaseMapRoom, data: bytes, placement: Placement, name: str = "Plan") -> BaseMap:
    upload = room.upload()
    upload.write_bytes(data)
    try:
        return room.add(upload, placement, name=name, by="li", at=NOW)
    finally:
        upload.unlink(missing_ok=True)


def spot_of(room: BaseMapRoom, kept: BaseMap) -> tuple[float, float]:
    """Where the red spot lies in the kept picture, in the projection."""
    picture = cv2.imdecode(np.frombuffer(room.picture(kept.id), np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None and picture.shape[:2] == kept.size_wh[::-1]
    red = (picture[..., 2] > 180) & (picture[..., 1] < 100)
    row, column = (float(np.mean(each)) + 0.5 for each in np.nonzero(red))
    west, south, east, north = kept.extent_m
    x = west + column / kept.size_wh[0] * (east - west)
    y = north - row / kept.size_wh[1] * (north - south)
    return Transformer.from_crs("EPSG:3857", GAUSS, always_xy=True).transform(x, y)


PLACED: dict[str, tuple[Placement, float]] = {
    "corners": (Placement(GAUSS, corners_xy=corners()), 0.0),
    "world file": (Placement(GAUSS, world_file=world_file(1.0)), 0.0),
    "turned": (Placement(GAUSS, corners_xy=corners(30)), 30.0),
    "upside down": (Placement(GAUSS, corners_xy=corners(180)), 180.0),
}


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize(("placement", "turned_deg"), PLACED.values(), ids=PLACED.keys())
def test_a_spot_of_the_plan_lies_where_it_is_on_the_ground(
    room: BaseMapRoom, placement: Placement, turned_deg: float, suffix: str
) -> None:
    kept = add(room, encoded(plan(), suffix), placement)
    turn = np.radians(turned_deg)
    right, below = np.array([np.cos(turn), np.sin(turn)]), np.array([np.sin(turn), -np.cos(turn)])
    expected = np.array([EAST, NORTH]) + (SPOT_PX[0] + 0.5) * right + (SPOT_PX[1] + 0.5) * below
    assert spot_of(room, kept) == pytest.approx(tuple(expected), abs=0.7), "a pixel of the plan is a metre"
    west, south, east, north = kept.bounds_lonlat
    assert 114.1 < west < east < 114.2 and 22.5 < south < north < 22.6


def test_a_large_one_becomes_smaller(room: BaseMapRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basemaps, "MOST_SIDE_PX", 100)
    kept = add(room, encoded(plan()), Placement(GAUSS, corners_xy=corners(10)))
    assert max(kept.size_wh) == 100


def test_they_outlast_a_restart_and_are_removed(room: BaseMapRoom, tmp_path: Path) -> None:
    placement = Placement(GAUSS, corners_xy=corners())
    second = add(room, encoded(plan()), placement, "B")
    assert add(room, encoded(plan()), placement, "B") == second, "the same again is the same"
    first = add(room, encoded(plan(60, 60)), placement, "A")
    (tmp_path / "basemaps" / f"{'0' * 32}.part").write_bytes(b"cut off")
    (tmp_path / "basemaps" / f"{'1' * 16}.json").write_text("{}")
    again = BaseMapRoom(tmp_path / "basemaps")
    assert list(again.maps()) == [first, second]
    assert not list((tmp_path / "basemaps").glob("*.part"))
    again.remove(first.id)
    assert [each.id for each in again.maps()] == [second.id]
    for missing in (first.id, "../basemaps", "0" * 16):
        with pytest.raises(NotFound):
            again.picture(missing)


def test_there_are_no_more_than_some(room: BaseMapRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basemaps, "MOST_MAPS", 1)
    placement = Placement(GAUSS, corners_xy=corners())
    add(room, encoded(plan()), placement)
    add(room, encoded(plan()), placement)
    with pytest.raises(Refused, match="1 base pictures"):
        add(room, encoded(plan(50, 50)), placement)


def bomb() -> bytes:
    data = bytearray(encoded(plan()))
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    return bytes(data)


WRONG: dict[str, tuple[Callable[[], bytes], Placement, str, str]] = {
    "no picture": (lambda: b"GIF89a", Placement(GAUSS, corners_xy=corners()), "no JPEG or PNG", "file"),
    "cut off": (lambda: encoded(plan())[:40], Placement(GAUSS, corners_xy=corners()), "no JPEG or PNG", "file"),
    "a bomb": (bomb, Placement(GAUSS, corners_xy=corners()), "100000 x 100000", "file"),
    "five numbers": (
        lambda: encoded(plan()),
        Placement(GAUSS, world_file=(1, 0, 0, -1, 5)),
        "six numbers",
        "world_file",
    ),
    "no system": (lambda: encoded(plan()), Placement("EPSG:1", corners_xy=corners()), "EPSG:1", "crs"),
    "another system": (lambda: encoded(plan()), Placement("EPSG:4326", corners_xy=corners()), "no place", "crs"),
    "too large": (lambda: encoded(plan()), Placement(GAUSS, corners_xy=corners(0, 9_000)), "17,991", "corners"),
    "too small": (lambda: encoded(plan()), Placement(GAUSS, corners_xy=corners(0, 0.5)), "would cover", "corners"),
    "mirrored": (
        lambda: encoded(plan()),
        Placement(GAUSS, corners_xy=(corners()[1], corners()[0], (EAST + 200, NORTH - 100))),
        "two are swapped",
        "corners",
    ),
    "on a line": (
        lambda: encoded(plan()),
        Placement(GAUSS, corners_xy=((EAST, NORTH), (EAST + 100, NORTH), (EAST + 200, NORTH))),
        "one line",
        "corners",
    ),
}


@pytest.mark.parametrize(("data", "placement", "words", "where"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_refused_in_both_languages(
    room: BaseMapRoom, data: Callable[[], bytes], placement: Placement, words: str, where: str
) -> None:
    with pytest.raises(Faulty) as refused:
        add(room, data(), placement)
    (fault,) = refused.value.faults
    assert words in fault.what and fault.where == where
    assert fault.what_zh and fault.remedy
    assert list(room.maps()) == []
