"""The heart of a node: both databases, the stream server, the desk, and what carries messages between them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Self

from detector.evidence import EvidenceStore
from detector.store import DetectorStore
from dispatch.config import MatterRules
from dispatch.contract import VerificationRequest
from dispatch.looks import Watchers
from dispatch.policy import Policy
from dispatch.ports import GridIndex
from dispatch.service import Desk
from dispatch.store import open_store
from dispatch.webhooks.service import Rewrite
from gridpatrol.lock import DataDirectory
from gridpatrol.retention import INTERVAL_S, Sweeper
from gridpatrol.settings import NodeSettings
from gridpatrol.supervisor import Part, PartStatus, Supervisor
from gridpatrol.transport import CameraRequest, Clock, every, transport_parts
from gridpatrol.valkey import EmbeddedValkey
from gridpatrol.webhooks import courier_part, webhooks_of

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the present time, aware UTC."""
    return datetime.now(UTC)


class Core:
    """Everything of a node but its cameras and its API. A context manager: leaving it stops all in reverse order.

    Args:
        data: the locked data directory; holds `detector.sqlite`, `dispatch.sqlite`, `valkey/` and `evidence/`.
        settings: where the stream server and the dispatch database are, when not in the data directory.
        rules: the matter catalogue, dispatch's share.
        grid: finds the cells of a place.
        policy: calendar, limits, warnings, and who is who; the defaults when absent.
        watchers: knows which cameras see a place; none when absent.
        mappings: write the messages of webhooks in other words, by name.
        on_change: told when a part fails, comes back or stops.

    Raises:
        DetectorError, DispatchError: a database cannot be used.
    """

    def __init__(
        self,
        data: DataDirectory,
        settings: NodeSettings,
        *,
        rules: Mapping[str, MatterRules],
        grid: GridIndex,
        policy: Policy | None = None,
        watchers: Watchers | None = None,
        mappings: Mapping[str, Rewrite] | None = None,
        on_change: Callable[[PartStatus], None] = lambda status: None,
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.valkey = None if settings.redis_url else EmbeddedValkey(data.path / "valkey")
        self.stream_url = settings.redis_url or (self.valkey.url if self.valkey else "")
        self.cameras = DetectorStore(data.path / "detector.sqlite")
        self.sql = open_store(settings.dispatch_database or f"sqlite:///{data.path / 'dispatch.sqlite'}")
        self.desk = Desk(self.sql, matters=rules, grid=grid, policy=policy, watchers=watchers)
        self.webhooks = webhooks_of(self.sql, settings, mappings)
        self.evidence_dir = data.path / "evidence"
        self._supervisor = Supervisor(on_change)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, take_request: Callable[[CameraRequest], object] | None = None) -> None:
        """Start the stream server and all that carries messages.

        Args:
            take_request: keeps a request to a camera and wakes it; by default it is only kept.

        Raises:
            UserError: the embedded stream server does not start.
        """
        if self.valkey is not None:
            self.valkey.start()
            self.add(Part("stream server", self.valkey.run))
        moved = self.desk.recalculate(self.clock())
        if moved:
            log.info("the deadlines of %d cases follow the changed calendar", moved)
        parts = transport_parts(
            self.stream_url,
            cameras=self.cameras,
            desk=self.desk,
            sql=self.sql,
            clock=self.clock,
            keep_messages=timedelta(days=self.settings.retention.messages_days),
            take_request=take_request or self._keep,
        )
        for part in (*parts, courier_part(self.webhooks, self.clock), self._retention()):
            self.add(part)

    def _keep(self, request: CameraRequest) -> bool:
        if isinstance(request, VerificationRequest):
            return self.cameras.remember_request(request)
        return self.cameras.remember_look(request)

    def _retention(self) -> Part:
        sweeper = Sweeper(self.sql.retention, EvidenceStore(self.evidence_dir), self.settings.retention)
        return Part("retention", lambda stop: every(stop, INTERVAL_S, lambda: sweeper.run_once(self.clock())))

    def add(self, part: Part) -> None:
        """Run a further part; it is stopped before those that were added earlier."""
        self._supervisor.start(part)

    def statuses(self) -> list[PartStatus]:
        """Return the status of every part."""
        return self._supervisor.statuses()

    def stop(self) -> list[str]:
        """Stop every part and close the databases; return the names of parts that did not end in time."""
        late = self._supervisor.stop()
        if self.valkey is not None:
            self.valkey.stop()
        self.sql.close()
        self.cameras.close()
        return late
