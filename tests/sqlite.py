"""SQLite files that have all tables already: migrating anew for every test takes longer than most tests do."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from dispatch.store import open_store


def with_tables(file: Path) -> str:
    """Write an empty database of the newest version; returns its address."""
    file.write_bytes(_empty())
    return f"sqlite:///{file}"


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        open_store(f"sqlite:///{file}").close()
        return file.read_bytes()
