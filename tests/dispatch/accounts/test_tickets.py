"""Tickets of the city's own sign-in: taken once, in time; never too many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.accounts.ports import KeptTicket
from dispatch.store import SqlStore
from tests.dispatch.builders import T0, at

HOLDS = timedelta(minutes=1)


def ticket(name: str) -> KeptTicket:
    return KeptTicket("b" * 64, {"sub": name, "org": {"department": ["sanitation"]}}, f"token of {name}")


def test_a_ticket_is_taken_once_and_in_time(store: SqlStore) -> None:
    tickets = store.accounts.tickets
    tickets.put("a", ticket("li"), until=T0 + HOLDS, now=T0)
    tickets.put("b", ticket("wu"), until=T0 + HOLDS, now=T0)
    assert tickets.take("a", at(59)) == ticket("li")
    assert tickets.take("a", at(59)) is None
    assert tickets.take("b", at(60)) is None
    assert tickets.take("never", T0) is None


def test_old_tickets_go_and_of_too_many_the_oldest(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = store.accounts.tickets
    tickets.put("over", ticket("li"), until=T0, now=T0 - HOLDS)
    monkeypatch.setattr("dispatch.store.tickets.MOST", 3)
    for number in range(5):
        now = at(number)
        tickets.put(str(number), ticket(str(number)), until=now + HOLDS, now=now)
    assert [tickets.take(name, at(5)) is not None for name in ("over", "0", "1", "2", "3", "4")] == [
        False,
        False,
        False,
        True,
        True,
        True,
    ]
