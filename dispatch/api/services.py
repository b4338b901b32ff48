"""What the routes work with, held by the application."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from fastapi import Depends, Header, Query, Request
from fastapi import Path as PathParameter
from pydantic import AfterValidator, AwareDatetime

from dispatch.accounts import Accounts
from dispatch.configuring import Configuration
from dispatch.errors import Invalid
from dispatch.indicators.known import KnownFacts
from dispatch.models import ModelControl, NoModels
from dispatch.oidc.service import Elsewhere
from dispatch.pictures import NoPictures, PictureKeeper
from dispatch.service import Desk
from dispatch.trials import NoTrials, TrialControl
from dispatch.views import MAX_PAGE, CameraControl, CameraInfo
from dispatch.webhooks import Webhooks
from dispatch.wording import NameBook

if TYPE_CHECKING:
    from dispatch.api.indicator_schemas import ReportAnswer

API = "/api/v1"

IdPath = Annotated[str, PathParameter(pattern=r"^[!-~]{1,200}$")]
"""An id in an address: printable ASCII."""
_ID = r"^[!-~]{1,200}$"
NameQuery = Annotated[str | None, Query(pattern=_ID)]
MatterQuery = Annotated[str | None, Query(pattern=_ID, description="only of this matter")]
CameraQuery = Annotated[str | None, Query(pattern=_ID, description="only seen by this camera")]
CaseQuery = Annotated[str | None, Query(pattern=_ID, description="only of this case")]
DepartmentQuery = Annotated[str | None, Query(pattern=_ID, description="only of this department")]
LayerQuery = Annotated[str | None, Query(pattern=_ID, description="only of this layer of the grid")]


def _in_calendar(value: datetime) -> datetime:
    """Refuse a time that has no neighbours in a calendar: it has no form in another zone. Raises ValueError."""
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise ValueError(f"the year must be {EARLIEST_YEAR} to {LATEST_YEAR}")
    return value


EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
Time = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
"""A time in a query, with its zone."""
IfMatch = Annotated[
    str | None,
    Header(
        pattern=r'^(\*|"[0-9]{1,10}")$', description="the ETag that you have seen; refused with 412 when it changed"
    ),
]
MustMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=r'^(\*|"[0-9]{1,10}")$',
        description="the ETag that you have read, or * to save over whatever is there; 412 when somebody was first",
    ),
]
Cursor = Annotated[str | None, Query(max_length=100, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="items of the page")]


class GridMap(Protocol):
    """Draws the grid."""

    def feature_collection(self, layer: str | None, at: datetime) -> dict[str, Any]:
        """Return the cells in force at a time as a GeoJSON FeatureCollection, WGS84, of one layer or all."""
        ...


class ReportForm(StrEnum):
    """As what a report is written."""

    html = "html"
    xlsx = "xlsx"


class ReportWriter(Protocol):
    """Writes what a report tells into a file."""

    def __call__(
        self, told: ReportAnswer, cameras: Sequence[CameraInfo], form: ReportForm, language: Literal["zh", "en"]
    ) -> bytes:
        """Return the file's content."""
        ...


@dataclass(frozen=True)
class Services:
    """The desk and what stands around it.

    Attributes:
        clock: returns the present time, aware.
        troubles: returns why the node is not ready, empty when it is.
        webhooks: receivers; None where nothing would be sent to them.
        names: of matters and departments, for those outside.
        elsewhere: sign-in with the city's own accounts; None where there is none.
        configuration: changes what the node is configured with.
        report_writer: writes daily and weekly reports; None where nothing does.
        counted: what was counted of cases for the indicators.
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
    models: ModelControl = field(default_factory=NoModels)
    elsewhere: Elsewhere | None = None
    configuration: Configuration = field(default_factory=Configuration)
    report_writer: ReportWriter | None = None
    trials: TrialControl = field(default_factory=NoTrials)
    pictures: PictureKeeper = field(default_factory=NoPictures)
    counted: KnownFacts = field(default_factory=KnownFacts)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def etag_of(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """Return the version that If-Match names, None when any will do."""
    return None if if_match in {None, "*"} else int(str(if_match).strip('"'))


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
        raise _not_a_cursor()
    return place


def read_text_cursor(cursor: str | None) -> str:
    """Return the name that a cursor stands for, the empty one at the beginning. Raises Invalid."""
    try:
        return base64.urlsafe_b64decode((cursor or "").encode()).decode()
    except (ValueError, binascii.Error) as error:
        raise _not_a_cursor() from error


def write_text_cursor(name: str | None) -> str | None:
    """Return the cursor of a name in a list that is in order of names."""
    return None if name is None else base64.urlsafe_b64encode(name.encode()).decode()


def _not_a_cursor() -> Invalid:
    return Invalid("cursor is not one that a page has given", "Pass `next` of the page before, unchanged.")


def write_cursor(place: int | None) -> str | None:
    """Return the cursor of a place in a list."""
    return None if place is None else base64.urlsafe_b64encode(str(place).encode()).decode()
