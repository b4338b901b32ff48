"""What the API answers and takes about the desk itself: profiles, orders, hot spots."""

from __future__ import annotations

from pydantic import Field

from dispatch.api.schemas import IN_WHOSE_NAME, Answer, Body, Name, PersonRole
from dispatch.config import Names


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


class SwitchProfile(Body):
    """Work by another profile."""

    profile: Name
    actor: Name | None = Field(default=None, description=IN_WHOSE_NAME)
    role: PersonRole | None = Field(default=None, description="in which of your roles; the first one when absent")
    reason: Name
