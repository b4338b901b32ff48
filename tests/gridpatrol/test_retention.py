"""Pictures go when they were kept long enough, and nothing else does; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from detector.evidence import EvidenceStore
from dispatch.case import Action, Role
from dispatch.contract import Evidence, EvidenceKind
from dispatch.report import PersonReport
from dispatch.retention import Grounds
from dispatch.service import Desk
from dispatch.store import SqlStore
from gridpatrol.retention import Sweeper
from gridpatrol.settings import Retention
from tests.dispatch.builders import PLACE, T0, a_desk, answer, at, metres_east, report, requests, sent

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

DAY = timedelta(days=1)
DAYS = Retention(unfiled_days=30, filed_days=100)


class Album:
    """Pictures in a real folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._number = 0

    def take(self, taken_at: datetime = T0, camera: str = "gate") -> Evidence:
        self._number += 1
        key = f"{taken_at:%Y/%m/%d}/{camera}/{UUID(int=self._number)}.jpg"
        (self.root / key).parent.mkdir(parents=True, exist_ok=True)
        (self.root / key).write_bytes(b"a picture")
        kind = EvidenceKind.wide
        return Evidence(key=key, kind=kind, sha256="a" * 64, captured_at=taken_at, size_wh=(640, 360))

    def has(self, picture: Evidence) -> bool:
        return (self.root / picture.key).exists()

    def keys(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*.jpg")}


@pytest.fixture
def desk(store: SqlStore) -> Iterator[Desk]:
    yield a_desk(store)


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path / "evidence")


@pytest.fixture
def sweeper(store: SqlStore, album: Album) -> Sweeper:
    return Sweeper(store.retention, EvidenceStore(album.root), DAYS)


def test_unfiled_pictures_go_first_then_filed_ones_and_open_ones_never(
    desk: Desk,
    store: SqlStore,
    album: Album,
    sweeper: Sweeper,
) -> None:
    names = ("open", "filed", "unfiled", "after", "stray")
    pictures = {name: album.take(T0, f"cam-{name}") for name in names}

    def shown(number: int, name: str, **changes: float) -> str:
        seen = report(
            f"e{number}",
            camera_id=f"c{number}",
            location=metres_east(500 * number),
            evidence=(pictures[name],),
            **changes,
        )
        return desk.receive(sent(seen), T0).case_id or ""

    shown(1, "open")
    filed = shown(2, "filed")
    unfiled = shown(3, "unfiled", confidence=0.1)
    desk.handle(filed, actor="crew", now=T0)
    desk.receive(sent(answer(requests(store)[0]).model_copy(update={"evidence": (pictures["after"],)})), at(60))
    assert store.views.case(filed).case.state == "closed"

    def left() -> set[str]:
        return {name for name in names if album.has(pictures[name])}

    assert sweeper.run_once(T0 + 29 * DAY) == 0
    assert sweeper.run_once(T0 + 32 * DAY) == 2
    assert left() == {"open", "filed", "after"}
    assert sweeper.run_once(T0 + 99 * DAY) == 0
    assert sweeper.run_once(T0 + 101 * DAY) == 2
    assert left() == {"open"}
    assert sweeper.run_once(T0 + 4000 * DAY) == 0
    log = store.retention.log().items
    assert [(line.grounds, line.case_id, line.day, set(line.keys)) for line in reversed(log)] == [
        (Grounds.unfiled, unfiled, None, {pictures["unfiled"].key}),
        (Grounds.unreported, None, date(2026, 11, 21), {pictures["stray"].key}),
        (Grounds.filed, filed, None, {pictures["filed"].key, pictures["after"].key}),
    ]
    assert [record.evidence[0].sha256 for record in store.views.case(unfiled).history if record.evidence] == ["a" * 64]


def test_what_people_wrote_of_an_unfiled_case_goes_and_pictures_that_they_cite_stay(
    desk: Desk,
    store: SqlStore,
    album: Album,
    sweeper: Sweeper,
) -> None:
    shared = album.take()
    declined = desk.receive(sent(report("e1", confidence=0.1, evidence=(shared,))), T0).case_id or ""

    def told(event_id: str, matter: str, cited: tuple[Evidence, ...] = ()) -> str:
        place = metres_east(3000) if cited else metres_east(6000, PLACE)
        said = PersonReport(
            event_id=event_id, matter=matter, location=place, seen_at=T0, reporter="Li", note="I saw", evidence=cited
        )
        return desk.report(said, T0).case_id or ""

    kept = told("person:1", "litter_exposed", (shared,))
    unknown = told("person:2", "no_such_matter")
    assert sweeper.run_once(T0 + 40 * DAY) == 0
    assert album.keys() == {shared.key}
    assert {line.case_id for line in store.retention.log().items if line.case_id} == {declined, unknown}
    (forgotten,) = store.views.case(unknown).events
    (open_one,) = store.views.case(kept).events
    assert isinstance(forgotten.report, PersonReport)
    assert isinstance(open_one.report, PersonReport)
    assert (forgotten.report.reporter, forgotten.report.note) == ("", "")
    assert (open_one.report.reporter, open_one.report.note) == ("Li", "I saw")
    desk.act(kept, Action.void, actor="Wu", role=Role.dispatcher, now=T0 + 40 * DAY, reason="nothing there")
    sweeper.run_once(T0 + 200 * DAY)
    assert store.retention.log().items[0].case_id == kept


def test_what_people_have_taken_of_a_case_goes_with_it_wherever_it_is_cited(
    desk: Desk, store: SqlStore, album: Album, sweeper: Sweeper
) -> None:
    ended, other = (
        desk.receive(
            sent(report(f"e{number}", camera_id=f"c{number}", location=metres_east(500 * number), evidence=())), T0
        ).case_id
        or ""
        for number in range(2)
    )
    crew: dict[str, Any] = {"actor": "crew", "role": Role.handler, "now": T0}
    theirs, others = album.take(T0, f"case-{ended}"), album.take(T0, f"case-{other}")
    desk.add_picture(ended, theirs, reason="swept", **crew)
    desk.add_picture(other, others, reason="not yet", **crew)
    desk.handle(other, evidence=(theirs,), **crew)
    desk.act(ended, Action.force_close, actor="Wu", role=Role.dispatcher, now=T0, reason="done")
    assert sweeper.run_once(T0 + 99 * DAY) == 0
    assert sweeper.run_once(T0 + 101 * DAY) == 1
    assert album.keys() == {others.key}
    assert store.retention.log().items[0].keys == (theirs.key,)


def test_only_pictures_of_the_store_are_deleted(album: Album, sweeper: Sweeper) -> None:
    stray = album.take(datetime(2020, 2, 3, tzinfo=UTC))
    foreign = album.root / "2020/02/03/notes.txt"
    foreign.write_text("mine")
    odd = album.root / "2020/02/03/holiday.jpg"
    odd.write_bytes(b"mine")
    (album.root / "2020/99/99").mkdir(parents=True)
    assert sweeper.run_once(T0) == 1
    assert not (album.root / stray.key).parent.exists()
    assert foreign.exists()
    assert odd.exists()


def test_what_a_crash_cut_short_is_finished(
    desk: Desk,
    store: SqlStore,
    album: Album,
    sweeper: Sweeper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = album.take()
    case_id = desk.receive(sent(report(confidence=0.1, evidence=(picture,))), T0).case_id
    with monkeypatch.context() as crashing:
        crashing.setattr(type(store.retention), "note", _crash)
        with pytest.raises(RuntimeError):
            sweeper.run_once(T0 + 40 * DAY)
    assert album.keys() == set()
    assert sweeper.run_once(T0 + 40 * DAY) == 0
    assert [line.case_id for line in store.retention.log().items] == [case_id]


def _crash(*_: object) -> None:
    raise RuntimeError("power cut")


def test_pictures_of_a_merged_case_stay_with_the_case_that_took_its_reports(
    desk: Desk, store: SqlStore, album: Album, sweeper: Sweeper
) -> None:
    own, doubtful = album.take(T0, "own"), album.take(T0, "doubtful")
    target = desk.receive(sent(report("e1", evidence=(own,))), T0).case_id or ""
    unsure = report("e2", camera_id="tower", location=metres_east(200), confidence=0.4, evidence=(doubtful,))
    merged = desk.receive(sent(unsure), T0).case_id or ""
    boss: dict[str, Any] = {"actor": "Zhao", "role": Role.administrator, "reason": "the same"}
    desk.act(merged, Action.merge_into, now=at(10), into=target, **boss)
    assert store.views.case(merged).case.state == "not_filed"
    assert sweeper.run_once(T0 + 32 * DAY) == 0
    desk.act(target, Action.void, now=T0 + 33 * DAY, **boss)
    assert sweeper.run_once(T0 + 132 * DAY) == 0
    assert {own.key, doubtful.key} <= album.keys()
    assert sweeper.run_once(T0 + 135 * DAY) == 2
    assert album.keys() == set()
    assert sweeper.run_once(T0 + 136 * DAY) == 0, "the merged one is in the log by now"
    assert {line.case_id for line in store.retention.log().items if line.case_id} == {target, merged}
