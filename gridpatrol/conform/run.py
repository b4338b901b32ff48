"""The kit's run: every check in turn, each area by itself, and the trial's case voided at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import httpx2
from redis.exceptions import RedisError

from gridpatrol.conform import interface, queue, receiver
from gridpatrol.conform.kit import Descriptions, Finding, Kit, Trial
from gridpatrol.errors import UserError


@dataclass(frozen=True)
class Wishes:
    """What is to be tried.

    Attributes:
        token: an access token or API key; nothing is sent when None.
        redis_url: of the stream server; the stream is left out when None.
        receiver: host under which the node reaches this machine.
        read_only: open no trial case.
    """

    token: str | None = None
    redis_url: str | None = None
    receiver: str = "127.0.0.1"
    read_only: bool = False


def conform(url: str, wishes: Wishes) -> Sequence[Finding]:
    """Play a consumer against a node and return what was found.

    Raises:
        UserError: no node answers at the address.
    """
    kit = Kit(url.rstrip("/"), wishes.token)
    with kit.client() as client:
        try:
            known = interface.describe(kit, client)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise UserError(
                f"no node answers ({type(error).__name__}: {error})", place=url, remedy="check the address"
            ) from error
        _guarded(kit, "REST", lambda: interface.read(kit, client, known))
        if wishes.read_only:
            kit.skip("REST", "moves, live changes, webhooks and the stream", "--read-only was given")
        else:
            _guarded(kit, "REST", lambda: _with_trial(kit, client, known, wishes))
        _guarded(kit, "REST", lambda: interface.pages(kit, client))
    return kit.findings


def _with_trial(kit: Kit, client: httpx2.Client, known: Descriptions, wishes: Wishes) -> None:
    with ExitStack() as stack:
        group = _group(kit, stack, wishes)
        listener = stack.enter_context(interface.Listener(kit.client()))
        trial = interface.open_trial(kit, client)
        if trial is None:
            return
        try:
            _guarded(kit, "Webhooks", lambda: receiver.check(kit, client, trial, known, wishes.receiver))
            _guarded(kit, "REST", lambda: interface.write(kit, client, trial, known))
            _guarded(kit, "Open311", lambda: interface.open311(kit, client, trial))
        finally:
            interface.close_trial(kit, client, trial)
        last = _version(client, trial)
        listener.wait_for(trial.case_id, last)
        _guarded(kit, "SSE", lambda: interface.live(kit, client, list(listener.told), trial, known))
        if group is not None:
            group.check(kit, trial, known, last)


def _group(kit: Kit, stack: ExitStack, wishes: Wishes) -> queue.Group | None:
    promise = "the stream brings the changes of a case in order, without gaps"
    why = "give its address with --redis" if wishes.redis_url is None else queue.reachable(wishes.redis_url)
    if wishes.redis_url is None or why:
        kit.skip(queue.AREA, promise, why)
        return None
    with suppress(RedisError):
        return stack.enter_context(queue.Group(wishes.redis_url))
    kit.judge(queue.AREA, "a consumer group can be made", False, "the server refused it")
    return None


def _version(client: httpx2.Client, trial: Trial) -> int:
    return int(
        client.get(f"{interface.API}/cases/{trial.case_id}").raise_for_status().json()["history"][-1]["sequence"]
    )


def _guarded(kit: Kit, area: str, check: Callable[[], None]) -> None:
    """Run one check; what it could not read is a finding of its area."""
    try:
        check()
    except (httpx2.HTTPError, ValueError, KeyError, TypeError, LookupError) as error:
        kit.judge(area, "answers can be read", False, f"{type(error).__name__}: {error}")
