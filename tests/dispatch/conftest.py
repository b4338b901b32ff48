"""A store in a real SQLite file, and a desk over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from tests.dispatch.builders import a_desk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'dispatch.db'}")
    yield opened
    opened.close()


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return a_desk(store)
