"""The file `calendar.yaml`: working days, office hours and warnings of a city."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator, model_validator

from dispatch.calendar import Hours, National, Office, Uncovered, WorkCalendar, Works
from dispatch.clocks import WarningShares
from dispatch.config import Settings

HoursText = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
]
"""Office hours as people write them: 08:00-12:00."""

STANDARD_HOURS = ("08:00-12:00", "14:00-18:00")


def _hours(text: str) -> Hours:
    begin, end = text.split("-")
    return Hours(_minutes(begin), _minutes(end))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class OfficeHours(Settings):
    """When an office works."""

    hours: tuple[HoursText, ...] = Field(
        default=STANDARD_HOURS, min_length=1, description="stretches of a day in local time, in order, as 08:00-12:00"
    )
    works: Works = Field(
        default=Works.working_days, description="working_days: as the calendar says; every_day: on holidays too"
    )

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> Self:
        self.office()
        return self

    def office(self) -> Office:
        """Return the hours as the clocks count them."""
        return Office(tuple(_hours(text) for text in self.hours), self.works)


class Warnings(Settings):
    """When a deadline's warnings are due, as shares of its limit on the limit's own clock."""

    yellow_before: float = Field(default=0.5, ge=0, le=1, description="yellow while so much of the limit is left")
    red_before: float = Field(default=0.2, ge=0, le=1, description="red while so much of the limit is left")
    yellow_after: float = Field(default=0.0, ge=0, le=100, description="yellow once so much has passed after it")
    red_after: float = Field(default=0.5, ge=0, le=100, description="red once so much has passed after it")

    @model_validator(mode="after")
    def _red_follows_yellow(self) -> Self:
        self.shares()
        return self

    def shares(self) -> WarningShares:
        """Return the shares as the clocks take them."""
        return WarningShares(self.yellow_before, self.red_before, self.yellow_after, self.red_after)


class CalendarSettings(Settings):
    """Which time is working time. A city's own days come before the national ones."""

    time_zone: str = Field(default="Asia/Shanghai", description="IANA name of the zone in which hours and days are")
    national: National = Field(
        default=National.china, description="public holidays and shifted working days (调休) that are kept"
    )
    uncovered: Uncovered = Field(
        default=Uncovered.weekdays,
        description="years that the national tables lack: weekdays: Monday to Friday count; refuse: nothing is counted",
    )
    holidays: tuple[date, ...] = Field(default=(), description="further days off, YYYY-MM-DD")
    working_days: tuple[date, ...] = Field(default=(), description="further working days, YYYY-MM-DD")
    own_years: tuple[int, ...] = Field(
        default=(), description="years whose days off and shifted days are all listed here, in place of the tables"
    )
    office: OfficeHours = Field(default=OfficeHours(), description="hours of every department that has no own ones")
    departments: dict[str, OfficeHours] = Field(
        default_factory=dict, description="hours of single departments, by their id in departments.yaml"
    )
    warnings: Warnings = Warnings()

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is no time zone; names are like Asia/Shanghai or UTC") from error
        return name

    @model_validator(mode="after")
    def _days_are_one_thing(self) -> Self:
        self.calendar()
        return self

    def calendar(self) -> WorkCalendar:
        """Return the calendar by which the clocks run."""
        return WorkCalendar(
            zone=ZoneInfo(self.time_zone),
            office=self.office.office(),
            departments=MappingProxyType({name: hours.office() for name, hours in self.departments.items()}),
            holidays=frozenset(self.holidays),
            working_days=frozenset(self.working_days),
            national=self.national,
            own_years=frozenset(self.own_years),
            uncovered=self.uncovered,
        )
