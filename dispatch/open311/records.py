"""Cases and matters in the words of GeoReport v2. Pure.

The standard knows open and closed only; the finer state is in `status_notes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dispatch.case import FINAL, Case
from dispatch.config import MatterRules, Names
from dispatch.contract import EventReport
from dispatch.report import PersonReport, Report
from dispatch.wording import RESOLUTIONS, STATES

Record = dict[str, Any]

MAJORS: Mapping[str, tuple[str, str]] = {
    "01": ("City appearance", "市容环境"),
    "02": ("Advertising", "宣传广告"),
    "03": ("Construction", "施工管理"),
    "04": ("Street order", "街面秩序"),
    "05": ("Emergencies", "突发事件"),
    "06": ("Other", "其他事件"),
}
"""Major classes of GB/T 30428."""


def service(code: str, rules: MatterRules, names: Names | None, *, zh: bool) -> Record:
    """Return a matter as a service."""
    codes = rules.codes_by_scheme()
    major = MAJORS.get(codes.get("gbt30428", "")[:2])
    both = (names.en, names.zh) if names else (code, code)
    return {
        "service_code": code,
        "service_name": both[zh],
        "description": " / ".join(dict.fromkeys(both)),
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(f"{scheme}:{value}" for scheme, value in sorted(codes.items())),
        "group": major[zh] if major else "",
    }


def definition(code: str) -> Record:
    """Return what a service asks for beyond every request's fields: nothing."""
    return {"service_code": code, "attributes": []}


def request(
    case: Case, reports: Sequence[Report], names: Names | None, *, department: str, base_url: str, zh: bool
) -> Record:
    """Return a case as a service request.

    Args:
        reports: of the case, the oldest first.
        department: name of who handles it.
        base_url: address of this interface, for pictures.
    """
    state = STATES[case.state][zh]
    ended = RESOLUTIONS[case.resolution][zh] if case.resolution else None
    first = reports[0] if reports else None
    picture = next((f"{base_url}/api/v1/evidence/{e.key}" for r in reports for e in r.evidence[:1]), "")
    return {
        "service_request_id": case.case_id,
        "status": "closed" if case.state in FINAL else "open",
        "status_notes": f"{state}: {ended}" if ended and ended != state else state,
        "service_name": ((names.en, names.zh)[zh]) if names else case.matter,
        "service_code": case.matter,
        "description": _description(first, zh=zh),
        "agency_responsible": department,
        "service_notice": "",
        "requested_datetime": _time(case.opened_at),
        "updated_datetime": _time(case.updated_at),
        "expected_datetime": "",
        "address": "",
        "address_id": case.grid[0].code if case.grid else "",
        "zipcode": "",
        "lat": round(case.location.lat, 7),
        "long": round(case.location.lon, 7),
        "media_url": picture,
    }


def _description(report: Report | None, *, zh: bool) -> str:
    if isinstance(report, PersonReport):
        return report.note
    if isinstance(report, EventReport):
        return f"探头 {report.camera_id}" if zh else f"seen by camera {report.camera_id}"
    return ""


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
