"""Orders to departments and recurring hot spots."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.case import Action, Role
from dispatch.config import Department, DeskSettings, HotSpots, Names
from dispatch.contract import HotSpotChanged, OrderChanged
from dispatch.errors import IllegalMove, Invalid, NotFound, ReasonMissing
from dispatch.policy import Policy
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.supervision import HotSpot, Order, SpotState
from tests.dispatch.builders import MATTERS, T0, OneCell, at, metres_east, outgoing, report, sent

DEPARTMENT = Department(id="sanitation", names=Names(en="Sanitation", zh="环卫所"), leader="Director Sun")
DAY_S = 86400.0


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Desk(store, matters=MATTERS, grid=OneCell(), policy=Policy(departments={"sanitation": DEPARTMENT}))


def ordered(desk: Desk, **changes: Any) -> Order:
    values: dict[str, Any] = {"department": "sanitation", "text": "sweep the lane", "check_in_by": at(3600), **changes}
    return desk.give_order(**values, actor="Community 5", role=Role.dispatcher, now=T0)


def filed(desk: Desk, number: int, day: float, **changes: Any) -> str:
    """File a case at the place on a day and close it, so that the next one is a case of its own."""
    now = at(day * DAY_S)
    values = {"camera_id": f"c{number}", "confirmed_at": now, "first_seen_at": now, **changes}
    case_id = desk.receive(sent(report(f"e{number}", **values)), now).case_id or ""
    actor: dict[str, Any] = {"actor": "Li", "role": Role.dispatcher, "now": now + timedelta(minutes=5)}
    desk.act(case_id, Action.force_close, reason="done", **actor)
    return case_id


def spots(store: SqlStore, **wanted: Any) -> tuple[HotSpot, ...]:
    return store.views.hot_spots(**wanted).items


def test_an_order_is_checked_in_once(desk: Desk, store: SqlStore) -> None:
    order = ordered(desk)
    taken = desk.check_in(order.order_id, actor="Team 3", role=Role.handler, now=at(600), note="on our way")
    assert (taken.checked_in_by, taken.checked_in_at, taken.note) == ("Team 3", at(600), "on our way")
    with pytest.raises(IllegalMove, match="Team 3"):
        desk.check_in(order.order_id, actor="Team 4", role=Role.handler, now=at(700))
    desk.sweep(at(9000))
    assert store.views.orders().items == (taken,)
    assert store.views.orders(is_open=True).items == ()


def test_a_late_order_is_told_to_the_leader_once_and_can_still_be_checked_in(desk: Desk, store: SqlStore) -> None:
    order = ordered(desk)
    for now in (3599, 3600, 3700):
        desk.sweep(at(now))
    (late,) = store.views.orders(departments=("sanitation",), is_open=True).items
    assert late.overdue_at == at(3600)
    with store.transaction() as tx:
        line = tx.last_logged("order", order.order_id)
    assert line is not None
    assert (line.value, line.at, "Director Sun" in line.reason) == ("overdue", at(3600), True)
    assert desk.check_in(order.order_id, actor="Team 3", role=Role.handler, now=at(9000)).overdue_at == at(3600)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"check_in_by": T0}, Invalid),
        ({"department": "circus"}, Invalid),
        ({"case_id": "nowhere"}, NotFound),
    ],
)
def test_an_order_that_cannot_be_is_refused(desk: Desk, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ordered(desk, **changes)


def test_the_third_case_at_a_place_within_seven_days_is_raised_and_the_fourth_joins(
    desk: Desk, store: SqlStore
) -> None:
    cases = [filed(desk, 1, 0), filed(desk, 2, 3)]
    filed(desk, 90, 3.5, location=metres_east(300))
    filed(desk, 91, 3.6, matter="illegal_parking")
    assert spots(store) == ()
    cases.append(filed(desk, 3, 6.9, location=metres_east(8)))
    (spot,) = spots(store)
    assert (spot.matter, spot.case_ids, spot.state) == ("litter_exposed", tuple(cases), "raised")
    cases.append(filed(desk, 4, 7.5))
    (spot,) = spots(store, matter="litter_exposed", is_open=True)
    assert spot.case_ids == tuple(cases)


def test_cases_that_are_too_far_apart_in_time_or_were_never_filed_do_not_count(desk: Desk, store: SqlStore) -> None:
    filed(desk, 1, 0)
    filed(desk, 2, 3)
    filed(desk, 3, 7.1)
    now = at(8 * DAY_S)
    desk.receive(sent(report("e4", camera_id="c4", confidence=0.1, confirmed_at=now)), now)
    assert spots(store) == ()


def test_a_hot_spot_is_tracked_and_settled_and_then_counted_anew(desk: Desk, store: SqlStore) -> None:
    for number in range(3):
        filed(desk, number, number)
    spot_id = spots(store)[0].spot_id
    who: dict[str, Any] = {"actor": "Zhao", "role": Role.dispatcher}
    with pytest.raises(ReasonMissing):
        desk.step_hot_spot(spot_id, SpotState.tracked, now=at(3 * DAY_S), reason=" ", **who)
    desk.step_hot_spot(spot_id, SpotState.tracked, now=at(3 * DAY_S), reason="bins are moved", **who)
    desk.step_hot_spot(spot_id, SpotState.settled, now=at(3.1 * DAY_S), reason="bins were moved", **who)
    with pytest.raises(IllegalMove, match="settled"):
        desk.step_hot_spot(spot_id, SpotState.tracked, now=at(3.2 * DAY_S), reason="again", **who)
    for number in (4, 5):
        filed(desk, number, number)
    assert len(spots(store)) == 1
    filed(desk, 6, 6)
    newest, first = spots(store)
    assert (len(newest.case_ids), first.spot_id, first.state) == (3, spot_id, "settled")


@pytest.mark.parametrize(("wanted", "number"), [(HotSpots(times=2, days=1.5), 1), (None, 0)])
def test_a_city_says_what_is_hot(store: SqlStore, wanted: HotSpots | None, number: int) -> None:
    desk = Desk(store, matters=MATTERS, grid=OneCell(), policy=Policy(settings=DeskSettings(hot_spots=wanted)))
    filed(desk, 1, 0)
    filed(desk, 2, 1)
    assert len(spots(store)) == number


def test_every_step_of_an_order_is_told_once_and_in_order(desk: Desk, store: SqlStore) -> None:
    order = ordered(desk, place="440303001")
    for now in (3600, 3700):
        desk.sweep(at(now))
    desk.check_in(order.order_id, actor="Team 3", role=Role.handler, now=at(4000), note="on our way")
    given, late, taken = outgoing(store, OrderChanged)
    assert (given.action, given.actor, given.place, given.told) == ("given", "Community 5", "440303001", "")
    assert (late.action, late.actor, late.told, late.overdue_at) == (
        "overdue",
        "gridpatrol",
        "Director Sun",
        at(3600),
    )
    assert (taken.action, taken.checked_in_by, taken.note, taken.at) == (
        "checked_in",
        "Team 3",
        "on our way",
        at(4000),
    )
    rows = [row for row in store.outbox.after(0) if row.stream == "gridpatrol.supervision"]
    assert [(row.key, row.message_id) for row in rows] == [
        (order.order_id, f"{order.order_id}:{action}") for action in ("given", "overdue", "checked_in")
    ]


def test_every_step_of_a_hot_spot_is_told(desk: Desk, store: SqlStore) -> None:
    cases = [filed(desk, number, number) for number in range(4)]
    spot_id = spots(store)[0].spot_id
    for step in (SpotState.tracked, SpotState.settled):
        desk.step_hot_spot(
            spot_id, step, actor="Zhao", role=Role.dispatcher, now=at(4 * DAY_S), reason="bins are moved"
        )
    told = outgoing(store, HotSpotChanged)
    assert [(message.action, message.state) for message in told] == [
        ("raised", "raised"),
        ("joined", "raised"),
        ("tracked", "tracked"),
        ("settled", "settled"),
    ]
    assert {message.spot_id for message in told} == {spot_id}
    assert [message.case_ids for message in told[:2]] == [tuple(cases[:3]), tuple(cases)]
    assert [cell.code for cell in told[0].grid] == ["440303001002003", "440303001"]
    assert (told[-1].actor, told[-1].role, told[-1].reason) == ("Zhao", "dispatcher", "bins are moved")


def test_a_clock_that_ran_out_before_a_suspension_has_its_say_when_it_ends(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report("e1")), T0).case_id or ""
    who: dict[str, Any] = {"actor": "Li", "role": Role.dispatcher, "reason": "frost"}
    desk.act(case_id, Action.suspend, now=at(3600), until=at(7200), **who)  # nobody has swept since the dispatch
    desk.sweep(at(7200))
    said = [line.action for line in store.views.case(case_id).history]
    assert said[-3:] == [Action.resume, Action.overdue, Action.escalate]
