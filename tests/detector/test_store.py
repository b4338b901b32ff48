from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detector.errors import StoreError
from detector.store import SCHEMA as FIRST_SCHEMA
from detector.store import DetectorStore
from dispatch.contract import (
    REPORTS_STREAM,
    CameraHealth,
    CameraState,
    EventReport,
    IncidentCleared,
    Location,
    LookAnswer,
    LookRequest,
    Message,
    Verdict,
    VerificationRequest,
    VerificationResult,
    parse,
)

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "detector.sqlite"


def report(event_id: str = "e1") -> EventReport:
    return EventReport(
        event_id=event_id,
        matter="litter_exposed",
        camera_id="cam",
        zone="pavement",
        zone_purpose="pavement",
        first_seen_at=NOW - timedelta(minutes=2),
        confirmed_at=NOW,
        box_xyxy_px=(1, 2, 3, 4),
        resolution_wh=(1280, 720),
        confidence=0.9,
        location=Location(lon=114.1, lat=22.5, error_m=2),
    )


def request(request_id: str = "r1", camera_id: str = "cam", asked_at: datetime = NOW) -> VerificationRequest:
    return VerificationRequest(
        request_id=request_id,
        case_id="c1",
        event_id="e1",
        camera_id=camera_id,
        matter="litter_exposed",
        box_xyxy_px=(1, 2, 3, 4),
        asked_at=asked_at,
    )


def result() -> VerificationResult:
    return VerificationResult(
        request_id="r1",
        case_id="c1",
        event_id="e1",
        camera_id="cam",
        matter="litter_exposed",
        verdict=Verdict.absent,
        reason="gone on three looks",
        looks=3,
        asked_at=NOW,
        decided_at=NOW + timedelta(minutes=1),
    )


CLEARED = IncidentCleared(
    event_id="e1", matter="litter_exposed", camera_id="cam", first_missed_at=NOW, cleared_at=NOW, reason="gone"
)
BLIND = CameraHealth(camera_id="cam", state=CameraState.blind, since=NOW, at=NOW)


def test_a_look_survives_a_restart(path: Path) -> None:
    store = DetectorStore(path)
    store.commit_look("cam", state='{"a": 1}', blobs={"reference": b"1", "other": b"2"}, messages=[], at=NOW)
    store.commit_look("cam", state=None, blobs={"other": None}, messages=[report()], at=NOW)
    store.close()
    again = DetectorStore(path)
    state = again.load_state("cam")
    assert (state.json, state.blobs) == ('{"a": 1}', {"reference": b"1"})
    assert again.load_state("unknown").json is None
    (row,) = again.pending(10)
    assert row.stream == REPORTS_STREAM
    assert parse(row.payload).data == report()


@pytest.mark.parametrize(
    ("message", "id", "subject"),
    [
        (report(), "e1", "e1"),
        (CLEARED, "e1:cleared", "e1"),
        (result(), "r1:result", "e1"),
        (BLIND, f"health:blind:{NOW.isoformat()}", "cam"),
    ],
)
def test_a_message_told_twice_is_kept_once(path: Path, message: Message, id: str, subject: str) -> None:
    store = DetectorStore(path)
    for _ in range(2):
        store.commit_look("cam", state="{}", blobs={}, messages=[message], at=NOW)
    (row,) = store.pending(10)
    event = parse(row.payload)
    assert (event.source, event.id, event.subject) == ("gridpatrol/camera/cam", id, subject)


def test_state_and_messages_are_one_transaction(path: Path) -> None:
    store = DetectorStore(path)
    with pytest.raises(TypeError, match="VerificationRequest"):
        store.commit_look("cam", state='{"a": 1}', blobs={"b": b"1"}, messages=[report(), request()], at=NOW)
    assert store.load_state("cam").json is None
    assert store.pending(10) == []


def test_a_row_goes_from_pending_to_acknowledged_and_back_when_it_was_lost(path: Path) -> None:
    store = DetectorStore(path)
    store.commit_look("cam", state=None, blobs={}, messages=[report("e1"), report("e2"), report("e3")], at=NOW)
    seqs = [row.seq for row in store.pending(10)]
    assert len(store.pending(2)) == 2
    store.mark_sent([(seqs[0], "1-0"), (seqs[1], "1-1")])
    assert [row.seq for row in store.pending(10)] == seqs[2:]
    assert [(row.seq, row.entry_id) for row in store.unacknowledged(10)] == [(seqs[0], "1-0"), (seqs[1], "1-1")]
    assert [row.seq for row in store.unacknowledged(10, after_seq=seqs[0])] == [seqs[1]]
    store.mark_acknowledged([seqs[0]])
    store.mark_unsent([seqs[1]])
    assert [row.seq for row in store.pending(10)] == seqs[1:]
    assert store.unacknowledged(10) == []


def test_a_request_stays_open_until_its_result_is_committed(path: Path) -> None:
    store = DetectorStore(path)
    assert store.remember_request(request("r2", asked_at=NOW + timedelta(seconds=1)))
    assert store.remember_request(request())
    assert not store.remember_request(request())
    assert store.remember_request(request("r3", camera_id="other"))
    assert [known.request_id for known in store.open_requests("cam")] == ["r1", "r2"]
    store.commit_look("cam", state=None, blobs={}, messages=[result()], at=NOW)
    assert [known.request_id for known in store.open_requests("cam")] == ["r2"]
    assert not store.remember_request(request()), "an answered request that is delivered again stays answered"
    assert [known.request_id for known in store.open_requests("cam")] == ["r2"]


def test_only_what_is_settled_is_purged(path: Path) -> None:
    store = DetectorStore(path)
    store.commit_look("cam", state=None, blobs={}, messages=[report("e1"), report("e2")], at=NOW)
    store.remember_request(request())
    store.mark_acknowledged([store.pending(1)[0].seq])
    assert store.purge(NOW) == 0
    assert store.purge(NOW + timedelta(days=1)) == 1
    assert len(store.pending(10)) == 1
    assert len(store.open_requests("cam")) == 1


def test_a_wish_to_look_is_kept_until_it_is_answered(path: Path) -> None:
    wish = LookRequest(look_id="l1", camera_id="cam", asked_at=NOW, until=NOW + timedelta(minutes=2))
    store = DetectorStore(path)
    assert store.remember_look(wish)
    assert not store.remember_look(wish)
    store.close()
    store = DetectorStore(path)
    assert store.open_looks("cam") == [wish]
    assert store.open_looks("other") == []
    answer = LookAnswer(look_id="l1", camera_id="cam", asked_at=NOW, answered_at=NOW, reason="no route")
    store.commit_look("cam", state=None, blobs={}, messages=[answer], at=NOW)
    assert store.open_looks("cam") == []
    assert parse(store.pending(1)[0].payload).data == answer
    assert store.purge(NOW + timedelta(days=1)) == 1
    assert store.remember_look(wish), "forgotten"


def test_a_file_of_an_earlier_version_is_brought_up(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(FIRST_SCHEMA)
        db.execute("PRAGMA user_version=1")
    store = DetectorStore(path)
    store.commit_look("cam", state="{}", blobs={}, messages=[report()], at=NOW)
    assert store.open_looks("cam") == []
    assert len(store.pending(10)) == 1


def test_a_file_that_is_no_database_or_of_a_newer_version_is_refused_with_its_path(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is not a database, not even a small one" * 100)
    with pytest.raises(StoreError, match=r"detector\.sqlite"):
        DetectorStore(path)
    path.unlink()
    DetectorStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="newer GridPatrol"):
        DetectorStore(path)
