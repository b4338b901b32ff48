"""Stored pictures: addresses, hashes, what is drawn, what is hidden, and what survives a crash."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.config import Camera, Names, Position, Purpose, Source, Zone
from detector.errors import ConfigError, EvidenceError
from detector.evidence import EvidenceStore
from detector.frame import Frame, Image
from detector.privacy import heads_and_plates, hidden
from dispatch.contract import EvidenceKind

AT = datetime(2026, 11, 21, 18, 30, 5, tzinfo=UTC)
ZONE = Zone(
    id="kerb",
    purpose=Purpose.no_parking,
    names=Names(en="Kerb", zh="路缘"),
    resolution_wh=(640, 360),
    polygon_px=((10, 10), (630, 10), (630, 350), (10, 350)),
)
CAMERA = Camera(
    id="market-1",
    names=Names(en="Market street", zh="市场街"),
    source=Source(url="sim://crossing"),
    position=Position(lon=114.1, lat=22.5, crs="EPSG:4326"),
    zones=(ZONE,),
)
BOX = (300.0, 150.0, 380.0, 230.0)
KINDS = list(EvidenceKind)


def _frame(width: int = 640, height: int = 360, at: datetime = AT, level: int = 90) -> Frame:
    image = np.full((height, width, 3), level, dtype=np.uint8)
    return Frame("market-1", image, at, 0.0)


def _picture(store: EvidenceStore, key: str) -> Image:
    picture = cv2.imdecode(np.frombuffer(store.read(key), dtype=np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_kept_with_its_hash_size_and_time(tmp_path: Path, kind: EvidenceKind) -> None:
    store = EvidenceStore(tmp_path)
    evidence = store.save(_frame(), camera=CAMERA, kind=kind, box_xyxy_px=BOX, zone=ZONE, caption="违停 parked")
    data = store.read(evidence.key)
    height, width = _picture(store, evidence.key).shape[:2]
    assert hashlib.sha256(data).hexdigest() == evidence.sha256
    assert evidence.size_wh == (width, height)
    assert (evidence.kind, evidence.captured_at) == (kind, AT)
    assert evidence.key.startswith("2026/11/21/market-1/")


def test_the_same_look_is_the_same_file_and_another_is_another(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    first = store.save(_frame(), camera=CAMERA, kind=EvidenceKind.wide, box_xyxy_px=BOX)
    again = EvidenceStore(tmp_path).save(_frame(), camera=CAMERA, kind=EvidenceKind.wide, box_xyxy_px=BOX)
    later = store.save(_frame(at=AT + timedelta(seconds=1)), camera=CAMERA, kind=EvidenceKind.wide, box_xyxy_px=BOX)
    close = store.save(_frame(), camera=CAMERA, kind=EvidenceKind.close, box_xyxy_px=BOX)
    assert again == first
    assert len({first.key, later.key, close.key}) == 3
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3


def test_the_day_in_the_address_is_utc(tmp_path: Path) -> None:
    local = AT.astimezone(timezone(timedelta(hours=8)))
    assert local.day == 22
    evidence = EvidenceStore(tmp_path).save(_frame(at=local), camera=CAMERA, kind=EvidenceKind.wide)
    assert evidence.key.startswith("2026/11/21/")


def test_a_stored_picture_never_changes(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    first = store.save(_frame(level=90), camera=CAMERA, kind=EvidenceKind.wide)
    again = store.save(_frame(level=200), camera=CAMERA, kind=EvidenceKind.wide)
    assert again.sha256 == first.sha256 == hashlib.sha256(store.read(first.key)).hexdigest()


@pytest.mark.parametrize(("width", "height", "shown"), [(320, 240, 640), (1280, 720, 1280), (3840, 2160, 1280)])
def test_wide_pictures_are_readable_and_bounded(tmp_path: Path, width: int, height: int, shown: int) -> None:
    evidence = EvidenceStore(tmp_path).save(_frame(width, height), camera=CAMERA, kind=EvidenceKind.wide, zone=ZONE)
    assert evidence.size_wh[0] == shown
    assert evidence.size_wh[1] > shown * height // width, "the strip is added below, it covers nothing"


@pytest.mark.parametrize(
    "box",
    [(0.0, 0.0, 5.0, 5.0), (630.0, 350.0, 640.0, 360.0), (-20.0, -20.0, 30.0, 30.0), (0.0, 0.0, 640.0, 360.0)],
    ids=["corner", "far corner", "beyond the edge", "everything"],
)
def test_a_close_picture_stays_inside_the_frame(tmp_path: Path, box: tuple[float, float, float, float]) -> None:
    evidence = EvidenceStore(tmp_path).save(_frame(), camera=CAMERA, kind=EvidenceKind.close, box_xyxy_px=box)
    assert 480 <= evidence.size_wh[0] <= 960


def test_box_and_zone_are_drawn_at_their_places(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    evidence = store.save(_frame(1280, 720), camera=CAMERA, kind=EvidenceKind.wide, box_xyxy_px=BOX, zone=ZONE)
    picture = _picture(store, evidence.key).astype(int)
    assert abs(picture[190, 300] - (0, 200, 255)).max() < 60, "left edge of the box"
    assert abs(picture[360, 20] - (255, 160, 0)).max() < 60, "left edge of the zone, drawn on a picture half as large"
    assert abs(picture[500, 900] - 90).max() < 6, "the rest is untouched"


@pytest.mark.parametrize("caption", ["", "x" * 500, "占用消防通道 " * 40, "\n\t\0"])
def test_any_caption_fits_the_strip(tmp_path: Path, caption: str) -> None:
    evidence = EvidenceStore(tmp_path).save(_frame(), camera=CAMERA, kind=EvidenceKind.wide, zone=ZONE, caption=caption)
    assert evidence.size_wh[0] == 640


def test_the_time_is_written_in_the_citys_zone(tmp_path: Path) -> None:
    pictures = []
    for zone in ("Asia/Shanghai", "UTC"):
        store = EvidenceStore(tmp_path / zone.replace("/", "-"), time_zone=zone)
        pictures.append(_picture(store, store.save(_frame(), camera=CAMERA, kind=EvidenceKind.wide).key))
    shanghai, utc = (picture[-30:, :260].astype(int) for picture in pictures)
    assert abs(shanghai - utc).max() > 100
    assert shanghai.max() > 200, "white letters"


def test_an_unknown_time_zone_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Mars/Olympus"):
        EvidenceStore(tmp_path, time_zone="Mars/Olympus")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../secret",
        "/etc/passwd",
        "2026/11/21/market-1/../../../../../etc/passwd",
        "2026/11/21/../00000000-0000-0000-0000-000000000000.jpg",
        "2026/11/21/market-1/00000000-0000-0000-0000-000000000000.jpg\0",
        "2026/11/21/market-1/00000000-0000-0000-0000-000000000000.jpg\n",
        "2026\\11\\21\\market-1\\00000000-0000-0000-0000-000000000000.jpg",
    ],
)
def test_no_address_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(EvidenceError, match="not the address"):
        EvidenceStore(tmp_path).read(key)


def test_an_unknown_picture_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="No such file"):
        EvidenceStore(tmp_path).read("2026/11/21/market-1/00000000-0000-0000-0000-000000000000.jpg")


def test_what_cannot_be_written_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "2026").write_text("in the way")
    with pytest.raises(EvidenceError, match="cannot be written"):
        EvidenceStore(tmp_path).save(_frame(), camera=CAMERA, kind=EvidenceKind.wide)
    assert [path.name for path in tmp_path.iterdir()] == ["2026"]


def test_a_crash_while_writing_leaves_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(self: Path, target: Path) -> Path:
        raise OSError("power lost")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", dies)
        with pytest.raises(EvidenceError, match="power lost"):
            EvidenceStore(tmp_path).save(_frame(), camera=CAMERA, kind=EvidenceKind.wide)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    EvidenceStore(tmp_path).save(_frame(), camera=CAMERA, kind=EvidenceKind.wide)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_pair_shows_both_pictures(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    before = store.save(_frame(level=60), camera=CAMERA, kind=EvidenceKind.before, box_xyxy_px=BOX)
    after = store.save(
        _frame(level=220, at=AT + timedelta(hours=1)), camera=CAMERA, kind=EvidenceKind.after, box_xyxy_px=BOX
    )
    pair = store.save_pair(before, after, camera=CAMERA, caption="核查 gone")
    picture = _picture(store, pair.key).astype(int)
    width = pair.size_wh[0]
    assert abs(picture[100, width // 4] - 60).max() < 10
    assert abs(picture[100, 3 * width // 4] - 220).max() < 10
    assert pair == store.save_pair(before, after, camera=CAMERA, caption="核查 gone")


def _stripes(width: int = 640, height: int = 360) -> Image:
    """A picture whose every second column is white: fine detail everywhere."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[:, ::2] = 255
    return image


def _detail(image: Image, box: tuple[float, float, float, float]) -> float:
    x1, y1, x2, y2 = (int(value) for value in box)
    return float(np.abs(np.diff(image[y1:y2, x1:x2].astype(float), axis=1)).mean())


def test_heads_and_plates_lose_their_detail_and_nothing_else_does() -> None:
    person, car = (100.0, 100.0, 140.0, 220.0), (300.0, 150.0, 460.0, 260.0)
    image = _stripes()
    result = hidden(image, heads_and_plates([person], [car]))
    assert _detail(result, (102, 100, 138, 130)) < 10, "head"
    assert _detail(result, (340, 215, 420, 250)) < 10, "plate"
    assert _detail(result, (102, 150, 138, 218)) > 200, "body"
    assert _detail(result, (310, 152, 450, 200)) > 200, "windows and roof"
    assert _detail(image, (102, 100, 138, 130)) > 200, "the frame itself is not written to"


def test_a_matter_may_keep_the_plate_but_no_head() -> None:
    person, car = (100.0, 100.0, 140.0, 220.0), (300.0, 150.0, 460.0, 260.0)
    result = hidden(_stripes(), heads_and_plates([person], [car], keep_plate=True))
    assert _detail(result, (340, 215, 420, 250)) > 200
    assert _detail(result, (102, 100, 138, 130)) < 10


def test_someone_cut_off_or_sitting_is_hidden_further_down() -> None:
    standing, sitting = (0.0, 0.0, 40.0, 120.0), (0.0, 0.0, 40.0, 48.0)
    (head_of_standing,) = heads_and_plates([standing], [])
    (head_of_sitting,) = heads_and_plates([sitting], [])
    assert head_of_standing[3] / 120 < head_of_sitting[3] / 48


@pytest.mark.parametrize(
    "region",
    [(-50.0, -50.0, 20.0, 20.0), (630.0, 350.0, 900.0, 900.0), (700.0, 10.0, 800.0, 20.0), (5.0, 5.0, 5.2, 5.1)],
)
def test_regions_at_and_beyond_the_edge(region: tuple[float, float, float, float]) -> None:
    assert hidden(_stripes(), [region]).shape == (360, 640, 3)


def test_hidden_regions_reach_the_stored_picture(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    frame = Frame("market-1", _stripes(1280, 720), AT, 0.0)
    evidence = store.save(
        frame, camera=CAMERA, kind=EvidenceKind.wide, hide_boxes_xyxy_px=heads_and_plates([(100, 100, 200, 400)], [])
    )
    picture = _picture(store, evidence.key)
    assert _detail(picture, (105, 100, 195, 170)) < 15
    assert _detail(picture, (105, 250, 195, 390)) > 150
