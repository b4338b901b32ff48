"""A dispatch system's side of GridPatrol, to start from: take cases from the queue, send feedback over REST.

    pip install redis
    python consumer.py --redis redis://127.0.0.1:6379 --api http://127.0.0.1:8600

It keeps one work order a case in its own SQLite file. What matters in your own system, whatever its language:

1. Read the stream `gridpatrol.cases` in a consumer group of your own, created at 0: nothing is missed.
2. Commit your own database first, acknowledge (XACK) after. A crash in between delivers the message again.
3. Delivery is at least once: remember `source` + `id` of what you have handled, in the same transaction.
4. The changes of one case arrive in order (`sequence`). Ignore types, fields and actions you do not know.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, cast

import redis

STREAM = "gridpatrol.cases"
CASE_CHANGED = "gridpatrol.case.changed.v1"

Json = dict[str, Any]


class WorkOrders:
    """One work order a case, and which messages were handled, in one database."""

    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.executescript(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS handled (source TEXT, id TEXT, PRIMARY KEY (source, id));
            CREATE TABLE IF NOT EXISTS work_order (
                case_id TEXT PRIMARY KEY, matter TEXT, code TEXT, cell TEXT, lon REAL, lat REAL, department TEXT,
                picture TEXT, status TEXT, version INTEGER, rounds INTEGER);
            """
        )

    def handle(self, event: Json) -> bool:
        """Take one CloudEvent in, in one transaction. False: it was handled before, or is of no concern here."""
        if event["type"] != CASE_CHANGED:
            return False
        with self.database:
            self.database.execute("BEGIN IMMEDIATE")
            new = self.database.execute(
                "INSERT OR IGNORE INTO handled VALUES (?, ?)", (event["source"], event["id"])
            ).rowcount
            if new:
                self.apply(event["data"])
        return bool(new)

    def apply(self, change: Json) -> None:
        """Change the work order of a case as the case has changed."""
        case_id, version = change["case_id"], change["sequence"]
        if change["state"] == "dispatched" and change["action"] == "dispatch":
            self.open_order(change)
        elif change["state"] == "rework" and change["action"] in {"still_there", "reject"}:
            # The camera, or a person, still sees it: the same crew goes again.
            self.set_status(case_id, "to do", version, another_round=True)
        elif change["state"] == "verifying" and change["action"] == "ask_camera":
            self.set_status(case_id, "being checked", version)
        elif change["state"] in {"closed", "voided"}:
            self.set_status(case_id, change["resolution"], version)

    def open_order(self, change: Json) -> None:
        """Write a new work order, or send an old one to another department."""
        finest = change["grid"][0]["code"] if change["grid"] else ""
        picture = change["evidence"][0]["key"] if change["evidence"] else ""
        code = change["codes"].get("gbt30428", "")  # the code scheme that your system uses
        place = change["location"]
        self.database.execute(
            "INSERT OR REPLACE INTO work_order VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'to do', ?, 1)",
            (
                change["case_id"],
                change["matter"],
                code,
                finest,
                place["lon"],
                place["lat"],
                change["department"],
                picture,
                change["sequence"],
            ),
        )

    def set_status(self, case_id: str, status: str, version: int, *, another_round: bool = False) -> None:
        """Note how a work order stands."""
        self.database.execute(
            "UPDATE work_order SET status = ?, version = ?, rounds = rounds + ? WHERE case_id = ?",
            (status, version, int(another_round), case_id),
        )

    def status(self, case_id: str) -> tuple[str, int] | None:
        """Return status and round of a case's work order."""
        query = "SELECT status, rounds FROM work_order WHERE case_id = ?"
        return cast("tuple[str, int] | None", self.database.execute(query, (case_id,)).fetchone())


def changes(client: redis.Redis, group: str, name: str, block_ms: int = 5000) -> Iterator[tuple[str, Json]]:
    """Yield (entry id, CloudEvent) without end: first what this worker had not acknowledged, then what is new."""
    after = "0"
    while True:
        try:
            reply = cast("list[Any]", client.xreadgroup(group, name, {STREAM: after}, count=100, block=block_ms) or [])
        except redis.ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            # First start, or the server lost its data. From 0: what was handled before is recognised.
            client.xgroup_create(STREAM, group, id="0", mkstream=True)
            continue
        entries = [entry for _, of_stream in reply for entry in of_stream]
        for entry_id, fields in entries:
            if fields:
                yield entry_id, json.loads(fields["event"])
        if not entries:
            after = ">"


def send_feedback(api: str, case_id: str, *, crew: str, round_: int, note: str = "", token: str = "") -> Json:
    """Tell GridPatrol that a crew has dealt with a case. Its cameras then look again.

    Send it until an answer comes: the Idempotency-Key makes a repeat harmless.

    Raises:
        urllib.error.HTTPError: refused; its body is a problem with `title`, `what` and `remedy`.
    """
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"{case_id}-{round_}"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"actor": crew, "note": note}).encode()
    request = urllib.request.Request(f"{api}/api/v1/cases/{case_id}/feedback", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as response:
        return cast(Json, json.load(response))


def main() -> None:
    """Follow the queue and print every change."""
    parser = argparse.ArgumentParser(description="Take GridPatrol's cases in as work orders.")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379", help="also unix:///PATH of a node's own server")
    parser.add_argument("--api", default="http://127.0.0.1:8600")
    parser.add_argument("--group", default="vendor", help="one for each system that reads the stream")
    parser.add_argument("--name", default="worker-1", help="of this worker; keep it over restarts")
    parser.add_argument("--database", default="work_orders.sqlite")
    parser.add_argument("--done", metavar="CASE", help="send feedback for a case, and leave")
    arguments = parser.parse_args()
    orders = WorkOrders(arguments.database)
    if arguments.done:
        _, round_ = orders.status(arguments.done) or ("", 1)
        try:
            print(send_feedback(arguments.api, arguments.done, crew="crew 7", round_=round_)["state"])
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            print(f"{problem['title']}: {problem['what']}. {problem['remedy']}")
        return
    client = redis.Redis.from_url(arguments.redis, decode_responses=True)
    for entry_id, event in changes(client, arguments.group, arguments.name):
        if orders.handle(event):
            change = event["data"]
            print(f"{change['at']} {change['case_id']} {change['matter']} -> {change['state']} {change['reason']}")
        client.xack(STREAM, arguments.group, entry_id)  # after the commit, never before


if __name__ == "__main__":
    main()
