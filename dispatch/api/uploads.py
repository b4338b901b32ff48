"""Bodies are bounded: small ones everywhere, recordings where they are uploaded."""

from __future__ import annotations

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.errors import DispatchError

UPLOADS = "/recordings"
"""Where recordings are uploaded, below the interface's root."""
MAX_BODY_BYTES = 1 << 20
MAX_UPLOAD_BYTES = 1 << 30
"""No recording is larger than this, whatever the node would keep (`dispatch.trials.TrialControl.most_bytes`)."""


class TooLarge(DispatchError):
    """The body is too large."""

    title = "The body is too large"


class BodyLimits:
    """ASGI middleware: refuses bodies that are too large (413), by where they are sent.

    Args:
        uploads: full path of the one route that takes large ones.
    """

    def __init__(self, app: ASGIApp, uploads: str) -> None:
        self._small = RequestBodyLimitMiddleware(app, max_body_size=MAX_BODY_BYTES)
        self._large = RequestBodyLimitMiddleware(app, max_body_size=MAX_UPLOAD_BYTES)
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its bound."""
        is_upload = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == self._uploads
        await (self._large if is_upload else self._small)(scope, receive, send)
