"""The key of the command line on the node's own machine, and where it and other keys are found.

It is new at every start and lies in the data directory, readable by the node's user only: who can read it could read
the databases too.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEY_NAME = "local.key"
TOKEN_VARIABLE = "GRIDPATROL_API_TOKEN"
KEY_VARIABLE = "GRIDPATROL_API_KEY"
DATA_VARIABLE = "GRIDPATROL_DATA"


@contextmanager
def local_key(data: Path) -> Iterator[str]:
    """Write a new key of the command line into a data directory, and remove it at the end."""
    key = secrets.token_urlsafe(32)
    path = data / KEY_NAME
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    try:
        yield key
    finally:
        path.unlink(missing_ok=True)


def read_local_key(data: Path) -> str | None:
    """Return the key of the node that runs on a data directory; None when there is none to be read."""
    try:
        return (data / KEY_NAME).read_text().strip() or None
    except OSError:
        return None
