from __future__ import annotations

import cv2
import numpy as np
import pytest

from detector.frame import Image
from detector.vision.appearance import Appearance, decode, encode, take
from detector.vision.background import to_work
from tests.detector.street import Body, Moment, bag, car, picture

CAR = car(120)
BAG = bag(150, 120)
BESIDE = bag(176, 120, seed=8)


def work(*bodies: Body, n: int = 0, light: float = 1.0) -> Image:
    return to_work(picture(Moment(tuple(bodies), light), n))


def of_bag(*bodies: Body) -> Appearance:
    """The appearance of things that lie together, with the empty place."""
    mask = np.zeros((180, 320), dtype=bool)
    for body in bodies:
        x1, y1, x2, y2 = (round(v) for v in body.box_xyxy_px)
        mask[y1:y2, x1:x2] = True
    ys, xs = np.nonzero(mask)
    box = (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
    return take(work(*bodies), box, work(n=3), mask)


def shifted(image: Image, dx: float, dy: float) -> Image:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], dtype=np.float64)
    moved = cv2.warpAffine(image, matrix, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, dtype=np.uint8)


@pytest.mark.parametrize(
    ("later", "least", "most"),
    [
        (work(CAR, n=5), 0.9, 1.0),
        (work(CAR, n=5, light=0.6), 0.9, 1.0),
        (shifted(work(CAR, n=5), 2, -2), 0.9, 1.0),
        (shifted(work(CAR, n=5), 12, 0), -1.0, 0.7),
        (work(n=5), -1.0, 0.4),
        (work(car(120, bgr=(200, 200, 200), seed=40), n=5), -1.0, 0.5),
    ],
    ids=["the same", "less light", "sway", "moved", "gone", "another car"],
)
def test_similarity(later: Image, least: float, most: float) -> None:
    assert least <= take(work(CAR), CAR.box_xyxy_px).similarity(later) <= most


def test_a_plain_patch_is_compared_by_its_colour() -> None:
    plain = np.full((180, 320, 3), 120, np.uint8)
    it = take(plain, (100, 100, 140, 130))
    assert it.similarity(plain) == 1.0
    assert it.similarity(np.full_like(plain, 200)) == 0.0


@pytest.mark.parametrize("box", [(-10, 100, 30, 140), (300, 150, 340, 200), (0, 0, 320, 180), (50, 50, 50, 50)])
def test_boxes_at_the_rim_are_cut_to_the_picture(box: tuple[float, float, float, float]) -> None:
    it = take(work(), box)
    assert it.similarity(work(n=4)) > 0.8


@pytest.mark.parametrize(
    ("there", "light", "changed", "same"),
    [
        ([BAG, BESIDE], 1.0, (0.9, 1.0), (0.9, 1.0)),
        ([BAG, BESIDE], 0.6, (0.9, 1.0), (0.9, 1.0)),
        ([], 1.0, (0.0, 0.1), (0.0, 0.1)),
        ([], 0.6, (0.0, 0.12), (0.0, 0.1)),
        ([BAG], 1.0, (0.35, 0.65), (0.35, 0.65)),
        ([bag(150, 120, bgr=(220, 220, 220)), bag(176, 120, bgr=(220, 220, 220))], 1.0, (0.7, 1.0), (0.0, 0.2)),
    ],
    ids=["all", "all, less light", "nothing", "nothing, less light", "half", "something else"],
)
def test_what_remains(there: list[Body], light: float, changed: tuple[float, float], same: tuple[float, float]) -> None:
    shares = of_bag(BAG, BESIDE).remaining(work(*there, n=9, light=light))
    assert changed[0] <= shares[0] <= changed[1]
    assert same[0] <= shares[1] <= same[1]


def test_without_the_empty_place_nothing_can_be_said_to_remain() -> None:
    with pytest.raises(ValueError, match="empty place"):
        take(work(CAR), CAR.box_xyxy_px).remaining(work())


@pytest.mark.parametrize("it", [take(work(CAR), CAR.box_xyxy_px), of_bag(BAG, BESIDE)], ids=["standing", "residue"])
def test_it_survives_the_store(it: Appearance) -> None:
    again = decode(encode(it))
    assert again.box_xyxy_px == it.box_xyxy_px
    assert again.corner_xy_px == it.corner_xy_px
    assert (again.now == it.now).all()
    assert (again.mask == it.mask).all()
    assert (again.before is None) is (it.before is None)
    later = work(BAG, n=6)
    assert again.similarity(later) == it.similarity(later)
    if it.before is not None:
        assert again.remaining(later) == it.remaining(later)


@pytest.mark.parametrize("packed", [b"", b"x" * 40, encode(take(work(), (1, 1, 9, 9)))[:70]])
def test_damage_is_said(packed: bytes) -> None:
    with pytest.raises((ValueError, cv2.error)):
        decode(packed)
