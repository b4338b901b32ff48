"""Which version of a matter is admitted when."""

from __future__ import annotations

import pytest

from dispatch.catalogue.admission import Admission, Decision, check_step, standing
from dispatch.errors import DispatchError
from tests.dispatch.builders import at

P, R, A, X = Admission.proposed, Admission.reviewed, Admission.admitted, Admission.retired


def said(number: int, version: int, state: Admission, made_s: float = 0, from_s: float | None = None) -> Decision:
    since = at(made_s if from_s is None else from_s)
    return Decision("stall", version, state, "Li", "administrator", at(made_s), since, "meeting of May", number)


FIRST = [said(1, 1, P), said(2, 1, R, 1), said(3, 1, A, 2, 100)]
SECOND = [*FIRST, said(4, 2, P, 50), said(5, 2, R, 51), said(6, 2, A, 52, 200)]


@pytest.mark.parametrize(
    ("decisions", "configured", "seconds", "version"),
    [
        ([], A, 0, 0),
        ([], P, 0, None),
        ([], None, 0, None),
        (FIRST, None, 99, None),
        (FIRST, None, 100, 1),
        (FIRST, A, 99, 0),
        (FIRST[:2], A, 500, 0),
        (SECOND, None, 199, 1),
        (SECOND, None, 200, 2),
        ([*SECOND, said(7, 1, X, 150)], None, 199, None),
        ([*SECOND, said(7, 1, X, 300)], None, 300, 2),
        ([*SECOND, said(7, 2, X, 300)], None, 300, None),
        ([said(1, 0, X, 10, 20)], A, 19, 0),
        ([said(1, 0, X, 10, 20)], A, 20, None),
        ([*FIRST, said(4, 1, X, 100, 100)], None, 100, None),
    ],
)
def test_the_version_that_holds(
    decisions: list[Decision], configured: Admission | None, seconds: float, version: int | None
) -> None:
    assert standing(decisions, at(seconds), configured=configured).version == version


def test_it_is_told_why() -> None:
    retired = standing([*FIRST, said(4, 1, X, 300)], at(300), configured=None)
    assert retired.reason == "version 1 retired from 2026-11-21 08:05 UTC by Li: meeting of May"
    assert standing([], at(0), configured=P).reason == "the configuration only proposes it"
    assert standing([], at(0), configured=None).reason == "it is not in the catalogue"
    assert standing(FIRST, at(0), configured=None).reason == "it was not admitted yet"


@pytest.mark.parametrize(
    ("decision", "before", "configured", "message"),
    [
        (said(2, 1, A, 5), [said(1, 1, P)], None, "is proposed and cannot be admitted"),
        (said(2, 1, R, 5), [], None, "is unknown and cannot be reviewed"),
        (said(4, 1, P, 5), FIRST, None, "is admitted and cannot be proposed"),
        (said(5, 1, A, 5), [*FIRST, said(4, 1, X, 4)], None, "is retired and cannot be admitted"),
        (said(3, 1, A, 5, 4), [said(1, 1, P), said(2, 1, R)], None, "lies before the decision"),
        (said(3, 1, A, 5, 4e8), [said(1, 1, P), said(2, 1, R)], None, "more than 3660 days ahead"),
        (said(1, 0, A, 5), [], A, "is admitted and cannot be admitted"),
    ],
)
def test_what_may_not_follow(
    decision: Decision, before: list[Decision], configured: Admission | None, message: str
) -> None:
    with pytest.raises(DispatchError, match=message) as told:
        check_step(decision, before, configured=configured)
    assert told.value.remedy


def test_a_decision_needs_a_reason() -> None:
    silent = Decision("stall", 1, P, "Li", "administrator", at(0), at(0), " ")
    with pytest.raises(DispatchError, match="proposed needs a reason"):
        check_step(silent, [], configured=None)
