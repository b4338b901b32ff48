from __future__ import annotations

import pytest

from detector.thing import Thing, family


def thing() -> Thing:
    return Thing(uid="a", kind="standing", box_xyxy_px=(0, 0, 10, 10), first_seen_at_s=100.0, last_seen_at_s=100.0)


def test_time_at_rest_is_observed_time() -> None:
    it = thing()
    it.seen(101, 1.0)
    it.seen(161, 0.0)  # after a gap
    it.seen(162, 1.0)
    assert it.rest_s == 2.0
    assert it.last_seen_at_s == 162
    assert it.looks == 4


@pytest.mark.parametrize(("seen", "rest_s"), [(0, 1.0), (4, 7.0)], ids=["hardly known", "known to rest"])
def test_hidden_looks_count_once_what_was_known_to_rest_is_seen_again(seen: int, rest_s: float) -> None:
    it = thing()
    for n in range(seen):
        it.seen(101 + n, 1.0)
    it.hidden(1.0)
    it.hidden(1.0)
    assert (it.rest_s, it.unclear) == (seen, 2)
    it.seen(110, 1.0)
    assert (it.rest_s, it.unclear, it.unclear_s) == (rest_s, 0, 0.0)


def test_a_place_that_is_mostly_hidden_rests_no_longer_than_it_was_seen_to() -> None:
    it = thing()
    for n in range(2):
        it.seen(101 + n, 1.0)
    it.hidden(40.0)  # traffic passes; what is seen after it may be another car
    it.seen(143, 1.0)
    assert it.rest_s == 2.0 + 1.0 + 2.0


def test_hidden_looks_do_not_count_when_it_had_left_meanwhile() -> None:
    it = thing()
    it.hidden(5.0)
    it.not_there(106)
    it.seen(107, 1.0)
    assert it.rest_s == 1.0


def test_the_first_look_without_it_is_remembered_until_it_is_seen() -> None:
    it = thing()
    it.not_there(103)
    it.not_there(104)
    assert (it.missed, it.first_missed_at_s) == (2, 103)
    it.seen(105, 1.0)
    assert (it.missed, it.first_missed_at_s) == (0, None)


@pytest.mark.parametrize(
    ("votes", "looks", "min_confidence", "name"),
    [
        ({}, 4, 0.2, None),
        ({"car": 3.2}, 4, 0.35, "car"),
        ({"car": 1.0}, 4, 0.35, None),
        ({"car": 2.0, "truck": 1.0, "person": 2.4}, 4, 0.35, "car"),
        ({"person": 2.0, "car": 1.0}, 4, 0.35, "person"),
    ],
)
def test_the_name_most_looks_agree_on(
    votes: dict[str, float], looks: int, min_confidence: float, name: str | None
) -> None:
    it = thing()
    it.looks, it.votes = looks, votes
    found, sure = it.named(min_confidence)
    assert found == name
    assert 0 <= sure <= 1


def test_an_enlarged_look_can_name_what_the_wide_picture_does_not() -> None:
    it = thing()
    it.looks = 10
    it.vote("chair", 0.3)
    for _ in range(2):
        it.vote_close({"goods": 0.7})
    name, sure = it.named(0.35)
    assert name == "goods"
    assert sure == pytest.approx(0.7)


def test_an_enlarged_look_that_sees_nothing_lowers_the_sureness() -> None:
    it = thing()
    it.vote_close({"goods": 0.6})
    it.vote_close({})
    assert it.named(0.35)[0] is None


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("car", "truck", True), ("bus", "car", True), ("motorcycle", "bicycle", True), ("car", "bicycle", False)],
)
def test_families(a: str, b: str, same: bool) -> None:
    assert (family(a) == family(b)) is same


def test_it_survives_the_store() -> None:
    it = thing()
    it.vote("car", 0.5)
    it.not_there(3)
    it.event_id = "e"
    again = Thing.from_json(it.to_json())
    assert again == it
    assert again.box_xyxy_px == (0, 0, 10, 10)
    assert again.reported
