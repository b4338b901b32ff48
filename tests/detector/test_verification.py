from __future__ import annotations

from datetime import UTC, datetime

import pytest

from detector.config import ClosurePlan
from detector.thing import Thing
from detector.verification import Opinion, Verification, opinion_of
from dispatch.contract import Verdict, VerificationRequest

PLAN = ClosurePlan(looks=3, interval_s=10, patience_s=60)
P, A, U = Verdict.present, Verdict.absent, None
I = Verdict.inconclusive  # noqa: E741


def verification() -> Verification:
    request = VerificationRequest(
        request_id="r",
        case_id="c",
        event_id="e",
        camera_id="cam",
        matter="m",
        box_xyxy_px=(0, 0, 1, 1),
        asked_at=datetime.fromtimestamp(1000, UTC),
    )
    return Verification(request, 1000.0)


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        # (seconds since the question, what the look says) ..., then (second, verdict) or None while it is open.
        ([(0, A), (10, A), (20, A)], (20, A)),
        ([(0, P), (10, P), (20, P)], (20, P)),
        # Looks come more often than the interval: those between do not count.
        ([(t, A) for t in range(0, 40, 2)], (20, A)),
        ([(0, A), (9.2, A), (18.5, A)], (18.5, A)),
        ([(0, A), (5, A), (8, A)], None),
        # A look that cannot tell neither counts nor breaks the row.
        ([(0, A), (10, U), (20, A), (30, U), (40, A)], (40, A)),
        # A contradiction starts the row anew, also between two that count.
        ([(0, A), (10, A), (20, P), (30, A), (40, A), (50, A)], (50, A)),
        ([(0, A), (10, A), (13, P), (20, A), (30, A), (40, A)], (40, A)),
        ([(0, A), (10, A), (13, P), (15, A), (20, A)], None),
        ([(0, A), (10, A), (13, P), (15, A), (20, A), (25, A), (35, A)], (35, A)),
        ([(0, P), (10, P), (13, A), (15, P), (20, P)], None),
        ([(0, P), (10, P), (20, A), (30, A), (40, A)], (40, A)),
        # Patience.
        ([(t, U) for t in range(0, 70, 10)], (60, I)),
        ([(0, A), (10, P), (20, A), (30, P), (40, A), (50, P), (60, A)], (60, I)),
        ([(55, A), (65, A)], (65, I)),
        ([(45, A), (55, A), (65, A)], (65, A)),
        ([(t, U) for t in range(0, 60, 10)], None),
    ],
)
def test_a_verdict_needs_looks_apart_that_agree(
    looks: list[tuple[float, Verdict | None]], expected: tuple[float, Verdict] | None
) -> None:
    it = verification()
    for at_s, says in looks:
        verdict = it.count(Opinion(says, "because"), 1000 + at_s, PLAN)
        if verdict is not None:
            assert expected is not None
            assert (at_s, verdict.verdict) == expected
            assert verdict.reason
            return
    assert expected is None


def test_why_it_could_not_be_told() -> None:
    it = verification()
    it.count(Opinion(None, "a lorry stands before it"), 1000, PLAN)
    ended = it.expire(1060, PLAN)
    assert ended == Opinion(Verdict.inconclusive, "a lorry stands before it")
    assert verification().expire(1059, PLAN) is None


def test_it_survives_the_store() -> None:
    it = verification()
    it.count(Opinion(Verdict.absent, ""), 1000, PLAN)
    again = Verification.from_json(it.to_json())
    assert again == it
    again.count(Opinion(Verdict.absent, ""), 1010, PLAN)
    assert again.count(Opinion(Verdict.absent, ""), 1020, PLAN) == Opinion(Verdict.absent, "")


def thing(*, seen_at_s: float, missed: int = 0, unclear: int = 0) -> Thing:
    it = Thing("u", "residue", (0, 0, 10, 10), 900, seen_at_s)
    it.missed, it.unclear = missed, unclear
    return it


@pytest.mark.parametrize(
    ("it", "twin", "expected"),
    [
        (thing(seen_at_s=1000), None, Verdict.present),
        (thing(seen_at_s=990), None, None),
        (thing(seen_at_s=990, missed=1), None, Verdict.absent),
        (thing(seen_at_s=990, missed=1), thing(seen_at_s=1000), Verdict.present),
        (thing(seen_at_s=980, missed=1, unclear=2), None, None),
        (None, None, None),
    ],
    ids=["seen", "hidden", "not there", "moved a little", "hidden after a miss", "forgotten"],
)
def test_what_one_look_says(it: Thing | None, twin: Thing | None, expected: Verdict | None) -> None:
    opinion = opinion_of(it, 1000, twin)
    assert opinion.verdict is expected
    assert opinion.reason
