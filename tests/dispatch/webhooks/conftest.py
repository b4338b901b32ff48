"""Receivers over a real store; any address is allowed."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from dispatch.store import SqlStore
from dispatch.webhooks import Target, Webhooks


def anywhere(url: str) -> Target:
    return Target(url, urlsplit(url).hostname or "")


@pytest.fixture
def webhooks(store: SqlStore) -> Webhooks:
    return Webhooks(store.webhooks, resolve=anywhere)
