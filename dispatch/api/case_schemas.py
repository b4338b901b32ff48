"""What the API answers about one case with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from dispatch.api.look_schemas import LookItem
from dispatch.api.schemas import CaseItem, EventItem, HistoryItem, PersonRole, VerificationItem
from dispatch.case import Action, Role, legal_actions
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
