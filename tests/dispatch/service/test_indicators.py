"""What is counted, read from both databases after cases went through the desk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.calendar import Hours, Office, WorkCalendar
from dispatch.case import Action, Role
from dispatch.contract import GridMembership
from dispatch.indicators.facts import CaseRecord, CheckRecord, Facts, Milestone, SeenRecord
from dispatch.indicators.formulas import By, rows
from dispatch.indicators.gathering import IndicatorRows, PeriodRows, gather
from dispatch.indicators.known import CaseHead, KnownFacts
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


@dataclass
class Noted:
    """Rows of a store; notes which cases are read."""

    rows: IndicatorRows
    read: list[str] = field(default_factory=list)

    @contextmanager
    def period(self, since: datetime, until: datetime) -> Iterator[PeriodRows]:
        with self.rows.period(since, until) as period:
            yield NotedPeriod(period, self.read)


@dataclass
class NotedPeriod:
    of: PeriodRows
    read: list[str]

    def heads(self) -> Sequence[CaseHead]:
        return self.of.heads()

    def cases(self, wanted: Collection[str]) -> Iterable[CaseRecord]:
        self.read += sorted(wanted)
        return self.of.cases(wanted)

    def reports(self) -> Iterable[SeenRecord]:
        return self.of.reports()

    def checks(self) -> Iterable[CheckRecord]:
        return self.of.checks()


DAY = timedelta(days=1)


def test_only_what_has_changed_is_read_again_and_nothing_is_missed(desk: Desk, store: SqlStore) -> None:
    rows_, known = Noted(store.indicators), KnownFacts()

    def counted(seconds: float, calendar: WorkCalendar = desk.policy.calendar) -> tuple[Facts, list[str]]:
        rows_.read.clear()
        facts, fresh = (
            gather(each, T0, T0 + DAY, as_of=at(seconds), calendar_of=calendar.of_department, known=kept)
            for each, kept in ((rows_, known), (store.indicators, None))
        )
        assert facts == fresh, "what is remembered is what would be counted anew"
        return facts, list(rows_.read)

    ids = [
        desk.receive(sent(report(f"e{n}", location=metres_east(300 * n), camera_id=f"camera-{n}")), at(n)).case_id or ""
        for n in range(3)
    ]
    assert counted(10)[1] == sorted(ids)
    assert counted(20)[1] == []
    desk.handle(ids[0], actor="Wang", now=at(30))
    assert counted(31)[1] == [ids[0]]
    for asked in requests(store):
        desk.receive(sent(answer(asked)), at(90))
    facts, read = counted(100)
    assert (read, facts.cases[0].times[Milestone.closed]) == ([ids[0]], at(90))
    assert facts.cases[1].late == frozenset()
    late, read = counted(20 * DAY.total_seconds())
    assert (read, bool(late.cases[1].late)) == ([], True), "time alone makes a case late"
    desk.act(ids[1], Action.void, actor="Li", role=Role.dispatcher, now=at(200), reason="a statue")
    assert counted(20 * DAY.total_seconds())[1] == [ids[1]]
    everyday = WorkCalendar(office=Office((Hours(0, 1),)))
    assert counted(20 * DAY.total_seconds(), everyday)[1] == sorted(ids), "another calendar, other deadlines"


def test_no_more_cases_are_remembered_than_wanted(desk: Desk, store: SqlStore) -> None:
    for number in range(3):
        desk.receive(sent(report(f"e{number}", location=metres_east(300 * number), camera_id=f"c{number}")), at(number))
    rows_, known = Noted(store.indicators), KnownFacts(most=2)
    for _ in range(2):
        found = gather(rows_, T0, T0 + DAY, as_of=at(9), calendar_of=desk.policy.calendar.of_department, known=known)
        assert [case.times[Milestone.reported] for case in found.cases] == [at(0), at(1), at(2)]
    assert rows_.read[3:] == [found.cases[0].case_id], "the newest are remembered"
