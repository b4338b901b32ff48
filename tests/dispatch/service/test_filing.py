"""Filing: control areas, grace windows, severity and routing, the review queue, and taking decisions back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from dispatch.areas import ControlArea, Region, Responder, SensitivePlace, Team, Window
from dispatch.case import Action, Case, Role
from dispatch.config import Department, HandlingMode, Mark, MatterRules, Names
from dispatch.contract import CaseChanged, CaseState, Resolution, Stage
from dispatch.errors import Conflict, IllegalMove, Invalid
from dispatch.policy import Policy
from dispatch.registers import Profile
from dispatch.report import PersonReport
from dispatch.service import Desk, Result
from dispatch.store import SqlStore
from dispatch.views import CaseView
from tests.dispatch.builders import PLACE, T0, OneCell, at, cleared, metres_east, outgoing, report, sent

NAMES = Names(en="x", zh="某处")
CELL = Region(codes=("440303001002",))
"""Holds the cell that the tests' grid gives every place. T0 is 16:00 in Shanghai on a Saturday."""
STALL = MatterRules.model_validate(
    {
        "grace": {"window_min": 30},
        "handling": {
            "department": "urban_management",
            "mode": "self",
            "limit": {"value": 4, "clock": "urgent_hour"},
            "levels": [
                {"id": "normal", "names": {"en": "normal", "zh": "一般"}, "severity": 0},
                {
                    "id": "serious",
                    "names": {"en": "serious", "zh": "严重"},
                    "severity": 0.6,
                    "mode": "dispatched",
                    "limit": {"value": 1, "clock": "urgent_hour"},
                },
            ],
            "routes": [{"levels": ["serious"], "layer": "unit", "codes": ["440303"], "department": "police"}],
        },
    }
)
LITTER = MatterRules.model_validate({"handling": {"department": "sanitation", "mode": "joint"}})
MATTERS = {"street_stall": STALL, "litter_exposed": LITTER}
SHOP = Responder("shop_12", NAMES, "555-12", place=metres_east(20), reach_m=50, matters=frozenset({"street_stall"}))
TEAM = Team("grid_3", NAMES, CELL, contact="555-3", leader="Wu")


def desk_with(store: SqlStore, **policy: Any) -> Desk:
    return Desk(store, matters=MATTERS, grid=OneCell(), policy=Policy(**policy))


def view(store: SqlStore, case_id: str | None) -> CaseView:
    return store.views.case(case_id or "")


def opened(desk: Desk, store: SqlStore, event_id: str = "e1", **changes: Any) -> Case:
    return view(store, desk.receive(sent(report(event_id, **changes)), at(changes.pop("at_s", 0))).case_id).case


def test_both_are_told_of_what_a_team_and_a_department_handle_together(store: SqlStore) -> None:
    sanitation = Department(id="sanitation", names=NAMES, leader="Director Sun")
    desk = desk_with(store, teams=(TEAM,), departments={"sanitation": sanitation})
    case = opened(desk, store)
    assert (case.mode, case.team, case.department) == ("joint", "grid_3", "sanitation")
    assert desk.policy.told_of(case, Mark.escalate) == "Wu; Director Sun"
    assert desk.policy.told_of(case, Mark.remind) == "grid_3; sanitation"
    assert desk.policy.told_of(replace(case, handler="Li"), Mark.remind) == "Li"
    alone = replace(case, mode=HandlingMode.dispatched, team="")
    assert desk.policy.told_of(alone, Mark.escalate) == "Director Sun"
    own = replace(case, mode=HandlingMode.self)
    assert desk.policy.told_of(own, Mark.escalate) == "Wu"


EXCUSES = [
    ({}, True),
    ({"until": date(2026, 11, 21)}, False),
    ({"until": date(2026, 11, 22)}, True),
    ({"since": date(2026, 11, 22)}, False),
    ({"matters": frozenset({"litter_exposed"})}, False),
    ({"region": Region(codes=("9",))}, False),
    ({"windows": (Window(frozenset({5}), time(6), time(9)),)}, False),
    ({"windows": (Window(frozenset({5}), time(15), time(18)),)}, True),
    ({"windows": (Window(frozenset({4}), time(15), time(18)),)}, False),
    ({"windows": (Window(frozenset({4}), time(22), time(17)),)}, True),
]


@pytest.mark.parametrize(("changes", "is_excused"), EXCUSES)
def test_what_a_control_area_allows_is_recorded_and_not_filed(
    store: SqlStore, changes: dict[str, Any], is_excused: bool
) -> None:
    area = ControlArea("market", NAMES, frozenset({"street_stall"}), CELL, until=date(2027, 1, 1))
    case = opened(desk_with(store, controls=(replace(area, **changes),)), store, matter="street_stall")
    assert (case.state is CaseState.not_filed) is is_excused
    if is_excused:
        assert "market" in view(store, case.case_id).history[-1].reason


def test_the_responder_is_told_first_and_what_goes_within_the_window_is_not_filed(store: SqlStore) -> None:
    desk = desk_with(store, responders=(SHOP, replace(SHOP, id="far", place=metres_east(45))))
    stall = report(matter="street_stall")
    case = opened(desk, store, matter="street_stall")
    assert (case.state, case.responder, case.wake_at) == (CaseState.grace, "shop_12", at(1800))
    told = outgoing(store, CaseChanged)[-1]
    assert (told.action, told.responder, told.until, len(told.evidence)) == ("wait", "shop_12", at(1800), 1)
    desk.receive(sent(cleared(stall, after_s=600)), at(600))
    case = view(store, case.case_id).case
    assert (case.state, case.resolution) == (CaseState.not_filed, Resolution.self_cleared)
    assert desk.sweep(at(4000)) == 0


def test_what_stays_beyond_the_grace_window_is_filed_with_its_pictures(store: SqlStore) -> None:
    desk = desk_with(store, responders=(SHOP,))
    case_id = opened(desk, store, matter="street_stall").case_id
    desk.sweep(at(1799))
    assert view(store, case_id).case.state is CaseState.grace
    desk.sweep(at(1800))
    assert view(store, case_id).case.state is CaseState.dispatched
    assert outgoing(store, CaseChanged)[-1].evidence
    assert view(store, case_id).case.watch(Stage.handle) is not None


@pytest.mark.parametrize(
    "changes",
    [{"place": metres_east(500)}, {"matters": frozenset({"litter_exposed"})}, {"region": Region(codes=("9",))}],
)
def test_without_a_responder_in_reach_it_is_filed_at_once(store: SqlStore, changes: dict[str, Any]) -> None:
    desk = desk_with(store, responders=(replace(SHOP, **changes),))
    assert opened(desk, store, matter="street_stall").state is CaseState.dispatched


def test_severity_decides_level_mode_and_limit_and_a_route_the_department(store: SqlStore) -> None:
    school = SensitivePlace("school", NAMES, CELL, 1.0)
    desk = desk_with(store, places=(school,), teams=(TEAM,))
    mild = opened(desk, store, "e1", matter="street_stall", area_m2=0.0)
    # area 0, dwell 2 of 60 min, place 1, no earlier case: (0 + 1/30 + 1 + 0) / 4
    assert mild.severity == pytest.approx((1 / 30 + 1) / 4)
    assert (mild.level, mild.mode, mild.team, mild.department) == ("normal", "self", "grid_3", "urban_management")
    bad = opened(
        desk,
        store,
        "e2",
        matter="street_stall",
        camera_id="tower",
        location=metres_east(500),
        area_m2=30.0,
        first_seen_at=T0 - timedelta(hours=2),
    )
    assert bad.severity == pytest.approx(3 / 4)
    assert (bad.level, bad.mode, bad.team, bad.department) == ("serious", "dispatched", "", "police")
    watch = bad.watch(Stage.handle)
    assert watch is not None
    assert watch.due_at == at(3600)


def test_a_profile_changes_bands_limits_and_grace_until_it_is_switched_back(store: SqlStore) -> None:
    peace = Profile(id="peace", names=NAMES)
    emergency = Profile(id="emergency", names=NAMES, limit_factor=0.5, review_below=0.9, grace=False)
    desk = desk_with(store, profiles=(peace, emergency), responders=(SHOP,))
    assert opened(desk, store, "e1", matter="street_stall").state is CaseState.grace
    assert desk.profile(T0) == peace
    desk.switch_profile("emergency", actor="Zhao", role=Role.administrator, now=at(1), reason="typhoon")
    far: dict[str, Any] = {"matter": "street_stall", "camera_id": "tower"}
    held = opened(desk, store, "e2", location=metres_east(300), **far)
    assert held.state is CaseState.review
    filed = opened(desk, store, "e3", location=metres_east(600), confidence=0.95, **far)
    watch = filed.watch(Stage.handle)
    assert watch is not None
    assert watch.limit.value == 2
    for wrong in ("war", ""):
        with pytest.raises(Invalid):
            desk.switch_profile(wrong, actor="Zhao", role=Role.administrator, now=at(2), reason="x")
    with pytest.raises(Invalid, match="reason"):
        desk.switch_profile("peace", actor="Zhao", role=Role.administrator, now=at(2), reason=" ")
    again = desk_with(store, profiles=(peace, emergency))
    assert again.profile(at(3)) == emergency


def in_review(desk: Desk, store: SqlStore, event_id: str = "e1", **changes: Any) -> str:
    case = opened(desk, store, event_id, confidence=0.4, **changes)
    assert case.state is CaseState.review
    return case.case_id


def act(desk: Desk, case_id: str, action: Action, at_s: float = 10, **named: Any) -> Case:
    return desk.act(case_id, action, actor="Li", role=Role.operations, now=at(at_s), reason="seen it", **named)


@pytest.mark.parametrize(
    ("action", "state"), [(Action.file, CaseState.dispatched), (Action.decline, CaseState.not_filed)]
)
def test_a_decision_can_be_taken_back_for_some_minutes(store: SqlStore, action: Action, state: CaseState) -> None:
    desk = desk_with(store)
    case_id = in_review(desk, store)
    assert act(desk, case_id, action).state is state
    with pytest.raises(IllegalMove, match="until"):
        act(desk, case_id, Action.undo, at_s=610)
    case = act(desk, case_id, Action.undo, at_s=609)
    assert (case.state, case.closed_at, case.attention_at) == (CaseState.review, None, None)
    assert desk.receive(sent(report("e1b", camera_id="tower", confidence=0.4)), at(620)).result is Result.merged
    with pytest.raises(IllegalMove, match="no decision"):
        act(desk, case_id, Action.undo, at_s=620)


def test_what_somebody_went_on_with_cannot_be_taken_back(store: SqlStore) -> None:
    desk = desk_with(store)
    filed, declined = in_review(desk, store), in_review(desk, store, "e2", location=metres_east(300), camera_id="tower")
    act(desk, filed, Action.file)
    act(desk, filed, Action.accept, at_s=20)
    with pytest.raises(IllegalMove):
        act(desk, filed, Action.undo, at_s=30)
    act(desk, declined, Action.decline)
    later = report("e3", location=metres_east(300), camera_id="tower", confirmed_at=at(20))
    assert view(store, desk.receive(sent(later), at(20)).case_id).case.recurrence_of == declined
    with pytest.raises(Conflict, match="followed"):
        act(desk, declined, Action.undo, at_s=30)


def test_the_matter_is_corrected_with_what_hangs_on_it_and_back(store: SqlStore) -> None:
    desk = desk_with(store)
    case_id = in_review(desk, store)
    for matter in (None, "nonsense"):
        with pytest.raises(Invalid, match="no matter"):
            act(desk, case_id, Action.correct, matter=matter)
    case = act(desk, case_id, Action.correct, matter="street_stall")
    assert (case.state, case.matter, case.department) == (CaseState.review, "street_stall", "urban_management")
    assert view(store, case_id).history[-1].reason == "litter_exposed -> street_stall: seen it"
    case = act(desk, case_id, Action.undo, at_s=20)
    assert (case.matter, case.department, case.mode) == ("litter_exposed", "sanitation", "joint")


def test_a_case_is_merged_into_another_with_its_reports_and_back(store: SqlStore) -> None:
    desk = desk_with(store)
    target = opened(desk, store, "e1").case_id
    case_id = in_review(desk, store, "e2", camera_id="tower", location=metres_east(200))
    for wrong in (None, case_id):
        with pytest.raises(Invalid, match="other case"):
            act(desk, case_id, Action.merge_into, into=wrong)
    merged = act(desk, case_id, Action.merge_into, into=target)
    assert (merged.state, merged.merged_into, merged.event_ids) == (CaseState.not_filed, target, ())
    taken = view(store, target)
    assert (taken.case.event_ids, taken.case.camera_ids) == (("e1", "e2"), ("gate", "tower"))
    assert [event.report.event_id for event in taken.events] == ["e1", "e2"]
    back = act(desk, case_id, Action.undo, at_s=20)
    assert (back.state, back.merged_into, back.event_ids) == (CaseState.review, None, ("e2",))
    assert (view(store, target).case.event_ids, view(store, target).case.camera_ids) == (("e1",), ("gate",))
    act(desk, case_id, Action.merge_into, at_s=30, into=target)
    seen = PersonReport(event_id="p1", matter="litter_exposed", location=PLACE, seen_at=at(40), reporter="guard")
    assert desk.report(seen, at(40)).result is Result.merged
    with pytest.raises(Conflict, match="reported again"):
        act(desk, case_id, Action.undo, at_s=50)


def test_reports_join_open_cases_only(store: SqlStore) -> None:
    desk = desk_with(store)
    ended = opened(desk, store, "e1", confidence=0.1).case_id
    case_id = in_review(desk, store, "e2", camera_id="tower", location=metres_east(200))
    with pytest.raises(IllegalMove, match="open cases only"):
        act(desk, case_id, Action.merge_into, into=ended)


def test_a_merger_is_not_taken_back_while_the_cameras_look(store: SqlStore) -> None:
    """Among them is the camera of the report that would leave."""
    desk = desk_with(store)
    seen = PersonReport(event_id="p1", matter="litter_exposed", location=PLACE, seen_at=T0, reporter="guard")
    target = desk.report(seen, T0).case_id or ""
    case_id = in_review(desk, store, "e2", camera_id="tower", location=metres_east(200))
    act(desk, case_id, Action.merge_into, into=target)
    desk.handle(target, actor="crew", now=at(15))
    assert view(store, target).case.state is CaseState.verifying
    with pytest.raises(Conflict, match="are looking"):
        act(desk, case_id, Action.undo, at_s=20)


def test_what_was_sent_back_waits_for_nobody(store: SqlStore) -> None:
    desk = desk_with(store)
    case = opened(desk, store)
    assert act(desk, case.case_id, Action.accept).handler == "Li"
    back = act(desk, case.case_id, Action.send_back, at_s=20)
    assert (back.state, back.handler) == (CaseState.returned, "")


def test_only_dispatch_names_a_department(store: SqlStore) -> None:
    desk = desk_with(store)
    case = opened(desk, store)
    with pytest.raises(Invalid, match="sends nobody to a department"):
        act(desk, case.case_id, Action.note, department="police")
    assert view(store, case.case_id).case.department == "sanitation"


def test_two_peoples_reports_are_not_one_for_having_one_id(store: SqlStore) -> None:
    desk = desk_with(store)
    seen = PersonReport(event_id="p1", matter="litter_exposed", location=PLACE, seen_at=T0, reporter="guard")
    first = desk.report(seen, T0)
    assert desk.report(seen.model_copy(update={"seen_at": at(5)}), at(9)).case_id == first.case_id
    for change in (
        {"reporter": "driver"},
        {"location": metres_east(20_000)},
        {"matter": "street_stall"},
        {"note": "!"},
    ):
        with pytest.raises(Invalid, match="id of another report"):
            desk.report(seen.model_copy(update=change), at(10))
