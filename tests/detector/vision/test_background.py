from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.frame import Image
from detector.vision.background import PROVEN_LOOKS, SATURATED, WORK_WIDTH, Background, difference, relight, to_work
from tests.detector.street import GROUND, Moment, bag, cloud, picture

NOBODY = np.zeros(GROUND.shape[:2], dtype=bool)
BAG = bag(150, 120)
PLACE = np.s_[123:135, 153:171]


def hidden_at(rows: slice, columns: slice) -> NDArray[np.bool_]:
    mask = NOBODY.copy()
    mask[rows, columns] = True
    return mask


def look(n: int, *, there: bool = False, light: float = 1.0) -> Image:
    return to_work(picture(Moment((BAG,) if there else (), light), n))


def proven() -> Background:
    background = Background.start(look(0), NOBODY)
    for n in range(1, PROVEN_LOOKS + 2):
        background.update(look(n), NOBODY, 1.0)
    return background


def test_pictures_are_shrunk_to_the_working_width_and_never_enlarged() -> None:
    assert to_work(np.zeros((1080, 1920, 3), np.uint8)).shape == (360, WORK_WIDTH, 3)
    assert to_work(np.zeros((180, 320, 3), np.uint8)).shape == (180, 320, 3)


def test_difference_is_of_the_channel_that_differs_most() -> None:
    a = np.zeros((4, 4, 3), np.uint8)
    b = a.copy()
    b[1, 2] = (3, 50, 7)
    assert difference(a, b).max() == 50
    assert difference(a, b).sum() == 50


@pytest.mark.parametrize("gain", [0.55, 0.8, 1.2])
def test_relight_follows_the_light(gain: float) -> None:
    dark = np.clip(GROUND * gain, 0, 255).astype(np.uint8)
    assert difference(dark, relight(dark, GROUND, ~NOBODY)).mean() < 3


def test_relight_does_not_take_a_thing_for_light() -> None:
    lit = relight(look(0, there=True), to_work(GROUND), ~NOBODY)
    assert difference(lit, look(0, there=True))[PLACE].mean() > 40


def test_what_comes_to_rest_is_counted_in_observed_seconds() -> None:
    background = proven()
    for n, elapsed_s in enumerate([1.0, 1.0, 0.0, 1.0], start=20):
        background.update(look(n, there=True), NOBODY, elapsed_s)
    assert background.resting(4)[PLACE].mean() > 0.95
    # The first look began it, and nothing is timed across a gap.
    assert float(np.median(background.rest_s[PLACE])) == pytest.approx(2.0)
    assert background.resting(2)[:100].mean() == 0


def test_what_is_hidden_is_not_observed() -> None:
    background = proven()
    before = background.base.copy()
    for n in range(20, 30):
        background.update(look(n, there=True), hidden_at(*PLACE), 1.0)
    assert not background.resting(1)[PLACE].any()
    assert (background.base[PLACE] == before[PLACE]).all()


def test_what_rests_keeps_its_count_while_it_is_hidden() -> None:
    background = proven()
    for n in range(20, 24):
        background.update(look(n, there=True), NOBODY, 1.0)
    for n in range(24, 30):
        background.update(look(n), hidden_at(*PLACE), 1.0)
    assert background.resting(4)[PLACE].mean() > 0.95


def test_a_place_first_hidden_is_learnt_when_it_shows() -> None:
    background = Background.start(look(0, there=True), hidden_at(slice(115, 145), slice(145, 180)))
    assert not background.known[PLACE].any()
    for n in range(1, 8):
        background.update(look(n), NOBODY, 1.0)
    assert background.known.all()
    assert difference(background.base, to_work(GROUND))[PLACE].mean() < 6
    assert not background.resting(1)[PLACE].any()


def test_what_stood_there_on_the_first_looks_only_was_no_background() -> None:
    background = Background.start(look(0, there=True), NOBODY)
    for n in range(1, 12):
        background.update(look(n), NOBODY, 1.0)
    assert not background.resting(1)[PLACE].any()
    assert difference(background.base, to_work(GROUND))[PLACE].mean() < 6


def test_what_leaves_again_leaves_nothing() -> None:
    background = proven()
    for n in range(20, 24):
        background.update(look(n, there=True), NOBODY, 1.0)
    background.update(look(24), NOBODY, 1.0)
    assert not background.resting(1)[PLACE].any()


@pytest.mark.parametrize(
    "light",
    [
        lambda t: 1.0 if t < 4 else 0.6,
        lambda t: 0.6 if t < 4 else 1.0,
        lambda t: 1 - t / 60,
        lambda t: 1 - (t > 4) * 0.3,
    ],
    ids=["cut", "back", "dusk", "exposure"],
)
def test_light_is_no_thing(light: Callable[[float], float]) -> None:
    background = proven()
    for n in range(25):
        background.update(look(n, light=light(n)), NOBODY, 1.0)
    assert background.resting(3).mean() < 0.002


def test_a_cloud_is_no_thing() -> None:
    background = proven()
    for n in range(40):
        background.update(to_work(picture(Moment(light=cloud(n)), n)), NOBODY, 1.0)
        assert background.resting(3).mean() < 0.02


def test_dusk_does_not_restart_what_rests() -> None:
    background = proven()
    for n in range(30):
        background.update(look(n, there=True, light=1 - n / 80), NOBODY, 1.0)
    assert float(np.median(background.rest_s[PLACE])) >= 25


def test_absorbing_makes_it_background() -> None:
    background = proven()
    for n in range(20, 24):
        background.update(look(n, there=True), NOBODY, 1.0)
    where = np.zeros_like(NOBODY)
    where[115:145, 145:180] = True
    background.absorb(where & background.resting(1))
    background.update(look(24, there=True), NOBODY, 1.0)
    assert not background.resting(1)[PLACE].any()


@pytest.mark.parametrize("shape_hw", [(1, 4), (4, 1), (2, 2), (1, 1)], ids=str)
def test_a_change_of_a_few_pixels_is_timed_like_any_other(shape_hw: tuple[int, int]) -> None:
    background = proven()
    spot = np.s_[100 : 100 + shape_hw[0], 60 : 60 + shape_hw[1]]
    for n in range(20, 24):
        work = look(n)
        work[spot] = GROUND[spot] ^ 0x80
        background.update(work, NOBODY, 2.0)
    assert background.rest_s[spot] == pytest.approx(np.full(shape_hw, 6.0))
    assert (background.looks[spot] == 4).all()


def test_counts_of_looks_stay_at_their_highest() -> None:
    background = proven()
    for n in range(SATURATED + 10):
        background.update(look(n % 7, there=True), NOBODY, 1.0)
    assert (background.looks.max(), background.proven.max()) == (SATURATED, SATURATED)
    assert background.resting(SATURATED)[PLACE].mean() > 0.95
