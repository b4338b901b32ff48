"""Telling how cameras do, also while the store takes nothing: a full disk must not end the looking."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque

from detector.ports import Keeper
from dispatch.contract import CameraHealth

log = logging.getLogger(__name__)

MAX_UNTOLD = 10_000
"""Messages kept in memory until the store takes them; the oldest are dropped first."""


class StateTeller:
    """Puts changes of cameras' states into the store, in their order. Not thread-safe.

    What the store does not take is kept and tried again with the next message, or by `again`.
    """

    def __init__(self, store: Keeper) -> None:
        self._store = store
        self._untold: deque[CameraHealth] = deque(maxlen=MAX_UNTOLD)

    def tell(self, message: CameraHealth | None) -> None:
        """Tell that a state has changed; None when it has not."""
        if message is None:
            return
        log.info("camera %s is %s %s %s", message.camera_id, message.state, message.fault or "", message.detail)
        self._untold.append(message)
        self.again()

    def again(self) -> None:
        """Try what could not be told yet."""
        while self._untold:
            first = self._untold[0]
            try:
                self._store.commit_look(first.camera_id, state=None, blobs={}, messages=[first], at=first.at)
            except sqlite3.Error as error:
                log.warning("camera %s: its state could not be told yet: %s", first.camera_id, error)
                return
            self._untold.popleft()
