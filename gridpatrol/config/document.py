"""YAML files whose every fault is told with its line.

`read_yaml` composes the file into nodes, which know their lines; `validate` checks the data against a pydantic model
and turns each of its complaints into a `UserError` with `file:line`.
"""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gridpatrol.errors import UserError, raise_all

Location = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 4_000_000
"""Longer files are refused: no camera or matter needs them."""
MAX_NODES = 200_000
"""Values in one file, aliases counted at each use: a few nested ones can stand for billions of values."""
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_REFERENCE = "docs/configuration.md describes every key"


@dataclass(frozen=True)
class Document:
    """A YAML file's data and the line on which each value stands (keys of `lines` are paths into the data)."""

    path: Path
    data: Any
    lines: Mapping[Location, int]

    def where(self, location: Location = ()) -> str:
        """Return `file:line` of a value, or of the innermost enclosing value that the file has."""
        known: Location = ()
        for step in location:
            if (*known, step) in self.lines:
                known = (*known, step)
        return f"{self.path}:{self.lines.get(known, 1)}"

    def error(self, location: Location, message: str, remedy: str = "") -> UserError:
        """Return an error that points at a value and names it."""
        name = dotted(location)
        what = f"{name}: {message}" if name else message
        return UserError(what, place=self.where(location), remedy=remedy, value=name)


def dotted(location: Location) -> str:
    """Return a path into the data as people write it: `zones[0].polygon_px`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")


def read_yaml(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        UserError: missing, unreadable, not UTF-8, too large, not YAML, or a key given twice.
    """
    text = read_text(path)
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise UserError("the file is empty", place=f"{path}:1", remedy=f"{_REFERENCE}")
        builder = _Builder(path, loader)
        return Document(path=path, data=builder.build(node, ()), lines=builder.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UserError(
            f"not valid YAML: {error.problem or error.context}",
            place=f"{path}:{line}",
            remedy="Check the indentation, brackets and quotes around this line",
        ) from error
    except RecursionError as error:
        raise UserError("not valid YAML: nested too deeply", place=f"{path}:1") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(f"not valid YAML: {error}", place=f"{path}:1") from error
    finally:
        loader.dispose()


def read_text(path: Path) -> str:
    """Return a configuration file's text.

    Raises:
        UserError: missing, unreadable, not UTF-8 or longer than `MAX_BYTES`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path.stat().st_size} bytes, at most {MAX_BYTES} are read", place=str(path))
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError("the file does not exist", place=str(path), remedy="Check the path") from error
    except UnicodeDecodeError as error:
        raise UserError(f"not UTF-8 ({error.reason})", place=str(path), remedy="Save the file as UTF-8") from error
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror or error})", place=str(path)) from error


class _Builder:
    """Turns YAML nodes into plain data and remembers where each value stood."""

    def __init__(self, path: Path, loader: yaml.SafeLoader) -> None:
        self.path = path
        self.lines: dict[Location, int] = {}
        self._loader = loader
        self._ancestors: list[yaml.Node] = []

    def build(self, node: yaml.Node, location: Location) -> Any:
        self.lines.setdefault(location, node.start_mark.line + 1)
        if len(self.lines) > MAX_NODES or node in self._ancestors:
            raise UserError("aliases that repeat themselves without end", place=self._where(node))
        self._ancestors.append(node)
        try:
            if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN_TAGS:
                raise UserError(f"the tag {node.tag!r} is not used here", place=self._where(node), remedy="Drop it")
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, location)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*location, index)) for index, item in enumerate(node.value)]
            return self._loader.construct_object(node, deep=True)
        finally:
            self._ancestors.pop()

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        written = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        self._loader.flatten_mapping(node)
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                raise UserError("a key must be a plain word", place=self._where(key_node))
            if key in result and written.count(key) > 1:
                raise UserError(f"key {key!r} is given twice", place=self._where(key_node), remedy="Keep one of them")
            self.lines[(*location, key)] = key_node.start_mark.line + 1
            result[key] = self.build(value_node, (*location, key))
        return result

    def _where(self, node: yaml.Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}"


def validate(document: Document, model: type[M], data: Any = None, *, at: Location = ()) -> M:
    """Return the model made of a document's data, or of `data` found at path `at` in it.

    Raises:
        UserError: one for each complaint, with its line.
    """
    try:
        return model.model_validate(document.data if data is None else data)
    except ValidationError as error:
        problems = {str(problem): problem for problem in (_problem(document, model, one, at) for one in error.errors())}
        raise_all(list(problems.values()))
        raise


def _problem(document: Document, model: type[BaseModel], details: ErrorDetails, at: Location) -> UserError:
    location = (*at, *_without_tags(document, at, details["loc"]))
    kind = details["type"]
    if kind == "extra_forbidden":
        return document.error(
            location, "unknown key", suggestion(str(details["loc"][-1]), _keys(model, details["loc"]))
        )
    if kind == "missing":
        return document.error(location, "this key is missing", f"Add it; {_REFERENCE}")
    if kind == "value_error":
        return document.error(location, details["msg"].removeprefix("Value error, "), _REFERENCE)
    if kind == "union_tag_invalid":
        wanted = f"one of {details['ctx']['expected_tags']}"
        return document.error((*location, "kind"), f"expected {wanted}, got {details['ctx']['tag']!r}", _REFERENCE)
    wanted, replaced = re.subn(r"^(Input|String|Value|Tuple|List|Dictionary) should (be|have)? ?", "", details["msg"])
    wanted = re.sub(r" after validation, not .*", "", wanted) if replaced else details["msg"]
    came = shown(details["input"])
    if kind == "string_type" and isinstance(details["input"], int | float):
        return document.error(location, f"expected {wanted}, got the number {came}", "Put it in quotes")
    return document.error(location, f"expected {wanted}, got {came}", _REFERENCE)


def suggestion(word: str, known: list[str]) -> str:
    """Return the remedy for an unknown word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known here: {', '.join(known)}" if known else _REFERENCE


def shown(value: object) -> str:
    """Return a value for a message: short, and without the password an address may carry."""
    return re.sub(r"://[^/@\s]*@", "://***@", reprlib.repr(value))


def _without_tags(document: Document, at: Location, location: Location) -> Location:
    """Drop the names of union members that pydantic puts into a path and the file does not have."""
    kept: Location = ()
    for position, step in enumerate(location):
        if (*at, *kept, step) in document.lines or position == len(location) - 1:
            kept = (*kept, step)
    return kept


def _keys(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys known where the last step of `location` stands."""
    candidates = [model]
    for step in location[:-1]:
        deeper = [
            child
            for candidate in candidates
            if step in candidate.model_fields
            for child in _models_in(candidate.model_fields[str(step)].annotation)
        ]
        tagged = [candidate for candidate in candidates if _tag_is(candidate, step)]
        candidates = deeper or tagged or candidates
    return sorted({name for candidate in candidates for name in candidate.model_fields})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _tag_is(model: type[BaseModel], step: str | int) -> bool:
    kind = model.model_fields.get("kind")
    return kind is not None and step in get_args(kind.annotation)
