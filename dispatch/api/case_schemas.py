"""What the API answers about one case with all that is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import Field

from dispatch.api.look_schemas import LookItem
from dispatch.api.schemas import Answer, CaseItem, EventItem, HistoryItem, PersonRole, VerificationItem
from dispatch.case import FINAL, Action, Role, legal_actions
from dispatch.contract import CaseState
from dispatch.due import Due
from dispatch.views import CaseView


class CaseDetail(CaseItem):
    """A case with its reports, its history, its verifications and looks, each in order of time."""

    events: tuple[EventItem, ...] = ()
    history: tuple[HistoryItem, ...] = ()
    verifications: tuple[VerificationItem, ...] = ()
    looks: tuple[LookItem, ...] = Field(default=(), description="looks at its place that were asked for")
    legal_actions: tuple[Action, ...] = Field(default=(), description="moves that you may make now")

    @classmethod
    def of_view(cls, view: CaseView, roles: Iterable[PersonRole]) -> Self:
        """Return the answer for a case with all that is known of it, for somebody with these roles."""
        legal = {action for role in roles for action in legal_actions(view.case, Role(role))}
        return cls(
            **CaseItem.of(view.case).model_dump(),
            events=tuple(EventItem.of(event) for event in view.events),
            history=tuple(HistoryItem.of(record) for record in view.history),
            verifications=tuple(VerificationItem.of(check) for check in view.checks),
            looks=tuple(LookItem.of(look) for look in view.looks),
            legal_actions=tuple(sorted(legal)),
        )


class StateCount(Answer):
    """How many cases are in a state."""

    state: CaseState
    number: int


class DueCount(Answer):
    """How many open cases are due so soon."""

    due: Due
    number: int


class CaseCounts(Answer):
    """How many cases there are, whatever page of them is read. What there is none of is left out."""

    states: tuple[StateCount, ...]
    due: tuple[DueCount, ...] = Field(description="of the open ones")

    @classmethod
    def of(cls, counted: Mapping[tuple[CaseState, Due], int]) -> Self:
        """Return the answer for numbers by state and by how soon they are due."""
        states: Counter[CaseState] = Counter()
        dues: Counter[Due] = Counter()
        for (state, due), number in counted.items():
            states[state] += number
            if state not in FINAL:
                dues[due] += number
        return cls(
            states=tuple(StateCount(state=state, number=states[state]) for state in CaseState if states[state]),
            due=tuple(DueCount(due=due, number=dues[due]) for due in Due if dues[due]),
        )
