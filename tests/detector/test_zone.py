from __future__ import annotations

import pytest

from detector.config import Purpose, Zone
from detector.geometry import BoxXyxy
from detector.zone import ZoneArea, scaled, zone_under

LEFT = Zone(
    id="left",
    purpose=Purpose.no_parking,
    resolution_wh=(640, 360),
    polygon_px=((0, 100), (300, 100), (300, 360), (0, 360)),
)
RIGHT = Zone(
    id="right",
    purpose=Purpose.no_parking,
    resolution_wh=(640, 360),
    polygon_px=((300, 100), (640, 100), (640, 360), (300, 360)),
)
PAVEMENT = LEFT.model_copy(update={"id": "pavement", "purpose": Purpose.pavement})


def zones(resolution_wh: tuple[int, int] = (640, 360)) -> list[ZoneArea]:
    return [scaled(zone, resolution_wh) for zone in (LEFT, RIGHT, PAVEMENT)]


def test_a_zone_is_scaled_from_its_snapshot_to_the_picture() -> None:
    area = scaled(LEFT, (1280, 1080))
    assert area.polygon_px.tolist() == [[0, 300], [600, 300], [600, 1080], [0, 1080]]
    assert area.area_px == pytest.approx(600 * 780)
    assert (area.id, area.purpose) == ("left", Purpose.no_parking)


@pytest.mark.parametrize(
    ("box", "share"),
    [
        ((50, 200, 150, 300), 1.0),
        ((400, 200, 500, 300), 0.0),
        # Its roof is outside, the ground under it is inside.
        ((50, 60, 150, 160), 1.0),
        # It reaches into the zone with its lower half of the ground only.
        ((50, 20, 150, 130), 0.5),
    ],
)
def test_the_ground_counts_and_not_the_roof(box: BoxXyxy, share: float) -> None:
    assert scaled(LEFT, (640, 360)).share(box) == pytest.approx(share, abs=0.12)


@pytest.mark.parametrize(
    ("box", "purposes", "min_overlap", "expected"),
    [
        ((50, 200, 150, 300), [Purpose.no_parking], 0.67, "left"),
        ((400, 200, 500, 300), [Purpose.no_parking], 0.67, "right"),
        ((280, 200, 380, 300), [Purpose.no_parking], 0.67, "right"),
        ((250, 200, 350, 300), [Purpose.no_parking], 0.67, None),
        ((50, 200, 150, 300), [Purpose.pavement], 0.67, "pavement"),
        ((50, 200, 150, 300), [Purpose.fire_lane], 0.1, None),
        ((50, 200, 150, 300), [], 0.1, None),
    ],
)
def test_the_zone_with_most_of_the_ground(
    box: BoxXyxy, purposes: list[Purpose], min_overlap: float, expected: str | None
) -> None:
    found = zone_under(box, zones(), purposes, min_overlap)
    assert (found.id if found else None) == expected
