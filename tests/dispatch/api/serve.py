"""A real server on a free loopback port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


def bound() -> socket.socket:
    """Return a socket that is bound to a free loopback port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address of what is served on a bound socket."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def serving(app: FastAPI, listener: socket.socket | None = None) -> Iterator[str]:
    """Serve an application and give its address; on a socket that is bound already where its address must be known."""
    with listener or bound() as socket_:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket_]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield address_of(socket_)
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
