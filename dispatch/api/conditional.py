"""Reading again what has not changed: every JSON answer to a GET has an ETag, and If-None-Match with it gets 304.

Answers that have an ETag of their own (the version of a case, the hash of a picture) keep it. Streams and files pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.api.services import API

_KINDS = ("application/json", "application/geo+json")
NOT_MODIFIED: Mapping[str, Any] = {"description": "Nothing has changed since the ETag that If-None-Match names"}
PARAMETER: Mapping[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETags that you have seen: 304 without a body when the answer is still one of them",
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]{1,80}"( ?, ?(W/)?"[!#-~]{1,80}")*)$'},
}


def is_conditional(method: str, path: str, operation: Mapping[str, Any]) -> bool:
    """Whether a route answers JSON to a GET, by its description."""
    kinds = operation["responses"].get("200", {}).get("content", {})
    return method == "get" and path.startswith(API) and any(kind in kinds for kind in _KINDS)


class Conditional:
    """ASGI middleware around all routes; it looks at what a GET is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back, or word that it is the known one."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        seen = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None
        parts: list[bytes] = []

        async def watching(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_judged(message):
                start = message
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    for told in _answered(start, b"".join(parts), seen):
                        await send(told)

        await self._app(scope, receive, watching)


def _is_judged(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "").partition(";")[0]
    return start["status"] == 200 and kind in _KINDS


def _answered(start: Message, body: bytes, seen: str) -> tuple[Message, Message]:
    headers = MutableHeaders(raw=list(start["headers"]))
    etag = headers.setdefault("etag", f'W/"{sha256(body).hexdigest()[:32]}"')
    headers.setdefault("cache-control", "private, no-cache")  # kept by nobody between, and asked for anew each time
    if not _matches(seen, etag):
        return {**start, "headers": headers.raw}, {"type": "http.response.body", "body": body}
    kept = [(name, value) for name, value in headers.raw if name not in {b"content-length", b"content-type"}]
    return {**start, "status": 304, "headers": kept}, {"type": "http.response.body", "body": b""}


def _matches(seen: str, etag: str) -> bool:
    """Compare as RFC 9110 has it for reading: weak or strong does not matter."""
    known = {one.strip().removeprefix("W/") for one in seen.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
