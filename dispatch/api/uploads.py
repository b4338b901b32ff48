"""Bodies are bounded: small ones everywhere, larger ones where recordings and pictures are uploaded."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.errors import DispatchError, Invalid
from dispatch.pictures import MAX_BYTES as MAX_PICTURE_BYTES

UPLOADS = "/recordings"
"""Where recordings are uploaded, below the interface's root."""
BASE_MAPS = "/base-maps"
"""Where pictures of the ground are."""
MAX_BODY_BYTES = 1 << 20
MAX_UPLOAD_BYTES = 1 << 30
"""No recording is larger than this, whatever the node would keep (`dispatch.trials.TrialControl.most_bytes`)."""
MAX_BASE_MAP_BYTES = 32 << 20

_LARGE = (
    (re.compile(rf"/api/v1{UPLOADS}"), MAX_UPLOAD_BYTES),
    (re.compile(rf"/api/v1{BASE_MAPS}"), MAX_BASE_MAP_BYTES),
    (re.compile(r"/api/v1/cases/[^/]+/pictures"), MAX_PICTURE_BYTES),
)
"""Where larger bodies may be posted, by full path."""


class TooLarge(DispatchError):
    """The body is too large."""

    title = "The body is too large"


class BodyLimits:
    """ASGI middleware: refuses bodies that are too large (413), by where they are sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._small = RequestBodyLimitMiddleware(app, max_body_size=MAX_BODY_BYTES)
        self._large = [(path, RequestBodyLimitMiddleware(app, max_body_size=most)) for path, most in _LARGE]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its bound."""
        limited = self._small
        if scope["type"] == "http" and scope["method"] == "POST":
            limited = next((app for path, app in self._large if path.fullmatch(scope["path"])), self._small)
        await limited(scope, receive, send)


async def receive(request: Request, upload: Path, most_bytes: int, what: str) -> None:
    """Write a request's body into a file.

    Args:
        what: is sent, for the refusal of one that is too large: "a recording".

    Raises:
        TooLarge: it has more bytes than may be.
        Invalid: it has none.
    """
    size = 0
    with upload.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_bytes:
                raise TooLarge(f"{what} may have {most_bytes} bytes", "Send a smaller one.")
            await run_in_threadpool(file.write, chunk)
    if size == 0:
        raise Invalid("the body is empty", f"Send the bytes of {what} as the body.")
