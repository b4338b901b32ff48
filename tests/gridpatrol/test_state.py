"""The state of a node goes from one machine to another, and from one kind of database to the other."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, String, insert

from detector.store import DetectorStore
from dispatch.errors import StoreError
from dispatch.retention import Deletion, Grounds
from dispatch.store import SqlStore, open_store
from dispatch.store.answers import AnswerRow
from dispatch.store.portable import Snapshot
from dispatch.store.schema import EVERY_TABLE, UtcDateTime
from dispatch.webhooks import Target, Webhooks, Wishes
from gridpatrol.errors import UserError
from gridpatrol.lock import DataDirectory
from gridpatrol.state import MANIFEST, check, export, restore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import T0, a_desk, answer, at, metres_east, report, requests, sent
from tests.gridpatrol.cli.conftest import Run, run
from tests.postgres import PostgresServer

__all__ = ["run"]

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KINDS: dict[type[Any], Any] = {
    String: "text",
    Boolean: True,
    Integer: 7,
    Float: 0.5,
    JSON: {"a": [1]},
    UtcDateTime: NOW,
    LargeBinary: b"\xff",
}
"""Types of columns that are carried, each with a value."""


def fill(store: SqlStore, data: Path) -> None:
    """Make a state with something of everything that this side keeps."""
    webhooks = Webhooks(store.webhooks, resolve=lambda url: Target(url, "a.example"))
    webhooks.add(Wishes("http://a.example/"), T0)
    desk = a_desk(store)
    for i in range(3):
        desk.receive(sent(report(f"e{i}", camera_id=f"c{i}", location=metres_east(500 * i))), at(i))
    desk.handle(store.views.event("e0").case_id, actor="crew 七", now=at(100))
    desk.receive(sent(answer(requests(store)[0])), at(200))
    store.webhooks.fan_out(webhooks.draft, at(300))
    accounts_of(store).administration.first_administrator(T0)
    with store.engine.begin() as connection:
        values = {column.name: made_up(column) for column in EVERY_TABLE.tables[AnswerRow.__tablename__].columns}
        connection.execute(insert(AnswerRow), values | {"body": b"\x00\xff"})
    store.retention.note(Deletion(T0, Grounds.unreported, None, date(2026, 1, 2), ("2026/01/02/a.jpg",)))
    store.outbox.mark_acknowledged([row.seq for row in store.outbox.after(0)])
    assert store.prune(at(10**6)) > 0
    DetectorStore(data / "detector.sqlite").close()
    kept = ("evidence/2026/11/21/gate/wide.jpg", "looks/a.json", "world.json")
    left_out = ("valkey/dump.rdb", "local.key", "recent/gate/1.keys", "recordings/1.recording", "errands/1/job.json")
    for name in (*kept, *left_out):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(name.encode())


def made_up(column: Column[Any]) -> Any:
    """Return a value that a column takes."""
    return next(value for kind, value in KINDS.items() if isinstance(column.type, kind))


def content(store: SqlStore) -> dict[str, list[str]]:
    with Snapshot(store.engine) as snapshot:
        return {name: list(lines) for name, lines in snapshot.tables()} | {
            "counters": [str(sorted(snapshot.counters().items()))]
        }


@pytest.fixture
def fresh(request: pytest.FixtureRequest) -> Callable[[str], str | None]:
    """Give the address of an empty database of a kind; None for the one in the data directory."""

    def address(kind: str) -> str | None:
        if kind == "sqlite":
            return None
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.url(server.new_database())

    return address


@pytest.mark.parametrize("here", ["sqlite", "postgresql"])
@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
def test_nothing_is_lost_on_the_way(tmp_path: Path, fresh: Callable[[str], str | None], here: str, there: str) -> None:
    source, target = fresh(here), fresh(there)
    old = tmp_path / "old"
    old.mkdir()
    store = open_store(source or f"sqlite:///{old / 'dispatch.sqlite'}")
    fill(store, old)
    before = content(store)
    seq = max(store.webhooks.all()[0].after_seq, store.outbox.last_seq())
    store.close()
    with DataDirectory(old) as data:
        manifest = export(tmp_path / "state.tar", data, source, NOW)
    assert check(tmp_path / "state.tar") == manifest
    assert (tmp_path / "state.tar").stat().st_mode & 0o077 == 0
    with DataDirectory(tmp_path / "new") as data:
        restore(tmp_path / "state.tar", data, target)
        left = {p.relative_to(data.path).as_posix() for p in data.path.rglob("*") if p.is_file()}
    assert left == {
        "node.lock",
        "detector.sqlite",
        "evidence/2026/11/21/gate/wide.jpg",
        "looks/a.json",
        "world.json",
        *(() if target else ("dispatch.sqlite",)),
    }
    again = open_store(target or f"sqlite:///{tmp_path / 'new' / 'dispatch.sqlite'}")
    assert content(again) == before
    a_desk(again).receive(sent(report("e9", camera_id="c9", location=metres_east(9000))), at(400))
    assert min(row.seq for row in again.outbox.after(0)) > seq
    again.close()


def test_every_column_is_of_a_type_that_is_carried() -> None:
    for table in EVERY_TABLE.sorted_tables:
        for column in table.columns:
            assert isinstance(column.type, tuple(KINDS)), f"{table.name}.{column.name}"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    old = tmp_path / "old"
    old.mkdir()
    store = open_store(f"sqlite:///{old / 'dispatch.sqlite'}")
    fill(store, old)
    store.close()
    with DataDirectory(old) as data:
        export(tmp_path / "state.tar", data, None, NOW)
    return tmp_path / "state.tar"


def changed(archive: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[str, bytes] | None]) -> Path:
    """Write an archive again with every member changed."""
    path = archive.with_name("changed.tar")
    with tarfile.open(archive) as source, tarfile.open(path, "w") as target:
        for member in source:
            held = source.extractfile(member)
            assert held is not None
            new = change(member, held.read())
            if new is not None:
                info = tarfile.TarInfo(new[0])
                info.size = len(new[1])
                target.addfile(info, io.BytesIO(new[1]))
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m, b: (m.name, b.replace(b"crew", b"crow")), "not as they were written"),
        (lambda m, b: None if m.name.endswith("wide.jpg") else (m.name, b), "not as they were written"),
        (lambda m, b: (m.name.replace("files/", "files/../../"), b), "no place"),
        (lambda m, b: (m.name.replace("files/", "/etc/"), b), "no place"),
        (lambda m, b: None if m.name == MANIFEST else (m.name, b), "no whole archive"),
        (lambda m, b: (m.name, b.replace(b'"format": 1', b'"format": 2')), "has form 2"),
    ],
    ids=["changed", "missing", "outside", "absolute", "no manifest", "newer"],
)
def test_a_damaged_archive_changes_nothing(
    archive: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[str, bytes] | None], said: str
) -> None:
    bad = changed(archive, change)
    with DataDirectory(archive.parent / "new") as data:
        with pytest.raises(UserError, match=said):
            restore(bad, data, None)
        assert [path.name for path in data.path.iterdir()] == ["node.lock"]
    assert not (archive.parent / "etc").exists()


def test_a_torn_archive_is_found_out(archive: Path) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"no whole archive|not as they were"):
        check(archive)


def test_only_an_empty_place_is_filled(archive: Path, tmp_path: Path) -> None:
    with DataDirectory(tmp_path / "old") as data, pytest.raises(UserError, match="not empty"):
        restore(archive, data, None)
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    store = open_store(url)
    a_desk(store).receive(sent(report()), T0)
    with DataDirectory(tmp_path / "new") as data:
        with pytest.raises(StoreError, match="not empty"):
            restore(archive, data, url)
        assert [path.name for path in data.path.iterdir()] == ["node.lock"]
    assert len(store.views.case(store.views.event("e1").case_id).history) == 3
    store.close()


def test_on_the_command_line(run: Run, archive: Path, tmp_path: Path) -> None:
    code, out, _ = run("state", "check", str(archive))
    assert (code, "whole" in out) == (0, True)
    assert run("state", "import", str(archive), "--data", str(tmp_path / "new"))[0] == 0
    assert run("state", "export", str(tmp_path / "again.tar"), "--data", str(tmp_path / "new"))[0] == 0
    rows = [m for m in check(archive).members if m.startswith("rows/")]
    assert {m: check(tmp_path / "again.tar").members[m] for m in rows} == {m: check(archive).members[m] for m in rows}
    code, _, err = run("state", "export", str(archive), "--data", str(tmp_path / "new"))
    assert (code, "exists already" in err) == (2, True)
    with DataDirectory(tmp_path / "new"):
        code, _, err = run("state", "export", str(tmp_path / "x.tar"), "--data", str(tmp_path / "new"))
    assert (code, "is running" in err) == (2, True)
