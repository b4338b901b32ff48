"""Orders to departments and recurring hot spots: values and rules. Pure: no IO and no clock.

A hot spot (高发点位) is a place where the same matter was filed several times within some days. It is raised once, as
an item for the agenda, and tracked until it is settled; what is filed there meanwhile joins it. After it was settled
the count begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dispatch.contract import Location
from dispatch.errors import IllegalMove, Invalid, ReasonMissing


@dataclass(frozen=True)
class Order:
    """An order (督办) of a community or the desk to a department, to be checked in by a time.

    Attributes:
        case_id: the case it is about; None for none.
        place: code of the grid cell it is about; empty for none.
        overdue_at: when it was noted that nobody had checked in in time.
        version: grows with every change.
    """

    order_id: str
    department: str
    text: str
    made_by: str
    made_at: datetime
    check_in_by: datetime
    case_id: str | None = None
    place: str = ""
    checked_in_by: str = ""
    checked_in_at: datetime | None = None
    note: str = ""
    overdue_at: datetime | None = None
    version: int = 1


def checked_in(order: Order, *, by: str, at: datetime, note: str) -> Order:
    """Return an order that was checked in, late or not.

    Raises:
        IllegalMove: it was checked in before.
    """
    if order.checked_in_at is not None:
        when = order.checked_in_at.isoformat(timespec="seconds")
        raise IllegalMove(f"order {order.order_id} was checked in by {order.checked_in_by} at {when}")
    return replace(order, checked_in_by=by, checked_in_at=at, note=note, version=order.version + 1)


def noted_late(order: Order, *, at: datetime) -> Order:
    """Return an order of which it was noted that nobody has checked it in in time."""
    return replace(order, overdue_at=at, version=order.version + 1)


def refuse_past_check_in(made_at: datetime, check_in_by: datetime) -> None:
    """Refuse an order whose time is over when it is made. Raises Invalid."""
    if check_in_by <= made_at:
        raise Invalid(f"check_in_by ({check_in_by.isoformat()}) must lie ahead", "Give the department time.")


class SpotState(StrEnum):
    """Where a hot spot stands."""

    raised = "raised"
    tracked = "tracked"
    settled = "settled"


SPOT_STEPS: dict[SpotState, frozenset[SpotState]] = {
    SpotState.raised: frozenset({SpotState.tracked, SpotState.settled}),
    SpotState.tracked: frozenset({SpotState.settled}),
    SpotState.settled: frozenset(),
}
"""Where a hot spot can go from each state."""


@dataclass(frozen=True)
class HotSpot:
    """A place where the same matter was filed several times.

    `case_ids` in order of their arrival; `version` grows with every change.
    """

    spot_id: str
    matter: str
    location: Location
    case_ids: tuple[str, ...]
    raised_at: datetime
    state: SpotState = SpotState.raised
    note: str = ""
    updated_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it is not settled."""
        return self.state is not SpotState.settled


def stepped(spot: HotSpot, to: SpotState, *, at: datetime, reason: str) -> HotSpot:
    """Return a hot spot that was taken a step further.

    Raises:
        IllegalMove: there is no such step from its state.
        ReasonMissing: no word was given of what is done about it.
    """
    if to not in SPOT_STEPS[spot.state]:
        legal = ", ".join(sorted(SPOT_STEPS[spot.state])) or "none"
        raise IllegalMove(f"hot spot {spot.spot_id} is {spot.state} and cannot become {to}", f"Legal now: {legal}.")
    if not reason.strip():
        raise ReasonMissing(f"{to} needs a reason", "Say in a few words what is done about it.")
    return replace(spot, state=to, note=reason, updated_at=at, version=spot.version + 1)


def joined(spot: HotSpot, case_id: str, *, at: datetime) -> HotSpot:
    """Return a hot spot at which one more case was filed."""
    return replace(spot, case_ids=(*spot.case_ids, case_id), updated_at=at, version=spot.version + 1)


def counted_cases(
    cases: Sequence[tuple[str, datetime]], *, since: datetime, settled_at: datetime | None
) -> tuple[str, ...]:
    """Return the ids of the cases (id, filing time) that count towards a hot spot: those after the last settling."""
    begin = since if settled_at is None else max(since, settled_at)
    return tuple(case_id for case_id, at in cases if at > begin)
