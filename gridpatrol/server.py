"""The HTTP interface as a part of the node: uvicorn in a thread of its own."""

from __future__ import annotations

import socket
import ssl
import threading

import uvicorn
from fastapi import FastAPI

from gridpatrol.errors import UserError
from gridpatrol.settings import Api

DRAIN_S = 1
"""Seconds that open requests (live streams) get when the node stops."""


class ApiServer:
    """Listens from construction on, so that a taken port is told before anything starts.

    Raises:
        UserError: the address cannot be listened on, or the certificate cannot be used.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        _check_certificate(api)
        self._address = (api.host, api.port)
        self._listener: socket.socket | None = _listen(api.host, api.port)
        self._address = self._listener.getsockname()[:2]
        self._server: uvicorn.Server | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self._address
        scheme = "https" if self._api.tls_certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self, app: FastAPI, stop: threading.Event) -> None:
        """Answer requests until `release`."""
        listener, self._listener = self._listener or _listen(*self._address), None
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_S,
            server_header=False,
            ssl_certfile=self._api.tls_certificate,
            ssl_keyfile=self._api.tls_key,
        )
        self._server = uvicorn.Server(config)
        self._server.should_exit = stop.is_set()
        with listener:
            self._server.run(sockets=[listener])

    def release(self) -> None:
        """Let `run` return."""
        if self._server is not None:
            self._server.should_exit = True

    def close(self) -> None:
        """Stop listening, where `run` was never called."""
        if self._listener is not None:
            self._listener.close()


def _check_certificate(api: Api) -> None:
    if api.tls_certificate is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(api.tls_certificate, api.tls_key)
    except OSError as error:  # ssl.SSLError is one
        raise UserError(
            f"the certificate and its key cannot be used: {error.strerror or error}",
            place=f"{api.tls_certificate}, {api.tls_key}",
            remedy="give PEM files that belong together and that the node's user can read",
        ) from error


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UserError(
            f"the API cannot listen on {host}:{port}: {error.strerror or error}",
            remedy="stop what uses the port, or choose another one: --port 8601 (make run ARGS='--port 8601')",
        ) from error
    return listener
