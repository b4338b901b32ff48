"""Carries deliveries to their receivers: signed, in order for each key, with bounded time and company."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from random import Random

import httpx2
from sqlalchemy.exc import OperationalError
from standardwebhooks import Webhook

from dispatch.stream import Backoff
from dispatch.webhooks.ports import Outcome, TargetRefused
from dispatch.webhooks.service import Webhooks
from dispatch.webhooks.subscription import Attempt, Delivery, Subscription, after_attempt

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
"""For a whole try, from the name to the status."""
AT_ONCE = 32
AT_ONCE_EACH = 4
"""Tries under way in all, and for one receiver."""
POLL_S = 0.5
_ERROR_LENGTH = 300


class Courier:
    """Sends what is due.

    Args:
        clock: returns the present time, aware.
        chance: of the jitter.
        timeout_s: for a whole try.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        *,
        clock: Callable[[], datetime],
        chance: Random | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._webhooks = webhooks
        self._clock = clock
        self._chance = chance or Random()
        self._timeout_s = timeout_s
        self._under_way: dict[asyncio.Task[Attempt], Delivery] = {}
        self._names: ThreadPoolExecutor
        self.trouble: str | None = None
        """Why nothing is delivered at the moment; None when all is well."""

    def run(self, stop: threading.Event) -> None:
        """Send until `stop`. A database that does not answer is waited for; `trouble` says so meanwhile."""
        asyncio.run(self._until(stop))

    def run_once(self) -> int:
        """Send all that is due now, and return how many tries that took."""
        return asyncio.run(self._all_due())

    async def _until(self, stop: threading.Event) -> None:
        backoff = Backoff()
        async with self._open() as client:
            while not stop.is_set():
                try:
                    begun = await self._begin(client)
                    if not self._under_way:
                        await asyncio.sleep(0.0 if begun else POLL_S)
                    await self._finish(0.0 if begun else POLL_S)
                except OperationalError as error:
                    self._note(f"{type(error).__name__}: {error.orig}")
                    await asyncio.sleep(backoff.next_s())
                else:
                    self._note(None)
                    backoff.reset()

    async def _all_due(self) -> int:
        tries = 0
        async with self._open() as client:
            while await self._begin(client) or self._under_way:
                tries += await self._finish(self._timeout_s)
        return tries

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Give a client, and threads for names of their own: a name service that hangs must not hold the database up.

        Tries that are under way at the end are given up; they are made again with the same message id.
        """
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._under_way.clear()
        self._names = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook names")
        try:
            async with httpx2.AsyncClient(
                timeout=self._timeout_s, limits=limits, follow_redirects=False, trust_env=False
            ) as client:
                yield client
                for task in self._under_way:
                    task.cancel()
                if self._under_way:
                    await asyncio.wait(self._under_way)
        finally:
            self._names.shutdown(wait=False, cancel_futures=True)

    async def _begin(self, client: httpx2.AsyncClient) -> int:
        """Make deliveries of what is new, begin due tries; return how many messages and tries were begun."""
        now = self._clock()
        begun = await asyncio.to_thread(self._webhooks.rows.fan_out, self._webhooks.draft, now)
        for subscription in await asyncio.to_thread(self._webhooks.rows.all):
            begun += await self._begin_for(client, subscription, now)
        return begun

    async def _begin_for(self, client: httpx2.AsyncClient, subscription: Subscription, now: datetime) -> int:
        busy = {d.number for d in self._under_way.values() if d.webhook_id == subscription.webhook_id}
        room = min(AT_ONCE_EACH - len(busy), AT_ONCE - len(self._under_way))
        if subscription.disabled_at is not None or room <= 0:
            return 0
        due = await asyncio.to_thread(self._webhooks.rows.due, subscription.webhook_id, now, AT_ONCE_EACH)
        begun = [delivery for delivery in due if delivery.number not in busy][:room]
        for delivery in begun:
            self._under_way[asyncio.create_task(self._try(client, subscription, delivery))] = delivery
        return len(begun)

    async def _finish(self, wait_s: float) -> int:
        """Wait for tries to end, for so long at most, and keep what came of them; return how many ended."""
        if not self._under_way:
            return 0
        done, _ = await asyncio.wait(self._under_way, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        outcomes: dict[str, list[Outcome]] = {}
        for task in done:
            outcome = partial(after_attempt, attempt=task.result(), chance=self._chance)
            outcomes.setdefault(self._under_way[task].webhook_id, []).append(outcome)
        if outcomes:
            await asyncio.to_thread(self._webhooks.rows.settle, outcomes)
        for task in done:
            del self._under_way[task]
        return len(done)

    async def _try(self, client: httpx2.AsyncClient, subscription: Subscription, delivery: Delivery) -> Attempt:
        now = self._clock()
        try:
            async with asyncio.timeout(self._timeout_s):
                request = await self._request(client, subscription, delivery, now)
                response = await client.send(request, stream=True)
                status, wait = response.status_code, _retry_after(response.headers.get("retry-after"), now)
                # The body is not read: a receiver may say what it likes, at any length.
                await response.aclose()
        except TimeoutError:
            return Attempt(delivery, self._clock(), error=f"no answer within {self._timeout_s:g} s")
        except TargetRefused as error:
            return Attempt(delivery, self._clock(), error=error.what[:_ERROR_LENGTH])
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Attempt(delivery, self._clock(), error=f"{type(error).__name__}: {error}"[:_ERROR_LENGTH])
        return Attempt(delivery, self._clock(), status=status, retry_after=wait)

    async def _request(
        self, client: httpx2.AsyncClient, subscription: Subscription, delivery: Delivery, now: datetime
    ) -> httpx2.Request:
        loop = asyncio.get_running_loop()
        target = await loop.run_in_executor(self._names, self._webhooks.resolve, subscription.url)
        return client.build_request(
            "POST",
            target.url,
            content=delivery.payload.encode(),
            headers={
                "Host": httpx2.URL(subscription.url).netloc.decode(),
                "Content-Type": delivery.content_type,
                "User-Agent": "GridPatrol",
                **signed_headers(subscription.keys(now), delivery.message_id, delivery.payload, now),
            },
            extensions={"sni_hostname": target.host},
        )

    def _note(self, trouble: str | None) -> None:
        if (trouble is None) != (self.trouble is None):
            log.warning("webhooks are held up: %s", trouble) if trouble else log.info("webhooks go on")
        self.trouble = trouble


def signed_headers(keys: tuple[str, ...], message_id: str, payload: str, at: datetime) -> dict[str, str]:
    """Return the specification's headers: one signature a valid key, the newest first."""
    at = at.astimezone(UTC)  # the package takes the wall clock of any zone for UTC
    signatures = (Webhook(key).sign(message_id, at, payload) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a receiver asks us to wait, None when it does not say it in either of the two ways."""
    if value is None:
        return None
    try:
        if value.strip().isdigit():
            return timedelta(seconds=min(int(value), 10**6))
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(timedelta(), (at if at.tzinfo else at.replace(tzinfo=UTC)) - now)
