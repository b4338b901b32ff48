from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from detector.config import Names
from dispatch.contract import (
    CameraHealth,
    CameraState,
    CaseChanged,
    CaseState,
    CloudEvent,
    EventReport,
    FaultType,
    GridMembership,
    HotSpotChanged,
    IncidentCleared,
    Location,
    Message,
    OrderChanged,
    Resolution,
    Verdict,
    VerificationRequest,
    VerificationResult,
    envelope,
)
from gridpatrol.livelog import LiveLog
from gridpatrol.wording import Language, terminal_language

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PLACE = Location(lon=114, lat=22, error_m=1)
MATTERS = {"litter_exposed": Names(en="Exposed litter", zh="暴露生活垃圾")}
CAMERAS = {"yard": Names(en="Yard", zh="院子")}
OF_YARD: dict[str, Any] = {"camera_id": "yard", "matter": "litter_exposed"}
REPORT = EventReport(
    event_id="e",
    **OF_YARD,
    zone="pavement",
    zone_purpose="pavement",
    first_seen_at=NOW - timedelta(minutes=2),
    confirmed_at=NOW,
    box_xyxy_px=(0, 0, 1, 1),
    resolution_wh=(10, 10),
    confidence=0.9,
    location=PLACE,
)
OF_REQUEST: dict[str, Any] = {"request_id": "r", "case_id": "c", "event_id": "e", **OF_YARD, "asked_at": NOW}


def changed(state_from: CaseState | None, state: CaseState, **more: Any) -> CaseChanged:
    return CaseChanged(
        case_id="20261121-abc",
        sequence=2,
        matter="litter_exposed",
        state_from=state_from,
        state=state,
        action="move",
        at=NOW,
        event_ids=("e",),
        camera_ids=("yard",),
        location=PLACE,
        **{"actor": "crew-7", "role": "handler", **more},
    )


def told(message: Message, language: Language, times: int = 1) -> str:
    out = io.StringIO()
    live = LiveLog(Console(file=out, width=40), language=language, matters=MATTERS, cameras=CAMERAS)
    event: CloudEvent[Any] = envelope(message, id="1", source="s", time=NOW)
    for _ in range(times):
        live.show(event)
    return out.getvalue()


@pytest.mark.parametrize(
    ("message", "language", "parts"),
    [
        (REPORT, "en", ["event", "Yard · Exposed litter · zone pavement", "confidence 0.90"]),
        (REPORT, "zh", ["事件", "院子 · 暴露生活垃圾 · 区域 pavement", "置信度 0.90"]),
        (
            IncidentCleared(event_id="e", **OF_YARD, first_missed_at=NOW, cleared_at=NOW, reason="gone"),
            "en",
            ["cleared", "left by itself"],
        ),
        (VerificationRequest(**OF_REQUEST, box_xyxy_px=(0, 0, 1, 1)), "en", ["re-check", "asked to look again"]),
        (
            VerificationResult(**OF_REQUEST, verdict=Verdict.present, reason="same thing", looks=3, decided_at=NOW),
            "zh",
            ["核实", "仍存在 · 3 次巡查 · same thing"],
        ),
        (
            CameraHealth(camera_id="yard", state=CameraState.blind, fault=FaultType.covered, since=NOW, at=NOW),
            "en",
            ["camera", "Yard · blind · covered or dark"],
        ),
        (
            changed(
                CaseState.reported, CaseState.filed, grid=(GridMembership(layer="unit", code="1", ambiguous=True),)
            ),
            "en",
            ["20261121-abc · Exposed litter · filed · 1?"],
        ),
        (
            changed(CaseState.dispatched, CaseState.handled, reason="swept"),
            "en",
            ["handled, says the handler · crew-7 · swept"],
        ),
        (
            changed(CaseState.verifying, CaseState.closed, resolution=Resolution.verified_by_camera),
            "zh",
            ["结案 · 探头核实"],
        ),
        (
            OrderChanged(
                order_id="o",
                action="overdue",
                department="sanitation",
                text="sweep the lane",
                made_by="Community 5",
                made_at=NOW,
                check_in_by=NOW,
                actor="gridpatrol",
                role="machine",
                told="Director Sun",
                at=NOW,
            ),
            "en",
            ["order", "sanitation · nobody has checked in · sweep the lane · to be told: Director Sun"],
        ),
        (
            HotSpotChanged(
                spot_id="s",
                action="raised",
                state="raised",
                matter="litter_exposed",
                location=PLACE,
                case_ids=("a", "b", "c"),
                raised_at=NOW,
                actor="gridpatrol",
                role="machine",
                reason="3 cases in 7 days",
                at=NOW,
            ),
            "zh",
            ["高发", "暴露生活垃圾 · 列为高发点位 · 3 cases in 7 days"],
        ),
    ],
)
def test_each_message_is_one_line_that_a_person_understands(
    message: Message, language: Language, parts: list[str]
) -> None:
    text = told(message, language)
    assert text.count("\n") == 1
    for part in parts:
        assert part in text


@pytest.mark.parametrize(
    "silent",
    [
        changed(None, CaseState.reported),
        changed(CaseState.dispatched, CaseState.dispatched),
        changed(CaseState.handled, CaseState.verifying),
    ],
)
def test_what_another_line_says_is_not_said_twice(silent: CaseChanged) -> None:
    assert told(silent, "en") == ""


def test_what_is_published_again_is_shown_once() -> None:
    assert told(REPORT, "en", times=3).count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "wanted", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "de_DE.UTF-8"}, None, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, None, "en"),
        ({"LANG": "C"}, "zh", "zh"),
    ],
)
def test_the_language_is_the_wanted_one_or_the_locales(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], wanted: Language | None, language: Language
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_language(wanted) == language
