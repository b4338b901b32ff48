"""What the routes work with, held by the application."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import Depends, Query, Request
from fastapi import Path as PathParameter

from dispatch.accounts import Accounts
from dispatch.errors import Invalid
from dispatch.service import Desk
from dispatch.views import MAX_PAGE, CameraControl
from dispatch.webhooks import Webhooks
from dispatch.wording import NameBook

API = "/api/v1"

IdPath = Annotated[str, PathParameter(pattern=r"^[!-~]{1,200}$")]
"""An id in an address: printable ASCII."""
NameQuery = Annotated[str | None, Query(pattern=r"^[!-~]{1,200}$")]
Cursor = Annotated[str | None, Query(max_length=100, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="items of the page")]


class GridMap(Protocol):
    """Draws the grid."""

    def feature_collection(self, layer: str | None, at: datetime) -> dict[str, Any]:
        """Return the cells in force at a time as a GeoJSON FeatureCollection, WGS84, of one layer or all."""
        ...


@dataclass(frozen=True)
class Services:
    """The desk and what stands around it.

    Attributes:
        clock: returns the present time, aware.
        troubles: returns why the node is not ready, empty when it is.
        webhooks: receivers; None where nothing would be sent to them.
        names: of matters and departments, for those outside.
    """

    desk: Desk
    evidence_root: Path
    cameras: CameraControl
    clock: Callable[[], datetime]
    accounts: Accounts
    grid_map: GridMap | None = None
    troubles: Callable[[], Sequence[str]] = tuple
    webhooks: Webhooks | None = None
    names: NameBook = field(default_factory=NameBook)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def read_cursor(cursor: str | None) -> int | None:
    """Return the place in a list that a cursor stands for.

    Raises:
        Invalid: it is not one that a page has given.
    """
    if cursor is None:
        return None
    try:
        place = int(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (ValueError, binascii.Error):
        place = -1
    if not 0 <= place < 2**62:
        raise Invalid("cursor is not one that a page has given", "Pass `next` of the page before, unchanged.")
    return place


def write_cursor(place: int | None) -> str | None:
    """Return the cursor of a place in a list."""
    return None if place is None else base64.urlsafe_b64encode(str(place).encode()).decode()
