"""Matter files: one YAML each, of which the camera side and the dispatch side read their own share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo

from detector.config import Watched
from dispatch.config import MatterRules
from gridpatrol.config.document import Document, read_yaml, suggestion, validate
from gridpatrol.errors import UserError, raise_all

M = TypeVar("M", bound=BaseModel)


def _whole() -> type[BaseModel]:
    """Return the model of a whole file: both sides' keys, in the order in which the reference lists them."""
    shares: dict[str, FieldInfo] = {**MatterRules.model_fields, **Watched.model_fields}
    order = dict.fromkeys((*Watched.model_fields, *MatterRules.model_fields))
    keys: dict[str, Any] = {name: (shares[name].annotation, shares[name]) for name in order}
    return create_model(
        "MatterFile", __config__=ConfigDict(extra="forbid"), __doc__="One matter: a file of `matters/`.", **keys
    )


MatterFile = _whole()
"""What a file says, as it is written; `read_matter` checks each side's share of it."""


@dataclass(frozen=True)
class Matter:
    """A kind of event of the admitted catalogue.

    Attributes:
        watched: what the cameras look for and how they verify that it is gone.
        rules: how dispatch tells duplicates, files and hands it on.
        path: the file it was read from.
    """

    watched: Watched
    rules: MatterRules
    path: Path

    @property
    def code(self) -> str:
        """The matter's name in this program, such as `illegal_parking`."""
        return self.watched.code


def load_matters(folder: Path) -> dict[str, Matter]:
    """Read the catalogue, one `*.yaml` a matter; the result is keyed by code, in the order of the file names.

    Raises:
        UserError: every fault of every file, each with its line.
    """
    matters: dict[str, Matter] = {}
    problems: list[UserError] = []
    for path in yaml_files(folder):
        try:
            matter = read_matter(path)
            if matter.code in matters:
                fault = f"{matter.code!r} is already given in {matters[matter.code].path.name}"
                raise read_yaml(path).error(("code",), fault, "Keep one of the two")
        except UserError as error:
            problems.append(error)
        else:
            matters[matter.code] = matter
    raise_all(problems)
    return matters


def yaml_files(folder: Path, *, may_be_empty: bool = False) -> Sequence[Path]:
    """Return the YAML files of a folder by name, those that begin with a dot left out.

    Raises:
        UserError: there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise UserError("there is no such folder", place=str(folder), remedy="Check the path of the configuration")
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix in {".yaml", ".yml"} and not path.name.startswith(".") and path.is_file()
    )
    if not paths and not may_be_empty:
        raise UserError("the folder has no *.yaml file", place=str(folder), remedy="Add one, or copy a shipped one")
    return paths


def read_matter(path: Path) -> Matter:
    """Read one matter file.

    Raises:
        UserError: every fault of the file, each with its line.
    """
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        raise document.error((), "expected keys and values", "docs/configuration.md describes every key")
    known = sorted({*Watched.model_fields, *MatterRules.model_fields})
    problems = [
        document.error((key,), "unknown key", suggestion(key, known)) for key in document.data if key not in known
    ]
    watched = _share(document, Watched, problems)
    rules = _share(document, MatterRules, problems)
    raise_all(problems)
    if watched is None or rules is None:
        raise AssertionError("a share without a value has a problem")
    patience_s, timeout_s = watched.closure.patience_s, rules.recheck.answer_timeout_s
    if timeout_s <= patience_s:
        raise document.error(
            ("recheck", "answer_timeout_s") if "recheck" in document.data else ("closure", "patience_s"),
            f"recheck.answer_timeout_s ({timeout_s:g}) must exceed closure.patience_s ({patience_s:g})",
            "Otherwise dispatch gives up while the camera is still looking",
        )
    return Matter(watched=watched, rules=rules, path=document.path)


def _share(document: Document, model: type[M], problems: list[UserError]) -> M | None:
    """Return one side's part of the file; its complaints are added to `problems`."""
    share: dict[str, Any] = {key: value for key, value in document.data.items() if key in model.model_fields}
    try:
        return validate(document, model, share)
    except UserError as error:
        problems.append(error)
        return None
