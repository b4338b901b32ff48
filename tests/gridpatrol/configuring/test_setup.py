"""Setting cameras up: what a trial connection says, what a calibration's points make, what becomes of a list."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from detector.config import Calibration
from detector.georeference import fit_ground_plane, ground_points
from dispatch.camera_setup import MapPoint, Outcome, ProbeStage, TooManyProbes, Wanted
from dispatch.configuration import Faulty
from gridpatrol.configuring import setup as office_code
from gridpatrol.configuring.cameras import CameraOffice
from gridpatrol.configuring.setup import SetupOffice
from tests.detector.sources.encode import numbered, write_clip
from tests.detector.sources.test_http import LOCAL, camera, jpeg, reply
from tests.gridpatrol.configuring.conftest import City, by


@pytest.fixture
def setup(city: City) -> SetupOffice:
    found = city.configuration().setup
    assert isinstance(found, SetupOffice)
    return found


def test_a_recording_passes_every_step_with_a_picture(city: City, setup: SetupOffice) -> None:
    write_clip(city.folder / "street.mp4", numbered(20, size_wh=(1600, 900)), gop=5)
    found = setup.probe(Wanted("../street.mp4"))
    assert [one.outcome for one in found.steps] == [Outcome.passed] * len(ProbeStage)
    assert (found.codec, found.resolution_wh) == ("h264", (1600, 900))
    assert found.jpeg is not None
    picture = cv2.imdecode(np.frombuffer(found.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape[:2] == (720, 1280)


FAILING = {
    "forbidden": (Wanted("rtsp://127.0.0.1/x"), ProbeStage.address),
    "outside": (Wanted("/etc/passwd"), ProbeStage.address),
    "password": (Wanted("rtsp://a:b@10.0.0.9/x"), ProbeStage.address),
    "no credentials": (Wanted("rtsp://192.0.2.1/x", "nobody"), ProbeStage.credentials),
    "no host": (Wanted("rtsp://no-such-host.invalid/x"), ProbeStage.connection),
    "no file": (Wanted("../none.mp4"), ProbeStage.connection),
}


@pytest.mark.parametrize(("wanted", "step"), FAILING.values(), ids=FAILING.keys())
def test_the_step_that_fails_is_told_with_its_remedy(setup: SetupOffice, wanted: Wanted, step: ProbeStage) -> None:
    found = setup.probe(wanted)
    order = list(ProbeStage)
    at = order.index(step)
    assert [one.step for one in found.steps] == order
    assert [one.outcome for one in found.steps] == (
        [Outcome.passed] * at + [Outcome.failed] + [Outcome.left_out] * (len(order) - at - 1)
    )
    failed = found.steps[at].fault
    assert failed is not None and failed.what and failed.what_zh and failed.remedy and failed.remedy_zh
    assert found.jpeg is None


@pytest.mark.parametrize(
    ("status", "body", "step"),
    [
        (401, b"", ProbeStage.sign_in),
        (404, b"", None),
        (200, b"no picture", None),
        (200, jpeg(), ProbeStage.key_frames),
    ],
)
def test_what_a_camera_answers_is_told(
    city: City, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, step: ProbeStage | None
) -> None:
    monkeypatch.setenv("GRIDPATROL_SECRET_GATE", "admin:wr0ng-Word")
    city.policy = LOCAL
    setup = city.configuration().setup
    assert setup is not None
    challenge = {"WWW_Authenticate": 'Basic realm="cam"'} if status == 401 else {}
    with camera(lambda handler: reply(handler, body, status=status, **challenge)) as served:
        found = setup.probe(Wanted(f"http://127.0.0.1:{served.port}/snap.jpg", "gate"))
    assert "wr0ng" not in str(found)
    stopped = next((one.step for one in found.steps if one.outcome is Outcome.failed), ProbeStage.key_frames)
    assert stopped is step if step else stopped in {ProbeStage.connection, ProbeStage.picture}
    assert (found.jpeg is not None) == (step is ProbeStage.key_frames)


def test_no_more_than_some_are_tried_at_a_time(setup: SetupOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = threading.Semaphore(0), threading.Event()

    def slow(*_: object, **__: object) -> None:
        begun.release()
        end.wait(10)

    monkeypatch.setattr(office_code, "probe", slow)
    tries = [threading.Thread(target=setup.probe, args=(Wanted("x"),)) for _ in range(office_code.PROBES)]
    for one in tries:
        one.start()
    for _ in tries:
        assert begun.acquire(timeout=10)
    with pytest.raises(TooManyProbes):
        setup.probe(Wanted("x"))
    end.set()
    for one in tries:
        one.join(10)
    monkeypatch.undo()
    assert setup.probe(Wanted("/etc/passwd")).steps[0].outcome is Outcome.failed


# Calibration


def homography_points(count: int, spoil: Callable[[list[MapPoint]], None] = lambda points: None) -> list[MapPoint]:
    """Points of a made-up camera over a street of 8 by 16 m: exact, until `spoil` changes them."""
    corners = [(-4, 6), (4, 6), (-4, 14), (4, 14), (-3, 22), (3, 20), (0, 10)][:count]
    points = []
    for east, north in corners:
        depth = north + 3.0
        px = (640 + 900 * east / depth, 250 + 900 * 5.0 / depth)
        points.append(MapPoint(px, 114.13 + east / 102_850.0, 22.54 + north / 110_750.0))
    spoil(points)
    return points


def test_exact_points_fit_and_their_grid_lies_on_the_ground(setup: SetupOffice) -> None:
    found = setup.fit((1280, 720), "EPSG:4326", homography_points(7))
    assert found.fault is None and len(found.residuals) == 7
    for one in found.residuals:
        assert one.off_px is not None and one.off_px < 0.5
        assert one.off_m is not None and one.off_m < 0.05
        assert one.error_m is not None and 0 < one.error_m < 5
    errors_m = [one.error_m or 0.0 for one in found.residuals]
    assert errors_m[4] > errors_m[0], "the far point is known less well"
    assert found.grid_step_m in {2.0, 5.0}
    lines = found.grid_lines_px
    assert len(lines) > 6
    assert all(y > 240 for line in lines for _, y in line), "no line above the horizon"
    assert all(-130 <= x <= 1410 and y <= 800 for line in lines for x, y in line)
    level = [line for line in lines if max(y for _, y in line) - min(y for _, y in line) < 3]
    rows = sorted({round(line[0][1]) for line in level}, reverse=True)
    gaps = [upper - lower for lower, upper in zip(rows[1:], rows, strict=False)]
    assert len(level) > 3 and gaps == sorted(gaps, reverse=True), "level lines draw together towards the horizon"


def test_a_wrong_point_stands_out(setup: SetupOffice) -> None:
    def shift(points: list[MapPoint]) -> None:
        points[6] = MapPoint((points[6].px[0] + 60, points[6].px[1] + 40), points[6].lon, points[6].lat)

    found = setup.fit((1280, 720), "EPSG:4326", homography_points(7, shift))
    assert found.fault is None and found.contradiction > 1.2
    off_px = [one.off_px or 0.0 for one in found.residuals]
    assert max(off_px) == off_px[6] > 15


def swap(points: list[MapPoint]) -> None:
    first, last = points[0], points[1]
    points[0], points[1] = MapPoint(last.px, first.lon, first.lat), MapPoint(first.px, last.lon, last.lat)


IMPOSSIBLE: dict[str, tuple[list[MapPoint], str, str]] = {
    "three": (homography_points(3), "EPSG:4326", "at least 4"),
    "none": ([], "EPSG:4326", "at least 4"),
    "swapped": (homography_points(4, swap), "EPSG:4326", "horizon"),
    "a line": ([MapPoint((100.0 * n, 300.0), 114 + n / 1e4, 22.5) for n in range(5)], "EPSG:4326", "one line"),
    "no system": (homography_points(5), "EPSG:1", "EPSG:1"),
    "the other way round": ([MapPoint(p.px, p.lat, p.lon) for p in homography_points(5)], "EPSG:4326", "swapped"),
}


@pytest.mark.parametrize(("points", "crs", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_points_that_make_no_ground_say_why(setup: SetupOffice, points: list[MapPoint], crs: str, words: str) -> None:
    found = setup.fit((1280, 720), crs, points)
    assert found.fault is not None and words in found.fault.what
    assert found.fault.what_zh, found.fault.what
    assert found.residuals == () and found.grid_lines_px == ()


def test_what_a_pixel_is_on_the_ground_is_that_pixel_again() -> None:
    points = homography_points(6)
    calibration = Calibration.model_validate(
        {"resolution_wh": (1280, 720), "points": [{"px": p.px, "lon": p.lon, "lat": p.lat} for p in points]}
    )
    _, px, m = ground_points(calibration)
    plane = fit_ground_plane(px, m)
    for x, y in ((300.0, 700.0), (640.0, 400.0), (900.0, 500.0)):
        place = plane.locate(x, y, 0.1)
        assert place is not None
        assert plane.pixel(place.east_m, place.north_m) == pytest.approx((x, y), abs=0.01)
    behind = float(m[:, 1].min()) - 30.0
    assert plane.pixel(0.0, behind) is None


# Lists

LIST = """\
编号,名称,地址,经度,纬度,凭据,巡查方式,巡查间隔,事项
corner-1,拐角一,rtsp://10.0.0.11/live,114.1305,22.5478,gate,patrol,30,"litter_exposed，illegal_parking"
corner-2,拐角二,rtsp://10.0.0.12/live,114.1306,22.5479,,,,
gate,大门,rtsp://10.0.0.13/live,114.1306,22.5479,,,,
corner-4,,rtsp://127.0.0.1/live,114.1306,22.5479,,,,
corner-5,,rtsp://10.0.0.15/live,east,22.5479,,,,
corner-1,,rtsp://10.0.0.16/live,114.1306,22.5479,,,,

corner 7,,rtsp://10.0.0.17/live,114.1306,22.5479,,sometimes,,
"""
EXPECTED = [
    (2, "corner-1", []),
    (3, "corner-2", []),
    (4, "gate", ["id"]),
    (5, "corner-4", ["source.url"]),
    (6, "corner-5", ["position.lon"]),
    (7, "corner-1", ["id"]),
    (9, "corner 7", ["id", "watch.mode"]),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_tried_and_then_added_line_by_line(city: City, setup: SetupOffice, encoding: str) -> None:
    table = LIST.encode(encoding)
    tried = setup.add_listed(table, by("li"), dry_run=True)
    assert [(row.line, row.camera_id, sorted(fault.where for fault in row.faults)) for row in tried] == EXPECTED
    assert all(fault.what_zh for row in tried for fault in row.faults), "every fault is told in Chinese too"
    assert sorted(city.in_force.installation.cameras) == ["gate"]
    assert [path.name for path in city.gate.parent.iterdir()] == ["gate.yaml"]
    added = setup.add_listed(table, by("li"), dry_run=False)
    assert [(row.line, row.is_good) for row in added] == [(row.line, row.is_good) for row in tried]
    cameras = city.in_force.installation.cameras
    assert sorted(cameras) == ["corner-1", "corner-2", "gate"]
    assert (cameras["corner-1"].watch.mode, cameras["corner-1"].watch.look_interval_s) == ("patrol", 30)
    assert cameras["corner-1"].matters == ("litter_exposed", "illegal_parking")
    assert cameras["corner-2"].names.en == "拐角二"
    again = setup.add_listed(table, by("li"), dry_run=False)
    assert not any(row.is_good for row in again), "a list that is sent twice adds nothing twice"


NO_TABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "missing"),
    "no heading": (b"gate,rtsp://10.0.0.1\n", "unknown column"),
    "missing": (b"id,lon,lat\nx,1,2\n", "column url"),
    "twice": (b"id,id,url,lon,lat\n", "given twice"),
    "bytes": (b"\xff\xff\xff\x00", "neither UTF-8"),
    "too many": (b"id;url;lon;lat\n" + b"x;y;1;2\n" * 2001, "more than 2000"),
    "no end": (b'id,url,lon,lat\n"' + b"x" * 200_000, "no line of a table"),
}


@pytest.mark.parametrize(("table", "words"), NO_TABLE.values(), ids=NO_TABLE.keys())
def test_what_is_no_list_is_refused(setup: SetupOffice, table: bytes, words: str) -> None:
    with pytest.raises(Faulty, match=words):
        setup.add_listed(table, by("li"), dry_run=False)


def test_the_office_tries_without_changing(city: City, office: CameraOffice) -> None:
    content: dict[str, Any] = {
        "id": "corner",
        "names": {"en": "Corner", "zh": "拐角"},
        "source": {"url": "rtsp://10.0.0.8/live"},
        "position": {"lon": 114.1306, "lat": 22.5479, "crs": "EPSG:4326"},
    }
    assert any("no zones" in notice.what for notice in office.check(content))
    assert sorted(city.in_force.installation.cameras) == ["gate"]
