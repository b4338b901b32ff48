"""One open case stands at a place in a camera's picture, also when a camera's calibration has moved in between."""

from __future__ import annotations

import pytest

from dispatch.case import Action, Role
from dispatch.contract import CaseState, EventReport, Verdict
from dispatch.errors import Conflict
from dispatch.service import Desk, Result
from dispatch.store import SqlStore
from tests.dispatch.builders import answer, at, cleared, metres_east, report, requests, sent


def told(desk: Desk, seen: EventReport, seconds: float = 0) -> str:
    case_id = desk.receive(sent(seen), at(seconds)).case_id
    assert case_id is not None
    return case_id


def test_a_late_look_gives_no_place_back_that_another_case_has_taken_over(desk: Desk, store: SqlStore) -> None:
    gone = report("e2")
    first = told(desk, report("e1", camera_id="corner"))
    assert told(desk, gone) == first
    desk.handle(first, actor="crew 7", now=at(100))
    desk.receive(sent(cleared(gone, after_s=110)), at(110))
    other = told(desk, report("e3", location=metres_east(40), confirmed_at=at(120)), 120)
    assert other != first
    asked = next(request for request in requests(store) if request.camera_id == "gate")
    desk.receive(sent(answer(asked, Verdict.present, decided_at=at(160))), at(160))
    view = store.views.case(first)
    assert view.case.state is CaseState.rework
    assert [event.cleared_at for event in view.events] == [None, at(110)]
    again = desk.receive(sent(report("e4", location=metres_east(40), confirmed_at=at(200))), at(200))
    assert (again.result, again.case_id) == (Result.merged, other)


def test_what_another_case_has_taken_over_is_not_opened_again(desk: Desk) -> None:
    declined = told(desk, report("e1", confidence=0.4))
    other = told(desk, report("e2", camera_id="tower", location=metres_east(300)))
    desk.act(declined, Action.decline, actor="Li", role=Role.dispatcher, reason="gone", now=at(10))
    assert told(desk, report("e3", location=metres_east(300), confirmed_at=at(20)), 20) == other
    with pytest.raises(Conflict, match=other):
        desk.act(declined, Action.undo, actor="Li", role=Role.dispatcher, reason="not gone", now=at(30))
