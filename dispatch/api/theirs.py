"""Whether an order or a hot spot is among what a caller may see and act on, who is limited to a part of the city.

An order lies where its case lies, or in its place: a cell lies in another when its code begins with the other's, as
codes of the grid do (a community's code begins with its street's).
"""

from __future__ import annotations

from dispatch.accounts import Caller
from dispatch.api.services import Services
from dispatch.errors import NotFound
from dispatch.supervision import HotSpot


def is_order_theirs(services: Services, caller: Caller, *, department: str, case_id: str | None, place: str) -> bool:
    """Whether an order is the caller's: of its departments, about its part of the grid."""
    scope = caller.scope
    if scope.departments and department not in scope.departments:
        return False
    if not scope.grid or (place and place.startswith(tuple(cell.code for cell in scope.grid))):
        return True
    try:
        return case_id is not None and scope.holds_place(services.desk.store.views.case_head(case_id).grid)
    except NotFound:
        return False


def is_spot_theirs(services: Services, caller: Caller, spot: HotSpot) -> bool:
    """Whether a hot spot lies in the caller's part of the grid: where its first case lies. It is of no department."""
    if not caller.scope.grid:
        return True
    return caller.scope.holds_place(services.desk.store.views.case_head(spot.case_ids[0]).grid)
