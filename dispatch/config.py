"""What the dispatch side reads of a matter's file: codes, duplicates, filing and handling."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Settings(BaseModel):
    """Base of all configuration models: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MatterCode(Settings):
    """A matter's code in one city scheme; schemes order the majors differently, so it is part of the key."""

    scheme: str = Field(min_length=1, description="name of the code list, such as gbt30428 or cjt214")
    value: str = Field(pattern=r"^[0-9]{4}$", description="major and minor code, two digits each, in quotes")


class Dedup(Settings):
    """When two reports are one case."""

    radius_m: float = Field(default=10.0, gt=0, description="reports of the same matter this close may be the same")
    window_h: float = Field(default=24.0, gt=0, description="a closed case can recur within this many hours")


class Filing(Settings):
    """Which events become cases by themselves."""

    min_confidence: float = Field(default=0.3, ge=0, le=1, description="below it an event is not filed")
    review_below: float = Field(default=0.5, ge=0, le=1, description="below it a person looks first")

    @model_validator(mode="after")
    def _review_is_above_the_minimum(self) -> Self:
        if self.review_below < self.min_confidence:
            raise ValueError(
                f"review_below ({self.review_below}) must not be under min_confidence ({self.min_confidence})"
            )
        return self


class ClockKind(StrEnum):
    """Which hours a limit counts."""

    urgent_hour = "urgent_hour"
    work_hour = "work_hour"
    work_day = "work_day"
    natural_day = "natural_day"


class Limit(Settings):
    """A time limit on a clock."""

    value: float = Field(gt=0, description="how many")
    clock: ClockKind = Field(description="of which hours or days")


class Handling(Settings):
    """Who clears it and by when."""

    mode: Literal["self", "joint", "dispatched"] = Field(
        description="self: grid worker on the spot; joint: with the department; dispatched: department"
    )
    department: str = Field(min_length=1, description="id of an entry in departments.yaml")
    limit: Limit = Field(description="time allowed from dispatch to feedback")


class MatterRules(Settings):
    """A matter as the dispatch side sees it."""

    codes: tuple[MatterCode, ...] = Field(default=(), description="the matter's codes, one per scheme")
    dedup: Dedup = Dedup()
    filing: Filing = Filing()
    handling: Handling
