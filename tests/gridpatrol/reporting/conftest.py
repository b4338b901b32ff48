"""A node over a real store with a day of cases behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dispatch.accounts.service import GUEST
from dispatch.api import create_app
from dispatch.case import Action, Role
from dispatch.config import Names
from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from dispatch.wording import NameBook
from gridpatrol.reporting.files import report_file
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import Clock, SquareMap, TwoCameras
from tests.dispatch.api.serve import serving
from tests.dispatch.builders import T0, a_desk, answer, at, metres_east, report, requests, sent
from tests.sqlite import with_tables

DAY = "2026-11-21"
HOUR_S = 3600
NAMES = NameBook(
    matters={
        "litter_exposed": Names(en="Exposed litter", zh="暴露生活垃圾"),
        "illegal_parking": Names(en="Illegal <parking>", zh="违停"),
    },
    departments={
        "sanitation": Names(en="Sanitation", zh="环卫所"),
        "traffic_police": Names(en="Traffic police", zh="交警大队"),
    },
)


def a_day(desk: Desk, store: SqlStore, *, cases: int = 12) -> None:
    """Live through a day: every third case is closed, one in four stays undone, one is returned, one declined."""
    for index in range(cases):
        matter = "illegal_parking" if index % 4 == 3 else "litter_exposed"
        seen_s = index * 1800.0
        confidence = 0.4 if index % 6 == 5 else 0.8
        got = desk.receive(
            sent(
                report(
                    f"e{index}",
                    matter=matter,
                    camera_id="gate" if index % 2 else "corner",
                    location=metres_east(100.0 * index),
                    first_seen_at=T0 + timedelta(seconds=seen_s - 150),
                    confirmed_at=T0 + timedelta(seconds=seen_s),
                    confidence=confidence,
                    box_xyxy_px=(100.0 * index, 100.0, 100.0 * index + 80, 200.0),
                )
            ),
            at(seen_s + 5),
        )
        case_id = got.case_id or ""
        if index % 6 == 5:
            desk.act(case_id, Action.decline, actor="Li", role=Role.operations, now=at(seen_s + 300), reason="a shadow")
        elif index % 4 != 3:
            before = len(requests(store))
            desk.handle(case_id, actor="Wang", now=at(seen_s + 2400 + 600 * index))
            asked = requests(store)[before]
            desk.receive(sent(answer(asked)), asked.asked_at + timedelta(seconds=70))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("node")
    store = open_store(with_tables(folder / "dispatch.db"))
    desk = a_desk(store)
    a_day(desk, store)
    clock = Clock(at(20 * HOUR_S))
    app = create_app(
        desk,
        evidence_root=folder,
        accounts=accounts_of(store, GUEST),
        camera_control=TwoCameras(),
        grid_map=SquareMap(),
        clock=clock,
        report_writer=report_file,
        names=NAMES,
    )
    with serving(app) as address:
        yield address
    store.close()
