"""Field mappings of an installation: `mappings/*.yaml`, each named by its file."""

from __future__ import annotations

import re
from pathlib import Path

from dispatch.adapter import FieldMapping
from gridpatrol.config.document import read_yaml, validate
from gridpatrol.config.matters import yaml_files
from gridpatrol.errors import UserError, raise_all

_NAME = re.compile(r"[a-z0-9_-]{1,64}")


def load_mappings(folder: Path) -> dict[str, FieldMapping]:
    """Read the field mappings by name; none when there is no such folder.

    Raises:
        UserError: every fault of every file, each with its line.
    """
    if not folder.is_dir():
        return {}
    mappings: dict[str, FieldMapping] = {}
    problems: list[UserError] = []
    for path in yaml_files(folder):
        try:
            if _NAME.fullmatch(path.stem) is None:
                raise UserError(
                    "a mapping's file is named with a-z, 0-9, _ and -", place=str(path), remedy="Rename the file"
                )
            mappings[path.stem] = validate(read_yaml(path), FieldMapping)
        except UserError as error:
            problems.append(error)
    raise_all(problems)
    return mappings
