"""What is being watched on one camera: a thing at rest, its timers and the names it has been given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from detector.geometry import BoxXyxy

Kind = Literal["standing", "residue", "crowd"]
"""standing: a detected object at rest. residue: something that has replaced the background. crowd: many in a zone."""

VEHICLES = frozenset({"car", "truck", "bus", "motorcycle", "bicycle"})
FAMILY = {
    **dict.fromkeys(("car", "truck", "bus"), "vehicle"),
    **dict.fromkeys(("motorcycle", "bicycle"), "cycle"),
    **dict.fromkeys(("garbage", "garbage_bag", "litter_item"), "litter"),
}
"""Classes that a detector confuses for one another on the same object count as one family."""


PROVEN_LOOKS = 3
"""Looks from which a thing is known to have been at rest."""


def family(class_name: str) -> str:
    """The group of classes that may be the same object: `vehicle`, `cycle`, `litter`, or the class itself."""
    return FAMILY.get(class_name, class_name)


@dataclass(slots=True)
class Thing:
    """One thing at rest, from the first look that saw it until it is gone.

    Times are Unix seconds; boxes are source pixels.

    Attributes:
        uid: unique on its camera; the event's identity derives from it.
        rest_s: observed seconds at rest. Gaps and bad views add nothing.
        attended_s: of these, seconds with somebody standing beside it.
        missed: looks in a row on which its place was visible and it was not there.
        first_missed_at_s: time of the first of them.
        unclear: looks in a row on which its place was hidden.
        unclear_s: observed seconds of these; once it is seen again unchanged they count as rest, as far as it had
            rested before.
        evidence_looks: looks in `evidence_sum`.
        votes: sum of confidences by class name; `looks` is their common denominator.
        close_votes, close_looks: the same for enlarged looks at the thing alone.
        evidence_sum: sum over looks of the evidence that it arrived (residue only, see `Blob.evidence`).
        matter_hint: the matter a crowd is counted for.
        picture: the wide picture in which it was confirmed, as JSON of `dispatch.contract.Evidence`.
        matter, zone, event_id, reported_at_s: set once it has been reported (a crowd knows its zone from the start).
    """

    uid: str
    kind: Kind
    box_xyxy_px: BoxXyxy
    first_seen_at_s: float
    last_seen_at_s: float
    rest_s: float = 0.0
    attended_s: float = 0.0
    looks: int = 1
    missed: int = 0
    first_missed_at_s: float | None = None
    unclear: int = 0
    unclear_s: float = 0.0
    votes: dict[str, float] = field(default_factory=dict)
    close_votes: dict[str, float] = field(default_factory=dict)
    close_looks: int = 0
    evidence_sum: float = 0.0
    evidence_looks: int = 0
    matter_hint: str | None = None
    matter: str | None = None
    event_id: str | None = None
    zone: str | None = None
    reported_at_s: float | None = None
    picture: dict[str, Any] | None = None

    def seen(self, at_s: float, elapsed_s: float) -> None:
        """Count a look on which it was there; `elapsed_s` is observed time since the last valid look."""
        self.last_seen_at_s = at_s
        # Hidden time counts as rest only for what has been seen at rest, and no longer than that: a few looks, a minute
        # behind traffic apart, may be of a few cars that passed.
        self.rest_s += elapsed_s + (min(self.unclear_s, self.rest_s) if self.looks >= PROVEN_LOOKS else 0.0)
        self.looks += 1
        self.missed = self.unclear = 0
        self.unclear_s = 0.0
        self.first_missed_at_s = None

    def hidden(self, elapsed_s: float) -> None:
        """Count a look that says nothing about it."""
        self.unclear += 1
        self.unclear_s += elapsed_s

    def not_there(self, at_s: float) -> None:
        """Count a look on which its place was visible and empty, or taken by something else."""
        if self.missed == 0:
            self.first_missed_at_s = at_s
        self.missed += 1
        self.unclear = 0
        self.unclear_s = 0.0

    def vote(self, class_name: str, confidence: float) -> None:
        """Take in what a detector called it on one look."""
        self.votes[class_name] = self.votes.get(class_name, 0.0) + confidence

    def vote_close(self, names: Mapping[str, float]) -> None:
        """Take in what a detector called it, by class name, on one enlarged look."""
        self.close_looks += 1
        for name, confidence in names.items():
            self.close_votes[name] = self.close_votes.get(name, 0.0) + confidence

    def named(self, min_confidence: float) -> tuple[str | None, float]:
        """The name that most looks agree on and how sure it is, 0..1; no name when it is not sure enough.

        Sureness is the mean confidence over all looks, or over the enlarged ones where they know it better: what is
        small in the picture is often recognised only there.
        """
        wide = {name: total / max(self.looks, 1) for name, total in self.votes.items()}
        close = {name: total / max(self.close_looks, 1) for name, total in self.close_votes.items()}
        sure = {name: wide.get(name, 0.0) + close.get(name, 0.0) for name in sorted(wide | close)}
        if not sure:
            return None, 0.0
        # First what kind of thing it is, then which of its kind: three words for litter are not three opinions.
        families: dict[str, float] = {}
        for name, value in sure.items():
            families[family(name)] = families.get(family(name), 0.0) + value
        kind = max(families, key=lambda f: families[f])
        name = max((n for n in sure if family(n) == kind), key=lambda n: sure[n])
        best = min(1.0, max(sum(v for n, v in votes.items() if family(n) == kind) for votes in (wide, close)))
        return (name if best >= min_confidence else None), best

    @property
    def evidence(self) -> float:
        """Mean evidence that it has arrived; 0 before the first."""
        return self.evidence_sum / self.evidence_looks if self.evidence_looks else 0.0

    @property
    def reported(self) -> bool:
        """Whether an event has been made of it."""
        return self.event_id is not None

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Thing:
        """Read what `to_json` wrote."""
        return cls(**{**values, "box_xyxy_px": tuple(values["box_xyxy_px"])})
