"""Random stories of cases: whatever happens in whatever order, what must hold holds.

Reports, repeats, clearances, feedback, answers right and late, people's moves, two people at once, clock jumps, changed
calendars, silence, restarts and power cuts, over real SQLite files and, a few, over PostgreSQL.
A few stories by default; `GRIDPATROL_NIGHTLY=1` for 100,000 steps.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from dispatch.areas import Region, Responder
from dispatch.calendar import WorkCalendar
from dispatch.case import FINAL, Action, Case, Role, legal_actions
from dispatch.config import MatterRules, Names
from dispatch.contract import CaseChanged, CloudEvent, EventReport, Verdict, VerificationRequest, parse
from dispatch.errors import Conflict, Refused
from dispatch.policy import Policy
from dispatch.report import PersonReport, Report
from dispatch.service import PERSON_ACTIONS, Desk
from dispatch.store import SqlStore, open_store
from dispatch.views import CaseFilter, CaseView
from tests.dispatch.builders import OneCell, answer, at, cleared, metres_east, report, sent
from tests.dispatch.service.histories import check_history_and_closure, is_too_late, places_seen
from tests.dispatch.service.quick import open_quick_store
from tests.dispatch.service.reckoning import SHANGHAI, WorkTable, check_deadlines, check_nothing_is_overslept
from tests.dispatch.service.trouble import PowerCut, power_cut, refused_unless
from tests.postgres import PostgresServer

NIGHTLY = os.environ.get("GRIDPATROL_NIGHTLY") == "1"
LIMITS = {
    "litter_exposed": (4 * 3600.0, True),
    "illegal_parking": (2 * 3600.0, False),
    "street_stall": (8 * 3600.0, True),
}
MATTERS = {
    code: MatterRules.model_validate({"handling": {"department": "sanitation", "mode": "self", "limit": limit}, **more})
    for code, limit, more in (
        ("litter_exposed", {"value": 4, "clock": "work_hour"}, {}),
        ("illegal_parking", {"value": 2, "clock": "urgent_hour"}, {}),
        ("street_stall", {"value": 1, "clock": "work_day"}, {"grace": {"window_min": 30}}),
    )
}
SHOP = Responder("shop", Names(en="shop", zh="店"), "555", region=Region())
CAMERAS = st.sampled_from(["gate", "corner", "tower"])
PLACES_M = st.sampled_from([0.0, 3.0, 40.0, 400.0])
BOXES = st.sampled_from([(100.0, 100.0, 200.0, 200.0), (105.0, 100.0, 205.0, 200.0), (400.0, 100.0, 500.0, 200.0)])
PEOPLE = st.sampled_from([Role.operations, Role.dispatcher, Role.handler, Role.administrator])
SOME = st.integers(0, 10_000)
JUMPS_S = st.sampled_from([1, 20, 70, 70, 700, 1900, 3600, 5 * 3600, 26 * 3600, 4 * 86400])
STEPS: Counter[str] = Counter()


@cache
def a_folder() -> tempfile.TemporaryDirectory[str]:
    """Return the folder of all stories; it goes with the process."""
    return tempfile.TemporaryDirectory(prefix="gridpatrol-life-")


@cache
def empty_database() -> bytes:
    """Return the file of a database with its tables and nothing in them: making one takes as long as fifty steps."""
    file = Path(a_folder().name) / "empty.db"
    open_store(f"sqlite:///{file}").close()
    return file.read_bytes()


def an_empty_file() -> Path:
    """Return the database of the next story, empty again. It is always the same, so that statements stay compiled."""
    file = Path(a_folder().name) / "dispatch.db"
    for left in (file.with_name("dispatch.db-wal"), file.with_name("dispatch.db-shm")):
        left.unlink(missing_ok=True)
    file.write_bytes(empty_database())
    return file


class LifeCycle(RuleBasedStateMachine):
    """One desk, three cameras, impatient people, bad power."""

    def __init__(self, database: str | None = None) -> None:
        super().__init__()
        self.database = database or f"sqlite:///{an_empty_file()}"
        self.holidays: frozenset[date] = frozenset()
        self.table = WorkTable(self.holidays)
        self.now_s = 0
        self.swept_s = 0
        self.read_to = 0
        self.messages: list[CloudEvent[Any]] = []
        self.reports: dict[str, Report] = {}
        self.requests: list[VerificationRequest] = []
        self.told: dict[str, list[tuple[CaseChanged, WorkTable]]] = defaultdict(list)
        self.ids: list[str] = []
        self.open()

    def open(self) -> None:
        # The stories cut transactions, not the disk.
        self.store: SqlStore = open_quick_store(self.database)
        calendar = WorkCalendar(holidays=self.holidays)
        policy = Policy(calendar=calendar, responders=(SHOP,))
        self.desk = Desk(self.store, matters=MATTERS, grid=OneCell(), policy=policy)

    def teardown(self) -> None:
        # The next story begins with the same file: connections that a failed one left open would spoil it.
        try:
            self.sweep()
            self.what_must_hold_holds()
        finally:
            self.store.close()

    def listen(self, rule: str) -> None:
        """Read what the desk has put out since the last time."""
        STEPS[rule] += 1
        rows = self.store.outbox.after(self.read_to, 10_000)
        for row in rows:
            self.read_to = row.seq
            data = parse(row.payload).data
            if isinstance(data, CaseChanged):
                if data.case_id not in self.told:
                    self.ids.append(data.case_id)
                self.told[data.case_id].append((data, self.table))
            elif isinstance(data, VerificationRequest):
                self.requests.append(data)

    def sweep(self) -> None:
        self.desk.sweep(at(self.now_s))
        self.swept_s = self.now_s
        self.listen("sweep")

    def case(self, number: int) -> Case:
        return self.desk.case(self.ids[number % len(self.ids)])

    def open_case(self, number: int) -> Case:
        """Return a case that has not ended, where there is one: stories go on with what is open."""
        ids = [i for i in self.ids if self.told[i][-1][0].state not in FINAL]
        return self.desk.case(ids[number % len(ids)]) if ids else self.case(number)

    def tell(self, message: CloudEvent[Any]) -> None:
        self.messages.append(message)
        self.desk.receive(message, at(self.now_s))

    @rule(seconds=JUMPS_S)
    def time_passes(self, seconds: int) -> None:
        self.now_s += seconds
        self.sweep()

    @rule(seconds=JUMPS_S)
    def time_passes_while_nothing_runs(self, seconds: int) -> None:
        self.now_s += seconds
        STEPS["asleep"] += 1

    def seen(self, matter: str, camera: str, east_m: float, box: Any, confidence: float) -> EventReport:
        return report(
            f"e{len(self.reports)}",
            matter=matter,
            camera_id=camera,
            location=metres_east(east_m),
            box_xyxy_px=box,
            confidence=confidence,
            first_seen_at=at(self.now_s - 60),
            confirmed_at=at(self.now_s),
        )

    @rule(
        matter=st.sampled_from(sorted(MATTERS)),
        camera=CAMERAS,
        east_m=PLACES_M,
        box=BOXES,
        confidence=st.sampled_from([0.1, 0.4, 0.9]),
    )
    def a_camera_reports(self, matter: str, camera: str, east_m: float, box: Any, confidence: float) -> None:
        new = self.seen(matter, camera, east_m, box, confidence)
        self.reports[new.event_id] = new
        self.tell(sent(new))
        self.listen("camera report")

    @initialize()
    def the_day_begins(self) -> None:
        first = (100.0, 100.0, 200.0, 200.0)
        self.a_camera_reports("litter_exposed", "gate", 0.0, first, 0.9)
        self.a_camera_reports("illegal_parking", "corner", 3.0, first, 0.9)
        self.a_camera_reports("street_stall", "gate", 40.0, first, 0.9)
        self.a_camera_reports("litter_exposed", "tower", 400.0, (400.0, 100.0, 500.0, 200.0), 0.4)
        self.a_person_reports(40.0)
        self.desk.handle(self.ids[0], actor="Li", now=at(self.now_s))
        self.listen("feedback")

    @rule(east_m=PLACES_M)
    def a_person_reports(self, east_m: float) -> None:
        new = PersonReport(
            event_id=f"p{len(self.reports)}",
            matter="litter_exposed",
            location=metres_east(east_m),
            seen_at=at(self.now_s),
            reporter="estate guard",
        )
        self.reports[new.event_id] = new
        self.desk.report(new, at(self.now_s))
        self.listen("person's report")

    @rule(which=SOME)
    def a_message_comes_again(self, which: int) -> None:
        before = self.store.outbox.last_seq()
        self.desk.receive(self.messages[which % len(self.messages)], at(self.now_s))
        assert self.store.outbox.last_seq() == before
        STEPS["repeat"] += 1

    @rule(which=SOME)
    def something_leaves(self, which: int) -> None:
        by_cameras = [r for r in self.reports.values() if isinstance(r, EventReport)]
        self.tell(sent(cleared(by_cameras[which % len(by_cameras)], after_s=self.now_s)))
        self.listen("clearance")

    @rule(verdict=st.sampled_from(Verdict), seconds=JUMPS_S)
    def a_camera_answers_in_its_time(self, verdict: Verdict, seconds: int) -> None:
        self.now_s += seconds
        self.a_camera_answers(0, verdict)

    @rule(back=st.integers(0, 5), verdict=st.sampled_from(Verdict))
    def a_camera_answers(self, back: int, verdict: Verdict) -> None:
        request = self.requests[max(0, len(self.requests) - 1 - back)]
        self.tell(sent(answer(request, verdict, decided_at=at(self.now_s))))
        self.listen("answer")

    @rule(which=SOME, role=PEOPLE)
    def somebody_says_it_is_handled(self, which: int, role: Role) -> None:
        case = self.open_case(which)
        with refused_unless(Action.handle in legal_actions(case, role)):
            self.desk.handle(case.case_id, actor="Li", role=role, now=at(self.now_s))
        self.listen("feedback")

    @rule(which=SOME, role=PEOPLE, action=SOME)
    def somebody_goes_on(self, which: int, role: Role, action: int) -> None:
        self.somebody_does_what_is_legal(which, role, action)

    @rule(which=SOME, role=PEOPLE, action=SOME)
    def somebody_does_what_is_legal(self, which: int, role: Role, action: int) -> None:
        case = self.case(which) if action % 5 == 0 else self.open_case(which)
        # Words and ends by decision are rare, so that stories go on.
        rare = {Action.note, Action.void, Action.force_close} if action % 7 else set()
        legal = sorted(PERSON_ACTIONS & set(legal_actions(case, role, at=at(self.now_s))) - rare)
        if not legal:
            return
        chosen = legal[action // 35 % len(legal)]
        others = [i for i in self.ids if i != case.case_id]
        into = others[which % len(others)]
        target = self.desk.case(into)
        possible = {
            Action.ask_camera: bool(case.camera_ids),
            Action.merge_into: target.is_open,
            Action.undo: not is_too_late(self.store, case, at(self.now_s)),
        }
        with refused_unless(possible.get(chosen, True)):
            self.act(case, chosen, role, matter="litter_exposed", into=into)
        self.listen(chosen.value)

    def act(self, case: Case, action: Action, role: Role, **named: Any) -> Case:
        until = at(self.now_s + 9000) if action is Action.suspend else None
        return self.desk.act(
            case.case_id, action, actor="Li", role=role, now=at(self.now_s), reason="so", until=until, **named
        )

    @rule(which=SOME, role=PEOPLE, action=st.sampled_from(sorted(PERSON_ACTIONS)))
    def somebody_tries_anything(self, which: int, role: Role, action: Action) -> None:
        case = self.case(which)
        if action not in legal_actions(case, role, at=at(self.now_s)):
            with refused_unless(False):
                self.act(case, action, role)
        self.listen("illegal")

    @rule(which=SOME, role=PEOPLE)
    def two_act_on_the_same_state(self, which: int, role: Role) -> None:
        case = self.case(which)
        for number, is_first in ((1, True), (2, False)):
            with refused_unless(is_first, Conflict):
                self.act(case, Action.note, role, expected_version=case.version)
            STEPS["two at once"] += number - 1
        self.listen("note")

    @rule(in_days=st.integers(0, 3))
    def the_calendar_changes(self, in_days: int) -> None:
        day = (at(self.now_s) + timedelta(days=in_days)).astimezone(SHANGHAI).date()
        self.holidays = self.holidays ^ {day}
        self.table = WorkTable(self.holidays)
        self.desk.policy = Policy(calendar=WorkCalendar(holidays=self.holidays), responders=(SHOP,))
        self.desk.recalculate(at(self.now_s))
        self.listen("calendar")

    @rule(luck=st.integers(0, 7))
    def the_node_starts_again(self, luck: int) -> None:
        if luck:
            return  # opening a store costs as much as ten other steps
        self.store.close()
        self.open()
        STEPS["restart"] += 1

    @rule(which=SOME, kind=st.sampled_from(["report", "handle", "sweep"]), luck=st.integers(0, 3))
    def the_power_goes_in_the_middle(self, which: int, kind: str, luck: int) -> None:
        if luck:
            return
        case = self.case(which)
        message = sent(self.seen("litter_exposed", "gate", 0.0, (100.0, 100.0, 200.0, 200.0), 0.9))
        work: dict[str, Callable[[], object]] = {
            "report": lambda: self.desk.receive(message, at(self.now_s)),
            "handle": lambda: self.desk.handle(case.case_id, actor="Li", now=at(self.now_s)),
            "sweep": lambda: self.desk.sweep(at(self.now_s)),
        }
        before = self.store.outbox.last_seq()
        with power_cut(), suppress(PowerCut, Refused):
            work[kind]()
        self.store.close()
        self.open()
        assert self.store.outbox.last_seq() == before
        assert self.desk.case(case.case_id) == case
        STEPS["power cut"] += 1

    def what_must_hold_holds(self) -> None:
        views = [self.store.views.case(case.case_id) for case in self.store.views.cases(CaseFilter(), limit=500).items]
        assert {view.case.case_id for view in views} == set(self.told)
        for view in views:
            told = self.told[view.case.case_id]
            assert [message.sequence for message, _ in told] == [step.sequence for step in view.history]
            check_history_and_closure(view)
            clocks, said = check_deadlines(told, LIMITS)
            check_nothing_is_overslept(clocks, said, self.table, at(self.swept_s))
        self.nothing_is_lost(views)

    def nothing_is_lost(self, views: list[CaseView]) -> None:
        held = [event_id for view in views for event_id in view.case.event_ids]
        assert sorted(held) == sorted(self.reports)
        for view in views:
            assert {event.report.event_id for event in view.events} == set(view.case.event_ids)
        standing = Counter(place for view in views if view.case.is_open for place in places_seen(view))
        assert not {place for place, number in standing.items() if number > 1}


TestLifeCycle = LifeCycle.TestCase
TestLifeCycle.settings = settings(
    max_examples=2300 if NIGHTLY else 8,
    stateful_step_count=50,
    deadline=None,
    derandomize=not NIGHTLY,
    phases=(Phase.explicit, Phase.generate),  # shrinking a story takes minutes
    suppress_health_check=list(HealthCheck),
)


def test_stories_on_postgresql_hold_too(postgres: PostgresServer, migrated: str) -> None:
    names: list[str] = []

    def begin() -> LifeCycle:
        names.append(postgres.new_database(migrated))
        return LifeCycle(postgres.url(names[-1]))

    try:
        few = settings(TestLifeCycle.settings, max_examples=40 if NIGHTLY else 2)
        run_state_machine_as_test(begin, settings=few)  # type: ignore[arg-type]  # it takes what makes one too
    finally:
        for name in names:
            postgres.drop(name)


def test_the_stories_were_as_long_as_was_asked_for() -> None:
    assert sum(STEPS.values()) >= (100_000 if NIGHTLY else 300), STEPS
