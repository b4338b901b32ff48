"""Pictures that people take of a case, over the interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Caller, Scope
from dispatch.contract import CaseChanged, Evidence, EvidenceKind
from dispatch.pictures import MAX_BYTES, MOST, folder_of
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.api.conftest import JPEG
from tests.dispatch.builders import T0, metres_east, outgoing, report, sent

CREW = Caller("crew", frozenset({AccountRole.handler}), Scope(frozenset({"sanitation"})))
HUB = Caller("hub", frozenset({AccountRole.machine}))


@dataclass(frozen=True)
class Album:
    """Keeps pictures as they come, in the folder from which they are read."""

    root: Path

    def keep(self, jpeg: bytes, *, case_id: str, kind: EvidenceKind, at: datetime) -> Evidence:
        digest = sha256(jpeg).hexdigest()
        key = f"{at:%Y/%m/%d}/{folder_of(case_id)}/{digest[:8]}.jpg"
        (self.root / key).parent.mkdir(parents=True, exist_ok=True)
        (self.root / key).write_bytes(jpeg)
        return Evidence(key=key, kind=kind, sha256=digest, captured_at=at, size_wh=(640, 360))


@pytest.fixture
def client(client_of: Callable[..., TestClient], store: SqlStore, evidence: Path) -> TestClient:
    viewer = Caller("viewer", frozenset({AccountRole.viewer}))
    accounts = accounts_of(store, None, crew=CREW, hub=HUB, viewer=viewer)
    return client_of(accounts=accounts, picture_keeper=Album(evidence))


@pytest.fixture
def case_id(desk: Desk) -> str:
    return desk.receive(sent(report("e1")), T0).case_id or ""


def as_(name: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {name}", "Content-Type": "image/jpeg"}}


def add(client: TestClient, case_id: str, who: str = "crew", content: bytes = JPEG, **params: str) -> Any:
    return client.post(f"/api/v1/cases/{case_id}/pictures", content=content, params=params, **as_(who))


def test_a_handlers_picture_is_in_the_history_and_told_and_can_be_seen(
    client: TestClient, case_id: str, store: SqlStore
) -> None:
    added = add(client, case_id, note="swept")
    assert (added.status_code, added.headers["etag"], added.json()["kind"]) == (201, '"4"', "after")
    key = added.json()["key"]
    line = store.views.case(case_id).history[-1]
    assert (line.action, line.actor, line.role, line.reason, line.evidence[0].key) == (
        "note",
        "crew",
        "handler",
        "swept",
        key,
    )
    assert [one.key for one in outgoing(store, CaseChanged)[-1].evidence] == [key]
    seen = client.get(f"/api/v1/evidence/{key}", params={"case": case_id}, **as_("crew"))
    assert (seen.status_code, seen.content) == (200, JPEG)
    by_hub = add(client, case_id, "hub", actor="crew 7", role="handler", kind="before")
    assert (by_hub.status_code, by_hub.json()["kind"]) == (201, "before")
    assert store.views.case(case_id).history[-1].actor == "crew 7 (hub)"


def test_a_picture_is_seen_in_its_own_case_alone(client: TestClient, desk: Desk, case_id: str) -> None:
    police = desk.receive(sent(report("e2", matter="illegal_parking", location=metres_east(500))), T0).case_id or ""
    key = add(client, police, "hub", actor="crew 7").json()["key"]
    assert add(client, police).status_code == 403
    evidence = {"key": key, "kind": "after", "sha256": "a" * 64, "captured_at": T0.isoformat(), "size_wh": [1, 1]}
    cited = client.post(
        f"/api/v1/cases/{case_id}/feedback", json={"evidence": [evidence]}, headers={"Authorization": "Bearer crew"}
    )
    assert cited.status_code == 200
    for named in (police, case_id):
        seen = client.get(f"/api/v1/evidence/{key}", params={"case": named}, **as_("crew"))
        assert seen.status_code == (403 if named == police else 404)


def test_what_is_refused(
    client: TestClient, client_of: Callable[..., TestClient], store: SqlStore, case_id: str
) -> None:
    assert add(client, case_id, "viewer").status_code == 403
    assert add(client, "nothing", "hub").status_code == 404
    assert add(client, case_id, content=b"").status_code == 422
    assert add(client, case_id, kind="selfie").status_code == 422
    assert add(client, case_id, content=bytes(MAX_BYTES + 1)).status_code == 413
    assert add(client, case_id, content=bytes(2 << 20)).status_code == 201
    for number in range(MOST - 1):
        assert add(client, case_id, content=b"%d" % number).status_code == 201
    assert add(client, case_id, content=b"one more").status_code == 409
    without = client_of(accounts=accounts_of(store, None, crew=CREW))
    assert add(without, case_id).status_code == 409


def test_a_repeat_with_its_key_adds_nothing(client: TestClient, case_id: str, store: SqlStore) -> None:
    url, headers = f"/api/v1/cases/{case_id}/pictures", as_("crew")["headers"] | {"Idempotency-Key": "k1"}
    first = client.post(url, content=JPEG, headers=headers)
    again = client.post(url, content=JPEG, headers=headers)
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, first.json(), "true")
    assert sum(bool(line.evidence) and line.action == "note" for line in store.views.case(case_id).history) == 1
