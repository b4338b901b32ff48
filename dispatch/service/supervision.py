"""Supervision: which profile the desk works by."""

from __future__ import annotations

from dispatch.case import Actor
from dispatch.errors import Invalid
from dispatch.ports import LogEntry
from dispatch.registers import Profile
from dispatch.service.unit import Unit

PROFILE = "profile"
"""Kind of the log's lines about switches of the profile."""


def switch_profile(unit: Unit, profile_id: str, *, actor: Actor, reason: str) -> Profile:
    """Work by another profile from now on. Limits that run already stay as they began.

    Raises:
        Invalid: there is no such profile, or no reason.
    """
    known = {profile.id: profile for profile in unit.policy.profiles}
    if profile_id not in known:
        listed = ", ".join(known) or "none: profiles.yaml is absent"
        raise Invalid(f"there is no profile {profile_id!r}", f"Use one of {listed}.")
    if not reason.strip():
        raise Invalid("switching the profile needs a reason", "Say in a few words why.")
    unit.tx.log(LogEntry(PROFILE, "", profile_id, actor.name, actor.role, unit.now, reason))
    return known[profile_id]
