"""Checks of the HTTP interface: descriptions, reading, errors, idempotency, versions, live changes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from gridpatrol.conform.kit import TIMEOUT_S, Descriptions, Kit, Trial

API = "/api/v1"
NOWHERE = {"lon": 0.0, "lat": 0.0, "error_m": 1.0}
"""Where trial reports are: in the Gulf of Guinea, where no camera and no other case is."""
ACTOR = "conformance kit"
SETTLE_S = 1.0
"""Between the answer's first byte and the feed's first look at what is new."""
_PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Told:
    """One message of the live feed."""

    seq: int
    name: str
    event: dict[str, Any]


def describe(kit: Kit, client: httpx2.Client) -> Descriptions:
    """Read the descriptions and check that they are ones."""
    openapi = client.get(f"{API}/openapi.json").raise_for_status().json()
    asyncapi = client.get(f"{API}/asyncapi.json").raise_for_status().json()
    kit.judge("OpenAPI", "the interface is described", str(openapi.get("openapi", "")).startswith("3."), openapi.keys())
    kit.judge("AsyncAPI", "the streams are described", asyncapi.get("asyncapi") == "3.0.0", asyncapi.get("asyncapi"))
    return Descriptions(openapi, asyncapi)


def read(kit: Kit, client: httpx2.Client, known: Descriptions) -> None:
    """Check what is read: probes, lists, pages, errors."""
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        kit.judge("REST", f"{path} answers 200", answer.status_code == 200, answer.text)
    for name in ("cases", "events", "cameras"):
        answer = client.get(f"{API}/{name}", params={"limit": 5} if name != "cameras" else None)
        fault = known.fault_of_answer("GET", f"{API}/{name}", answer)
        kit.judge("OpenAPI", f"the list of {name} is as described", not fault, fault)
    missing = client.get(f"{API}/cases/no-such-case")
    kit.judge(
        "REST",
        "an unknown case is a problem with status 404",
        missing.status_code == 404 and missing.headers.get("content-type") == _PROBLEM,
        f"{missing.status_code} {missing.headers.get('content-type')}",
    )
    bad = client.get(f"{API}/cases", params={"limit": 0})
    kit.judge("REST", "a bad value is a problem with status 422", bad.status_code == 422, bad.status_code)
    fault = known.fault_of_answer("GET", f"{API}/cases", bad)
    kit.judge("OpenAPI", "a problem is as described", not fault, fault)


def pages(kit: Kit, client: httpx2.Client) -> None:
    """Check that the pages of a list join without gap or repeat."""
    whole = [item["event_id"] for item in client.get(f"{API}/events", params={"limit": 6}).json()["items"]]
    if len(whole) < 2:
        kit.skip("REST", "pages join without gap or repeat", "there are not two events yet")
        return
    joined: list[str] = []
    cursor: str | None = None
    while len(joined) < len(whole):
        params: dict[str, Any] = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"{API}/events", params=params).json()
        joined += [item["event_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    kit.judge("REST", "pages join without gap or repeat", joined == whole, f"{joined} is not {whole}")


def open_trial(kit: Kit, client: httpx2.Client) -> Trial | None:
    """Open a case by a person's report, twice with one key: it must be one."""
    body = {
        "matter": _a_matter(client),
        "location": NOWHERE,
        "reporter": ACTOR,
        "note": "trial of the interface, not a case",
    }
    headers = {"Idempotency-Key": f"conform-{uuid4()}"}
    first, second = (client.post(f"{API}/events", json=body, headers=headers) for _ in range(2))
    if not kit.judge("REST", "a person's report is taken", first.status_code == 201, first.text):
        return None
    same = second.status_code == 201 and second.json()["case_id"] == first.json()["case_id"]
    again = same and second.json()["event_id"] == first.json()["event_id"]
    kit.judge("Idempotency", "a repeated report with the same key makes no second one", again, second.text)
    return Trial(first.json()["case_id"])


def write(kit: Kit, client: httpx2.Client, trial: Trial, known: Descriptions) -> None:
    """Check moves: versions, illegal ones, feedback with a key."""
    one = f"{API}/cases/{trial.case_id}"
    read_once = client.get(one)
    fault = known.fault_of_answer("GET", f"{API}/cases/{{case_id}}", read_once)
    kit.judge("OpenAPI", "a case is as described", not fault, fault)
    case = read_once.json()
    kit.judge("REST", "a case has an ETag", bool(read_once.headers.get("etag")), dict(read_once.headers))
    stale = {"actor": ACTOR, "reason": "trial", "expected_version": max(1, case["version"] - 1)}
    answer = client.post(f"{one}/actions/note", json=stale)
    kit.judge("REST", "a move on an outdated version is refused with 409", answer.status_code == 409, answer.text)
    seen = {"If-Match": f'"{stale["expected_version"]}"'}
    answer = client.post(f"{one}/actions/note", json={"actor": ACTOR, "reason": "trial"}, headers=seen)
    is_told = answer.status_code == 412 and bool((answer.json().get("newest") or {}).get("changed_at"))
    kit.judge("REST", "one on an outdated ETag is refused with 412, and who was first is told", is_told, answer.text)
    illegal = client.post(f"{one}/actions/approve", json={"actor": ACTOR, "reason": "trial"})
    kit.judge("REST", "an illegal move is refused with 409", illegal.status_code == 409, illegal.text)
    headers = {"Idempotency-Key": f"conform-{uuid4()}"}
    first, second = (
        client.post(f"{one}/feedback", json={"actor": ACTOR, "note": "trial"}, headers=headers) for _ in range(2)
    )
    same = first.status_code == second.status_code == 200 and first.json()["version"] == second.json()["version"]
    kit.judge("Idempotency", "repeated feedback with the same key changes nothing", same, second.text)


def close_trial(kit: Kit, client: httpx2.Client, trial: Trial) -> None:
    """Void the trial's case."""
    body = {"actor": ACTOR, "reason": "trial of the interface", "role": "administrator"}
    answer = client.post(f"{API}/cases/{trial.case_id}/actions/void", json=body)
    kit.judge("REST", "the trial's case is voided at the end", answer.status_code == 200, answer.text)


def live(kit: Kit, client: httpx2.Client, told: Sequence[Told], trial: Trial, known: Descriptions) -> None:
    """Check what the live feed has told: complete, in order, as described; and that it can be resumed."""
    changes = [one.event for one in told if one.name == "case" and one.event["data"].get("case_id") == trial.case_id]
    sequences = [event["data"]["sequence"] for event in changes]
    complete = bool(sequences) and sequences == list(range(1, len(sequences) + 1))
    kit.judge("SSE", "changes of a case come from 1, in order, without gaps", complete, sequences)
    fault = next((fault for one in told if (fault := known.fault_of_message(one.event))), "")
    kit.judge("AsyncAPI", "messages of the live feed are as described", not fault, fault)
    if len(told) < 2:
        return
    rest = [one.seq for one in told[1:]]
    params = {"limit": len(rest)}
    with client.stream("GET", f"{API}/stream", params=params, headers={"Last-Event-ID": str(told[0].seq)}) as response:
        resumed = [one.seq for one in events_of(response)]
    kit.judge("SSE", "after a break it goes on where it was", resumed == rest, f"{resumed} is not {rest}")


class Listener:
    """Follows the live feed in a thread of its own. A context manager; `told` is what has come so far."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="live feed", daemon=True)
        self.told: list[Told] = []
        self.trouble = ""

    def __enter__(self) -> Listener:
        self._thread.start()
        self._connected.wait(TIMEOUT_S)
        time.sleep(SETTLE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def wait_for(self, case_id: str, sequence: int) -> None:
        """Wait until a change of a case has been told, for a bounded time."""
        deadline_s = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline_s:
            seen = [one.event["data"] for one in list(self.told) if one.name == "case"]
            if any(data["case_id"] == case_id and data["sequence"] >= sequence for data in seen):
                return
            time.sleep(0.1)

    def _follow(self) -> None:
        try:
            with self._client.stream("GET", f"{API}/stream", timeout=httpx2.Timeout(TIMEOUT_S, read=None)) as response:
                response.raise_for_status()
                self._connected.set()
                for one in events_of(response):
                    self.told.append(one)
        except (httpx2.HTTPError, httpx2.StreamError, OSError, RuntimeError) as error:
            # Closing the client ends the feed in one of these ways; before that, it is a fault of the feed.
            self.trouble = f"{type(error).__name__}: {error}"


def events_of(response: httpx2.Response) -> Iterator[Told]:
    """Yield the server-sent events of an answer."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            if "id" in fields and "data" in fields:
                yield Told(int(fields["id"]), fields.get("event", ""), json.loads(fields["data"]))
            fields = {}


def open311(kit: Kit, client: httpx2.Client, trial: Trial | None) -> None:
    """Check Open311: both formats say the same, a case is a request."""
    services = client.get("/open311/v2/services.json")
    if services.status_code != 200:
        kit.judge("Open311", "services are listed", False, services.text)
        return
    xml = client.get("/open311/v2/services.xml")
    codes = [service["service_code"] for service in services.json()]
    same = all(f"<service_code>{code}</service_code>" in xml.text for code in codes)
    kit.judge("Open311", "services are the same in JSON and XML", same and xml.status_code == 200, xml.text)
    if trial is not None:
        (request,) = client.get(f"/open311/v2/requests/{trial.case_id}.json").json()
        kit.judge("Open311", "a case is a service request", request["service_request_id"] == trial.case_id, request)


def _a_matter(client: httpx2.Client) -> str:
    """Return a matter that can be filed."""
    services = client.get("/open311/v2/services.json").raise_for_status().json()
    return str(services[0]["service_code"])
