"""A simulated street as a frame source: live, paced by a clock, or as a recording, as fast as it can be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import floor
from threading import Event

from detector.errors import SourceEnded, SourceUnreachable
from detector.frame import Frame
from detector.sources.sim.spec import SimFaultKind
from detector.sources.sim.street import SimStreet


def _now() -> datetime:
    return datetime.now(UTC)


class SimSource:
    """Frames of a sim:// camera.

    The world's time is the time since `start`, so that a program started again with the same `start` goes on with the
    same world. Live it waits for each look and stamps frames with the clock; otherwise it yields one look after the
    other as fast as they can be drawn, stamped `start` + media time, without those of a lost connection.
    """

    def __init__(
        self,
        camera_id: str,
        url: str,
        look_interval_s: float,
        start: datetime,
        *,
        live: bool = True,
        duration_s: float | None = None,
        from_s: float = 0.0,
        now: Callable[[], datetime] = _now,
        wait: Callable[[float], bool] | None = None,
        street: SimStreet | None = None,
    ) -> None:
        """Read the address and the scene; nothing is drawn yet.

        Args:
            camera_id: which camera.
            url: sim://SCENE?seed=7&hour=14&... (`scene.SimAddress`).
            look_interval_s: seconds between frames.
            start: when the world began, aware.
            live: paced by the clock, or as fast as it can be drawn.
            duration_s: seconds after `start` at which it ends; the address's `duration`, or never, when absent.
            from_s: first media second when not live.
            now: the clock of a live camera.
            wait: sleeps so many seconds and returns True when it should stop; by default until `close`.
            street: that of `url`, where it is at hand already: drawing its background takes seconds.

        Raises:
            ConfigError: the address or the scene is wrong.
        """
        self.street = street or SimStreet.at(url)
        self._camera_id = camera_id
        self._interval_s = look_interval_s
        self._start = start
        self.duration_s = self.street.address.duration if duration_s is None else duration_s
        self._live = live
        self._from_s = from_s
        self._now = now
        self._closed = Event()
        self._wait = wait or self._closed.wait

    def frames(self) -> Iterator[Frame]:
        """Yield frames at the look interval until closed, or to `duration_s`.

        Raises:
            SourceUnreachable: live, and the script has dropped the connection.
            SourceEnded: live, and the script drops the connection now.
        """
        if not self._live:
            yield from self._recording()
            return
        if self._is_dropped(self._world_s(self._now())):
            raise SourceUnreachable(f"camera {self._camera_id}: the simulated connection is down")
        while not self._closed.is_set():
            at = self._now()
            if self.duration_s is not None and (at - self._start).total_seconds() > self.duration_s:
                return
            world_s = self._world_s(at)
            if self._is_dropped(world_s):
                raise SourceEnded(f"camera {self._camera_id}: the simulated connection was lost")
            yield self._frame(world_s, at)
            if self._wait(self._until_next_look(self._now())):
                return

    def close(self) -> None:
        """End `frames`. Safe to call twice and from another thread."""
        self._closed.set()

    def _recording(self) -> Iterator[Frame]:
        step = 0
        while not self._closed.is_set():
            media_s = self._from_s + step * self._interval_s
            if self.duration_s is not None and media_s > self.duration_s:
                return
            step += 1
            world_s = media_s * self.street.address.speed
            if not self._is_dropped(world_s):
                yield self._frame(world_s, self._start + timedelta(seconds=media_s))

    def _frame(self, world_s: float, at: datetime) -> Frame:
        media_s = (at - self._start).total_seconds()
        return Frame(self._camera_id, self.street.render(world_s), at, media_s)

    def _world_s(self, at: datetime) -> float:
        return (at - self._start).total_seconds() * self.street.address.speed

    def _until_next_look(self, at: datetime) -> float:
        """Looks fall on multiples of the interval; those that drawing took too long for are left out."""
        since_s = (at - self._start).total_seconds()
        return (floor(since_s / self._interval_s) + 1) * self._interval_s - since_s

    def _is_dropped(self, world_s: float) -> bool:
        return any(fault.kind is SimFaultKind.drop for fault in self.street.faults_at(world_s))
