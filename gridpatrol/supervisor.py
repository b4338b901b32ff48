"""Runs the parts of a node, each in its thread; one that fails is started again, with pauses, and shown."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.stream import Backoff

log = logging.getLogger(__name__)

STABLE_S = 60.0
"""A part that ran this long before it failed starts again without a long pause."""
JOIN_S = 8.0


class PartState(StrEnum):
    """What a part is doing."""

    waiting = "waiting"
    running = "running"
    restarting = "restarting"
    stopped = "stopped"


@dataclass(frozen=True, slots=True)
class PartStatus:
    """A part as seen from outside. `trouble` says why it does not do its work at the moment."""

    name: str
    state: PartState
    restarts: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a node runs.

    Attributes:
        name: shown to people.
        run: does the work until the event given is set, then returns within seconds.
        trouble: tells what keeps it from its work although it runs (a server that is away); None when all is well.
        release: unblocks `run` where it waits on something other than the event.
    """

    name: str
    run: Callable[[threading.Event], None]
    trouble: Callable[[], str | None] = lambda: None
    release: Callable[[], None] = lambda: None


class Supervisor:
    """Starts parts in order and stops them in reverse order.

    Args:
        on_change: called with the status of a part that failed, came back or stopped; from that part's thread.
    """

    def __init__(self, on_change: Callable[[PartStatus], None] = lambda status: None) -> None:
        self._on_change = on_change
        self._parts: list[_Running] = []

    def start(self, part: Part) -> None:
        """Run a part in its own thread until `stop`."""
        running = _Running(part, self._on_change)
        self._parts.append(running)
        running.thread.start()

    def statuses(self) -> list[PartStatus]:
        """Return the status of every part in the order in which they were started."""
        return [running.status() for running in self._parts]

    def stop(self) -> list[str]:
        """Stop all parts, the last started first; return the names of those that did not end in time."""
        late = []
        for running in reversed(self._parts):
            running.stop.set()
            running.part.release()
            running.thread.join(JOIN_S)
            if running.thread.is_alive():
                log.error("%s did not stop within %g s", running.part.name, JOIN_S)
                late.append(running.part.name)
        return late


class _Running:
    def __init__(self, part: Part, on_change: Callable[[PartStatus], None]) -> None:
        self.part = part
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name=part.name, daemon=True)
        self._on_change = on_change
        self._status = PartStatus(part.name, PartState.waiting)

    def status(self) -> PartStatus:
        return replace(self._status, trouble=self._status.trouble or self.part.trouble())

    def _run(self) -> None:
        backoff = Backoff(first_s=0.5, longest_s=30.0)
        while not self.stop.is_set():
            self._set(PartState.running, trouble=None)
            started_s = time.monotonic()
            try:
                self.part.run(self.stop)
                trouble = "ended by itself"
            except Exception as error:
                # The border of a part: whatever it raises is shown and the part starts again; nothing dies silently.
                log.exception("%s failed", self.part.name)
                trouble = f"{type(error).__name__}: {error}"
            if self.stop.is_set():
                break
            if time.monotonic() - started_s > STABLE_S:
                backoff.reset()
            self._status = replace(self._status, restarts=self._status.restarts + 1)
            self._set(PartState.restarting, trouble=trouble)
            self.stop.wait(backoff.next_s())
        self._set(PartState.stopped, trouble=None)

    def _set(self, state: PartState, trouble: str | None) -> None:
        first = self._status.state == PartState.waiting
        self._status = replace(self._status, state=state, trouble=trouble)
        if not first:
            self._on_change(self._status)
