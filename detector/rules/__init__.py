"""What turns things at rest into incidents. One file a kind, one line in `RULES`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from detector.config import Watched
from detector.rules import density, dwell, residue
from detector.rules.view import Finding, View
from detector.thing import Thing

Judge = Callable[[Watched, Any, View, Sequence[Thing]], list[Finding]]
RULES: dict[str, Judge] = {"dwell": dwell.judge, "residue": residue.judge, "density": density.judge}
"""How each kind of rule judges: (matter, its rule, the view, things) -> findings."""


def judge(watched: Watched, view: View, things: Sequence[Thing]) -> list[Finding]:
    """Return the incidents of one matter that this look completes."""
    return RULES[watched.rule.kind](watched, watched.rule, view, things)


__all__ = ["RULES", "Finding", "View", "judge"]
