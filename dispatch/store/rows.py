"""Conversions between domain values and rows. Evidence and requests are kept as the JSON of their contract models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from dispatch.case import Action, Case, Decision, Record, Role
from dispatch.closure import Check, Reporter
from dispatch.config import HandlingMode, Limit
from dispatch.contract import (
    CaseState,
    EventReport,
    Evidence,
    GridMembership,
    Location,
    Resolution,
    Stage,
    Verdict,
    VerificationRequest,
)
from dispatch.dedup import Known
from dispatch.ports import StoredEvent
from dispatch.report import PersonReport, Report, camera_of, sighting_of
from dispatch.supervision import HotSpot, Order, SpotState
from dispatch.timing import Watch

_WATCHES = TypeAdapter(tuple[Watch, ...])
_DECISION = TypeAdapter(Decision)


def case_values(case: Case) -> dict[str, Any]:
    """Return the columns of a case, its grid excluded."""
    return {
        "case_id": case.case_id,
        "matter": case.matter,
        "state": case.state.value,
        "is_open": case.is_open,
        "version": case.version,
        "resolution": case.resolution.value if case.resolution else None,
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
        "closed_at": case.closed_at,
        "ask_at": case.ask_at,
        "event_ids": list(case.event_ids),
        "camera_ids": list(case.camera_ids),
        "lon": case.location.lon,
        "lat": case.location.lat,
        "error_m": case.location.error_m,
        "department": case.department,
        "recurrence_of": case.recurrence_of,
        "round": case.round,
        "round_of_feedback": case.round_of_feedback,
        "attention_at": case.attention_at,
        "handler": case.handler,
        "mode": case.mode.value if case.mode else None,
        "team": case.team,
        "level": case.level,
        "severity": case.severity,
        "handling_limit": case.limit.model_dump(mode="json") if case.limit else None,
        "responder": case.responder,
        "suspended_from": case.suspended_from.value if case.suspended_from else None,
        "suspensions": case.suspensions,
        "extensions": case.extensions,
        "wake_at": case.wake_at,
        "decision": _DECISION.dump_python(case.decision, mode="json") if case.decision else None,
        "merged_into": case.merged_into,
        "watches": _WATCHES.dump_python(case.watches, mode="json"),
        "due_at": min((watch.due_at for watch in case.watches if watch.due_at), default=None),
    }


def event_values(event: StoredEvent) -> dict[str, Any]:
    """Columns of `EventRow`."""
    report = event.report
    return {
        "event_id": report.event_id,
        "case_id": event.case_id,
        "relation": event.relation,
        "matter": report.matter,
        "camera_id": camera_of(report),
        "lon": report.location.lon,
        "lat": report.location.lat,
        "confirmed_at": sighting_of(report).confirmed_at,
        "received_at": event.received_at,
        "cleared_at": event.cleared_at,
        "ended_at": event.ended_at,
        "report": report.model_dump(mode="json"),
    }


def grid_values(case: Case) -> list[dict[str, Any]]:
    """Return the rows of a case's grid memberships."""
    return [{"case_id": case.case_id, "rank": rank, **cell.model_dump()} for rank, cell in enumerate(case.grid)]


def to_case(row: Row[Any], grid: Iterable[Row[Any]]) -> Case:
    """Return a case from its rows."""
    return Case(
        case_id=row.case_id,
        matter=row.matter,
        state=CaseState(row.state),
        version=row.version,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        event_ids=tuple(row.event_ids),
        camera_ids=tuple(row.camera_ids),
        location=Location(lon=row.lon, lat=row.lat, error_m=row.error_m),
        grid=tuple(to_membership(cell) for cell in grid),
        department=row.department,
        resolution=Resolution(row.resolution) if row.resolution else None,
        closed_at=row.closed_at,
        recurrence_of=row.recurrence_of,
        round=row.round,
        round_of_feedback=row.round_of_feedback,
        ask_at=row.ask_at,
        attention_at=row.attention_at,
        handler=row.handler,
        mode=HandlingMode(row.mode) if row.mode else None,
        team=row.team,
        level=row.level,
        severity=row.severity,
        limit=Limit.model_validate(row.handling_limit) if row.handling_limit else None,
        responder=row.responder,
        suspended_from=CaseState(row.suspended_from) if row.suspended_from else None,
        suspensions=row.suspensions,
        extensions=row.extensions,
        wake_at=row.wake_at,
        decision=_DECISION.validate_python(row.decision, strict=False) if row.decision else None,
        merged_into=row.merged_into,
        watches=_WATCHES.validate_python(row.watches, strict=False),
    )


def to_membership(row: Row[Any]) -> GridMembership:
    """Return a grid membership from its row."""
    return GridMembership(layer=row.layer, code=row.code, name=row.name, ambiguous=row.ambiguous)


def history_values(case_id: str, record: Record) -> dict[str, Any]:
    """Return the columns of one line of history."""
    return {
        "case_id": case_id,
        "sequence": record.sequence,
        "action": record.action.value,
        "state_from": record.state_from.value if record.state_from else None,
        "state": record.state.value,
        "actor": record.actor,
        "role": record.role.value,
        "reason": record.reason,
        "resolution": record.resolution.value if record.resolution else None,
        "at": record.at,
        "evidence": evidence_json(record.evidence),
        "stage": record.stage.value if record.stage else None,
    }


def to_record(row: Row[Any]) -> Record:
    """Return one line of history from its row."""
    return Record(
        sequence=row.sequence,
        action=Action(row.action),
        state_from=CaseState(row.state_from) if row.state_from else None,
        state=CaseState(row.state),
        actor=row.actor,
        role=Role(row.role),
        at=row.at,
        reason=row.reason,
        resolution=Resolution(row.resolution) if row.resolution else None,
        evidence=to_evidence(row.evidence),
        stage=Stage(row.stage) if row.stage else None,
    )


def check_values(check: Check) -> dict[str, Any]:
    """Return the columns of a check."""
    return {
        "request_id": check.request.request_id,
        "case_id": check.request.case_id,
        "camera_id": check.request.camera_id,
        "round": check.round,
        "request": check.request.model_dump(mode="json"),
        "asked_at": check.request.asked_at,
        "due_at": check.due_at,
        "verdict": check.verdict.value if check.verdict else None,
        "reason": check.reason,
        "looks": check.looks,
        "decided_at": check.decided_at,
        "outdated": check.outdated,
        "evidence": evidence_json(check.evidence),
    }


def to_check(row: Row[Any]) -> Check:
    """Return a check from its row."""
    return Check(
        request=VerificationRequest.model_validate(row.request),
        round=row.round,
        due_at=row.due_at,
        verdict=Verdict(row.verdict) if row.verdict else None,
        reason=row.reason,
        looks=row.looks,
        decided_at=row.decided_at,
        outdated=row.outdated,
        evidence=to_evidence(row.evidence),
    )


def to_report(value: Any, camera_id: str | None) -> Report:
    """Return a report from its JSON value; without a camera it is a person's."""
    return PersonReport.model_validate(value) if camera_id is None else EventReport.model_validate(value)


def to_event(row: Row[Any]) -> StoredEvent:
    """Return a report as it is kept."""
    return StoredEvent(
        report=to_report(row.report, row.camera_id),
        case_id=row.case_id,
        relation=row.relation,
        received_at=row.received_at,
        cleared_at=row.cleared_at,
        ended_at=row.ended_at,
    )


def to_known(row: Row[Any]) -> Known:
    """Return an earlier report, as dedup sees it."""
    return Known(
        sighting=sighting_of(to_report(row.report, row.camera_id)),
        case_id=row.case_id,
        case_is_open=row.ended_at is None,
        case_ended_at=row.ended_at,
        cleared_at=row.cleared_at,
    )


def known_of(event: StoredEvent) -> Known:
    """Return a report that has just come, as dedup sees it."""
    return Known(
        sighting=sighting_of(event.report),
        case_id=event.case_id,
        case_is_open=event.ended_at is None,
        case_ended_at=event.ended_at,
        cleared_at=event.cleared_at,
    )


def to_reporter(row: Row[Any]) -> Reporter:
    """Return a camera's report as closure sees it."""
    report = EventReport.model_validate(row.report)
    return Reporter(report.event_id, report.camera_id, report.box_xyxy_px, report.confirmed_at, row.cleared_at)


def to_order(row: Row[Any]) -> Order:
    """Return an order from its row."""
    return Order(**{name: getattr(row, name) for name in Order.__dataclass_fields__})


def spot_values(spot: HotSpot) -> dict[str, Any]:
    """Return the columns of a hot spot."""
    return {
        "spot_id": spot.spot_id,
        "matter": spot.matter,
        "lon": spot.location.lon,
        "lat": spot.location.lat,
        "error_m": spot.location.error_m,
        "case_ids": list(spot.case_ids),
        "raised_at": spot.raised_at,
        "state": spot.state.value,
        "note": spot.note,
        "updated_at": spot.updated_at,
        "version": spot.version,
    }


def to_spot(row: Row[Any]) -> HotSpot:
    """Return a hot spot from its row."""
    return HotSpot(
        spot_id=row.spot_id,
        matter=row.matter,
        location=Location(lon=row.lon, lat=row.lat, error_m=row.error_m),
        case_ids=tuple(row.case_ids),
        raised_at=row.raised_at,
        state=SpotState(row.state),
        note=row.note,
        updated_at=row.updated_at,
        version=row.version,
    )


def evidence_json(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Return pictures as JSON values."""
    return [picture.model_dump(mode="json") for picture in evidence]


def to_evidence(values: Sequence[Any]) -> tuple[Evidence, ...]:
    """Return pictures from JSON values."""
    return tuple(Evidence.model_validate(value) for value in values)
