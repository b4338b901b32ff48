"""Which residue is which matter. Painted, through the whole pipeline: `../test_pipeline.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detector.config import Purpose, ResidueRule
from detector.geometry import BoxXyxy
from detector.residue import ARRIVED
from detector.rules import View, judge
from detector.rules.residue import belief, claims
from detector.thing import Thing
from detector.zone import scaled
from tests.detector.looks import SaidLook, resting
from tests.detector.street import LITTER, SIZE_WH, camera

VIEW = View(
    SaidLook(),
    tuple(scaled(z, SIZE_WH) for z in camera(Purpose.pavement, matters=[LITTER]).zones),
    claimed=frozenset({"garbage_bag", "goods"}),
)
RULE = LITTER.rule


def heap(*, box: BoxXyxy = (100, 100, 160, 140), rest_s: float = 20.0, attended_s: float = 0.0) -> Thing:
    thing = resting(box, kind="residue", names={}, rest_s=rest_s)
    thing.votes = {}
    thing.attended_s = attended_s
    thing.evidence_sum, thing.evidence_looks = 0.8, 1
    thing.last_seen_at_s = VIEW.look.at_s
    return thing


def small(_: BoxXyxy) -> float | None:
    return 0.01


def test_what_lies_alone_for_its_dwell_is_found() -> None:
    (finding,) = judge(LITTER, VIEW, [heap()])
    assert finding.zone.purpose is Purpose.pavement
    assert finding.class_name is None
    assert 0.5 < finding.confidence < 1


def test_what_is_not_found() -> None:
    short, attended, outside = heap(rest_s=7), heap(attended_s=13), heap(box=(100, 10, 160, 50))
    hidden, left, car = heap(), heap(), heap()
    hidden.last_seen_at_s -= 1
    left.evidence_sum = -0.5
    car.kind = "standing"
    assert judge(LITTER, VIEW, [short, attended, outside, hidden, left, car]) == []


def test_what_is_known_to_be_tiny_is_left_alone() -> None:
    assert judge(LITTER, replace(VIEW, area_m2=small), [heap()]) == []


@pytest.mark.parametrize(
    ("name", "sure", "unnamed", "mine"),
    [
        ("garbage_bag", 0.3, True, True),
        ("garbage_bag", 0.3, False, True),
        (None, 0.0, True, True),
        (None, 0.0, False, False),
        # Another matter of this camera lists it.
        ("goods", 0.5, True, False),
        # Nobody lists it: detectors call heaps what they like.
        ("toilet", 0.9, True, True),
        ("car", 0.4, True, True),
        ("car", 0.8, True, False),
        ("person", 0.3, True, True),
        ("person", 0.7, True, False),
    ],
)
def test_claims(name: str | None, sure: float, unnamed: bool, mine: bool) -> None:
    assert isinstance(RULE, ResidueRule)
    assert claims(RULE.model_copy(update={"unnamed": unnamed}), name, sure, VIEW) is mine


def test_belief_grows_with_evidence_and_with_a_sure_name() -> None:
    thing = heap()
    beliefs = []
    for evidence in (ARRIVED, ARRIVED + 0.1, 0.5, 1.5, 9.0):
        thing.evidence_sum = evidence
        beliefs.append(belief(thing, None, 0.0))
    assert beliefs == sorted(beliefs)
    assert beliefs[1] == pytest.approx(0.5)
    assert beliefs[-1] <= 0.99
    thing.evidence_sum = ARRIVED
    assert belief(thing, "garbage_bag", 0.9) == 0.9
