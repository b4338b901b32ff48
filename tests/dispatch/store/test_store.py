"""The SQL store on real SQLite files and a real PostgreSQL: migrations, durability, turns among writers, outbox."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dispatch.contract import CASES_STREAM
from dispatch.errors import Conflict, StoreError
from dispatch.ports import LOCAL_STREAM
from dispatch.service import Desk
from dispatch.store import SqlStore, migrations, open_store
from dispatch.store.schema import EVERY_TABLE
from dispatch.store.statements import KNOWN
from dispatch.views import CaseFilter
from tests.dispatch.builders import T0, a_desk, at, metres_east, outgoing, report, sent
from tests.postgres import PostgresServer

VERSIONS = Path(migrations.__file__).with_name("versions")
REVISIONS = sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))
sqlite_alone = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_migrations_make_the_tables_that_the_program_uses(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), EVERY_TABLE) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_an_older_version_is_brought_up_with_what_it_holds(database: str, revision: str) -> None:
    store = open_store(database)
    desk = a_desk(store)
    closed = desk.receive(sent(report("e1", confidence=0.1)), T0).case_id
    desk.receive(sent(report("e2", matter="illegal_parking")), T0)
    with store.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "dispatch:store/migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    store.close()
    again = open_store(database)
    assert {case.case_id for case in again.views.cases(CaseFilter(is_open=False)).items} == {closed}
    with again.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), EVERY_TABLE) == []
        ended = connection.execute(text("SELECT event_id FROM events WHERE ended_at IS NOT NULL")).scalars().all()
    assert ended == ["e1"]
    again.close()


@sqlite_alone
def test_finding_like_reports_reads_neither_the_history_nor_all_that_is_open(store: SqlStore) -> None:
    statement = re.sub(r"\?", "0", str(KNOWN.compile(store.engine)))
    with store.engine.connect() as connection:
        plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert [step for step in plan if step.startswith(("SEARCH", "SCAN"))] == [
        "SEARCH events USING INDEX ix_events_of_camera (camera_id=? AND matter=? AND ended_at=?)",
        "SEARCH events USING INDEX ix_events_near (matter=? AND ended_at=? AND lat>? AND lat<?)",
        "SEARCH events USING INDEX ix_events_of_camera (camera_id=? AND matter=? AND ended_at>?)",
        "SEARCH events USING INDEX ix_events_near (matter=? AND ended_at>?)",
    ]


@sqlite_alone
def test_a_database_is_opened_durable(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///{0}/no/such/folder/x.db", "no folder"),
        ("sqlite:///{0}", "cannot be opened"),
        ("sqlite:///{0}/text.db", "not a database"),
        ("nonsense", "address cannot be used"),
        ("oracle-x://host/db", "address cannot be used"),
        ("mssql://host/db", "address cannot be used"),
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/x", "cannot be (used|opened)"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_clear_error(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "text.db").write_text("this is not a database, and it is long enough to be one" * 20)
    with pytest.raises(StoreError, match=said) as refused:
        open_store(url.format(tmp_path))
    assert refused.value.remedy
    assert "s3cret" not in str(refused.value)


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dispatch.db"
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="another version"):
        open_store(f"sqlite:///{path}")


def test_an_exception_takes_all_of_a_unit_of_work_back(store: SqlStore) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.put_out(CASES_STREAM, "k", "m1", "{}", T0)
        tx.flush()
        raise RuntimeError("power cut")
    assert store.outbox.depth() == 0


def test_a_case_saved_over_a_newer_version_is_a_conflict(store: SqlStore, desk: Desk) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    with pytest.raises(Conflict), store.transaction() as tx:
        tx.save_case(tx.case(case_id), was_version=2)


def test_messages_are_pending_then_sent_then_consumed_then_pruned(store: SqlStore) -> None:
    with store.transaction() as tx:
        for number in range(4):
            tx.put_out(CASES_STREAM, "k", f"m{number}", "{}", T0)
        tx.put_out(LOCAL_STREAM, "gate", "h", "{}", T0)
    rows = store.outbox.pending(10)
    assert [row.message_id for row in rows] == ["m0", "m1", "m2", "m3"]
    assert [row.message_id for row in store.outbox.after(0)] == ["m0", "m1", "m2", "m3", "h"]
    store.outbox.mark_sent([(row.seq, f"{row.seq}-0") for row in rows[:3]])
    assert [row.message_id for row in store.outbox.pending(10)] == ["m3"]
    assert [(r.message_id, r.entry_id) for r in store.outbox.unacknowledged(10, rows[0].seq)] == [
        ("m1", f"{rows[1].seq}-0"),
        ("m2", f"{rows[2].seq}-0"),
    ]
    store.outbox.mark_acknowledged([rows[0].seq])
    store.outbox.mark_unsent([rows[2].seq])
    assert [row.message_id for row in store.outbox.pending(10)] == ["m2", "m3"]
    assert store.outbox.prune(at(1)) == 2
    assert [row.message_id for row in store.outbox.after(0)] == ["m1", "m2", "m3"]


def test_a_place_in_the_feed_is_never_given_twice(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.put_out(LOCAL_STREAM, "gate", "h1", "{}", T0)
    first = store.outbox.last_seq()
    store.outbox.prune(at(1))
    with store.transaction() as tx:
        tx.put_out(LOCAL_STREAM, "gate", "h2", "{}", T0)
    assert store.outbox.last_seq() > first


def test_old_marks_of_received_messages_are_forgotten(store: SqlStore, desk: Desk) -> None:
    message = sent(report(), id="m1")
    desk.receive(message, T0)
    assert store.prune(at(1)) == 0
    with store.transaction() as tx:
        assert not tx.is_taken(message.source, message.id)
    before = len(outgoing(store))
    desk.receive(message, at(2))
    assert len(outgoing(store)) == before


def test_threads_take_turns_and_nothing_is_lost_or_doubled(desk: Desk, store: SqlStore) -> None:
    messages = [sent(report(f"e{i}", camera_id=f"c{i}", location=metres_east(500 * i)), id=f"m{i}") for i in range(40)]

    def work(part: int) -> None:
        for message in messages[part:] + messages[:part]:
            desk.receive(message, T0)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, (0, 13, 26)))
    assert sum(store.views.cases_by_state().values()) == 40
    sequences = [(m.case_id, m.sequence) for m in outgoing(store)]
    assert len(sequences) == len(set(sequences)) == 120


def _take_all(url: str, start: int) -> None:
    store = open_store(url)
    desk = a_desk(store)
    for number in [*range(start, 30), *range(start)]:
        place = metres_east(500 * number)
        desk.receive(sent(report(f"e{number}", camera_id=f"c{number}", location=place), id=f"m{number}"), T0)
    store.close()


def test_processes_take_turns_even_while_opening(database: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_take_all, args=(database, start)) for start in (0, 15)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(240)
    assert [worker.exitcode for worker in workers] == [0, 0]
    store = open_store(database)
    assert sum(store.views.cases_by_state().values()) == 30
    store.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_writer_waits_for_its_turn_and_not_for_ever(
    database: str, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.store.database.BUSY_TIMEOUT_S", 1)
    impatient = open_store(database)
    with store.transaction(), pytest.raises(OperationalError), impatient.transaction():
        pass
    with impatient.transaction() as tx:
        tx.put_out(CASES_STREAM, "k", "m1", "{}", T0)
    assert store.outbox.depth() == 1
    impatient.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_connections_that_the_server_has_ended_are_made_again(
    database: str, store: SqlStore, postgres: PostgresServer
) -> None:
    assert store.outbox.last_seq() == 0
    postgres.end_connections(database.partition("@/")[2].partition("?")[0])
    assert store.outbox.last_seq() == 0


def test_times_are_the_same_instant_whatever_zone_they_were_given_in(store: SqlStore, desk: Desk) -> None:
    shanghai = timezone(timedelta(hours=8))
    case_id = desk.receive(sent(report(confirmed_at=T0.astimezone(shanghai))), T0.astimezone(shanghai)).case_id or ""
    view = store.views.case(case_id)
    assert (view.case.opened_at, view.case.opened_at.tzinfo) == (T0, UTC)
    assert view.history[0].at == view.events[0].received_at == T0
    assert case_id.startswith("20261121-")
