"""What holds for every write: a repeat with the same Idempotency-Key changes nothing, and the audit log tells of it.

The line of the audit log is kept in the same transaction as the change. A write that changes nothing in the database
(such as a picture put into the evidence store) gets its line before its answer begins.
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.accounts import Caller
from dispatch.accounts.ports import KeptAnswer
from dispatch.accounts.values import AuditLine, NotSignedIn
from dispatch.api.problems import Problem, answer_of, database_problem
from dispatch.api.services import API, Services
from dispatch.api.uploads import BASE_MAPS, UPLOADS

log = logging.getLogger(__name__)

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY_PATTERN = r"^[!-~]{1,190}$"
HEADER = "idempotency-key"
MAX_KEPT_BYTES = 1 << 16
_KEY = re.compile(KEY_PATTERN)


class Writes:
    """ASGI middleware around all routes; it looks at requests that change something."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer its repeat."""
        if scope["type"] != "http" or scope["method"] not in WRITES:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        key = Headers(scope=scope).get(HEADER)
        # An upload is known by its bytes: a repeat is the same one, and it is too large to be held for its key.
        if key is None or not scope["path"].startswith(API) or scope["path"] in {API + UPLOADS, API + BASE_MAPS}:
            await self._audited(scope, receive, send)
            return
        try:
            answer = await self._once(scope, receive, key)
        except DBAPIError as error:
            answer = database_problem(error)
        await answer(scope, receive, send)

    async def _once(self, scope: Scope, receive: Receive, key: str) -> Response:
        """Return the answer to a write with a key: its own, or that of the write that it repeats."""
        if _KEY.fullmatch(key) is None:
            return _refused(422, "header.Idempotency-Key: 1 to 190 printable ASCII characters", "Take a UUID.")
        services: Services = scope["app"].state.services
        body = await _body(receive)
        caller = await run_in_threadpool(_caller, scope, services)
        if caller is None or caller.is_guest:
            return await self._carried_out(scope, body, receive)
        target = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}\n"
        fingerprint = sha256(target.encode() + body).hexdigest()
        answers = services.accounts.store.answers
        known = await run_in_threadpool(answers.reserve, caller.name, key, fingerprint, services.clock())
        if known is not None:
            return _repeated(known, fingerprint)
        is_done = False
        try:
            answer = await self._carried_out(scope, body, receive)
            is_done = answer.status_code < 500 and answer.status_code not in {401, 403}
        finally:
            if not is_done:
                await run_in_threadpool(answers.release, caller.name, key)
        if is_done:
            try:
                await run_in_threadpool(answers.finish, caller.name, key, _to_keep(answer, fingerprint))
            except DBAPIError:
                # It is done: its answer is the truth, and the key stays taken, so that a repeat does not do it again.
                log.exception("the answer to %s %s of %s is not kept", scope["method"], scope["path"], caller.name)
        return answer

    async def _carried_out(self, scope: Scope, body: bytes, receive: Receive) -> Response:
        collected = _Collected()
        was_read = False

        async def again() -> Message:
            nonlocal was_read
            if was_read:
                return await receive()
            was_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._audited(scope, again, collected)
        answer = Response(collected.body, collected.status)
        answer.raw_headers = collected.headers
        return answer

    async def _audited(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application carry a write out; a line in the audit log is kept with what it changes."""
        services: Services = scope["app"].state.services
        with services.accounts.store.noting(partial(_line_of, scope, services)) as noted:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start" and message["status"] < 400 and not noted.is_kept:
                    noted.is_kept = True  # by the next line, whose own unit of work is not to be noted too
                    await run_in_threadpool(_note, scope, services)
                await send(message)

            await self._app(scope, receive, sending)


@dataclass
class _Collected:
    """Takes an answer in instead of sending it."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _caller(scope: Scope, services: Services) -> Caller | None:
    _, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    try:
        return services.accounts.caller_of(token or None, services.clock())
    except NotSignedIn:
        return None


def _to_keep(answer: Response, fingerprint: str) -> KeptAnswer:
    """Return what is kept of an answer; of one that shows a secret, or a long one, only that it was given."""
    is_kept = "no-store" not in answer.headers.get("cache-control", "") and len(answer.body) <= MAX_KEPT_BYTES
    headers = answer.headers
    body = bytes(answer.body) if is_kept else None
    return KeptAnswer(fingerprint, answer.status_code, headers.get("content-type", ""), headers.get("etag", ""), body)


def _repeated(known: KeptAnswer, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        return _refused(422, "this Idempotency-Key was used for another request", "Take a new key for a new request.")
    if known.status is None:
        return _refused(
            409, "the first request with this Idempotency-Key is being carried out", "Ask again in a moment."
        )
    if known.body is None:
        return _refused(409, "this was done already, and its answer is not kept", "Read what became of it.")
    headers = {"Idempotency-Replayed": "true"} | ({"ETag": known.etag} if known.etag else {})
    return Response(known.body, known.status, headers, known.content_type or None)


def _refused(status: int, what: str, remedy: str) -> Response:
    title = HTTPStatus(status).phrase
    return answer_of(Problem(title=title, status=status, what=what, remedy=remedy))


def _line_of(scope: Scope, services: Services) -> AuditLine | None:
    """Return what the audit log is to say of a write; None while nobody has called, or where the use case says it."""
    state = scope["state"]
    caller: Caller | None = state.get("caller")
    if caller is None or state.get("audits_itself", True):
        return None
    action = f"{scope['method']} {getattr(scope.get('route'), 'path', '')}"
    case_id = scope.get("path_params", {}).get("case_id")
    return AuditLine(services.clock(), caller.name, caller.roles, action, scope["path"][:500], case_id)


def _note(scope: Scope, services: Services) -> None:
    line = _line_of(scope, services)
    if line is None:
        return
    try:
        services.accounts.note(line)
    except DBAPIError:
        # Nothing was changed in the database, and what was done elsewhere cannot be taken back here.
        log.exception("%s of %s is not in the audit log", line.action, line.actor)
