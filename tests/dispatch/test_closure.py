"""Whom to ask, and what the answers mean: by table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.case import Case
from dispatch.closure import Check, Reporter, Step, is_outdated, request_round, seen_cleared, timed_out, weigh
from dispatch.config import Recheck
from dispatch.contract import BoxXyxy, CaseState, Verdict
from tests.dispatch.builders import PLACE, T0, at

BOX: BoxXyxy = (100, 100, 200, 200)
RULES = Recheck(tries=3, retry_after_s=60, answer_timeout_s=1800)
CASE = Case("c1", "litter_exposed", CaseState.verifying, 5, T0, T0, ("e1",), ("gate",), PLACE, round=1)


def reporter(camera_id: str, event_id: str = "e1", seconds: float = 0, cleared_s: float | None = None) -> Reporter:
    return Reporter(event_id, camera_id, BOX, at(seconds), None if cleared_s is None else at(cleared_s))


def checks(answers: str) -> list[Check]:
    """One check a letter: p present, a absent, i inconclusive, . unanswered."""
    cameras = [f"cam{i}" for i in range(len(answers))]
    asked = request_round(CASE, [reporter(c) for c in cameras], number=1, asked_at=at(0), rules=RULES)
    verdicts = {"p": Verdict.present, "a": Verdict.absent, "i": Verdict.inconclusive}
    return [
        check if letter == "." else replace(check, verdict=verdicts[letter], decided_at=at(50), reason="seen")
        for check, letter in zip(asked, answers, strict=True)
    ]


@pytest.mark.parametrize(
    ("answers", "round_", "step"),
    [
        (".", 1, Step.wait),
        ("p", 1, Step.rework),
        ("a", 1, Step.close),
        ("i", 1, Step.retry),
        ("i", 2, Step.retry),
        ("i", 3, Step.ask_person),
        ("a.", 1, Step.wait),
        ("i.", 3, Step.wait),
        ("p.", 1, Step.rework),
        ("ap", 1, Step.rework),
        ("ai", 1, Step.close),
        ("ia", 3, Step.close),
        ("ii", 1, Step.retry),
        ("ii", 3, Step.ask_person),
        ("", 1, Step.ask_person),
    ],
)
def test_what_a_round_calls_for(answers: str, round_: int, step: Step) -> None:
    case = replace(CASE, round=round_, round_of_feedback=1)
    outcome = weigh(case, checks(answers), at=at(100), rules=RULES)
    assert outcome.step is step
    assert (outcome.retry_at == at(160)) == (step is Step.retry)
    assert outcome.reason or step is Step.wait


def test_tries_are_counted_from_the_present_feedback() -> None:
    case = replace(CASE, round=5, round_of_feedback=4)
    assert weigh(case, checks("i"), at=at(100), rules=RULES).step is Step.retry


def test_every_camera_is_asked_once_about_its_latest_report() -> None:
    reporters = [reporter("gate", "e1", 0), reporter("corner", "e2", 5), reporter("gate", "e3", 9)]
    asked = request_round(CASE, reporters, number=2, asked_at=at(100), rules=RULES)
    assert [(c.request.camera_id, c.request.event_id) for c in asked] == [("corner", "e2"), ("gate", "e3")]
    assert [c.due_at for c in asked] == [at(1900)] * 2
    assert len({c.request.request_id for c in asked}) == 2
    assert asked == request_round(CASE, reporters[::-1], number=2, asked_at=at(100), rules=RULES)


@pytest.mark.parametrize(
    ("state", "round_", "answer", "outdated"),
    [
        (CaseState.verifying, 1, ".", False),
        (CaseState.verifying, 2, ".", True),
        (CaseState.verifying, 1, "i", True),
        (CaseState.rework, 1, ".", True),
        (CaseState.closed, 1, ".", True),
    ],
)
def test_only_the_present_round_counts(state: CaseState, round_: int, answer: str, outdated: bool) -> None:
    (check,) = checks(answer)
    assert is_outdated(replace(CASE, state=state, round=round_), check) is outdated


def test_silence_is_inconclusive() -> None:
    (check,) = checks(".")
    late = timed_out(check, at=at(1800))
    assert (late.verdict, late.decided_at, late.reason) == (
        Verdict.inconclusive,
        at(1800),
        "no answer within 1800 s",
    )


@pytest.mark.parametrize(
    ("reporters", "gone"),
    [
        ([], False),
        ([reporter("gate", cleared_s=5)], True),
        ([reporter("gate", cleared_s=5), reporter("corner")], False),
        ([reporter("gate", cleared_s=5), reporter("corner", cleared_s=9)], True),
    ],
)
def test_gone_means_gone_for_every_camera(reporters: list[Reporter], gone: bool) -> None:
    assert seen_cleared(reporters) is gone
