from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from detector.frame import Image
from detector.vision.background import Background, to_work
from detector.vision.blob import Blob, colour_distance, correlation, find_blobs
from tests.detector.street import Body, Moment, bag, overlap, picture

NOBODY = np.zeros((180, 320), dtype=bool)
ALL = ~NOBODY


def after(
    before: Sequence[Body], then: Sequence[Body], *, looks: int = 4, light: float = 1.0
) -> tuple[Background, Image]:
    """The background of a street with some things, and a later look of it with others."""
    background = Background.start(to_work(picture(Moment(tuple(before)), 0)), NOBODY)
    for n in range(1, 8):
        background.update(to_work(picture(Moment(tuple(before)), n)), NOBODY, 1.0)
    for n in range(8, 8 + looks):
        work = to_work(picture(Moment(tuple(then), light), n))
        background.update(work, NOBODY, 1.0)
    return background, work


def blobs(before: Sequence[Body], then: Sequence[Body], **how: float) -> tuple[Blob, ...]:
    background, work = after(before, then, light=how.get("light", 1.0))
    return find_blobs(background, work, ALL, min_looks=3, min_area_px=40)


@pytest.mark.parametrize(
    "body",
    [
        bag(150, 120),
        bag(150, 120, bgr=(225, 225, 230)),
        bag(150, 120, bgr=(40, 40, 190)),
        Body((20, 70, 90, 120), (60, 90, 110), 3),
        bag(296, 120),
    ],
    ids=["dark", "pale", "red", "large", "at the rim"],
)
def test_something_has_arrived(body: Body) -> None:
    (blob,) = blobs([], [body])
    assert overlap(blob.box_xyxy_px, body.box_xyxy_px) > 0.7
    assert blob.evidence > 0.3
    assert blob.area_px == pytest.approx(blob.mask.sum())
    assert blob.rest_s == pytest.approx(3.0)


@pytest.mark.parametrize(
    "body", [bag(150, 120), bag(150, 120, bgr=(225, 225, 230)), Body((20, 70, 90, 120), (60, 90, 110), 3)]
)
def test_something_has_left(body: Body) -> None:
    (blob,) = blobs([body], [])
    assert blob.evidence < -0.2


def test_arrived_in_other_light() -> None:
    found = [b for b in blobs([], [bag(150, 120)], light=0.6) if b.evidence > 0.1]
    assert len(found) == 1
    assert overlap(found[0].box_xyxy_px, bag(150, 120).box_xyxy_px) > 0.6


def test_a_spot_of_light_is_neither() -> None:
    gain = np.ones((180, 320, 1), np.float32)
    gain[110:145, 140:190] = 0.6
    background, _ = after([], [])
    for n in range(30, 34):
        work = to_work(picture(Moment(light=gain), n))
        background.update(work, NOBODY, 1.0)
    assert all(b.evidence <= 0 for b in find_blobs(background, work, ALL, min_looks=3, min_area_px=40))


def test_small_gaps_are_closed_and_large_ones_kept() -> None:
    near = blobs([], [bag(100, 120), bag(128, 120, seed=6)])
    far = blobs([], [bag(100, 120), bag(160, 120, seed=6)])
    assert (len(near), len(far)) == (1, 2)


def test_largest_first_and_small_ones_left_out() -> None:
    large, small, tiny = (
        Body((20, 70, 90, 120), (60, 90, 110), 3),
        bag(150, 120),
        Body((250, 120, 255, 124), (20, 20, 20)),
    )
    found = blobs([], [small, large, tiny])
    assert [overlap(b.box_xyxy_px, x.box_xyxy_px) > 0.7 for b, x in zip(found, (large, small), strict=True)] == [
        True
    ] * 2


def test_only_in_the_zone() -> None:
    background, work = after([], [bag(150, 120), bag(250, 120)])
    zone = NOBODY.copy()
    zone[:, 200:] = True
    (blob,) = find_blobs(background, work, zone, min_looks=3, min_area_px=40)
    assert blob.box_xyxy_px[0] > 240
    assert find_blobs(background, work, zone, min_looks=9, min_area_px=40) == ()


def test_colour_distance() -> None:
    whole = np.ones((20, 20), dtype=bool)
    red = np.full((20, 20, 3), (30, 30, 200), np.uint8)
    green = np.full((20, 20, 3), (30, 200, 30), np.uint8)
    assert colour_distance(red, whole, red, whole) == pytest.approx(0, abs=1e-3)
    assert colour_distance(red, whole, green, whole) > 0.95


def test_correlation_needs_texture() -> None:
    rng = np.random.default_rng(1)
    textured = rng.normal(100, 20, (16, 16)).astype(np.float32)
    whole = np.ones((16, 16), dtype=bool)
    assert correlation(textured, 0.5 * textured + 7, whole) == pytest.approx(1)
    assert correlation(textured, -textured, whole) == pytest.approx(-1)
    assert correlation(np.full((16, 16), 90, np.float32), textured, whole) == 0
    assert correlation(textured, textured, ~whole) == 0
