"""The live stream and listeners that leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from dispatch.service import Desk
from tests.dispatch.builders import at, metres_east, report, sent


def test_a_listener_that_leaves_while_it_is_behind_is_no_error(
    client_of: Callable[..., TestClient], desk: Desk
) -> None:
    for number in range(5):
        desk.receive(sent(report(f"e{number}", location=metres_east(200 * number))), at(number))
    app: Any = client_of().app
    told: list[bytes] = []
    behind = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await behind.wait()
        await asyncio.sleep(0.2)  # what comes after it waits by now
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message.get("body", b""))
        if len(told) > 2:  # the head, the first event, and one that does not get through
            behind.set()
            await asyncio.sleep(60)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/v1/stream",
        "raw_path": b"/api/v1/stream",
        "query_string": b"after=0",
        "headers": [(b"host", b"127.0.0.1:8600")],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8600),
    }

    asyncio.run(asyncio.wait_for(app(scope, receive, send), 20))
    assert told[1].startswith(b"event: case\n")
