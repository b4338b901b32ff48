"""What people read of a case, in English and Chinese (words of the trade, not of the program)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.config import Names
from dispatch.contract import CaseState, Resolution

STATES: Mapping[CaseState, tuple[str, str]] = {
    CaseState.reported: ("reported", "上报"),
    CaseState.review: ("under review", "待审核"),
    CaseState.grace: ("grace window", "自行整改期"),
    CaseState.not_filed: ("not filed", "不立案"),
    CaseState.filed: ("filed", "立案"),
    CaseState.dispatched: ("dispatched", "派遣"),
    CaseState.accepted: ("accepted", "接收"),
    CaseState.handled: ("handled, says the handler", "反馈"),
    CaseState.verifying: ("being verified", "核查中"),
    CaseState.human_check: ("a person must check", "人工核查"),
    CaseState.rework: ("rework: it is still there", "返工"),
    CaseState.returned: ("returned", "回退"),
    CaseState.suspended: ("suspended", "挂账"),
    CaseState.closed: ("closed", "结案"),
    CaseState.voided: ("void", "作废"),
}
RESOLUTIONS: Mapping[Resolution, tuple[str, str]] = {
    Resolution.verified_by_camera: ("verified by the camera", "探头核实"),
    Resolution.verified_by_person: ("verified by a person", "人工核实"),
    Resolution.self_cleared: ("left by itself", "自行消失"),
    Resolution.forced: ("forced", "强制结案"),
    Resolution.void: ("void", "作废"),
}


@dataclass(frozen=True)
class NameBook:
    """Names of matters by code, of departments by id, and of the grid's layers by id, the finest first.

    One that is absent is shown by its code.
    """

    matters: Mapping[str, Names] = field(default_factory=dict)
    departments: Mapping[str, Names] = field(default_factory=dict)
    layers: Mapping[str, Names] = field(default_factory=dict)
