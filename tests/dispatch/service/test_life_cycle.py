"""Random stories of cases: whatever happens in whatever order, what must hold holds.

Reports, repeats, clearances, feedback, answers right and late, people's moves, silence and restarts, over real SQLite.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dispatch.case import TABLE, Action, Case, Role, legal_actions
from dispatch.contract import CaseChanged, CaseState, CloudEvent, EventReport, Resolution, Verdict, VerificationRequest
from dispatch.errors import Refused
from dispatch.report import PersonReport, Report
from dispatch.service import PERSON_ACTIONS
from dispatch.store import open_store
from dispatch.views import CaseFilter, CaseView
from tests.dispatch.builders import a_desk, answer, at, cleared, metres_east, outgoing, report, requests, sent

CAMERAS = st.sampled_from(["gate", "corner", "tower"])
PLACES_M = st.sampled_from([0.0, 3.0, 40.0, 400.0])
BOXES = st.sampled_from([(100.0, 100.0, 200.0, 200.0), (105.0, 100.0, 205.0, 200.0), (400.0, 100.0, 500.0, 200.0)])
PEOPLE = st.sampled_from([Role.operations, Role.dispatcher, Role.handler, Role.administrator])


class LifeCycle(RuleBasedStateMachine):
    """One desk, three cameras, impatient people."""

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store("sqlite://")
        self.desk = a_desk(self.store)
        self.now_s = 0.0
        self.messages: list[CloudEvent[Any]] = []
        self.reports: list[Report] = []

    def teardown(self) -> None:
        self.what_must_hold_holds()
        self.store.close()

    def cases(self) -> tuple[Case, ...]:
        return self.store.views.cases(CaseFilter(), limit=500).items

    def views(self) -> list[CaseView]:
        return [self.store.views.case(case.case_id) for case in self.cases()]

    def tell(self, message: CloudEvent[Any]) -> None:
        self.messages.append(message)
        self.desk.receive(message, at(self.now_s))

    @rule(seconds=st.sampled_from([1.0, 20.0, 70.0, 70.0, 2000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        self.desk.sweep(at(self.now_s))

    @rule(camera=CAMERAS, east_m=PLACES_M, box=BOXES, confidence=st.sampled_from([0.1, 0.4, 0.9]))
    def a_camera_reports(self, camera: str, east_m: float, box: Any, confidence: float) -> None:
        new = report(
            f"e{len(self.reports)}",
            camera_id=camera,
            location=metres_east(east_m),
            box_xyxy_px=box,
            confidence=confidence,
            first_seen_at=at(self.now_s - 60),
            confirmed_at=at(self.now_s),
        )
        self.reports.append(new)
        self.tell(sent(new))

    @initialize()
    def the_day_begins(self) -> None:
        self.a_camera_reports("gate", 0.0, (100.0, 100.0, 200.0, 200.0), 0.9)
        self.a_camera_reports("corner", 3.0, (400.0, 100.0, 500.0, 200.0), 0.9)
        self.a_camera_reports("gate", 40.0, (400.0, 100.0, 500.0, 200.0), 0.4)
        self.a_person_reports(400.0)

    @rule(east_m=PLACES_M)
    def a_person_reports(self, east_m: float) -> None:
        new = PersonReport(
            event_id=f"p{len(self.reports)}",
            matter="litter_exposed",
            location=metres_east(east_m),
            seen_at=at(self.now_s),
            reporter="estate guard",
        )
        self.reports.append(new)
        self.desk.report(new, at(self.now_s))

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def a_message_comes_again(self, data: st.DataObject) -> None:
        before = outgoing(self.store)
        self.desk.receive(data.draw(st.sampled_from(self.messages)), at(self.now_s))
        assert outgoing(self.store) == before

    def by_cameras(self) -> list[EventReport]:
        return [r for r in self.reports if isinstance(r, EventReport)]

    @precondition(lambda self: bool(self.by_cameras()))
    @rule(data=st.data())
    def something_leaves(self, data: st.DataObject) -> None:
        self.tell(sent(cleared(data.draw(st.sampled_from(self.by_cameras())), after_s=self.now_s)))

    def awaited(self) -> list[VerificationRequest]:
        verifying = self.store.views.cases(CaseFilter(states=(CaseState.verifying,)), limit=500).items
        checks = [check for case in verifying for check in self.store.views.case(case.case_id).checks]
        return [check.request for check in checks if check.decided_at is None]

    @precondition(lambda self: bool(self.awaited()))
    @rule(data=st.data(), verdict=st.sampled_from(Verdict))
    def a_camera_answers(self, data: st.DataObject, verdict: Verdict) -> None:
        request = data.draw(st.sampled_from(self.awaited()))
        self.tell(sent(answer(request, verdict, decided_at=at(self.now_s))))

    @precondition(lambda self: bool(requests(self.store)))
    @rule(data=st.data(), verdict=st.sampled_from(Verdict))
    def any_answer_comes_late(self, data: st.DataObject, verdict: Verdict) -> None:
        request: VerificationRequest = data.draw(st.sampled_from(requests(self.store)))
        self.tell(sent(answer(request, verdict, decided_at=at(self.now_s))))

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), role=PEOPLE)
    def somebody_says_it_is_handled(self, data: st.DataObject, role: Role) -> None:
        case = data.draw(st.sampled_from(self.cases()))
        try:
            self.desk.handle(case.case_id, actor="Li", role=role, now=at(self.now_s))
            assert (case.state, Action.handle) in TABLE
        except Refused:
            assert (case.state, Action.handle) not in TABLE

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), role=PEOPLE)
    def somebody_does_what_is_legal(self, data: st.DataObject, role: Role) -> None:
        case = data.draw(st.sampled_from(self.cases()))
        legal = sorted(PERSON_ACTIONS & set(legal_actions(case, role)) - {Action.void, Action.force_close})
        if legal:
            action = data.draw(st.sampled_from(legal))
            possible = action is not Action.ask_camera or bool(case.camera_ids)
            others = [other.case_id for other in self.cases() if other.is_open and other.case_id != case.case_id]
            if action is Action.merge_into and not others:
                return
            named: dict[str, Any] = {
                "until": at(self.now_s + 500) if action is Action.suspend else None,
                "matter": "litter_exposed",
                "into": data.draw(st.sampled_from(others)) if action is Action.merge_into else None,
            }
            with nullcontext() if possible else pytest.raises(Refused):
                self.act(case, action, role, **named)

    def act(self, case: Case, action: Action, role: Role, **named: Any) -> None:
        """Make a move; taking a decision back may come too late, for reasons that the table does not know."""
        late = pytest.raises(Refused) if action is Action.undo and self.is_too_late(case) else nullcontext()
        with late:
            self.desk.act(case.case_id, action, actor="Li", role=role, now=at(self.now_s), reason="so", **named)

    def is_too_late(self, case: Case) -> bool:
        if case.decision is None or at(self.now_s) >= case.decision.until:
            return True
        if not case.is_open and any(c.recurrence_of == case.case_id and c.is_open for c in self.cases()):
            return True
        into = case.decision.merged_into
        target = self.store.views.case(into).case if into else None
        moved = case.decision.event_ids
        return target is not None and (not target.is_open or target.event_ids[-len(moved) :] != moved)

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), role=PEOPLE, action=st.sampled_from(sorted(PERSON_ACTIONS)))
    def somebody_tries_anything(self, data: st.DataObject, role: Role, action: Action) -> None:
        case = data.draw(st.sampled_from(self.cases()))
        if action not in legal_actions(case, role):
            with pytest.raises(Refused):
                self.desk.act(case.case_id, action, actor="Li", role=role, now=at(self.now_s), reason="so")

    @rule()
    def the_node_starts_again(self) -> None:
        self.desk = a_desk(self.store)

    def what_must_hold_holds(self) -> None:
        views = self.views()
        told: dict[str, list[int]] = defaultdict(list)
        for message in outgoing(self.store, CaseChanged):
            told[message.case_id].append(message.sequence)
        for view in views:
            assert told[view.case.case_id] == [step.sequence for step in view.history]
            check_history(view)
            check_closure(view)
        held = [event_id for view in views for event_id in view.case.event_ids]
        assert sorted(held) == sorted(r.event_id for r in self.reports)
        standing = Counter(place for view in views if view.case.is_open for place in places_seen(view))
        assert all(number == 1 for number in standing.values())


def places_seen(view: CaseView) -> set[tuple[str, float]]:
    """Return the places in pictures at which a case was reported and has not been seen to go."""
    return {
        (event.report.camera_id, round(event.report.box_xyxy_px[0], -1))
        for event in view.events
        if isinstance(event.report, EventReport) and event.cleared_at is None
    }


def check_history(view: CaseView) -> None:
    """Every step follows from the one before by a move of the table."""
    steps = view.history
    assert [step.sequence for step in steps] == list(range(1, view.case.version + 1))
    assert (steps[0].action, steps[0].state_from) == (Action.report, None)
    for before, step in pairwise(steps):
        assert step.state_from is before.state
        assert step.role in TABLE[before.state, step.action].roles
        assert step.at >= before.at
    assert steps[-1].state is view.case.state


def check_closure(view: CaseView) -> None:
    """A camera closes only what it saw gone, and a case that is being verified waits for something."""
    case = view.case
    answers = [check for check in view.checks if check.round == case.round and not check.outdated]
    seen = [event for event in view.events if isinstance(event.report, EventReport)]
    gone = bool(seen) and all(event.cleared_at is not None for event in seen)
    if case.resolution is Resolution.verified_by_camera:
        assert gone or any(check.verdict is Verdict.absent for check in answers)
        assert all(check.verdict is not Verdict.present for check in answers)
    if case.resolution is Resolution.self_cleared:
        assert gone
    if case.state is CaseState.verifying:
        assert case.ask_at is not None or any(check.decided_at is None for check in answers)


TestLifeCycle = LifeCycle.TestCase
TestLifeCycle.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking a story takes minutes
)
