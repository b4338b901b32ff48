"""Report to closed case over a real SQLite file."""

from __future__ import annotations

import pytest

from dispatch.case import Action, Role
from dispatch.contract import CaseChanged, CaseState, Resolution, Verdict
from dispatch.errors import Conflict, IllegalMove, Invalid, NotFound, ReasonMissing
from dispatch.service import Desk, Result
from dispatch.store import SqlStore, open_store
from dispatch.views import CaseFilter
from tests.dispatch.builders import (
    PLACE,
    T0,
    a_desk,
    answer,
    at,
    cleared,
    metres_east,
    outgoing,
    report,
    requests,
    sent,
)


def opened(desk: Desk, **changes: object) -> str:
    case_id = desk.receive(sent(report(**changes)), T0).case_id  # type: ignore[arg-type]
    assert case_id is not None
    return case_id


def handled(desk: Desk, case_id: str, seconds: float = 100) -> None:
    desk.handle(case_id, actor="crew 7", now=at(seconds))


def test_a_report_becomes_a_dispatched_case_and_every_step_is_told_in_order(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    case = desk.case(case_id)
    assert (case.state, case.department, case.version) == (CaseState.dispatched, "sanitation", 3)
    assert [cell.code for cell in case.grid] == ["440303001002003", "440303001"]
    told = outgoing(store, CaseChanged)
    assert [(m.sequence, m.action, m.state) for m in told] == [
        (1, "report", "reported"),
        (2, "file", "filed"),
        (3, "dispatch", "dispatched"),
    ]
    assert told[2].evidence == report().evidence


def test_absent_closes_the_case(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    assert desk.case(case_id).state is CaseState.verifying
    (request,) = requests(store)
    assert (request.camera_id, request.event_id, request.asked_at) == ("gate", "e1", at(100))
    desk.receive(sent(answer(request)), at(160))
    case = desk.case(case_id)
    assert (case.state, case.resolution, case.closed_at) == (
        CaseState.closed,
        Resolution.verified_by_camera,
        at(160),
    )


def test_present_goes_back_as_rework_and_may_be_handled_again(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    desk.receive(sent(answer(requests(store)[0], Verdict.present)), at(160))
    assert desk.case(case_id).state is CaseState.rework
    handled(desk, case_id, 200)
    first, second = requests(store)
    assert first.request_id != second.request_id
    desk.receive(sent(answer(second)), at(260))
    assert desk.case(case_id).state is CaseState.closed


def test_inconclusive_is_asked_again_and_then_given_to_a_person(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    for number, seconds in enumerate((200, 400, 600), start=1):
        assert len(requests(store)) == number
        desk.receive(sent(answer(requests(store)[-1], Verdict.inconclusive)), at(seconds))
        assert desk.sweep(at(seconds + 59)) == 0
        desk.sweep(at(seconds + 60))
    case = desk.case(case_id)
    assert case.state is CaseState.human_check
    assert len(requests(store)) == 3
    desk.act(case_id, Action.approve, actor="Li", role=Role.dispatcher, now=at(900), reason="photo shows it clean")
    case = desk.case(case_id)
    assert (case.state, case.resolution) == (CaseState.closed, Resolution.verified_by_person)


def test_an_unanswered_request_counts_as_inconclusive(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    assert desk.sweep(at(100 + 1799)) == 0
    desk.sweep(at(100 + 1800))
    desk.sweep(at(100 + 1860))
    assert len(requests(store)) == 2
    late = answer(requests(store)[0])
    desk.receive(sent(late), at(2000))
    assert desk.case(case_id).state is CaseState.verifying
    assert "outdated" in outgoing(store, CaseChanged)[-1].reason
    desk.receive(sent(answer(requests(store)[1])), at(2100))
    assert desk.case(case_id).state is CaseState.closed


def test_what_leaves_before_feedback_closes_as_self_cleared(desk: Desk) -> None:
    case_id = opened(desk)
    desk.receive(sent(cleared(report())), at(60))
    case = desk.case(case_id)
    assert (case.state, case.resolution) == (CaseState.closed, Resolution.self_cleared)


def test_what_was_seen_gone_during_an_unclear_check_closes_without_a_person(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    desk.receive(sent(cleared(report(), after_s=110)), at(110))
    assert desk.case(case_id).state is CaseState.verifying
    desk.receive(sent(answer(requests(store)[0], Verdict.inconclusive)), at(160))
    assert desk.case(case_id).resolution is Resolution.verified_by_camera


def test_a_clearance_before_the_camera_saw_it_again_proves_nothing(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    desk.receive(sent(cleared(report(), after_s=110)), at(110))
    desk.receive(sent(answer(requests(store)[0], Verdict.present)), at(160))
    handled(desk, case_id, 200)
    desk.receive(sent(answer(requests(store)[1], Verdict.inconclusive)), at(260))
    assert desk.case(case_id).state is CaseState.verifying


@pytest.mark.parametrize(
    ("confidence", "state"),
    [(0.29, CaseState.not_filed), (0.3, CaseState.review), (0.49, CaseState.review), (0.5, CaseState.dispatched)],
)
def test_confidence_decides_whether_a_report_is_filed(desk: Desk, confidence: float, state: CaseState) -> None:
    assert desk.case(opened(desk, confidence=confidence)).state is state


def test_a_reviewed_case_is_filed_by_a_person_and_dispatched(desk: Desk) -> None:
    case_id = opened(desk, confidence=0.4)
    desk.act(case_id, Action.file, actor="Wang", role=Role.operations, now=at(5))
    assert desk.case(case_id).state is CaseState.dispatched


def test_a_second_confident_report_files_a_doubtful_case(desk: Desk) -> None:
    case_id = opened(desk, confidence=0.4)
    second = report("e2", camera_id="corner", location=metres_east(5), confidence=0.9)
    assert desk.receive(sent(second), at(5)).case_id == case_id
    assert desk.case(case_id).state is CaseState.dispatched


def test_a_matter_outside_the_catalogue_is_kept_and_not_filed(desk: Desk) -> None:
    assert desk.case(opened(desk, matter="broken_bench")).state is CaseState.not_filed


def test_repeats_change_nothing(desk: Desk, store: SqlStore) -> None:
    message = sent(report(), id="same")
    first = desk.receive(message, T0)
    before = outgoing(store)
    assert desk.receive(message, at(1)).result is Result.repeated
    assert desk.receive(sent(report()), at(2)).result is Result.repeated
    assert desk.receive_many([message, message], at(3)) == (desk.receive(message, at(3)),) * 2
    assert outgoing(store) == before
    assert first.result is Result.created


def test_a_batch_is_judged_as_its_messages_one_by_one(desk: Desk) -> None:
    first = report("e1")
    reports = (
        first,
        report("e2"),
        report("e3", camera_id="beside", location=metres_east(1)),
        report("e4", camera_id="far", location=metres_east(900)),
        report("e5", camera_id="far", location=metres_east(900), matter="illegal_parking"),
    )
    messages = [sent(message) for message in (*reports, cleared(first), first)]
    alone = a_desk(open_store("sqlite://"))
    receipts = desk.receive_many(messages, at(90))
    assert receipts == tuple(alone.receive(message, at(90)) for message in messages)
    assert [r.result for r in receipts[:4]] == [Result.created, Result.merged, Result.merged, Result.created]
    for case_id in {r.case_id for r in receipts if r.case_id}:
        assert desk.case(case_id) == alone.case(case_id)


def test_a_repeat_inside_one_batch_is_found(desk: Desk) -> None:
    message = sent(report(), id="same")
    results = [r.result for r in desk.receive_many([message, message, sent(report())], T0)]
    assert results == [Result.created, Result.repeated, Result.repeated]


def test_a_batch_is_kept_whole_or_not_at_all(desk: Desk, store: SqlStore) -> None:
    stranger = sent(outgoing_change(desk, store))
    with pytest.raises(Invalid):
        desk.receive_many([sent(report("e9", camera_id="far", location=metres_east(900))), stranger], at(9))
    assert not any("e9" in m.event_ids for m in outgoing(store, CaseChanged))


def outgoing_change(desk: Desk, store: SqlStore) -> CaseChanged:
    opened(desk)
    change = outgoing(store, CaseChanged)[0]
    assert isinstance(change, CaseChanged)
    return change


def test_feedback_with_an_idempotency_key_counts_once(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    for _ in range(2):
        desk.handle(case_id, actor="crew 7", now=at(100), idempotency_key="k1")
    assert len(requests(store)) == 1


def test_two_people_cannot_act_on_the_same_state(desk: Desk) -> None:
    case_id = opened(desk)
    desk.handle(case_id, actor="crew 7", now=at(100), expected_version=3)
    with pytest.raises(Conflict, match="you saw 3"):
        desk.act(case_id, Action.void, actor="Li", role=Role.dispatcher, now=at(101), reason="x", expected_version=3)


def test_refusals_say_what_is_legal(desk: Desk) -> None:
    case_id = opened(desk)
    with pytest.raises(IllegalMove) as refused:
        desk.act(case_id, Action.approve, actor="Li", role=Role.dispatcher, now=at(1), reason="clean")
    assert "return" in refused.value.remedy
    assert "void" in refused.value.remedy
    with pytest.raises(ReasonMissing):
        desk.act(case_id, Action.void, actor="Li", role=Role.dispatcher, now=at(1))
    with pytest.raises(NotFound):
        desk.handle("nowhere", actor="Li", now=at(1))


def test_every_camera_of_a_case_is_asked_and_one_that_still_sees_it_decides(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    desk.receive(sent(report("e2", camera_id="corner", location=metres_east(6, PLACE))), at(5))
    handled(desk, case_id)
    corner, gate = requests(store)
    assert (corner.camera_id, gate.camera_id) == ("corner", "gate")
    desk.receive(sent(answer(gate)), at(160))
    assert desk.case(case_id).state is CaseState.verifying
    desk.receive(sent(answer(corner, Verdict.present)), at(170))
    assert desk.case(case_id).state is CaseState.rework


def test_a_case_survives_the_end_of_the_process(desk: Desk, store: SqlStore) -> None:
    case_id = opened(desk)
    handled(desk, case_id)
    again = a_desk(store)
    again.receive(sent(answer(requests(store)[0])), at(160))
    assert again.case(case_id).state is CaseState.closed


@pytest.mark.parametrize("year", [1, 2024, 9999])
def test_a_camera_whose_clock_cannot_be_right_files_nothing_and_holds_nobody_up(desk: Desk, year: int) -> None:
    odd = report("odd", first_seen_at=T0.replace(year=year), confirmed_at=T0.replace(year=year))
    with pytest.raises(Invalid, match="confirmed_at"):
        desk.receive_many([sent(report()), sent(odd)], T0)
    assert desk.receive(sent(report()), T0).result is Result.created
    assert not [case for case in desk.store.views.cases(CaseFilter(), limit=9).items if "odd" in case.event_ids]


def test_what_joins_in_the_batch_that_opens_a_case_is_told_with_its_cells(desk: Desk, store: SqlStore) -> None:
    doubtful, sure = report("e1", confidence=0.4), report("e2", camera_id="beside", location=metres_east(1))
    desk.receive_many([sent(doubtful), sent(sure)], T0)
    told = outgoing(store, CaseChanged)
    assert len(told) > 2
    assert all(change.grid == told[0].grid and change.grid for change in told)
