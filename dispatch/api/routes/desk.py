"""The desk itself: the profile it works by."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from dispatch.api.access import READ, WRITE
from dispatch.api.desk_schemas import ProfileItem, ProfileState, SwitchProfile
from dispatch.api.problems import answers
from dispatch.api.services import API, ServicesDep
from dispatch.case import Role

router = APIRouter(prefix=API, tags=["desk"])


@router.get("/profile", dependencies=[READ], responses=answers())
def read_profile(services: ServicesDep) -> ProfileState:
    """Read the profile in force and those there are."""
    desk = services.desk
    now = services.clock()
    in_force = desk.profile(now)
    known = tuple(ProfileItem.model_validate(profile.model_dump()) for profile in desk.policy.profiles)
    return ProfileState(in_force=in_force.id if in_force else None, profiles=known)


@router.put(
    "/profile",
    dependencies=[WRITE],
    responses=answers(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def switch_profile(switch: SwitchProfile, services: ServicesDep) -> ProfileState:
    """Work by another profile from now on."""
    services.desk.switch_profile(
        switch.profile, actor=switch.actor, role=Role(switch.role), now=services.clock(), reason=switch.reason
    )
    return read_profile(services)
