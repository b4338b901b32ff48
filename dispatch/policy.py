"""What the desk goes by beside the matters: the calendar, the stage limits, the warnings, and who is who. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dispatch.areas import ControlArea, Responder, SensitivePlace, Team
from dispatch.calendar import WorkCalendar
from dispatch.case import Case
from dispatch.clocks import WarningShares
from dispatch.config import Department, DeskSettings, HandlingMode, Limit, Mark, MatterRules
from dispatch.contract import Stage
from dispatch.errors import Invalid
from dispatch.registers import Profile
from dispatch.timing import next_marks


@dataclass(frozen=True)
class Policy:
    """The rules of a city's desk. All of it has defaults.

    Attributes:
        calendar: working days and hours, with those of the departments.
        warnings: when the warnings around a deadline are due.
        departments: by id.
        controls, places, responders, teams: who is where (`dispatch.areas`).
        profiles: ways of working; the first is in force until another is switched to.
    """

    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    warnings: WarningShares = field(default_factory=WarningShares)
    settings: DeskSettings = field(default_factory=DeskSettings)
    departments: Mapping[str, Department] = field(default_factory=lambda: MappingProxyType({}))
    controls: tuple[ControlArea, ...] = ()
    places: tuple[SensitivePlace, ...] = ()
    responders: tuple[Responder, ...] = ()
    teams: tuple[Team, ...] = ()
    profiles: tuple[Profile, ...] = ()

    def calendar_of(self, case: Case) -> WorkCalendar:
        """Return the calendar by which a case's clocks count: its department's."""
        return self.calendar.of_department(case.department)

    def limits(self, case: Case, rules: MatterRules | None, profile: Profile | None) -> dict[Stage, Limit]:
        """Return the limit of each stage of a case that has one, as the profile in force has it."""
        stages = self.settings.stages
        limits = {
            Stage.dispatch: stages.dispatch,
            Stage.accept: stages.accept,
            Stage.handle: case.limit or (rules.handling.limit if rules else None),
            Stage.verify: stages.verify,
        }
        factor = profile.limit_factor if profile else 1.0
        return {
            stage: limit if factor == 1 else Limit(value=limit.value * factor, clock=limit.clock)
            for stage, limit in limits.items()
            if limit is not None
        }

    def profile(self, id: str | None) -> Profile | None:
        """Return the profile of an id; the first one when it is None or no longer there; None when there are none."""
        return next((profile for profile in self.profiles if profile.id == id), next(iter(self.profiles), None))

    def attention_at(self, case: Case) -> datetime | None:
        """Return when a case's clocks next have something to say or its window ends, None for never."""
        moments = [at for at, _, _ in self.marks(case)]
        if case.wake_at is not None:
            moments.append(case.wake_at)
        return min(moments, default=None)

    def marks(self, case: Case) -> list[tuple[datetime, Stage, Mark]]:
        """Return what is still to be said of a case's running clocks, in order of time."""
        calendar = self.calendar_of(case)
        said = [
            (at, watch.stage, mark)
            for watch in case.watches
            if watch.due_at is not None
            for at, mark in next_marks(watch, self.shares(watch.stage), calendar)
        ]
        return sorted(said, key=lambda item: item[0])

    def shares(self, stage: Stage) -> dict[Mark, float]:
        """Return when each mark of a stage is said: the share of its limit after the deadline, negative before it."""
        every = {
            Mark.warn_yellow: -self.warnings.yellow_before,
            Mark.warn_red: -self.warnings.red_before,
            Mark.overdue: self.warnings.yellow_after,
            Mark.remind: self.warnings.red_after,
            Mark.escalate: self.settings.escalate_after,
        }
        wanted = self.settings.said_of.get(stage, ())
        return {mark: share for mark, share in every.items() if mark in wanted}

    def refuse_unknown_department(self, department: str) -> None:
        """Refuse to send anything to a department that there is none of. Raises Invalid."""
        if self.departments and department not in self.departments:
            known = ", ".join(sorted(self.departments))
            raise Invalid(f"there is no department {department!r}", f"Use one of {known}.")

    def told_of(self, case: Case, mark: Mark) -> str:
        """Return who is to be told: leaders of an escalation, who must act of a reminder, nobody of the others.

        What a grid team and a department handle together (joint) is told to both.
        """
        if mark is Mark.escalate:
            team = self._leader_of_team(case) if case.mode is not HandlingMode.dispatched else ""
            if case.mode is HandlingMode.self and team:
                return team
            return "; ".join(name for name in (team, self._leader_of_department(case)) if name)
        if mark is Mark.remind:
            if case.handler:
                return case.handler
            together = case.mode is HandlingMode.joint
            return "; ".join(name for name in (case.team if together else "", case.department) if name)
        return ""

    def _leader_of_team(self, case: Case) -> str:
        team = next((team for team in self.teams if team.id == case.team), None)
        return (team.leader or team.contact or team.id) if team else ""

    def _leader_of_department(self, case: Case) -> str:
        department = self.departments.get(case.department)
        return (department.leader or department.contact or department.id) if department else case.department
