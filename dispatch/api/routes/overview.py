"""What the console shows on one screen: names, counters, and how the cells of the grid are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from dispatch.api.access import READ_ANY, READ_OWN, CallerDep
from dispatch.api.problems import answers
from dispatch.api.schemas import Answer
from dispatch.api.services import (
    API,
    DepartmentQuery,
    LayerQuery,
    MatterQuery,
    ServicesDep,
    Time,
)
from dispatch.config import Names
from dispatch.contract import CaseState
from dispatch.views import LoadFilter

router = APIRouter(prefix=API, tags=["overview"])


class Named(Answer):
    """A thing of the catalogue with its names in both languages."""

    id: str
    en: str
    zh: str


class CityItem(Answer):
    """What an installation is made of, by name."""

    matters: tuple[Named, ...] = ()
    departments: tuple[Named, ...] = ()
    layers: tuple[Named, ...] = Field(default=(), description="layers of the grid, the finest first")
    time_zone: str = Field(description="IANA name of the zone of the city's calendar")


class CaseCount(Answer):
    """How many cases of a matter are in a state."""

    matter: str
    state: CaseState
    number: int


class OverviewItem(Answer):
    """The counters, and where the stream of changes stands."""

    now: AwareDatetime = Field(description="the node's clock")
    last_message: int = Field(description="id of the newest message of /api/v1/stream; follow it from here")
    cases: tuple[CaseCount, ...]
    overdue: int = Field(description="open cases with a deadline that has passed")


class CellLoadItem(Answer):
    """Open cases of one cell."""

    layer: str
    code: str
    open: int
    repeated: int = Field(description="of the open ones, those that follow an earlier case at their place")
    overdue: int = Field(description="of the open ones, those with a deadline that has passed")


@router.get("/city", dependencies=[READ_ANY], responses=answers())
def read_city(services: ServicesDep) -> CityItem:
    """Read the names of matters, departments and layers, and the city's time zone."""
    book = services.names
    return CityItem(
        matters=_named(book.matters),
        departments=_named(book.departments),
        layers=_named(book.layers),
        time_zone=services.desk.policy.calendar.zone.key,
    )


@router.get("/overview", dependencies=[READ_OWN], responses=answers())
def read_overview(services: ServicesDep, caller: CallerDep) -> OverviewItem:
    """Read the counters. What changes after `last_message` is on the stream."""
    store = services.desk.store
    last_message = store.outbox.last_seq()
    counts, now = store.views.cases_by_state(caller.scope), services.clock()
    return OverviewItem(
        now=now,
        overdue=store.views.overdue(now, caller.scope),
        last_message=last_message,
        cases=tuple(
            CaseCount(matter=matter, state=state, number=number) for (matter, state), number in sorted(counts.items())
        ),
    )


@router.get("/grid/load", dependencies=[READ_OWN], responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY))
def read_load(
    services: ServicesDep,
    caller: CallerDep,
    layer: LayerQuery = None,
    matter: MatterQuery = None,
    department: DepartmentQuery = None,
    since: Annotated[Time | None, Query(description="only cases opened at or after")] = None,
) -> list[CellLoadItem]:
    """Read how many open cases lie in each cell; cells without one are not in it."""
    wanted = LoadFilter(layer, matter, department, caller.scope, since, services.clock())
    return [CellLoadItem(**asdict(load)) for load in services.desk.store.views.cell_loads(wanted)]


def _named(names: Mapping[str, Names]) -> tuple[Named, ...]:
    return tuple(Named(id=key, en=name.en, zh=name.zh) for key, name in names.items())
