"""Looking again after somebody says that it is done: present, absent, or not to be told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from detector.config import ClosurePlan
from detector.thing import Thing
from dispatch.contract import Verdict, VerificationRequest


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one valid look says: a verdict, or None when it cannot tell, and why."""

    verdict: Verdict | None
    reason: str


@dataclass(slots=True)
class Verification:
    """A verification under way on one camera.

    Attributes:
        request: what was asked.
        asked_at_s: when this camera took it up, Unix seconds.
        verdicts: opinions counted so far, newest last.
        last_counted_at_s: time of the newest; the next counts `interval_s` later at the earliest.
        last_reason: why the newest look could not tell, for an inconclusive end.
    """

    request: VerificationRequest
    asked_at_s: float
    verdicts: list[str] = field(default_factory=list)
    last_counted_at_s: float | None = None
    last_reason: str = "no valid look was possible"

    def count(self, opinion: Opinion, at_s: float, plan: ClosurePlan) -> Opinion | None:
        """Take in one look's opinion and return the verdict once it stands.

        A verdict stands when `looks` opinions in a row, at least `interval_s` apart, agree. Looks that cannot tell
        neither count nor break the row; a contradiction, also between two looks that count, starts the row anew.
        """
        if opinion.verdict is None:
            self.last_reason = opinion.reason
            return self.expire(at_s, plan)
        # A tenth of the interval of tolerance: looks do not come to the millisecond.
        is_due = self.last_counted_at_s is None or at_s - self.last_counted_at_s >= 0.9 * plan.interval_s
        # A contradiction counts whenever it comes: what is seen in between must not be lost to the look after it.
        if is_due or (self.verdicts and self.verdicts[-1] != opinion.verdict.value):
            self.last_counted_at_s = at_s
            self.verdicts.append(opinion.verdict.value)
        row = self.verdicts[-plan.looks :]
        if len(row) == plan.looks and len(set(row)) == 1:
            return opinion
        if len(set(row)) > 1:
            self.last_reason = "looks contradict each other"
        return self.expire(at_s, plan)

    def expire(self, at_s: float, plan: ClosurePlan) -> Opinion | None:
        """Return the inconclusive verdict once the patience has ended."""
        if at_s - self.asked_at_s < plan.patience_s:
            return None
        return Opinion(Verdict.inconclusive, self.last_reason)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return {**asdict(self), "request": self.request.model_dump(mode="json")}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Verification:
        """Read what `to_json` wrote."""
        return cls(**{**values, "request": VerificationRequest.model_validate(values["request"])})


def opinion_of(thing: Thing | None, at_s: float, twin: Thing | None) -> Opinion:
    """What the look at `at_s` says of a thing that was reported handled.

    Args:
        thing: the thing, after the look has been taken in; None when this camera no longer remembers it.
        at_s: time of the look, Unix seconds.
        twin: a thing like it that has come to rest nearby since it left, if there is one.
    """
    if thing is None:
        return Opinion(None, "this camera has no memory of the thing any more")
    if thing.last_seen_at_s == at_s:
        return Opinion(Verdict.present, "the same thing is still at its place")
    # `missed` outlives hidden looks: what was missed before somebody stepped in front of it says nothing of this look.
    if thing.missed == 0 or thing.unclear:
        return Opinion(None, "the place is hidden or looks like neither")
    if twin is not None:
        return Opinion(Verdict.present, "it has been moved a little, not cleared")
    return Opinion(Verdict.absent, "the place is visible and the thing is not there")
