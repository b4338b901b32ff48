"""The desk itself: the profile it works by."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from dispatch.accounts import AccountRole
from dispatch.api.access import READ_ANY, CallerDep, allow
from dispatch.api.acting import name_of, one_role
from dispatch.api.desk_schemas import ProfileItem, ProfileState, SwitchProfile
from dispatch.api.problems import answers
from dispatch.api.services import API, ServicesDep
from dispatch.case import Role

router = APIRouter(prefix=API, tags=["desk"])

_SWITCHERS = (AccountRole.administrator, AccountRole.dispatcher)


@router.get("/profile", dependencies=[READ_ANY], responses=answers())
def read_profile(services: ServicesDep) -> ProfileState:
    """Read the profile in force and those there are."""
    desk = services.desk
    now = services.clock()
    in_force = desk.profile(now)
    known = tuple(ProfileItem.model_validate(profile.model_dump()) for profile in desk.policy.profiles)
    return ProfileState(in_force=in_force.id if in_force else None, profiles=known)


@router.put(
    "/profile",
    dependencies=[allow(*_SWITCHERS)],
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def switch_profile(switch: SwitchProfile, services: ServicesDep, caller: CallerDep) -> ProfileState:
    """Work by another profile from now on."""
    role = Role(one_role(caller, switch.role, _SWITCHERS))
    actor = name_of(caller, switch.actor)
    services.desk.switch_profile(switch.profile, actor=actor, role=role, now=services.clock(), reason=switch.reason)
    return read_profile(services)
