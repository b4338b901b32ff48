"""Which version of a matter is admitted when: proposed 提出, reviewed 审核, admitted 准入, retired 停用.

A detector files admitted matters only. Pure: decisions come in, in the order in which they were made; a later one
decides from its `effective_from` on. Version 0 is what the configuration says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from dispatch.errors import IllegalMove, Invalid, ReasonMissing

MAX_AHEAD = timedelta(days=3660)
"""So far ahead can be decided."""
CONFIGURED = 0
"""The version that is in the configuration, without anybody's decision."""


class Admission(StrEnum):
    """How far a version of a matter has come."""

    proposed = "proposed"
    reviewed = "reviewed"
    admitted = "admitted"
    retired = "retired"


STEPS = MappingProxyType(
    {
        None: frozenset({Admission.proposed}),
        Admission.proposed: frozenset({Admission.reviewed, Admission.retired}),
        Admission.reviewed: frozenset({Admission.admitted, Admission.retired}),
        Admission.admitted: frozenset({Admission.retired}),
        Admission.retired: frozenset[Admission](),
    }
)
"""State of a version -> what may follow. A retired version stays so; propose a new one."""


@dataclass(frozen=True)
class Decision:
    """Somebody's word on one version of a matter.

    Attributes:
        number: order of all decisions; 0 before it is kept.
        version: of the matter; `CONFIGURED` for what the configuration says.
        at: when it was made.
        effective_from: from when on it holds; not before `at`.
    """

    matter: str
    version: int
    state: Admission
    actor: str
    role: str
    at: datetime
    effective_from: datetime
    reason: str
    number: int = 0


@dataclass(frozen=True)
class Standing:
    """How a matter stands at a moment: the version that is admitted, None for none, and why."""

    version: int | None
    reason: str


def state_of(decisions: Sequence[Decision], version: int, *, configured: Admission | None) -> Admission | None:
    """Return how far a version has come by all that was decided, whatever the date; None when nobody knows it.

    Args:
        configured: how version 0 stands without a decision; None when the matter has no file.
    """
    words = [decision.state for decision in decisions if decision.version == version]
    if words:
        return words[-1]
    return configured if version == CONFIGURED else None


def check_step(decision: Decision, decisions: Sequence[Decision], *, configured: Admission | None) -> None:
    """Check that a decision may follow those made before.

    Raises:
        IllegalMove: the version is not in a state from which this follows, or it is to hold in the past.
        Invalid: it is to hold in the far future only.
        ReasonMissing: no reason is given.
    """
    before = state_of(decisions, decision.version, configured=configured)
    legal = STEPS[before]
    if decision.state not in legal:
        words = ", ".join(sorted(legal)) or "nothing: propose a new version"
        raise IllegalMove(
            f"version {decision.version} of {decision.matter} is {before or 'unknown'} and cannot be {decision.state}",
            f"What may follow: {words}.",
        )
    if decision.effective_from < decision.at:
        raise IllegalMove(
            f"{decision.state} from {decision.effective_from.isoformat()} lies before the decision itself",
            "Give a time from now on: what was filed meanwhile was filed under the rules of its time.",
        )
    if decision.effective_from - decision.at > MAX_AHEAD:
        raise Invalid(
            f"{decision.state} from {decision.effective_from.year} lies more than {MAX_AHEAD.days} days ahead",
            "Give a nearer day.",
        )
    if not decision.reason.strip():
        raise ReasonMissing(f"{decision.state} needs a reason", "Say in a few words why.")


def refuse_own_review(decision: Decision, decisions: Sequence[Decision]) -> None:
    """Refuse a review by who proposed the version: two people look at what cameras will file.

    Raises:
        IllegalMove: it is the same person.
    """
    if decision.state is not Admission.reviewed:
        return
    ours = (one for one in decisions if one.version == decision.version and one.state is Admission.proposed)
    if any(one.actor == decision.actor for one in ours):
        raise IllegalMove(
            f"version {decision.version} of {decision.matter} was proposed by {decision.actor}, who cannot review it",
            "Ask somebody else; an office of one person sets review_by_another: false in desk.yaml.",
        )


def standing(decisions: Sequence[Decision], at: datetime, *, configured: Admission | None) -> Standing:
    """Return which version of a matter is admitted at a moment.

    Args:
        decisions: of this matter, in the order in which they were made.
        configured: how version 0 stands without a decision; None when the matter has no file.
    """
    if not decisions and configured is None:
        return Standing(None, "it is not in the catalogue")
    holds = CONFIGURED if configured is Admission.admitted else None
    why = "admitted by the configuration" if holds is not None else "it was not admitted yet"
    if configured is Admission.proposed and not decisions:
        why = "the configuration only proposes it"
    turns = (d for d in decisions if d.state in {Admission.admitted, Admission.retired} and d.effective_from <= at)
    for decision in sorted(turns, key=lambda d: (d.effective_from, d.number)):
        if decision.state is Admission.admitted:
            holds, why = decision.version, _told(decision)
        elif decision.version == holds:
            holds, why = None, _told(decision)
    return Standing(holds, why)


def _told(decision: Decision) -> str:
    since = f"{decision.effective_from:%Y-%m-%d %H:%M} UTC"
    return f"version {decision.version} {decision.state} from {since} by {decision.actor}: {decision.reason}"
