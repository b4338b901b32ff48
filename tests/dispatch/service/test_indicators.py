"""What is counted, read from both databases after cases went through the desk."""

from __future__ import annotations

from datetime import timedelta

from dispatch.contract import GridMembership
from dispatch.indicators.facts import Milestone
from dispatch.indicators.formulas import By, rows
from dispatch.indicators.gathering import gather
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.builders import T0, answer, at, metres_east, report, requests, sent


def test_facts_are_read_as_they_were_kept(desk: Desk, store: SqlStore) -> None:
    first = desk.receive(sent(report("e1")), at(10)).case_id or ""
    desk.receive(sent(report("e2", camera_id="corner", location=metres_east(1))), at(20))
    desk.receive(sent(report("e3", matter="illegal_parking")), at(7200))
    desk.handle(first, actor="Wang", now=at(610))
    for asked in requests(store):
        desk.receive(sent(answer(asked)), at(700))
    facts = gather(store.indicators, T0, at(3600), as_of=at(9000), calendar_of=desk.policy.calendar.of_department)
    (case,) = facts.cases
    assert (case.case_id, set(case.camera_ids)) == (first, {"gate", "corner"})
    assert case.times == {
        Milestone.reported: at(10),
        Milestone.filed: at(10),
        Milestone.dispatched: at(10),
        Milestone.handled: at(610),
        Milestone.verified: at(700),
        Milestone.closed: at(700),
    }
    assert case.grid[0] == GridMembership(layer="unit", code="440303001002003", name="Cell 3")
    assert [(one.seen.camera_id, one.seen.first_seen_at) for one in facts.reports] == [
        ("gate", T0 - timedelta(seconds=120)),
        ("corner", T0 - timedelta(seconds=120)),
    ]
    assert {(check.camera_id, check.looks, check.decided_at) for check in facts.checks} == {
        ("gate", 3, at(670)),
        ("corner", 3, at(670)),
    }
    whole = gather(store.indicators, T0, at(9000), as_of=at(9000), calendar_of=desk.policy.calendar.of_department)
    assert [row.key for row in rows(whole.cases, By.matter)] == ["illegal_parking", "litter_exposed"]
