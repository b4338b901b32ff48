"""Looks out of turn: asked by people and after reports, bounded, answered or given up, told in the case's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from dispatch.case import Action, Role
from dispatch.config import DeskSettings, LookSettings
from dispatch.contract import Evidence, Location, LookAnswer, LookRequest, SeenObject, Sight
from dispatch.errors import NotFound, Refused
from dispatch.looks import LATE, Cause, Look, LookState, TooMany
from dispatch.policy import Policy
from dispatch.report import PersonReport
from dispatch.service import Desk, Result
from dispatch.store import SqlStore
from tests.dispatch.builders import MATTERS, PICTURE, PLACE, T0, OneCell, at, outgoing, report, sent

SIGHT = Sight(
    taken_at=at(5),
    resolution_wh=(1280, 720),
    usable=True,
    detections=tuple(
        SeenObject(class_name=name, confidence=0.8, box_xyxy_px=(1, 2, 3, 4)) for name in ("car", "garbage_bag", "car")
    ),
    model="street 1",
)


class Corner:
    """Three cameras that see everything."""

    def __init__(self) -> None:
        self.asked: list[tuple[Location, str, float]] = []

    def seeing(self, location: Location, matter: str, *, reach_m: float) -> Sequence[str]:
        self.asked.append((location, matter, reach_m))
        return ("gate", "corner", "roof")


@pytest.fixture
def corner() -> Corner:
    return Corner()


def desk_of(store: SqlStore, corner: Corner, **settings: object) -> Desk:
    looks = LookSettings.model_validate(settings)
    policy = Policy(settings=DeskSettings(looks=looks))
    return Desk(store, matters=MATTERS, grid=OneCell(), policy=policy, watchers=corner)


@pytest.fixture
def desk(store: SqlStore, corner: Corner) -> Desk:
    return desk_of(store, corner)


def answered(look: Look, *, sight: Sight | None = SIGHT, reason: str = "", seconds: float = 5) -> LookAnswer:
    evidence: tuple[Evidence, ...] = (PICTURE,) if sight else ()
    return LookAnswer(
        **look.request.model_dump(exclude={"until"}),
        answered_at=at(seconds),
        sight=sight,
        reason=reason,
        evidence=evidence,
    )


def said(event_id: str = "p1") -> PersonReport:
    return PersonReport(event_id=event_id, matter="litter_exposed", location=PLACE, seen_at=T0, reporter="Li")


def test_a_look_goes_to_its_camera_and_its_answer_can_be_read(desk: Desk, store: SqlStore) -> None:
    look = desk.look("gate", asked_by="Wang", now=T0)
    assert outgoing(store, LookRequest) == [look.request]
    assert store.views.look(look.request.look_id) == look
    assert (look.state, look.cause, look.due_at) == (LookState.asked, Cause.person, look.request.until + LATE)
    answer = answered(look)
    assert desk.receive(sent(answer, id="a1"), at(6)).result is Result.changed
    taken = store.views.look(look.request.look_id)
    assert (taken.state, taken.answer) == (LookState.taken, answer)
    assert outgoing(store, LookAnswer) == [answer], "live views are told"
    assert desk.receive(sent(answer, id="a2"), at(7)).result is Result.repeated
    assert store.views.looks("gate").items == (taken,)
    assert store.views.looks("corner").items == ()


def test_a_look_for_a_case_is_told_in_its_history_with_its_picture(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    look = desk.look("gate", asked_by="Wang", now=T0, case_id=case_id)
    desk.receive(sent(answered(look)), at(6))
    view = store.views.case(case_id)
    line = view.history[-1]
    assert (line.action, line.actor, line.role, line.evidence) == (Action.note, "gate", Role.camera, (PICTURE,))
    assert "2 car, 1 garbage_bag" in line.reason
    assert [one.state for one in view.looks] == [LookState.taken]
    assert PICTURE.key in store.retention.pictures_of(case_id), "it goes when the case's pictures go"


@pytest.mark.parametrize(
    ("sight", "reason", "told"),
    [
        (None, "no route to 10.0.0.1", "not possible: no route"),
        (SIGHT.model_copy(update={"usable": False, "detail": "covered since 8:00"}), "", "covered since 8:00"),
        (SIGHT.model_copy(update={"detections": ()}), "", "nothing it has a name for"),
    ],
)
def test_what_could_not_be_seen_is_told_too(
    desk: Desk, store: SqlStore, sight: Sight | None, reason: str, told: str
) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    look = desk.look("gate", asked_by="Wang", now=T0, case_id=case_id)
    desk.receive(sent(answered(look, sight=sight, reason=reason)), at(6))
    assert told in store.views.case(case_id).history[-1].reason
    state = store.views.look(look.request.look_id).state
    assert state is (LookState.failed if sight is None else LookState.taken)


def test_a_look_without_an_answer_is_given_up_and_found_again_by_a_late_one(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    look = desk.look("gate", asked_by="Wang", now=T0, case_id=case_id)
    desk.sweep(look.due_at - timedelta(seconds=1))
    assert store.views.look(look.request.look_id).state is LookState.asked
    desk.sweep(look.due_at)
    desk.sweep(look.due_at + timedelta(seconds=1))
    assert store.views.look(look.request.look_id).state is LookState.lost
    assert [line.reason for line in store.views.case(case_id).history if "no answer within 150 s" in line.reason] != []
    desk.receive(sent(answered(look, seconds=400)), at(400))
    assert store.views.look(look.request.look_id).state is LookState.taken


def test_while_a_look_is_under_way_no_second_one_is_asked_for(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    first = desk.look("gate", asked_by="Wang", now=T0)
    assert desk.look("gate", asked_by="Li", now=at(1)) == first
    assert desk.look("gate", asked_by="Li", now=at(1), case_id=case_id) != first
    assert len(outgoing(store, LookRequest)) == 2


def test_looks_are_bounded_by_camera_and_altogether(store: SqlStore, corner: Corner) -> None:
    desk = desk_of(store, corner, per_camera_a_minute=2, a_minute=3)

    def ask(camera_id: str, seconds: float) -> None:
        look = desk.look(camera_id, asked_by="Wang", now=at(seconds))
        desk.receive(sent(answered(look, seconds=seconds)), at(seconds))

    ask("gate", 0)
    ask("gate", 1)
    with pytest.raises(TooMany, match="gate"):
        ask("gate", 2)
    ask("corner", 2)
    with pytest.raises(TooMany, match="3 looks"):
        ask("roof", 3)
    ask("roof", 61)
    ask("gate", 61.5)


def test_a_look_for_a_case_that_is_not_there_or_has_ended_is_refused(desk: Desk) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    desk.act(case_id, Action.void, actor="Wang", role=Role.dispatcher, now=at(1), reason="a test")
    with pytest.raises(Refused, match="has ended"):
        desk.look("gate", asked_by="Wang", now=at(2), case_id=case_id)
    with pytest.raises(NotFound):
        desk.look("gate", asked_by="Wang", now=at(2), case_id="nowhere")


def test_an_answer_for_a_case_that_has_ended_meanwhile_changes_nothing_of_it(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    look = desk.look("gate", asked_by="Wang", now=T0, case_id=case_id)
    desk.act(case_id, Action.void, actor="Wang", role=Role.dispatcher, now=at(1), reason="a test")
    version = store.views.case_head(case_id).version
    desk.receive(sent(answered(look)), at(6))
    assert store.views.case_head(case_id).version == version
    assert store.views.look(look.request.look_id).state is LookState.taken


def test_an_answer_to_nobody_is_not_taken(desk: Desk, store: SqlStore) -> None:
    look = Look(LookRequest(look_id="x", camera_id="gate", asked_at=T0, until=at(9)), Cause.person, "Wang")
    assert desk.receive(sent(answered(look)), at(6)).result is Result.unknown


def test_a_persons_report_lets_the_nearest_cameras_look_for_its_case(
    desk: Desk, store: SqlStore, corner: Corner
) -> None:
    case_id = desk.report(said(), T0).case_id
    assert corner.asked == [(PLACE, "litter_exposed", 25.0 + PLACE.error_m)]
    asked = outgoing(store, LookRequest)
    assert [(one.camera_id, one.case_id) for one in asked] == [("gate", case_id), ("corner", case_id)]
    assert {look.cause for look in store.views.case(case_id or "").looks} == {Cause.report}
    desk.report(said(), at(1))
    assert len(outgoing(store, LookRequest)) == 2, "a repeat asks nobody"


def test_a_flood_of_reports_asks_within_the_bounds_and_files_them_all(store: SqlStore, corner: Corner) -> None:
    desk = desk_of(store, corner, per_camera_a_minute=3, a_minute=5)
    for number in range(20):
        place = PLACE.model_copy(update={"lat": PLACE.lat + 0.01 * number})
        receipt = desk.report(said(f"p{number}").model_copy(update={"location": place}), at(number))
        assert receipt.result is Result.created
    assert len(outgoing(store, LookRequest)) == 5


def test_reports_ask_no_camera_where_the_policy_says_so(store: SqlStore, corner: Corner) -> None:
    desk = desk_of(store, corner, for_reports=None)
    assert desk.report(said(), T0).result is Result.created
    assert (corner.asked, outgoing(store, LookRequest)) == ([], [])


def test_looks_for_no_case_are_forgotten_with_the_messages(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    kept = desk.look("gate", asked_by="Wang", now=T0, case_id=case_id)
    desk.look("corner", asked_by="Wang", now=T0)
    store.prune(at(1))
    assert store.views.look(kept.request.look_id) == kept
    assert store.views.looks("corner").items == ()
