"""Writing YAML files of the configuration so that a reader meets the old file or the new one, never a part of one."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

STAGED = ".new"
"""End of the name of a file that is being written; no loader reads it."""
_MODE = 0o644
_WIDTH = 120


def yaml_text(content: Mapping[str, Any], heading: str = "") -> str:
    """Return a file's text: the comment that heads it, then its data in the order given."""
    text = io.StringIO()
    dumper = yaml.SafeDumper(text, default_flow_style=None, allow_unicode=True, sort_keys=False, width=_WIDTH)
    dumper.open()
    node = dumper.represent_data(dict(content))
    if isinstance(node, yaml.MappingNode):
        node.flow_style = False  # a line a key, also where no value has parts
    dumper.serialize(node)
    dumper.close()
    return f"{heading}{text.getvalue()}"


def heading_of(path: Path) -> str:
    """Return the comment lines with which a file begins; empty when there is no such file."""
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    count = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    return "".join(lines[:count])


def stage(folder: Path, text: str) -> Path:
    """Write a text beside the file that it is to replace, to be read and then moved by `put_in_place`.

    Raises:
        OSError: the folder cannot be written.
    """
    number, name = tempfile.mkstemp(STAGED, ".", folder)
    os.close(number)
    write_synced(Path(name), text)
    return Path(name)


def write_synced(path: Path, text: str) -> None:
    """Write a file and wait for the disk.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def put_in_place(staged: Path, path: Path) -> None:
    """Replace a file, or make it, by a staged one: after a loss of power it is the old one or the new one.

    Raises:
        OSError: it cannot be moved.
    """
    staged.chmod(path.stat().st_mode & 0o777 if path.exists() else _MODE)
    staged.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was moved in a folder last.

    Raises:
        OSError: the folder cannot be synced.
    """
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
