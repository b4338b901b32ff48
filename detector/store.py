"""The camera side's truth on one machine: what each camera knows, the outbox of its messages, the inbox of requests.

One SQLite file in WAL mode. What a look decided and what it reports are one transaction, so neither exists without the
other. Messages and requests are synced to the disk: what a call has committed of them survives the loss of power. A
look that has nothing to say does not wait for the disk: what it noted survives the end of the process, and a loss of
power takes a camera back by the seconds that the system keeps writes in memory, never behind what it has told.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from detector.errors import StoreError
from detector.reporter import cloud_event
from dispatch.contract import (
    REPORTS_STREAM,
    LookAnswer,
    LookRequest,
    Message,
    VerificationRequest,
    VerificationResult,
)

BUSY_TIMEOUT_S = 10.0

SCHEMA = """
CREATE TABLE camera_state (
    camera_id  TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE camera_blob (
    camera_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    data      BLOB NOT NULL,
    PRIMARY KEY (camera_id, name)
);
CREATE TABLE outbox (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    stream       TEXT NOT NULL,
    source       TEXT NOT NULL,
    id           TEXT NOT NULL,
    payload      TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    entry_id     TEXT,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, id)
);
CREATE INDEX outbox_pending ON outbox (seq) WHERE entry_id IS NULL AND acknowledged = 0;
CREATE INDEX outbox_open ON outbox (seq) WHERE acknowledged = 0;
CREATE TABLE request (
    request_id TEXT PRIMARY KEY,
    camera_id  TEXT NOT NULL,
    payload    TEXT NOT NULL,
    asked_at   TEXT NOT NULL,
    decided_at TEXT
) WITHOUT ROWID;
CREATE INDEX request_open ON request (camera_id, asked_at) WHERE decided_at IS NULL;
"""

LOOKS = """
CREATE TABLE look (
    look_id     TEXT PRIMARY KEY,
    camera_id   TEXT NOT NULL,
    payload     TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    answered_at TEXT
) WITHOUT ROWID;
CREATE INDEX look_open ON look (camera_id, asked_at) WHERE answered_at IS NULL;
"""
STEPS = (SCHEMA, LOOKS)
"""What each version of the file adds to the one before."""
SCHEMA_VERSION = len(STEPS)


@dataclass(frozen=True, slots=True)
class CameraState:
    """What one camera's pipeline saved at its last look. `json` is None before its first."""

    json: str | None
    blobs: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message on its way. `seq` is the order of publication, `entry_id` its place in the stream once sent."""

    seq: int
    stream: str
    payload: str
    entry_id: str | None


class DetectorStore:
    """The database file of the camera side. Safe to share between threads; one process at a time.

    Raises:
        StoreError: the file is damaged, not ours, locked by another process or written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._synced = True
            self._migrate()
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be used as the camera side's database: {error}") from error

    def _migrate(self) -> None:
        with self._transaction() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            if version > SCHEMA_VERSION:
                raise StoreError(
                    f"{self._path}: written by a newer GridPatrol (schema {version}, this one knows {SCHEMA_VERSION});"
                    " install that version or use another data directory"
                )
            for step in STEPS[version:]:
                for statement in step.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self, *, synced: bool = True) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if synced is not self._synced:
                # A synced commit also syncs all that was committed before it.
                self._db.execute(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
                self._synced = synced
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # After a full disk SQLite may have rolled back by itself, or be left with a commit that did not end.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file. The store cannot be used afterwards."""
        with self._lock:
            self._db.close()

    # What a camera knows

    def load_state(self, camera_id: str) -> CameraState:
        """Return what the camera's last committed look left."""
        with self._lock:
            row = self._db.execute("SELECT state FROM camera_state WHERE camera_id = ?", (camera_id,)).fetchone()
            blobs = self._db.execute("SELECT name, data FROM camera_blob WHERE camera_id = ?", (camera_id,)).fetchall()
        return CameraState(json=row[0] if row else None, blobs=dict(blobs))

    def forget(self, camera_id: str) -> None:
        """Drop what a camera knows of its view; its messages and requests stay."""
        with self._transaction() as db:
            db.execute("DELETE FROM camera_state WHERE camera_id = ?", (camera_id,))
            db.execute("DELETE FROM camera_blob WHERE camera_id = ?", (camera_id,))

    def commit_look(
        self,
        camera_id: str,
        *,
        state: str | None,
        blobs: Mapping[str, bytes | None],
        messages: Sequence[Message],
        at: datetime,
    ) -> None:
        """Save what a look changed and append its messages to the outbox, in one transaction.

        Args:
            camera_id: which camera.
            state: the pipeline's state as JSON; None leaves what is saved.
            blobs: binary parts by name; a value of None deletes that part, names not given stay as they are.
            messages: what the look has to say; a message told before (same source and id) is not stored again.
                A `VerificationResult` or a `LookAnswer` also closes its request.
            at: time of the look, aware.
        """
        stamp = _stamp(at)
        with self._transaction(synced=bool(messages)) as db:
            if state is not None:
                db.execute("INSERT OR REPLACE INTO camera_state VALUES (?, ?, ?)", (camera_id, state, stamp))
            for name, data in blobs.items():
                if data is None:
                    db.execute("DELETE FROM camera_blob WHERE camera_id = ? AND name = ?", (camera_id, name))
                else:
                    db.execute("INSERT OR REPLACE INTO camera_blob VALUES (?, ?, ?)", (camera_id, name, data))
            for message in messages:
                event = cloud_event(message)
                db.execute(
                    "INSERT OR IGNORE INTO outbox (stream, source, id, payload, created_at) VALUES (?, ?, ?, ?, ?)",
                    (REPORTS_STREAM, event.source, event.id, event.model_dump_json(), stamp),
                )
                if isinstance(message, VerificationResult):
                    db.execute(
                        "UPDATE request SET decided_at = ? WHERE request_id = ?",
                        (_stamp(message.decided_at), message.request_id),
                    )
                elif isinstance(message, LookAnswer):
                    db.execute(
                        "UPDATE look SET answered_at = ? WHERE look_id = ?",
                        (_stamp(message.answered_at), message.look_id),
                    )

    # Outbox: `dispatch.stream.Outbox`

    def pending(self, limit: int) -> list[OutboxRow]:
        """Return up to `limit` rows that are not in the stream, oldest first."""
        return self._rows("entry_id IS NULL AND acknowledged = 0", 0, limit)

    def unacknowledged(self, limit: int, after_seq: int = 0) -> list[OutboxRow]:
        """Return up to `limit` rows that are in the stream but not known to be consumed, oldest first."""
        return self._rows("entry_id IS NOT NULL AND acknowledged = 0", after_seq, limit)

    def _rows(self, condition: str, after_seq: int, limit: int) -> list[OutboxRow]:
        query = f"SELECT seq, stream, payload, entry_id FROM outbox WHERE {condition} AND seq > ? ORDER BY seq LIMIT ?"
        with self._lock:
            return [OutboxRow(*row) for row in self._db.execute(query, (after_seq, limit))]

    def mark_sent(self, sent: Sequence[tuple[int, str]]) -> None:
        """Note the stream entry id of each row, given as (seq, entry_id)."""
        with self._transaction() as db:
            db.executemany("UPDATE outbox SET entry_id = ? WHERE seq = ?", [(entry, seq) for seq, entry in sent])

    def mark_unsent(self, seqs: Sequence[int]) -> None:
        """Put rows back into `pending`: the stream has lost them."""
        with self._transaction() as db:
            db.executemany("UPDATE outbox SET entry_id = NULL WHERE seq = ?", [(seq,) for seq in seqs])

    def mark_acknowledged(self, seqs: Sequence[int]) -> None:
        """Note that the consumer has committed these rows."""
        with self._transaction() as db:
            db.executemany("UPDATE outbox SET acknowledged = 1 WHERE seq = ?", [(seq,) for seq in seqs])

    def purge(self, before: datetime) -> int:
        """Delete acknowledged rows and answered requests older than `before`; return how many."""
        stamp = _stamp(before)
        with self._transaction() as db:
            rows = db.execute("DELETE FROM outbox WHERE acknowledged = 1 AND created_at < ?", (stamp,)).rowcount
            rows += db.execute("DELETE FROM look WHERE answered_at < ?", (stamp,)).rowcount
            return rows + db.execute("DELETE FROM request WHERE decided_at < ?", (stamp,)).rowcount

    # Inbox of requests

    def remember_request(self, request: VerificationRequest) -> bool:
        """Keep a request until its result is committed. Returns False when it was known already."""
        values = (request.request_id, request.camera_id, request.model_dump_json(), _stamp(request.asked_at))
        with self._transaction() as db:
            return (
                db.execute(
                    "INSERT OR IGNORE INTO request (request_id, camera_id, payload, asked_at) VALUES (?, ?, ?, ?)",
                    values,
                ).rowcount
                == 1
            )

    def open_requests(self, camera_id: str) -> list[VerificationRequest]:
        """Return a camera's requests without a result, oldest first."""
        query = "SELECT payload FROM request WHERE camera_id = ? AND decided_at IS NULL ORDER BY asked_at, request_id"
        with self._lock:
            return [VerificationRequest.model_validate_json(row[0]) for row in self._db.execute(query, (camera_id,))]

    def remember_look(self, request: LookRequest) -> bool:
        """Keep a request for a look until its answer is committed. Returns False when it was known already."""
        values = (request.look_id, request.camera_id, request.model_dump_json(), _stamp(request.asked_at))
        with self._transaction() as db:
            return (
                db.execute(
                    "INSERT OR IGNORE INTO look (look_id, camera_id, payload, asked_at) VALUES (?, ?, ?, ?)", values
                ).rowcount
                == 1
            )

    def open_looks(self, camera_id: str) -> list[LookRequest]:
        """Return a camera's requests for a look without an answer, oldest first."""
        query = "SELECT payload FROM look WHERE camera_id = ? AND answered_at IS NULL ORDER BY asked_at, look_id"
        with self._lock:
            return [LookRequest.model_validate_json(row[0]) for row in self._db.execute(query, (camera_id,))]


def _stamp(at: datetime) -> str:
    """UTC in a form whose text order is its time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
