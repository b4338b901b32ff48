"""Reports, answers and desks for the tests of the dispatch side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from dispatch.config import Handling, MatterRules
from dispatch.contract import (
    CloudEvent,
    EventReport,
    Evidence,
    EvidenceKind,
    GridMembership,
    IncidentCleared,
    Location,
    Message,
    Verdict,
    VerificationRequest,
    VerificationResult,
    envelope,
    parse,
)
from dispatch.routing import CellFacts
from dispatch.service import Desk
from dispatch.store import SqlStore

T0 = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PLACE = Location(lon=114.1305, lat=22.5478, error_m=2.0)
PICTURE = Evidence(
    key="2026/11/21/gate/wide.jpg", kind=EvidenceKind.wide, sha256="a" * 64, captured_at=T0, size_wh=(1280, 720)
)
RULES = MatterRules.model_validate({"handling": {"department": "sanitation", "mode": "self"}})
MATTERS: Mapping[str, MatterRules] = {
    "litter_exposed": RULES,
    "illegal_parking": MatterRules(handling=Handling(department="traffic_police")),
}


def at(seconds: float) -> datetime:
    """Return a time after the beginning of the tests' day."""
    return T0 + timedelta(seconds=seconds)


@dataclass(frozen=True)
class OneCell:
    """A grid of one cell in each of two layers."""

    def facts(self, cells: Sequence[GridMembership], at: datetime) -> tuple[CellFacts, ...]:
        return tuple(CellFacts(cell.layer, cell.code) for cell in cells)

    def memberships(self, location: Location, at: datetime) -> tuple[GridMembership, ...]:
        return (
            GridMembership(layer="unit", code="440303001002003", name="Cell 3"),
            GridMembership(layer="community", code="440303001", name="Lakeside"),
        )


def metres_east(metres: float, of: Location = PLACE) -> Location:
    """Return a place so far east of another."""
    return of.model_copy(update={"lon": of.lon + metres / 102_800})


def report(event_id: str = "e1", **changes: Any) -> EventReport:
    values: dict[str, Any] = {
        "event_id": event_id,
        "matter": "litter_exposed",
        "camera_id": "gate",
        "zone": "kerb",
        "zone_purpose": "pavement",
        "class_name": "garbage_bag",
        "first_seen_at": T0 - timedelta(seconds=120),
        "confirmed_at": T0,
        "box_xyxy_px": (100.0, 100.0, 200.0, 200.0),
        "resolution_wh": (1280, 720),
        "confidence": 0.8,
        "location": PLACE,
        "evidence": (PICTURE,),
        "model": "street 1",
    }
    return EventReport.model_validate({**values, **changes})


_ids = count(1)


def sent(message: Message, *, id: str | None = None) -> CloudEvent[Any]:
    """Wrap a message as its camera would. Every call is a new message unless `id` is given."""
    camera_id = getattr(message, "camera_id", "nobody")
    return envelope(message, id=id or f"m{next(_ids)}", source=f"gridpatrol/camera/{camera_id}", time=T0)


def cleared(of: EventReport, *, after_s: float = 60) -> IncidentCleared:
    return IncidentCleared(
        event_id=of.event_id,
        matter=of.matter,
        camera_id=of.camera_id,
        first_missed_at=at(after_s - 5),
        cleared_at=at(after_s),
        reason="3 looks without it",
    )


def answer(
    request: VerificationRequest, verdict: Verdict = Verdict.absent, *, decided_at: datetime | None = None
) -> VerificationResult:
    return VerificationResult(
        **request.model_dump(exclude={"box_xyxy_px"}),
        verdict=verdict,
        reason=f"{verdict} over 3 looks",
        looks=3,
        decided_at=decided_at or request.asked_at + timedelta(seconds=60),
        evidence=(PICTURE,),
    )


def outgoing(store: SqlStore, kind: type[Message] | None = None) -> list[Any]:
    """Return the data of all messages that the desk has put out, in order, of one kind or all."""
    messages = [parse(row.payload).data for row in store.outbox.after(0, 10_000)]
    return [m for m in messages if kind is None or isinstance(m, kind)]


def requests(store: SqlStore) -> list[VerificationRequest]:
    """Return the verification requests put out so far."""
    return outgoing(store, VerificationRequest)


def a_desk(store: SqlStore, matters: Mapping[str, MatterRules] = MATTERS) -> Desk:
    return Desk(store, matters=matters, grid=OneCell())
