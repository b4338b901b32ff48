"""What was counted of cases before: a case that has not changed since is neither read nor counted again.

A case's version counts its records, and with its row and its history nothing changes that is counted but by a record.
What time alone changes is whether a running clock has run out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from dispatch.calendar import WorkCalendar
from dispatch.indicators.facts import CaseFacts, CaseRecord, Milestone, facts_of, late_stages
from dispatch.timing import Watch

MOST = 50_000
"""Cases that are remembered: some 2 kB each."""


@dataclass(frozen=True)
class CaseHead:
    """A case of a period, as far as it tells whether it is known."""

    case_id: str
    version: int
    department: str


class CaseRows(Protocol):
    """The cases of a period."""

    def heads(self) -> Sequence[CaseHead]:
        """Return all of them, in the order of their arrival."""
        ...

    def cases(self, wanted: Collection[str]) -> Iterable[CaseRecord]:
        """Return those of some ids."""
        ...


@dataclass(frozen=True)
class _Known:
    """Facts as of a moment. `watches`: all of them when time alone may still make one late, else none."""

    version: int
    calendar: WorkCalendar
    as_of: datetime
    facts: CaseFacts
    watches: tuple[Watch, ...]


class KnownFacts:
    """Remembers the facts of the newest cases. Several threads may ask; they take turns, and find what one has read.

    Args:
        most: how many cases are remembered.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, _Known] = {}
        self._turn = threading.Lock()

    def of(
        self, rows: CaseRows, *, as_of: datetime, calendar_of: Callable[[str], WorkCalendar]
    ) -> dict[str, CaseFacts]:
        """Return the facts of the cases of a period by their id, in the order of their arrival.

        Args:
            as_of: the moment at which running clocks are read.
            calendar_of: the calendar of a department.
        """
        with self._turn:
            heads = rows.heads()
            found: dict[str, _Known] = {}
            for head in heads:
                known = self._known.get(head.case_id)
                if known is not None and _holds(known, head, as_of, calendar_of(head.department)):
                    found[head.case_id] = _at(known, as_of)
            for case in rows.cases({head.case_id for head in heads} - found.keys()):
                found[case.case_id] = _counted(case, as_of, calendar_of(case.department))
            self._remember(found)
        return {head.case_id: found[head.case_id].facts for head in heads}

    def _remember(self, found: dict[str, _Known]) -> None:
        self._known |= found
        if len(self._known) > self._most:
            newest = sorted(self._known.items(), key=lambda item: item[1].facts.times[Milestone.reported])
            self._known = dict(newest[-self._most :])


def _holds(known: _Known, head: CaseHead, as_of: datetime, calendar: WorkCalendar) -> bool:
    return known.version == head.version and known.as_of <= as_of and known.calendar == calendar


def _at(known: _Known, as_of: datetime) -> _Known:
    """Return the same facts at a later moment."""
    if not known.watches:
        return known
    late = late_stages(known.watches, as_of, known.calendar)
    facts = known.facts if late == known.facts.late else replace(known.facts, late=late)
    return replace(known, as_of=as_of, facts=facts, watches=_open(known.watches, facts))


def _counted(case: CaseRecord, as_of: datetime, calendar: WorkCalendar) -> _Known:
    facts = facts_of(case, as_of=as_of, calendar=calendar)
    return _Known(case.version, calendar, as_of, facts, _open(case.watches, facts))


def _open(watches: tuple[Watch, ...], facts: CaseFacts) -> tuple[Watch, ...]:
    """Return the watches while one of them runs and is not late yet: what is late stays late."""
    return watches if any(watch.is_running and watch.stage not in facts.late for watch in watches) else ()
