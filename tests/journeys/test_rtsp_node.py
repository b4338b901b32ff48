"""A real RTSP camera through a whole node: killed, stalled, restored; no duplicate, no lost case, its state visible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from detector.sources.sim.street import SimStreet
from tests.journeys.test_node import SCENE, Street
from tests.rtsp_server import PICTURES, RtspServer, available

pytestmark = pytest.mark.skipif(not available(), reason="needs the system's GStreamer RTSP server (see Makefile)")

FPS = 5
EMPTY_S, BAG_S = 1.0, 100.0
"""World seconds from which pictures are drawn: before the bag is put down, and long after."""

CAMERA = """
id: yard
names: {{en: Yard, zh: 院子}}
source: {{url: "{url}", connect_timeout_s: 3, read_timeout_s: 3}}
watch: {{look_interval_s: 1}}
position: {{lon: 114.13, lat: 22.54, crs: "EPSG:4326", error_m: 20}}
zones:
  - id: yard
    purpose: pavement
    resolution_wh: [640, 360]
    polygon_px: [[100, 100], [540, 100], [600, 350], [40, 350]]
matters: [litter_exposed]
overrides:
  litter_exposed: {{dwell_s: 4, closure: {{looks: 3, interval_s: 1, patience_s: 40}}}}
"""


class Yard:
    """What the camera sees: a yard, with or without a bag."""

    def __init__(self, folder: Path) -> None:
        scene = folder / "yard-scene.yaml"
        scene.write_text(SCENE.format(arrives_s=10, leaves_s=1_000_000))
        self._street = SimStreet.at(f"sim://{scene}?width=640")
        self.pictures = folder / "pictures"
        self.pictures.mkdir()
        self.show(EMPTY_S)

    def show(self, since_s: float) -> None:
        for number in range(PICTURES):
            image = self._street.render(since_s + number / FPS)
            fresh = self.pictures / "fresh.jpg"
            cv2.imwrite(str(fresh), image, [cv2.IMWRITE_JPEG_QUALITY, 97])
            fresh.replace(self.pictures / f"{number:02d}.jpg")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


@pytest.fixture
def camera(yard: Yard) -> Iterator[RtspServer]:
    with RtspServer(size_wh=(640, 360), fps=FPS, gop=FPS, pictures=yard.pictures) as server:
        yield server


@pytest.fixture
def street(tmp_path: Path, camera: RtspServer) -> Iterator[Street]:
    street = Street(tmp_path)
    (street.config / "cameras" / "yard.yaml").write_text(CAMERA.format(url=camera.url))
    (street.config / "node.yaml").write_text("api: {port: 0}\nallowed_networks: [127.0.0.0/8]\n")
    yield street
    if street.process is not None:
        street.process.kill()
        street.process.wait()


def camera_state(street: Street) -> str:
    (camera,) = street.get("/api/v1/cameras")["items"]
    return str(camera["state"])


@pytest.mark.timeout(400)
def test_a_camera_that_dies_stalls_and_returns_neither_doubles_nor_loses_a_case(
    street: Street, camera: RtspServer, yard: Yard
) -> None:
    street.start()
    street.wait(lambda: street.looks() >= 8, "the camera is not watched")
    yard.show(BAG_S)
    street.wait(lambda: street.state() == "dispatched", "the bag was not reported")

    for fault in (camera.kill, camera.stall):
        fault()
        street.wait(lambda: camera_state(street) == "blind", "that the camera is lost is not shown")
        camera.kill()
        camera.start()
        street.wait(lambda: camera_state(street) == "watching", "the camera did not come back")
        looks = street.looks()
        street.wait(lambda least=looks + 10: street.looks() >= least, "the camera does not look")  # type: ignore[misc]
        assert street.state() == "dispatched", "still one case, after longer than the dwell"

    street.handle()
    street.wait(lambda: street.state() == "rework", "the camera should have seen that it is still there")
    yard.show(EMPTY_S)
    street.handle()
    street.wait(lambda: street.state() == "closed", "the camera should have seen that it is gone")
    (case,) = street.cases()
    assert case["resolution"] == "verified_by_camera"
    assert len(case["event_ids"]) == 1
    log = street.output.read_text()
    assert "Traceback" not in log
