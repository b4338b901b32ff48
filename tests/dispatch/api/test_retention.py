"""The log of deleted pictures through the HTTP interface."""

from __future__ import annotations

from datetime import date

from starlette.testclient import TestClient

from dispatch.retention import Deletion, Grounds
from dispatch.store import SqlStore
from tests.dispatch.builders import T0


def test_what_was_deleted_is_listed(client: TestClient, store: SqlStore) -> None:
    store.retention.note(Deletion(T0, Grounds.filed, "20260101-a", None, ("2026/01/01/gate/a.jpg",)))
    store.retention.note(Deletion(T0, Grounds.unreported, None, date(2026, 1, 2), ()))
    page = client.get("/api/v1/deletions", params={"limit": 1}).json()
    assert [(line["day"], line["grounds"]) for line in page["items"]] == [("2026-01-02", "unreported")]
    (older,) = client.get("/api/v1/deletions", params={"cursor": page["next"]}).json()["items"]
    assert (older["case_id"], older["keys"]) == ("20260101-a", ["2026/01/01/gate/a.jpg"])
