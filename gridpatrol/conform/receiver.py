"""Checks of webhooks with a real receiver: signature, order, redelivery, rotation."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
from standardwebhooks import Webhook, WebhookVerificationError

from gridpatrol.conform.interface import ACTOR, API
from gridpatrol.conform.kit import TIMEOUT_S, Descriptions, Kit, Trial

AREA = "Webhooks"
MAX_BODY_BYTES = 1 << 20
NOTES = 3


@dataclass
class Letters:
    """What a receiver was sent: headers and body, in order. The first of all is answered with 503."""

    came: list[tuple[dict[str, str], str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: str) -> int:
        """Keep a letter and return the status to answer."""
        with self.lock:
            self.came.append((headers, body))
            return 503 if len(self.came) == 1 else 204


def check(kit: Kit, client: httpx2.Client, trial: Trial, known: Descriptions, host: str) -> None:
    """Subscribe to the trial's case, change it, and judge what arrives.

    Args:
        host: under which the node reaches this machine.
    """
    with _receiving(host) as (url, letters):
        made = client.post(f"{API}/webhooks", json={"url": url})
        if made.status_code != 201:
            why = made.json().get("what", made.text) if made.headers.get("content-type", "").endswith("json") else ""
            kit.skip(AREA, "deliveries are signed and in order", f"the node refuses the receiver {url}: {why}")
            return
        webhook = made.json()
        one = f"{API}/webhooks/{webhook['webhook_id']}"
        try:
            rotated = client.post(f"{one}/rotate", json={"keep_hours": 1}).raise_for_status().json()
            for number in range(NOTES):
                body = {"actor": ACTOR, "reason": f"trial {number}"}
                client.post(f"{API}/cases/{trial.case_id}/actions/note", json=body).raise_for_status()
            _wait(letters, trial)
            _judge(kit, letters, trial, known, (webhook["key"], rotated["key"]))
        finally:
            removed = client.delete(one)
        kit.judge(AREA, "a webhook can be removed", removed.status_code == 204, removed.text)


def _judge(kit: Kit, letters: Letters, trial: Trial, known: Descriptions, keys: tuple[str, str]) -> None:
    came = list(letters.came)
    for key, which in zip(keys, ("the key being replaced", "the new key"), strict=True):
        fault = next((f for headers, body in came if (f := _fault_of_signature(key, headers, body))), "")
        kit.judge(AREA, f"deliveries verify with {which}", bool(came) and not fault, fault or "nothing came")
    forged = all(_fault_of_signature(keys[1], headers, f"{body} ") for headers, body in came)
    kit.judge(AREA, "a changed body does not verify", bool(came) and forged, "it did")
    ids = Counter(headers["webhook-id"] for headers, _ in came)
    first = came[0][0]["webhook-id"] if came else ""
    kit.judge("Redelivery", "a delivery that failed comes again under the same webhook-id", ids[first] > 1, ids)
    accepted: dict[str, dict[str, Any]] = {}
    events = [(headers["webhook-id"], httpx2.Response(200, content=body.encode()).json()) for headers, body in came[1:]]
    for message_id, event in events:
        accepted.setdefault(message_id, event)
    sequences = [e["data"]["sequence"] for e in accepted.values() if e["data"].get("case_id") == trial.case_id]
    in_order = len(sequences) >= NOTES and sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    kit.judge("Order", "webhooks bring the changes of a case in order, without gaps", in_order, sequences)
    fault = next((f for event in accepted.values() if (f := known.fault_of_message(event))), "")
    kit.judge("AsyncAPI", "messages of webhooks are as described", not fault, fault)


def _fault_of_signature(key: str, headers: dict[str, str], body: str) -> str:
    try:
        Webhook(key).verify(body, headers)
    except WebhookVerificationError as error:
        return str(error)
    return ""


def _wait(letters: Letters, trial: Trial) -> None:
    """Wait until all changes have come, for a bounded time."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline_s:
        of_trial = {headers["webhook-id"] for headers, body in list(letters.came)[1:] if trial.case_id in body}
        if len(of_trial) >= NOTES:
            return
        time.sleep(0.1)


@contextmanager
def _receiving(host: str) -> Iterator[tuple[str, Letters]]:
    letters = Letters()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), MAX_BODY_BYTES)
            body = self.rfile.read(length).decode("utf-8", "replace")
            self.send_response(letters.take({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer((host, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="receiver")
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}/", letters
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
