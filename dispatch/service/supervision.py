"""Supervision: the profile in force, orders to departments, recurring hot spots."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from dispatch.case import MACHINE, Actor, Case
from dispatch.config import MatterRules
from dispatch.contract import SUPERVISION_STREAM, HotSpotChanged, Location, Message, OrderChanged, envelope
from dispatch.dedup import MAX_PLACE_ERROR_M, distance_m, reach_m
from dispatch.errors import Invalid, LastChange, refuse_unseen
from dispatch.ports import LogEntry, NearCase
from dispatch.registers import Profile
from dispatch.service.unit import SOURCE, Unit
from dispatch.supervision import (
    HotSpot,
    Order,
    SpotState,
    checked_in,
    counted_cases,
    joined,
    noted_late,
    refuse_past_check_in,
    stepped,
)

PROFILE, ORDER, HOT_SPOT = "profile", "order", "hot_spot"
"""Kinds of the lines of the desk's log."""

_WIDEST_M = 2 * MAX_PLACE_ERROR_M
_SPOTS = UUID("a3a6f3de-0c9b-4a5e-8a52-0a9a3f5b8f21")


def switch_profile(
    unit: Unit, profile_id: str, *, actor: Actor, reason: str, expected_version: int | None = None
) -> Profile:
    """Work by another profile from now on. Limits that run already stay as they began.

    Raises:
        Invalid: there is no such profile, or no reason.
        Outdated: another was switched to since the caller has looked.
    """
    line = unit.tx.last_logged(PROFILE)
    version = line.number if line else 0
    last = LastChange(version, line.actor, line.at) if line else None
    refuse_unseen("the profile", expected_version, version, last)
    known = {profile.id: profile for profile in unit.policy.profiles}
    if profile_id not in known:
        listed = ", ".join(known) or "none: profiles.yaml is absent"
        raise Invalid(f"there is no profile {profile_id!r}", f"Use one of {listed}.")
    if not reason.strip():
        raise Invalid("switching the profile needs a reason", "Say in a few words why.")
    unit.tx.log(LogEntry(PROFILE, "", profile_id, actor.name, actor.role, unit.now, reason))
    return known[profile_id]


def cases_at(
    unit: Unit, matter: str, location: Location, rules: MatterRules, *, since: datetime
) -> tuple[NearCase, ...]:
    """Return the filed cases of a matter since a time that are at a place, as far as both place errors allow."""
    found = unit.tx.cases_near(matter, location, reach_m=_WIDEST_M + rules.dedup.radius_m, since=since)
    return tuple(near for near in found if _is_one_place(location, near.location, rules))


def note_hot_spot(unit: Unit, case: Case) -> HotSpot | None:
    """Count a case that was filed just now: raise its place as a hot spot, or join it to one."""
    wanted = unit.policy.settings.hot_spots
    rules = unit.matters.get(case.matter)
    if wanted is None or rules is None:
        return None
    since = unit.now - timedelta(days=wanted.days)
    here = cases_at(unit, case.matter, case.location, rules, since=since)
    if not any(near.case_id != case.case_id for near in here):
        return None
    spots = [
        spot
        for spot in unit.tx.spots_near(case.matter, case.location, reach_m=_WIDEST_M + rules.dedup.radius_m)
        if _is_one_place(case.location, spot.location, rules)
    ]
    standing = next((spot for spot in spots if spot.is_open), None)
    if standing is not None:
        if case.case_id in standing.case_ids:
            return standing
        grown = joined(standing, case.case_id, at=unit.now)
        return _keep(unit, grown, MACHINE, f"case {case.case_id} was filed there", action="joined")
    settled_at = max((spot.updated_at for spot in spots if spot.updated_at is not None), default=None)
    counted = counted_cases([(n.case_id, n.opened_at) for n in here], since=since, settled_at=settled_at)
    if len(counted) < wanted.times:
        return None
    spot_id = str(uuid5(_SPOTS, f"{case.matter}/{counted[0]}/{case.case_id}"))
    spot = HotSpot(spot_id, case.matter, case.location, counted, unit.now)
    return _keep(unit, spot, MACHINE, f"{len(counted)} cases in {wanted.days:g} days")


def step_hot_spot(
    unit: Unit, spot_id: str, to: SpotState, *, actor: Actor, reason: str, expected_version: int | None = None
) -> HotSpot:
    """Take a hot spot a step further. Raises NotFound, Outdated, IllegalMove, ReasonMissing."""
    spot = unit.tx.spot(spot_id)
    _refuse_unseen(unit, HOT_SPOT, spot_id, expected_version, spot.version)
    return _keep(unit, stepped(spot, to, at=unit.now, reason=reason), actor, reason)


def _refuse_unseen(unit: Unit, kind: str, subject: str, seen: int | None, version: int) -> None:
    line = unit.tx.last_logged(kind, subject)
    last = LastChange(version, line.actor, line.at) if line else None
    refuse_unseen(f"{kind.replace('_', ' ')} {subject}", seen, version, last)


def _keep(unit: Unit, spot: HotSpot, actor: Actor, reason: str, *, action: Literal["joined"] | None = None) -> HotSpot:
    unit.tx.put_spot(spot)
    unit.tx.log(LogEntry(HOT_SPOT, spot.spot_id, spot.state, actor.name, actor.role, unit.now, reason))
    rules = unit.matters.get(spot.matter)
    message = HotSpotChanged(
        spot_id=spot.spot_id,
        action=action or spot.state.value,
        state=spot.state.value,
        matter=spot.matter,
        codes=rules.codes_by_scheme() if rules else {},
        location=spot.location,
        grid=unit.grid.memberships(spot.location, unit.now),
        case_ids=spot.case_ids,
        raised_at=spot.raised_at,
        actor=actor.name,
        role=actor.role,
        reason=reason,
        at=unit.now,
    )
    _tell(unit, spot.spot_id, f"{spot.spot_id}:{message.action}:{len(spot.case_ids)}", message)
    return spot


def _tell(unit: Unit, key: str, message_id: str, message: Message) -> None:
    event = envelope(message, id=message_id, source=SOURCE, time=unit.now, subject=key)
    unit.tx.put_out(SUPERVISION_STREAM, key, message_id, event.model_dump_json(), unit.now)


def _is_one_place(a: Location, b: Location, rules: MatterRules) -> bool:
    return distance_m(a, b) <= reach_m(rules.dedup, a, b)


def give_order(unit: Unit, order: Order, *, actor: Actor) -> Order:
    """Keep a new order.

    Raises:
        Invalid: its time is over, or there is no such department.
        NotFound: there is no such case.
    """
    refuse_past_check_in(order.made_at, order.check_in_by)
    unit.policy.refuse_unknown_department(order.department)
    if order.case_id is not None:
        unit.tx.case(order.case_id)
    return _keep_order(unit, order, "given", actor, order.text)


def check_in(unit: Unit, order_id: str, *, actor: Actor, note: str, expected_version: int | None = None) -> Order:
    """Note that a department has taken an order up. Raises NotFound, Outdated, IllegalMove."""
    order = unit.tx.order(order_id)
    _refuse_unseen(unit, ORDER, order_id, expected_version, order.version)
    taken = checked_in(order, by=actor.name, at=unit.now, note=note)
    return _keep_order(unit, taken, "checked_in", actor, note)


def sweep_orders(unit: Unit) -> int:
    """Note the orders that nobody has checked in in time, each once. Returns how many."""
    late = unit.tx.unanswered_orders(unit.now)
    for order in late:
        department = unit.policy.departments.get(order.department)
        told = (department.leader or department.contact or department.id) if department else order.department
        said = f"nobody has checked in by {order.check_in_by.isoformat(timespec='seconds')}; told: {told}"
        _keep_order(unit, noted_late(order, at=unit.now), "overdue", MACHINE, said, told=told)
    return len(late)


def _keep_order(
    unit: Unit,
    order: Order,
    action: Literal["given", "checked_in", "overdue"],
    actor: Actor,
    reason: str,
    *,
    told: str = "",
) -> Order:
    unit.tx.put_order(order)
    unit.tx.log(LogEntry(ORDER, order.order_id, action, actor.name, actor.role, unit.now, reason))
    known = {name: getattr(order, name) for name in Order.__dataclass_fields__ if name != "version"}
    message = OrderChanged(**known, action=action, actor=actor.name, role=actor.role, told=told, at=unit.now)
    _tell(unit, order.order_id, f"{order.order_id}:{action}", message)
    return order
