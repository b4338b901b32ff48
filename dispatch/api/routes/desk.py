"""The desk itself: the profile it works by, orders to departments, recurring hot spots."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from dispatch.accounts import AccountRole, Caller
from dispatch.api.access import READ_ANY, READ_OWN, About, CallerDep, allow, outside
from dispatch.api.acting import name_of, one_role
from dispatch.api.desk_schemas import (
    CheckIn,
    HotSpotItem,
    NewOrder,
    OrderItem,
    ProfileItem,
    ProfileState,
    SpotStep,
    SwitchProfile,
)
from dispatch.api.problems import answers
from dispatch.api.schemas import ListOf
from dispatch.api.services import (
    API,
    Cursor,
    DepartmentQuery,
    IdPath,
    IfMatch,
    Limit,
    MatterQuery,
    Services,
    ServicesDep,
    etag_of,
    expected_version,
    read_cursor,
    write_cursor,
)
from dispatch.api.theirs import is_order_theirs, is_spot_theirs
from dispatch.case import Role
from dispatch.supervision import HotSpot, Order, SpotState

router = APIRouter(prefix=API, tags=["desk"])

_SWITCHERS = (AccountRole.administrator, AccountRole.dispatcher)
_ORDERERS = (AccountRole.dispatcher, AccountRole.operations, AccountRole.administrator)
_TAKERS = (AccountRole.handler, *_ORDERERS)
_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_WRITE = answers(*_BODY, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_CHANGE = {**_WRITE, **answers(HTTPStatus.PRECONDITION_FAILED)}
_READ_ONE = answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
IsOpen = Annotated[bool | None, Query(description="true: only open ones; false: only ended ones")]


@router.get("/profile", dependencies=[READ_ANY], responses=answers())
def read_profile(services: ServicesDep) -> ProfileState:
    """Read the profile in force and those there are."""
    desk = services.desk
    now = services.clock()
    in_force = desk.profile(now)
    known = tuple(ProfileItem.model_validate(profile.model_dump()) for profile in desk.policy.profiles)
    return ProfileState(in_force=in_force.id if in_force else None, profiles=known, version=desk.profile_version(now))


@router.put(
    "/profile",
    dependencies=[allow(*_SWITCHERS)],
    responses=answers(*_BODY, HTTPStatus.PRECONDITION_FAILED),
)
def switch_profile(
    switch: SwitchProfile, services: ServicesDep, caller: CallerDep, if_match: IfMatch = None
) -> ProfileState:
    """Work by another profile from now on."""
    role = Role(one_role(caller, switch.role, _SWITCHERS))
    actor = name_of(caller, switch.actor)
    services.desk.switch_profile(
        switch.profile,
        actor=actor,
        role=role,
        now=services.clock(),
        reason=switch.reason,
        expected_version=expected_version(if_match),
    )
    return read_profile(services)


@router.get("/orders", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_orders(
    *,
    services: ServicesDep,
    caller: CallerDep,
    department: DepartmentQuery = None,
    open: IsOpen = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[OrderItem]:
    """List orders to departments, newest first; open ones are those that nobody has checked in.

    Who is limited to a part of the grid gets those about it; a page may then hold fewer than `limit`.
    """
    own = caller.scope.departments
    if own and department is not None and department not in own:
        return ListOf[OrderItem](items=())
    page = services.desk.store.views.orders(
        departments=own if department is None else (department,),
        is_open=open,
        before=read_cursor(cursor),
        limit=limit,
    )
    items = tuple(OrderItem.model_validate(order) for order in page.items if _is_theirs(services, caller, order))
    return ListOf[OrderItem](items=items, next=write_cursor(page.next))


@router.post(
    "/orders", dependencies=[allow(*_ORDERERS, about=About.own)], status_code=HTTPStatus.CREATED, responses=_WRITE
)
def give_order(new: NewOrder, services: ServicesDep, caller: CallerDep, response: Response) -> OrderItem:
    """Order a department to do something and to check in by a time. Late ones are told to its leader once.

    A community orders what is in it: who is limited to a part of the grid names a case or a place of it.
    """
    place = new.place or ""
    if not is_order_theirs(services, caller, department=new.department, case_id=new.case_id, place=place):
        raise outside(caller, "this order")
    order = services.desk.give_order(
        new.department,
        new.text,
        check_in_by=new.check_in_by,
        actor=name_of(caller, new.actor),
        role=Role(one_role(caller, new.role, _ORDERERS)),
        now=services.clock(),
        case_id=new.case_id,
        place=place,
    )
    return _order(order, response)


@router.get("/orders/{order_id}", dependencies=[READ_OWN], responses=_READ_ONE)
def read_order(order_id: IdPath, services: ServicesDep, caller: CallerDep, response: Response) -> OrderItem:
    """Read an order."""
    return _order(_their_order(services, caller, order_id), response)


@router.post("/orders/{order_id}/check-in", dependencies=[allow(*_TAKERS, about=About.own)], responses=_CHANGE)
def check_in(
    order_id: IdPath,
    said: CheckIn,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: IfMatch = None,
) -> OrderItem:
    """Say that a department has taken an order up."""
    _their_order(services, caller, order_id)
    order = services.desk.check_in(
        order_id,
        actor=name_of(caller, said.actor),
        role=Role(one_role(caller, said.role, _TAKERS)),
        now=services.clock(),
        note=said.note,
        expected_version=expected_version(if_match),
    )
    return _order(order, response)


@router.get("/hot-spots", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_hot_spots(
    *,
    services: ServicesDep,
    caller: CallerDep,
    matter: MatterQuery = None,
    open: IsOpen = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ListOf[HotSpotItem]:
    """List recurring hot spots, newest first; open ones are those that are not settled.

    Who is limited to a part of the grid gets those in it.
    """
    page = services.desk.store.views.hot_spots(
        matter=matter, is_open=open, scope=caller.scope, before=read_cursor(cursor), limit=limit
    )
    items = tuple(HotSpotItem.model_validate(spot) for spot in page.items)
    return ListOf[HotSpotItem](items=items, next=write_cursor(page.next))


@router.get("/hot-spots/{spot_id}", dependencies=[READ_OWN], responses=_READ_ONE)
def read_hot_spot(spot_id: IdPath, services: ServicesDep, caller: CallerDep, response: Response) -> HotSpotItem:
    """Read a hot spot."""
    return _hot_spot(_their_spot(services, caller, spot_id), response)


@router.post("/hot-spots/{spot_id}/steps/{step}", dependencies=[allow(*_ORDERERS, about=About.own)], responses=_CHANGE)
def step_hot_spot(
    spot_id: IdPath,
    step: SpotState,
    said: SpotStep,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    if_match: IfMatch = None,
) -> HotSpotItem:
    """Take a hot spot a step further: it is tracked, or settled. After that its count begins anew."""
    _their_spot(services, caller, spot_id)
    spot = services.desk.step_hot_spot(
        spot_id,
        step,
        actor=name_of(caller, said.actor),
        role=Role(one_role(caller, said.role, _ORDERERS)),
        now=services.clock(),
        reason=said.reason,
        expected_version=expected_version(if_match),
    )
    return _hot_spot(spot, response)


def _their_order(services: Services, caller: Caller, order_id: str) -> Order:
    order = services.desk.store.views.order(order_id)
    if not _is_theirs(services, caller, order):
        raise outside(caller, f"order {order_id}")
    return order


def _their_spot(services: Services, caller: Caller, spot_id: str) -> HotSpot:
    spot = services.desk.store.views.hot_spot(spot_id)
    if not is_spot_theirs(services, caller, spot):
        raise outside(caller, f"hot spot {spot_id}")
    return spot


def _order(order: Order, response: Response) -> OrderItem:
    response.headers["ETag"] = etag_of(order.version)
    return OrderItem.model_validate(order)


def _hot_spot(spot: HotSpot, response: Response) -> HotSpotItem:
    response.headers["ETag"] = etag_of(spot.version)
    return HotSpotItem.model_validate(spot)


def _is_theirs(services: Services, caller: Caller, order: Order) -> bool:
    return is_order_theirs(services, caller, department=order.department, case_id=order.case_id, place=order.place)
