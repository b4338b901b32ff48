"""Things that are taken once, in time, by whoever knows their key."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from dispatch.accounts.secrets import digest

T = TypeVar("T")


class Once(Generic[T]):
    """Keeps values by the digest of a secret key, in memory. Bounded: the oldest goes first. Safe between threads.

    Args:
        holds: how long a value can be taken.
        most: values that are kept at a time.
    """

    def __init__(self, holds: timedelta, most: int) -> None:
        self._holds = holds
        self._most = most
        self._kept: OrderedDict[str, tuple[datetime, T]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, value: T, now: datetime) -> None:
        """Keep a value."""
        with self._lock:
            while self._kept and (len(self._kept) >= self._most or next(iter(self._kept.values()))[0] <= now):
                self._kept.popitem(last=False)
            self._kept[digest(key)] = (now + self._holds, value)

    def take(self, key: str, now: datetime) -> T | None:
        """Return a value and forget it; None when there is none, or its time is over."""
        with self._lock:
            until, value = self._kept.pop(digest(key), (now, None))
        return value if until > now else None
