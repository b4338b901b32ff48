"""What the API answers and takes about the desk itself: profiles, orders, hot spots."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from dispatch.api.schemas import IN_WHOSE_NAME, Answer, Body, Name, PersonRole, Text
from dispatch.config import Names
from dispatch.contract import Location
from dispatch.supervision import SpotState

VERSION = "grows with every change; send it as If-Match with what you do about it"


class ProfileItem(Answer):
    """A way of working, such as peace or emergency; null leaves what the matters say."""

    id: str
    names: Names
    limit_factor: float
    min_confidence: float | None
    review_below: float | None
    grace: bool


class ProfileState(Answer):
    """The profiles, and which is in force; null where there are none."""

    in_force: str | None
    profiles: tuple[ProfileItem, ...]
    version: int = Field(description=f"of the choice; {VERSION}; 0 before the first change")


class SwitchProfile(Body):
    """Work by another profile."""

    profile: Name
    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description="in which of your roles; the first one when absent")
    reason: Name


class OrderItem(Answer):
    """An order to a department, to be checked in by a time."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    order_id: str
    department: str
    text: str
    made_by: str
    made_at: AwareDatetime
    check_in_by: AwareDatetime
    case_id: str | None = None
    place: str = Field(default="", description="code of the grid cell that it is about")
    checked_in_by: str = ""
    checked_in_at: AwareDatetime | None = None
    note: str = ""
    overdue_at: AwareDatetime | None = Field(default=None, description="when it was noted that nobody checked in")
    version: int = Field(description=VERSION)


class NewOrder(Body):
    """An order to a department."""

    department: Name
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    check_in_by: AwareDatetime = Field(description="until when the department must have taken it up")
    case_id: Name | None = None
    place: Name | None = Field(default=None, description="code of the grid cell that it is about")
    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description="in which of your roles; the first one when absent")


class CheckIn(Body):
    """A department takes an order up."""

    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description="in which of your roles; the first one when absent")
    note: Text = ""


class HotSpotItem(Answer):
    """A place where the same matter was filed several times within some days."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    spot_id: str
    matter: str
    location: Location
    case_ids: tuple[str, ...]
    raised_at: AwareDatetime
    state: SpotState = Field(description="raised: for the agenda; tracked: being dealt with; settled")
    note: str = ""
    updated_at: AwareDatetime | None = None
    version: int = Field(description=VERSION)


class SpotStep(Body):
    """Take a hot spot a step further."""

    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description="in which of your roles; the first one when absent")
    reason: Text = Field(description="what is done about it")
