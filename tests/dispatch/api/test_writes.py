"""What holds for every write: Idempotency-Key, If-Match, a line in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from dispatch.accounts import AccountRole, Accounts, Caller
from dispatch.accounts.ports import AuditFilter, KeptAnswer
from dispatch.accounts.values import AuditLine
from dispatch.case import Action, Role
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.store.accounts import SqlAccountWrites
from dispatch.store.answers import GIVEN_UP
from dispatch.store.transaction import SqlTransaction
from tests.dispatch.api.callers import TESTER, accounts_of
from tests.dispatch.builders import T0, at, outgoing, report, requests, sent

KEY = {"Idempotency-Key": "k1"}
BOSS = Caller("boss", frozenset({AccountRole.administrator}))


@pytest.fixture
def accounts(store: SqlStore) -> Accounts:
    return accounts_of(store, TESTER, **{"of-boss": BOSS})


@pytest.fixture
def client(client_of: Callable[..., TestClient], accounts: Accounts) -> TestClient:
    accounts.administration.first_administrator(T0)
    return client_of(accounts=accounts)


@pytest.fixture
def url(desk: Desk) -> str:
    return f"/api/v1/cases/{desk.receive(sent(report()), T0).case_id}"


def actions(accounts: Accounts) -> list[str]:
    return [line.action for line in reversed(accounts.store.reads.audit(AuditFilter()))]


def test_a_repeat_gets_the_same_answer_and_changes_nothing(client: TestClient, store: SqlStore, url: str) -> None:
    body = {"reason": "seen"}
    first = client.post(f"{url}/actions/note", json=body, headers=KEY)
    told = len(outgoing(store))
    again = client.post(f"{url}/actions/note", json=body, headers=KEY)
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(outgoing(store)) == told
    assert client.post(f"{url}/actions/note", json=body, headers={"Idempotency-Key": "k2"}).json() != first.json()


def test_a_refusal_is_repeated_too(client: TestClient, desk: Desk, url: str) -> None:
    approve = {"reason": "clean"}
    refused = client.post(f"{url}/actions/approve", json=approve, headers=KEY)
    desk.handle(url.rpartition("/")[2], actor="crew", now=at(1))
    again = client.post(f"{url}/actions/approve", json=approve, headers=KEY)
    assert (again.status_code, again.text) == (refused.status_code, refused.text) == (409, refused.text)
    assert again.headers["content-type"] == "application/problem+json"


def test_a_key_is_one_callers_and_for_one_request(client: TestClient, url: str) -> None:
    first = client.post(f"{url}/actions/note", json={"reason": "seen"}, headers=KEY)
    other = client.post(f"{url}/actions/note", json={"reason": "seen again"}, headers=KEY)
    assert (other.status_code, "another request" in other.json()["what"]) == (422, True)
    assert client.post(f"{url}/feedback", json={"reason": "seen"}, headers=KEY).status_code == 422
    boss = {**KEY, "Authorization": "Bearer of-boss"}
    assert client.post(f"{url}/actions/note", json={"reason": "seen"}, headers=boss).json() != first.json()
    for bad in ("", "x" * 191, "a b", "\u00fc"):
        answered = client.post(
            f"{url}/actions/note", json={"reason": "x"}, headers=[(b"Idempotency-Key", bad.encode())]
        )
        assert answered.status_code == 422, bad


def test_a_key_is_forgotten_after_a_day(client: TestClient, accounts: Accounts, url: str) -> None:
    first = client.post(f"{url}/actions/note", json={"reason": "seen"}, headers=KEY)
    assert accounts.run_once(T0 + accounts.rules.keep_answers) == 0
    assert accounts.run_once(T0 + accounts.rules.keep_answers + timedelta(seconds=1)) == 1
    assert client.post(f"{url}/actions/note", json={"reason": "seen"}, headers=KEY).json() != first.json()


def test_an_answer_that_shows_a_secret_is_not_kept(client: TestClient, store: SqlStore) -> None:
    new = {"name": "li", "roles": ["viewer"]}
    made = client.post("/api/v1/users", json=new, headers=KEY)
    again = client.post("/api/v1/users", json=new, headers=KEY)
    assert (again.status_code, "not kept" in again.json()["what"]) == (409, True)
    with store.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM answers").all())
    assert made.json()["one_time_password"] not in kept


def test_a_request_that_is_being_carried_out_is_not_begun_again(store: SqlStore) -> None:
    answers = store.accounts.answers
    assert answers.reserve("li", "k", "f", T0) is None
    assert answers.reserve("li", "k", "f", at(1)) == KeptAnswer("f", None)
    assert answers.reserve("li", "k", "other", T0 + GIVEN_UP) == KeptAnswer("f", None)
    assert answers.reserve("li", "k", "f", T0 + GIVEN_UP) is None, "it was cut off"
    answers.finish("li", "k", KeptAnswer("f", 200, "text/plain", "", b"done"))
    assert answers.reserve("li", "k", "f", T0 + 2 * GIVEN_UP) == KeptAnswer("f", 200, "text/plain", "", b"done")
    answers.release("li", "k")
    assert answers.reserve("li", "k", "f", at(1)) is None


def test_of_many_at_once_one_is_carried_out(client: TestClient, store: SqlStore, url: str) -> None:
    answered: list[Any] = []
    threads = [
        Thread(target=lambda: answered.append(client.post(f"{url}/feedback", json={"note": "swept"}, headers=KEY)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {one.status_code for one in answered} <= {200, 409}
    assert len(requests(store)) == 1


def test_if_match_asks_for_a_version(client: TestClient, url: str) -> None:
    read = client.get(url)
    etag = read.headers["etag"]
    done = client.post(f"{url}/actions/note", json={"reason": "x"}, headers={"If-Match": etag})
    assert (done.status_code, done.headers["etag"]) == (200, f'"{done.json()["version"]}"')
    for path, body in ((f"{url}/actions/note", {"reason": "x"}), (f"{url}/feedback", {})):
        refused = client.post(path, json=body, headers={"If-Match": etag})
        assert refused.status_code == 412
        newest = refused.json()["newest"]
        assert (newest["version"], newest["changed_by"]) == (done.json()["version"], "tester")
        assert "tester" in refused.json()["what"]
    assert client.post(f"{url}/actions/note", json={"reason": "x"}, headers={"If-Match": "*"}).status_code == 200
    assert client.post(f"{url}/actions/note", json={"reason": "x"}, headers={"If-Match": "3"}).status_code == 422
    client.post("/api/v1/users", json={"name": "li", "roles": ["viewer"]})
    seen = client.get("/api/v1/users/li").headers["etag"]
    changed = client.patch("/api/v1/users/li", json={"display_name": "Li"}, headers={"If-Match": seen})
    assert changed.headers["etag"] != seen
    refused = client.patch("/api/v1/users/li", json={"disabled": True}, headers={"If-Match": seen})
    newest = refused.json()["newest"]
    assert (refused.status_code, newest["changed_by"]) == (412, "tester")
    assert f'"{newest["version"]}"' == changed.headers["etag"]


def test_who_was_first_is_told_also_when_it_happens_meanwhile(
    client: TestClient, desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    etag = client.get(url).headers["etag"]
    act = desk.act

    def second(case_id: str, action: Action, **said: Any) -> Any:
        act(case_id, Action.note, actor="Li", role=Role.dispatcher, now=at(5), reason="seen")
        return act(case_id, action, **said)

    monkeypatch.setattr(desk, "act", second)
    refused = client.post(f"{url}/actions/note", json={"reason": "x"}, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["newest"]["changed_by"]) == (412, "Li")
    body = {"reason": "x", "expected_version": int(etag.strip('"'))}
    assert client.post(f"{url}/actions/note", json=body).status_code == 409


def test_every_change_is_in_the_audit_log_once(client: TestClient, accounts: Accounts, url: str) -> None:
    client.post(f"{url}/actions/note", json={"reason": "x"})
    client.post(f"{url}/actions/approve", json={"reason": "x"})
    client.post(f"{url}/feedback", json={}, headers=KEY)
    client.post(f"{url}/feedback", json={}, headers=KEY)
    client.get(url)
    client.post("/api/v1/users", json={"name": "li", "roles": ["viewer"]})
    assert actions(accounts)[1:] == [
        "POST /api/v1/cases/{case_id}/actions/{action}",
        "POST /api/v1/cases/{case_id}/feedback",
        "user.add",
    ]
    line: AuditLine = accounts.store.reads.audit(AuditFilter(case_id=url.rpartition("/")[2]))[-1]
    assert (line.actor, line.target) == ("tester", f"{url}/actions/note")


def test_a_change_that_cannot_be_noted_is_not_made(
    client: TestClient, accounts: Accounts, store: SqlStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, told = client.get(url).json(), len(outgoing(store))

    def full(_: SqlAccountWrites, line: AuditLine) -> None:
        raise OperationalError("INSERT INTO audit", {}, Exception(f"the disk is full: {line.action}"))

    monkeypatch.setattr(SqlAccountWrites, "add_audit", full)
    refused = client.post(f"{url}/actions/note", json={"reason": "x"})
    assert (refused.status_code, client.get(url).json(), len(outgoing(store))) == (503, before, told)
    monkeypatch.undo()
    assert client.post(f"{url}/actions/note", json={"reason": "x"}).status_code == 200
    assert actions(accounts)[1:] == ["POST /api/v1/cases/{case_id}/actions/{action}"]


def test_what_is_not_kept_is_not_noted(
    client: TestClient, accounts: Accounts, store: SqlStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = SqlTransaction.flush

    def cut(work: SqlTransaction) -> None:
        flush(work)
        raise OperationalError("COMMIT", {}, Exception("the power goes"))

    monkeypatch.setattr(SqlTransaction, "flush", cut)
    assert client.post(f"{url}/actions/note", json={"reason": "x"}, headers=KEY).status_code == 503
    monkeypatch.undo()
    assert actions(accounts)[1:] == []
    assert client.post(f"{url}/actions/note", json={"reason": "x"}, headers=KEY).status_code == 200
    assert len(actions(accounts)[1:]) == 1


def test_what_is_done_is_done_though_its_answer_could_not_be_kept(
    client: TestClient, store: SqlStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("UPDATE answers", {}, Exception("database or disk is full"))

    monkeypatch.setattr(type(store.accounts.answers), "finish", full)
    done = client.post(f"{url}/actions/note", json={"reason": "seen"}, headers=KEY)
    assert done.status_code == 200
    again = client.post(f"{url}/actions/note", json={"reason": "seen"}, headers=KEY)
    assert again.status_code == 409, "not done a second time"
    assert [line["action"] for line in client.get(url).json()["history"]].count("note") == 1
