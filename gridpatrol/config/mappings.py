"""Field mappings of an installation: `mappings/*.yaml`, each named by its file."""

from __future__ import annotations

import re
from pathlib import Path

from dispatch.adapter import FieldMapping
from gridpatrol.config.document import read_yaml, validate
from gridpatrol.config.matters import yaml_files
from gridpatrol.errors import UserError, raise_all

MAPPING_NAME = r"[a-z0-9_-]{1,64}"


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
            if re.fullmatch(MAPPING_NAME, path.stem) is None:
                raise UserError(
                    "a mapping's file is named with a-z, 0-9, _ and -", place=str(path), remedy="Rename the file"
                )
            mappings[path.stem] = read_mapping(path)
        except UserError as error:
            problems.append(error)
    raise_all(problems)
    return mappings


def read_mapping(path: Path) -> FieldMapping:
    """Read one field mapping. Raises UserError with every fault of the file."""
    return validate(read_yaml(path), FieldMapping)
