"""One node for a data directory, and how other programs on the machine find it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from gridpatrol.errors import UserError

LOCK_NAME = "node.lock"
BEACON_NAME = "node.json"


class Beacon(BaseModel):
    """Where a running node can be reached. It is removed when the node stops."""

    model_config = ConfigDict(frozen=True)

    pid: int
    api_url: str
    stream_url: str


class DataDirectory:
    """A node's data directory, locked for this process. The kernel frees the lock when the process ends, however.

    Raises:
        UserError: another node uses the directory, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = (self.path / LOCK_NAME).open("a+")
        except OSError as error:
            raise UserError(
                f"cannot be used as a data directory: {error.strerror or error}",
                place=str(self.path),
                remedy="give another one with --data, or make this one writable",
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            owner = self._file.read().strip()
            self._file.close()
            raise UserError(
                f"another node{f' (process {owner})' if owner else ''} is running on this data directory",
                place=str(self.path),
                remedy="stop it first, or give another directory with --data",
            ) from error
        (self.path / BEACON_NAME).unlink(missing_ok=True)  # of a node that was killed
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (self.path / BEACON_NAME).unlink(missing_ok=True)
        self._file.close()

    def announce(self, api_url: str, stream_url: str) -> None:
        """Tell other programs where the node is."""
        beacon = Beacon(pid=os.getpid(), api_url=api_url, stream_url=stream_url)
        partial = self.path / f"{BEACON_NAME}.partial"
        partial.touch(mode=0o600)  # a stream server's address may hold a password
        partial.write_text(beacon.model_dump_json())
        partial.replace(self.path / BEACON_NAME)


def read_beacon(data: Path) -> Beacon | None:
    """Return where the node on a data directory can be reached; None when none is running."""
    try:
        beacon = Beacon.model_validate_json((data / BEACON_NAME).read_text())
        with (data / LOCK_NAME).open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = (data / LOCK_NAME).read_text().strip()
        return beacon if owner == str(beacon.pid) else None
    except (OSError, ValidationError):
        return None
    return None
