"""A real HTTP receiver of webhooks on a loopback port, which answers as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

Json = dict[str, Any]


@dataclass(frozen=True)
class Letter:
    """One request as it came."""

    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, key: str) -> Json:
        """Return the body, its signature checked by the specification's own package."""
        value: Json = Webhook(key).verify(self.body, self.headers)
        return value


@dataclass
class Receiver:
    """What came, and what to answer."""

    url: str = ""
    answers: Callable[[Letter], tuple[int, dict[str, str]]] = lambda letter: (204, {})
    letters: list[Letter] = field(default_factory=list)
    most_at_once: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, status: int, **headers: str) -> None:
        """Answer everything with this from now on."""
        self.answers = lambda letter: (status, headers)

    def take(self, letter: Letter) -> tuple[int, dict[str, str]]:
        with self.lock:
            self.letters.append(letter)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.hold.wait(10)
        with self.lock:
            self.at_once -= 1
        return self.answers(letter)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver; it answers at once unless its `hold` is cleared."""
    receiver = Receiver()
    receiver.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status, headers = receiver.take(Letter({k.lower(): v for k, v in self.headers.items()}, body))
            try:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
            except OSError:
                return  # the sender did not wait

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield receiver
    receiver.hold.set()
    server.shutdown()
    thread.join(10)
    server.server_close()
