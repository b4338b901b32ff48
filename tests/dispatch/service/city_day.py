"""A day of a city, drawn at random from a seed: reports, people, review, handling late and in time, repeats, returns.

Time is simulated: a heap of what happens next. The desk, the store and the grid are the real ones.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import shapely

from dispatch.case import Action, Role, legal_actions
from dispatch.config import MatterRules, Names
from dispatch.contract import CaseChanged, CaseState, Location, Verdict, VerificationRequest, parse
from dispatch.errors import Refused
from dispatch.grid import Cell, GridIndex, Layer
from dispatch.report import PersonReport
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.views import CaseFilter
from tests.dispatch.builders import answer, report, sent

MORNING = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
"""06:00 in Shanghai on a Friday that is worked."""
DAY_S = 16 * 3600
ORIGIN = (114.10, 22.54)
CELL_DEG = 0.001
COLUMNS = 40
MATTERS: dict[str, MatterRules] = {
    code: MatterRules.model_validate({"handling": {"department": "sanitation", "mode": "dispatched", "limit": limit}})
    for code, limit in (
        ("litter_exposed", {"value": 4, "clock": "work_hour"}),
        ("illegal_parking", {"value": 1, "clock": "urgent_hour"}),
        ("street_stall", {"value": 2, "clock": "urgent_hour"}),
        ("goods_occupation", {"value": 1, "clock": "work_day"}),
    )
}
LIMITS = {
    "litter_exposed": (4 * 3600.0, True),
    "illegal_parking": (3600.0, False),
    "street_stall": (2 * 3600.0, False),
    "goods_occupation": (8 * 3600.0, True),
}


def city_grid(cells: int) -> GridIndex:
    """Return so many square cells of about 100 m in rows."""
    made = tuple(
        Cell(f"440303001{number:06}", shapely.box(*_corners(number % COLUMNS, number // COLUMNS)))
        for number in range(cells)
    )
    return GridIndex([Layer("unit", Names(en="unit", zh="单元网格"), 1, made)])


def _corners(column: int, row: int) -> tuple[float, float, float, float]:
    west, south = ORIGIN[0] + column * CELL_DEG, ORIGIN[1] + row * CELL_DEG
    return west, south, west + CELL_DEG, south + CELL_DEG


@dataclass
class CityDay:
    """The day on its way. `told` are the messages of each case in their order."""

    store: SqlStore
    cameras: int
    cells: int
    seed: int = 1
    told: dict[str, list[CaseChanged]] = field(default_factory=dict)
    sent_events: set[str] = field(default_factory=set)
    repeats: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.desk = Desk(self.store, matters=MATTERS, grid=city_grid(self.cells))
        self.places = [self._place() for _ in range(self.cameras)]
        self.now_s = 0.0
        self._read_to = 0
        self._order = count()
        self._next: list[tuple[float, int, Callable[[], None]]] = []

    def _place(self) -> Location:
        number = self.random.randrange(self.cells)
        west, south, east, north = _corners(number % COLUMNS, number // COLUMNS)
        lon, lat = self.random.uniform(west, east), self.random.uniform(south, north)
        return Location(lon=lon, lat=lat, error_m=3)

    @property
    def now(self) -> datetime:
        return MORNING + timedelta(seconds=round(self.now_s))

    def at(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._next, (seconds, next(self._order), happens))

    def after(self, seconds: float, happens: Callable[[], None]) -> None:
        self.at(self.now_s + seconds, happens)

    def run(self, events: int, people: int) -> None:
        """Let the day pass, and the night after it, in which what is open may still be handled."""
        for number in range(events):
            self.at(self.random.uniform(0, DAY_S), lambda number=number: self._camera_reports(number))  # type: ignore[misc]
        for number in range(people):
            self.at(self.random.uniform(600, DAY_S), lambda number=number: self._person_reports(number))  # type: ignore[misc]
        for seconds in range(0, DAY_S + 6 * 3600, 600):
            self.at(seconds, self._sweep)
        for hour in range(1, 14):
            self.at(hour * 3600, self._review)
        while self._next:
            self.now_s, _, happens = heapq.heappop(self._next)
            if self.now_s > DAY_S + 6 * 3600:
                break
            happens()
            self._listen()
        self._sweep()
        self._listen()

    def _camera_reports(self, number: int) -> None:
        camera = self.random.randrange(self.cameras)
        x = 100.0 * self.random.randrange(3)
        new = report(
            f"e{number}",
            camera_id=f"c{camera}",
            matter=self.random.choice(sorted(MATTERS)),
            location=self.places[camera],
            box_xyxy_px=(x, 100.0, x + 90, 200.0),
            confidence=self.random.choice([0.2, 0.4, 0.4, 0.7, 0.8, 0.9, 0.9, 0.95]),
            first_seen_at=self.now - timedelta(minutes=5),
            confirmed_at=self.now,
        )
        self.sent_events.add(new.event_id)
        message = sent(new)
        self.desk.receive(message, self.now)
        if self.random.random() < 0.1:
            self.repeats += 1
            self.after(self.random.uniform(1, 900), lambda: self._again(message))

    def _again(self, message: Any) -> None:
        before = self.store.outbox.last_seq()
        self.desk.receive(message, self.now)
        assert self.store.outbox.last_seq() == before

    def _person_reports(self, number: int) -> None:
        beside = self.random.random() < 0.5
        place = self.random.choice(self.places) if beside else self._place()
        new = PersonReport(
            event_id=f"p{number}",
            matter=self.random.choice(sorted(MATTERS)),
            location=place,
            seen_at=self.now,
            reporter="citizen",
        )
        self.sent_events.add(new.event_id)
        self.desk.report(new, self.now)

    def _sweep(self) -> None:
        self.desk.sweep(self.now)

    def _review(self) -> None:
        waiting = self.store.views.cases(CaseFilter(states=(CaseState.review,)), limit=200).items
        dispatched = self.store.views.cases(CaseFilter(states=(CaseState.accepted,)), limit=5).items
        for case in waiting:
            luck = self.random.random()
            if luck < 0.4:
                self._act(case.case_id, Action.file)
            elif luck < 0.6:
                self._act(case.case_id, Action.decline)
            elif luck < 0.75 and dispatched:
                self._act(case.case_id, Action.merge_into, into=dispatched[0].case_id)
            elif luck < 0.9:
                self._act(case.case_id, Action.decline)
                self._act(case.case_id, Action.undo)

    def _act(self, case_id: str, action: Action, **named: Any) -> None:
        """Act in a dispatcher's name, where the case still allows it."""
        if action in legal_actions(self.desk.case(case_id), Role.dispatcher, at=self.now):
            try:
                self.desk.act(case_id, action, actor="Li", role=Role.dispatcher, now=self.now, reason="so", **named)
            except Refused:
                return  # somebody was first: what it was merged into has ended

    def _listen(self) -> None:
        """Read what the desk put out, and let people and cameras plan what they do about it."""
        for row in self.store.outbox.after(self._read_to, 10_000):
            self._read_to = row.seq
            message = parse(row.payload).data
            if isinstance(message, CaseChanged):
                self.told.setdefault(message.case_id, []).append(message)
                self._plan(message)
            elif isinstance(message, VerificationRequest):
                self.after(self.random.uniform(30, 1200), lambda m=message: self._look(m))  # type: ignore[misc]

    def _plan(self, message: CaseChanged) -> None:
        case_id, luck = message.case_id, self.random.random()
        if message.action == "dispatch":
            self.after(self.random.uniform(60, 1800), lambda: self._act(case_id, Action.accept))
        elif message.action == "accept" and luck < 0.06:
            self.after(300, lambda: self._act(case_id, Action.send_back))
        elif message.action == "return":
            self.after(400, lambda: self._act(case_id, Action.dispatch, department="urban_management"))
        elif message.action == "accept" or message.state is CaseState.rework:
            self.after(self.random.lognormvariate(8.3, 0.9), lambda: self._handle(case_id))
            if luck > 0.95:
                self.after(900, lambda: self._act(case_id, Action.extend))
            elif luck > 0.93:
                until = self.now + timedelta(hours=3)
                self.after(700, lambda: self._act(case_id, Action.suspend, until=until))
        elif message.action == "resume":
            self.after(self.random.uniform(600, 3600), lambda: self._handle(case_id))
        elif message.action == "ask_person":
            self.after(self.random.uniform(60, 2400), lambda: self._act(case_id, Action.approve))

    def _handle(self, case_id: str) -> None:
        if Action.handle in legal_actions(self.desk.case(case_id), Role.handler):
            self.desk.handle(case_id, actor="crew", now=self.now)

    def _look(self, request: VerificationRequest) -> None:
        verdict = self.random.choices([Verdict.absent, Verdict.present, Verdict.inconclusive], [85, 10, 5])[0]
        self.desk.receive(sent(answer(request, verdict, decided_at=self.now)), self.now)


def accounts_for(day: CityDay) -> dict[str, int]:
    """Return how many reports were filed, merged, refused, and are in review, from the store alone."""
    found = dict.fromkeys(("filed", "merged", "refused", "in review"), 0)
    views, before = day.store.views, None
    while True:
        page = views.cases(CaseFilter(), before=before, limit=500)
        for head in page.items:
            view = views.case(head.case_id)
            filed = any(step.action is Action.file for step in view.history) and view.case.state is not CaseState.review
            for number, event in enumerate(view.events):
                is_first = number == 0 and event.report.event_id == view.case.event_ids[0] and event.relation != "same"
                if not is_first:
                    found["merged"] += 1
                elif filed:
                    found["filed"] += 1
                else:
                    found["in review" if view.case.state is CaseState.review else "refused"] += 1
        if page.next is None:
            return found
        before = page.next
