"""A city's day through the desk, then everything reckoned a second time from its messages alone.

2,060 grid cells, 500 cameras, reports of cameras and of people with duplicates, returns, rework and late handling, on
the last day before a week of holidays. GRIDPATROL_CITY_DAY sets how many camera reports there are (5000 for a whole
day, with 200 of people).
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import shapely

from dispatch.case import Action, Role
from dispatch.config import MatterRules, Names
from dispatch.contract import CaseChanged, CaseState, EventReport, Location, Stage, Verdict, VerificationRequest, parse
from dispatch.grid import Cell, GridIndex, Layer
from dispatch.indicators.facts import Milestone
from dispatch.indicators.formulas import By, Indicator, rows
from dispatch.indicators.gathering import gather
from dispatch.report import PersonReport
from dispatch.service import Desk, Receipt, Result
from dispatch.store import SqlStore, open_store
from tests.dispatch.builders import answer, outgoing, report, sent

EVENTS = int(os.environ.get("GRIDPATROL_CITY_DAY", "120"))
PEOPLE = EVENTS // 25
pytestmark = pytest.mark.timeout(300 + EVENTS)
CITY = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 9, 30, 7, tzinfo=CITY)
AS_OF = datetime(2026, 10, 12, 12, tzinfo=CITY)
WEST, SOUTH, CELL_DEG, ACROSS, DOWN = 114.0, 22.5, 0.001, 103, 20
LIMITS: Mapping[str, tuple[int, str]] = {
    "litter_exposed": (4, "work_hour"),
    "goods_occupation": (1, "work_day"),
    "street_stall": (2, "urgent_hour"),
    "illegal_parking": (1, "natural_day"),
}
MATTERS = {
    matter: MatterRules.model_validate(
        {"handling": {"department": f"d{number}", "mode": mode, "limit": {"value": value, "clock": clock}}}
    )
    for number, (mode, (matter, (value, clock))) in enumerate(
        zip(("self", "joint", "dispatched", "self"), LIMITS.items(), strict=True)
    )
}
WORKED = [date(2026, 9, 30), *(date(2026, 10, day) for day in (8, 9, 10, 12))]
"""Working days of these two weeks, from the notice of the State Council: the 10th is a Saturday that is worked."""
MINUTES = [
    datetime(day.year, day.month, day.day, hour, minute, tzinfo=CITY)
    for day in WORKED
    for hour in (8, 9, 10, 11, 14, 15, 16, 17)
    for minute in range(60)
]
"""Every worked minute: the second way of counting."""


def corner(row: int, column: int) -> tuple[float, float]:
    return WEST + column * CELL_DEG, SOUTH + row * CELL_DEG


def grid() -> GridIndex:
    cells = tuple(
        Cell(
            code=f"4403030010{row:02}{column:03}",
            polygon=shapely.box(
                WEST + column * CELL_DEG,
                SOUTH + row * CELL_DEG,
                WEST + (column + 1) * CELL_DEG,
                SOUTH + (row + 1) * CELL_DEG,
            ),
        )
        for row in range(DOWN)
        for column in range(ACROSS)
    )
    return GridIndex([Layer("unit", Names(en="Unit", zh="单元网格"), 1, cells)])


def place(number: int) -> Location:
    """The middle of a cell, a different one for each number below 2,060."""
    return Location(
        lon=WEST + (number % ACROSS + 0.5) * CELL_DEG, lat=SOUTH + (number // ACROSS % DOWN + 0.5) * CELL_DEG, error_m=2
    )


@dataclass
class Day:
    """What came in, what became of it, and the desk."""

    desk: Desk
    store: SqlStore
    receipts: list[Receipt]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('city') / 'dispatch.db'}")
    day = Day(Desk(store, matters=MATTERS, grid=grid()), store, [])
    random = Random(7)
    _reports(day, random)
    for case_id in [case for case in dict.fromkeys(receipt.case_id for receipt in day.receipts) if case]:
        _live(day, case_id, random)
    return day


def _reports(day: Day, random: Random) -> None:
    """Reports over ten hours; one in five repeats an earlier one from another camera nearby."""
    made: list[EventReport] = []
    for index in range(EVENTS):
        now = MORNING + timedelta(minutes=index * 600 // EVENTS)
        matter = random.choice(list(MATTERS))
        values = {
            "matter": matter,
            "camera_id": f"c{index % 500}",
            "location": place(7 * index % (ACROSS * DOWN)),
            "box_xyxy_px": (float(index % 1200), 100.0, float(index % 1200) + 40.0, 200.0),
            "confidence": random.choice((0.2, 0.4, 0.7, 0.8, 0.9, 0.95)),
            "first_seen_at": now - timedelta(minutes=3),
            "confirmed_at": now,
            "evidence": (),
        }
        if made and random.random() < 0.2:
            again = random.choice(made[-40:])
            values |= {"matter": again.matter, "location": again.location, "camera_id": f"{again.camera_id}-b"}
        made.append(report(f"e{index}", **values))
        day.receipts.append(day.desk.receive(sent(made[-1]), now))
        if index % 50 == 0:
            day.receipts.append(day.desk.receive(sent(made[-1]), now))
        if index % (EVENTS // PEOPLE) == 0:
            seen = made[-1].location if random.random() < 0.5 else place(2059 - index % 500)
            told = PersonReport(event_id=f"p{index}", matter=matter, location=seen, seen_at=now, reporter="Wang")
            day.receipts.append(day.desk.report(told, now))


def _live(day: Day, case_id: str, random: Random) -> None:
    """What people do with one case: review it, return it, handle it soon, late or never, and once in vain."""
    case = day.desk.case(case_id, AS_OF)
    now = case.updated_at + timedelta(minutes=random.randrange(1, 20))
    if case.state is CaseState.review and random.random() < 0.8:
        action = Action.file if random.random() < 0.6 else Action.decline
        case = day.desk.act(case_id, action, actor="Li", role=Role.operations, now=now, reason="looked at it")
    if case.state is not CaseState.dispatched:
        return
    if random.random() < 0.1:
        now += timedelta(minutes=random.randrange(1, 60))
        day.desk.act(case_id, Action.send_back, actor="Wu", role=Role.handler, now=now, reason="not ours")
        now += timedelta(minutes=random.randrange(1, 60))
        day.desk.act(case_id, Action.dispatch, actor="Li", role=Role.dispatcher, now=now, reason="it is")
    if random.random() < 0.1:
        return
    for verdict in (Verdict.present, Verdict.absent) if random.random() < 0.15 else (Verdict.absent,):
        now += timedelta(minutes=random.choice((20, 45, 90, 300, 2000)))
        if now >= AS_OF - timedelta(hours=1):
            return
        before = day.store.outbox.last_seq()
        day.desk.handle(case_id, actor="Wu", now=now)
        for asked in _asked(day.store, before):
            now = max(now, asked.asked_at + timedelta(minutes=2))
            day.desk.receive(sent(answer(asked, verdict, decided_at=now)), now)


def _asked(store: SqlStore, seq: int) -> list[VerificationRequest]:
    found = [parse(message.payload).data for message in store.outbox.after(seq, 50)]
    return [message for message in found if isinstance(message, VerificationRequest)]


def counted_min(begin: datetime, end: datetime) -> int:
    return bisect_left(MINUTES, end) - bisect_left(MINUTES, begin)


def expected_due(begin: datetime, matter: str) -> datetime:
    value, clock = LIMITS[matter]
    if clock in {"urgent_hour", "natural_day"}:
        return begin + timedelta(hours=value * (1 if clock == "urgent_hour" else 24))
    minutes = value * 60 * (8 if clock == "work_day" else 1)
    return MINUTES[bisect_left(MINUTES, begin) + minutes - 1] + timedelta(minutes=1)


def histories(store: SqlStore) -> dict[str, list[CaseChanged]]:
    found: dict[str, list[CaseChanged]] = defaultdict(list)
    for message in outgoing(store, CaseChanged):
        found[message.case_id].append(message)
    return found


def test_every_report_is_accounted_for(day: Day) -> None:
    results = Counter(receipt.result for receipt in day.receipts)
    ends = Counter(messages[-1].state for messages in histories(day.store).values())
    created = sum(ends.values())
    assert results[Result.created] == created
    assert results[Result.created] + results[Result.merged] + results[Result.repeated] == len(day.receipts)
    assert results[Result.merged] > 0 < results[Result.repeated]
    not_filed = ends[CaseState.not_filed] + ends[CaseState.review]
    filed = sum(1 for messages in histories(day.store).values() if any(m.action == "file" for m in messages))
    assert created == filed + not_filed
    assert min(ends[state] for state in (CaseState.not_filed, CaseState.review, CaseState.closed)) > 0


def test_deadlines_are_those_of_the_second_way(day: Day) -> None:
    checked = 0
    for messages in histories(day.store).values():
        for message in messages:
            if message.action != "dispatch":
                continue
            told = {deadline.stage: deadline.due_at for deadline in message.deadlines}
            assert told[Stage.handle] == expected_due(message.at, message.matter), message
            checked += 1
    assert checked > EVENTS / 3


def is_late(messages: Sequence[CaseChanged]) -> bool:
    """Whether the handler's clock, begun anew by every dispatch and standing still elsewhere, went over its limit."""
    value, clock = LIMITS[messages[0].matter]
    total, since = timedelta(), None
    for message in messages:
        waits = message.state in {CaseState.dispatched, CaseState.accepted, CaseState.rework}
        if message.action == "dispatch":
            total, since = timedelta(), message.at
        elif waits and since is None:
            since = message.at
        elif not waits and since is not None:
            total, since = total + _ran(since, message.at, clock), None
    if since is not None:
        total += _ran(since, AS_OF, clock)
    return total > timedelta(hours=value * {"work_day": 8, "natural_day": 24}.get(clock, 1))


def _ran(begin: datetime, end: datetime, clock: str) -> timedelta:
    if clock in {"urgent_hour", "natural_day"}:
        return end - begin
    return timedelta(minutes=counted_min(begin, end))


def test_indicators_are_those_of_the_second_way(day: Day) -> None:
    facts = gather(
        day.store.indicators,
        MORNING - timedelta(days=1),
        MORNING + timedelta(days=1),
        as_of=AS_OF,
        calendar_of=day.desk.policy.calendar.of_department,
    )
    for row in rows(facts.cases, By.matter):
        cases = [messages for messages in histories(day.store).values() if messages[0].matter == row.key]
        done = [[message.action for message in messages] for messages in cases]
        filed = [messages for messages in cases if any(m.action == "file" for m in messages)]
        handled = [messages for messages in filed if any(m.action == "handle" for m in messages)]
        closed = [messages for messages in filed if messages[-1].state is CaseState.closed]
        late = [messages for messages in filed if is_late(messages)]
        assert row.counts[Milestone.reported] == len(cases)
        assert row.counts[Milestone.closed] == len(closed)
        ratio = {name: (found.part, found.whole) for name, found in row.ratios.items()}
        assert ratio[Indicator.filing_rate] == (len(filed), len(cases))
        assert ratio[Indicator.closing_rate] == (len(closed), len(filed))
        assert ratio[Indicator.rework_rate] == (sum("still_there" in actions for actions in done), len(handled))
        assert ratio[Indicator.return_rate] == (sum("return" in actions for actions in done), len(filed))
        due = [messages for messages in filed if messages in handled or messages in late]
        assert ratio[Indicator.on_time_handling] == (sum(m in handled and m not in late for m in due), len(due))
        spans = [
            next(m.at for m in reversed(messages) if m.action == "handle")
            - next(m.at for m in messages if m.action == "dispatch")
            for messages in handled
        ]
        assert row.handling_s == pytest.approx(sum(spans, timedelta()).total_seconds() / len(spans))
    total = rows(facts.cases, By.all)[0]
    assert total.ratios[Indicator.on_time_handling].part > 0
    assert total.ratios[Indicator.on_time_handling].value != 1
    assert sum(row.counts[Milestone.reported] for row in rows(facts.cases, By.grid, layer="unit")) == len(facts.cases)
