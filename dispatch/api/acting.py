"""In whose name and in which role a caller acts on a case."""

from __future__ import annotations

from datetime import datetime

from dispatch.accounts import AccountRole, Caller
from dispatch.accounts.values import Forbidden
from dispatch.api.schemas import PersonRole
from dispatch.case import TABLE, Action, Actor, Case, Role, legal_actions

_LEAST_FIRST = (PersonRole.handler, PersonRole.operations, PersonRole.dispatcher, PersonRole.administrator)
_OF_PROGRAMS = (PersonRole.handler, PersonRole.operations, PersonRole.dispatcher)
"""Roles of the people in whose names a program of the city's acts: it has accounts of its own."""


def roles_in_cases(caller: Caller) -> tuple[PersonRole, ...]:
    """Return the roles in which a caller may act on cases, the least one first."""
    own = {role for role in _LEAST_FIRST if AccountRole(role) in caller.roles}
    if AccountRole.machine in caller.roles:
        own |= set(_OF_PROGRAMS)
    return tuple(role for role in _LEAST_FIRST if role in own)


def acting(
    caller: Caller,
    action: Action,
    case: Case,
    *,
    at: datetime,
    named: str | None = None,
    role: PersonRole | None = None,
) -> Actor:
    """Return in whose name and role a caller makes a move of a case.

    Args:
        case: as it stands; of several roles the least one that may make the move now is taken.
        at: the present time.
        named: from a program: the person in whose name it acts.
        role: in which the caller wants to act.

    Raises:
        Forbidden: the caller has not this role, no role that ever makes this move, or names another person.
    """
    own = roles_in_cases(caller)
    if role is not None:
        if role not in own:
            raise Forbidden(
                f"{caller.name} does not act as {role}, but as {', '.join(own) or 'none who acts on cases'}", _ASK
            )
        own = (role,)
    makers = {Role(maker) for (_, made), move in TABLE.items() if made is action for maker in move.roles}
    able = [one for one in own if Role(one) in makers]
    if not able:
        people = ", ".join(one for one in _LEAST_FIRST if Role(one) in makers)
        raise Forbidden(
            f"the move {action} is for {people}; {caller.name} is {', '.join(own) or 'none of these'}", _ASK
        )
    chosen = next((one for one in able if action in legal_actions(case, Role(one), at=at)), able[0])
    return Actor(name_of(caller, named), Role(chosen))


def reporter_of(caller: Caller, named: str | None) -> str:
    """Return who reports an incident: the caller, or whom it names, with the caller's name added."""
    return caller.name if named in {None, caller.name} else f"{named} ({caller.name})"


def one_role(caller: Caller, wanted: str | None, order: tuple[AccountRole, ...]) -> AccountRole:
    """Return the role in which a caller acts: the wanted one, else the first of some that it has. Raises Forbidden."""
    own = [role for role in order if role in caller.roles and wanted in {None, role}]
    if not own:
        raise Forbidden(f"{caller.name} does not act as {wanted or ' or '.join(order)}", _ASK)
    return own[0]


def name_of(caller: Caller, named: str | None) -> str:
    """Return in whose name a caller acts: its own, or that of whom a program names. Raises Forbidden."""
    if named in {None, caller.name}:
        return caller.name
    if AccountRole.machine not in caller.roles:
        raise Forbidden(f"you act in your own name, {caller.name}, and not as {named}", "Leave `actor` out.")
    return f"{named} ({caller.name})"


_ASK = "Ask an administrator for the role."
