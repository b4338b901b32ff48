"""The node's log: everything to a rotating file without secrets, warnings also to the live log in one line each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from detector.sources.credentials import redact
from gridpatrol.livelog import LiveLog

FILE_BYTES = 5_000_000
FILES = 3
QUIET = ("alembic", "uvicorn.access", "httpx", "httpcore")
"""Libraries of whose information nothing is kept."""


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _ToLiveLog(logging.Handler):
    """Warnings and errors as lines of the live log; the traceback stays in the file."""

    def __init__(self, live: LiveLog) -> None:
        super().__init__(logging.WARNING)
        self._live = live

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = record.getMessage() + (f": {type(error).__name__}: {error}" if error else "")
        style = "red" if record.levelno >= logging.ERROR else "yellow"
        self._live.say("part", style, redact(" ".join(text.split())))


@contextmanager
def keep_log(path: Path, live: LiveLog) -> Iterator[None]:
    """Log to `path` and to the live log until the end of the block."""
    root = logging.getLogger()
    file = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    file.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"))
    handlers: list[logging.Handler] = [file, _ToLiveLog(live)]
    level = root.level
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        root.setLevel(level)
        file.close()
