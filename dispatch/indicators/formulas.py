"""The indicators and their formulas. Names are those of the field; docs/indicators.md tells them in words. Pure.

All of them are about the cases reported in a period, as these stood at one moment, so that the parts of a city add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from dispatch.contract import Stage
from dispatch.indicators.facts import CaseFacts, Milestone


class Indicator(StrEnum):
    """Names of the indicators of cases."""

    filing_rate = "filing_rate"
    on_time_filing = "on_time_filing"
    accurate_dispatch = "accurate_dispatch"
    handling_rate = "handling_rate"
    on_time_handling = "on_time_handling"
    closing_rate = "closing_rate"
    on_time_closing = "on_time_closing"
    rework_rate = "rework_rate"
    return_rate = "return_rate"
    extension_rate = "extension_rate"
    repeated_rate = "repeated_rate"
    in_grid_closure = "in_grid_closure"


@dataclass(frozen=True)
class Ratio:
    """So many out of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None when there is nothing to count."""
        return self.part / self.whole if self.whole else None


Test = Callable[[CaseFacts], bool]
FILING_LIMIT = timedelta(minutes=15)
"""From report to the decision whether it is filed."""


def _passed(milestone: Milestone) -> Test:
    return lambda case: case.passed(milestone) and not case.is_void


_filed = _passed(Milestone.filed)
_dispatched = _passed(Milestone.dispatched)
_handled = _passed(Milestone.handled)
_closed = _passed(Milestone.closed)


def _decided(case: CaseFacts) -> bool:
    return case.decided_at is not None


def _decided_in_time(case: CaseFacts) -> bool:
    reported = case.times[Milestone.reported]
    return case.decided_at is not None and case.decided_at - reported <= FILING_LIMIT


def _handling_due(case: CaseFacts) -> bool:
    return _handled(case) or (_dispatched(case) and Stage.handle in case.late)


def _closing_due(case: CaseFacts) -> bool:
    return _closed(case) or (_dispatched(case) and bool(case.late & {Stage.handle, Stage.verify}))


FORMULAS: Mapping[Indicator, tuple[Test, Test]] = MappingProxyType(
    {
        Indicator.filing_rate: (_filed, lambda case: True),
        Indicator.on_time_filing: (_decided_in_time, _decided),
        Indicator.accurate_dispatch: (lambda case: not case.first_dispatch_returned, _dispatched),
        Indicator.handling_rate: (lambda case: _handled(case) or _closed(case), _dispatched),
        Indicator.on_time_handling: (lambda case: _handled(case) and Stage.handle not in case.late, _handling_due),
        Indicator.closing_rate: (_closed, _filed),
        Indicator.on_time_closing: (
            lambda case: _closed(case) and not case.late & {Stage.handle, Stage.verify},
            _closing_due,
        ),
        Indicator.rework_rate: (lambda case: case.reworks > 0, _handled),
        Indicator.return_rate: (lambda case: case.returns > 0, _dispatched),
        Indicator.extension_rate: (lambda case: case.extensions > 0, _dispatched),
        Indicator.repeated_rate: (lambda case: case.is_repeat, _filed),
        Indicator.in_grid_closure: (lambda case: case.is_self_handled, _closed),
    }
)
"""Indicator -> (what is counted, among what). A case counts in the part only when it counts in the whole."""


@dataclass(frozen=True)
class Row:
    """The indicators of one part of a city.

    Attributes:
        key: the grid cell, department, matter or camera; empty for all.
        counts: how many cases have passed each milestone; void ones count as reported only, also below.
        latencies_s: mean seconds from each milestone to the one after it, by the name of the second; None without any.
        handling_s: mean seconds from dispatch to the last feedback (average handling time).
    """

    key: str
    counts: Mapping[Milestone, int]
    ratios: Mapping[Indicator, Ratio]
    latencies_s: Mapping[Milestone, float | None]
    handling_s: float | None


def row_of(key: str, cases: Sequence[CaseFacts]) -> Row:
    """Return the indicators of some cases."""
    counts = {milestone: sum(1 for case in cases if _passed(milestone)(case)) for milestone in Milestone}
    counts[Milestone.reported] = len(cases)
    real = [case for case in cases if not case.is_void]
    return Row(
        key=key,
        counts=counts,
        ratios={indicator: _ratio(cases, *tests) for indicator, tests in FORMULAS.items()},
        latencies_s={end: mean_s(case.between(begin, end) for case in real) for begin, end in pairwise(Milestone)},
        handling_s=mean_s(case.between(Milestone.dispatched, Milestone.handled) for case in real),
    )


def _ratio(cases: Iterable[CaseFacts], part: Test, whole: Test) -> Ratio:
    among = [case for case in cases if whole(case)]
    return Ratio(sum(1 for case in among if part(case)), len(among))


def mean_s(spans: Iterable[timedelta | None]) -> float | None:
    """Return the mean of the spans that there are, in seconds; None without any."""
    known = [span.total_seconds() for span in spans if span is not None]
    return sum(known) / len(known) if known else None


class By(StrEnum):
    """Into which parts a city is divided."""

    all = "all"
    grid = "grid"
    department = "department"
    matter = "matter"
    camera = "camera"


def rows(cases: Sequence[CaseFacts], by: By, *, layer: str = "") -> tuple[Row, ...]:
    """Return the indicators of every part of a city that has cases, in order of their keys.

    A case that several cameras reported counts for each of them; a case outside the grid layer counts as ''.

    Args:
        layer: the grid layer, for `By.grid`.
    """
    parts: dict[str, list[CaseFacts]] = {}
    for case in cases:
        for key in _keys(case, by, layer):
            parts.setdefault(key, []).append(case)
    if by is By.all:
        return (row_of("", cases),)
    return tuple(row_of(key, parts[key]) for key in sorted(parts))


def _keys(case: CaseFacts, by: By, layer: str) -> tuple[str, ...]:
    match by:
        case By.all:
            return ("",)
        case By.grid:
            return tuple(cell.code for cell in case.grid if cell.layer == layer) or ("",)
        case By.department:
            return (case.department,)
        case By.matter:
            return (case.matter,)
        case By.camera:
            return tuple(dict.fromkeys(case.camera_ids))
