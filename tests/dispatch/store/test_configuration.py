"""Versions of documents and pauses of cameras, on every kind of database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dispatch.configuration import Origin, Pause, Version
from dispatch.errors import NotFound
from dispatch.store import SqlStore

T0 = datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=UTC)
CONTENT: dict[str, Any] = {
    "id": "gate",
    "names": {"zh": "大门"},
    "zones": [{"polygon_px": [[0.5, 1.0], [2, 3.25]]}],
    "x": None,
}


def version(document: str, number: int, content: dict[str, Any] | None = CONTENT) -> Version:
    return Version(document, number, content, T0, "li", Origin.saved, "why")


def test_versions_come_back_as_they_were_kept(store: SqlStore) -> None:
    rows = store.configuration
    assert rows.newest("camera/gate") is None and rows.newest_of_all("") == {}
    with rows.writing() as work:
        assert work.newest("camera/gate") is None
        for number in (1, 2, 3):
            work.add(version("camera/gate", number))
        work.add(version("camera/yard", 1))
        retired = version("camera/gate", 4, None)
        work.add(retired)
        assert work.newest("camera/gate") == retired
    assert rows.newest("camera/gate") == retired
    assert rows.version("camera/gate", 2) == version("camera/gate", 2)
    assert rows.newest_of_all("camera/") == {"camera/gate": retired, "camera/yard": version("camera/yard", 1)}
    assert rows.newest_of_all("camera/y") == {"camera/yard": version("camera/yard", 1)}
    assert rows.newest_of_all("camera_") == {}
    with pytest.raises(NotFound):
        rows.version("camera/gate", 5)
    page = rows.versions("camera/gate", limit=3)
    assert [one.number for one in page.items] == [4, 3, 2] and page.next == 2
    assert [one.number for one in rows.versions("camera/gate", before=2, limit=3).items] == [1]


def test_a_unit_that_fails_keeps_nothing(store: SqlStore) -> None:
    with pytest.raises(RuntimeError), store.configuration.writing() as work:
        work.add(version("camera/gate", 1))
        raise RuntimeError("the file could not be moved")
    assert store.configuration.newest("camera/gate") is None


def test_a_later_pause_takes_the_place_of_an_earlier_one(store: SqlStore) -> None:
    rows = store.configuration
    for reason in ("roadworks", "still"):
        rows.put_pause(Pause("gate", T0, "li", reason))
    assert rows.pauses() == {"gate": Pause("gate", T0, "li", "still")}
    rows.remove_pause("gate")
    rows.remove_pause("gate")
    assert rows.pauses() == {}
