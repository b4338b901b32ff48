"""Documents of which there are many, each a file of its own: matters and field mappings."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dispatch.adapter import FieldMapping
from dispatch.catalogue.definition import CODE_PATTERN
from dispatch.config import Names
from dispatch.configuration import DocumentKind
from dispatch.errors import NotFound
from gridpatrol.config.cameras import matter_faults
from gridpatrol.config.document import dotted, read_yaml, suggestion
from gridpatrol.config.installation import Installation
from gridpatrol.config.mappings import MAPPING_NAME, read_mapping
from gridpatrol.config.matters import Matter, MatterFile, read_matter, yaml_files
from gridpatrol.configuring.documents import KINDS, Kind
from gridpatrol.errors import UserError, raise_all
from gridpatrol.shipped import SHIPPED_CONFIG

MATTERS = Path("matters")
MAPPINGS = Path("mappings")
_NEW_CODE = "Add a matter with the new code and retire this one"
_TAKE_OUT = "Take it out there first"


def kinds_in(now: Installation) -> dict[str, Kind]:
    """Return every document of an installation, by name, in the order in which they are listed."""
    matters = (_matter(code, matter.path.name, _names(matter)) for code, matter in now.matters.items())
    mappings = (_mapping(name) for name in now.mappings)
    return {**KINDS, **{kind.name: kind for kind in (*matters, *mappings)}}


def kind_named(name: str) -> Kind:
    """Return the matter or the mapping of a name, such as `matter.street_stall`, whether there is one or not.

    Raises:
        NotFound: no document can have this name.
    """
    sort, _, id = name.partition(".")
    if sort == DocumentKind.matter and re.fullmatch(CODE_PATTERN, id):
        return _matter(id, f"{id}.yaml", Names(en=id, zh=id))
    if sort == DocumentKind.mapping and re.fullmatch(MAPPING_NAME, id):
        return _mapping(id)
    raise NotFound(f"there is no document {name}", f"There are {', '.join(KINDS)}, matter.CODE and mapping.NAME.")


def placed(now: Installation, folder: Path) -> Installation:
    """Return an installation whose matters are named as the files of a configuration directory."""
    matters = {code: replace(one, path=folder / MATTERS / one.path.name) for code, one in now.matters.items()}
    return replace(now, matters=matters)


def _names(matter: Matter) -> Names:
    return Names(en=matter.watched.names.en, zh=matter.watched.names.zh)


def copy_shipped(path: Path) -> None:
    """Copy the shipped files of a folder beside a file in it. Raises OSError."""
    shipped = SHIPPED_CONFIG / path.parent.name
    for file in yaml_files(shipped) if shipped.is_dir() else ():
        shutil.copyfile(file, path.parent / file.name)


def _matter(code: str, file: str, names: Names) -> Kind:
    shipped = SHIPPED_CONFIG / MATTERS / file

    def take(now: Installation, path: Path) -> Installation:
        matter, document = read_matter(path), read_yaml(path)
        problems = []
        if matter.code != code:
            problems.append(document.error(("code",), f"expected {code!r}: a matter keeps its code", _NEW_CODE))
        wanted = matter.rules.handling.department
        if wanted not in now.departments:
            fault = f"{wanted!r} is not in departments.yaml"
            problems.append(
                document.error(("handling", "department"), fault, suggestion(wanted, sorted(now.departments)))
            )
        raise_all(problems)
        return _with_matters(now, {**now.matters, code: matter})

    def drop(now: Installation) -> Installation:
        others = {name: matter for name, matter in now.matters.items() if name != code}
        if not others:
            raise UserError("it is the only matter", remedy="Add another one first")
        named = [area.id for area in now.registers.controls if code in area.matters]
        named += [responder.id for responder in now.registers.responders if code in responder.matters]
        raise_all([UserError(f"{id} names it", remedy=_TAKE_OUT) for id in named])
        return _with_matters(now, others)

    return Kind(
        f"{DocumentKind.matter}.{code}",
        names,
        MatterFile,
        take,
        MATTERS / file,
        shipped if shipped.exists() else None,
        drop,
        DocumentKind.matter,
    )


def _with_matters(now: Installation, matters: Mapping[str, Matter]) -> Installation:
    """Return an installation with another catalogue. Raises UserError where cameras do not fit it."""
    problems = []
    for id, file in now.files.items():
        for fault in matter_faults(file.camera, matters):
            what = f"camera {id}: {dotted(fault.at)}: {fault.what}"
            problems.append(UserError(what, place=str(file.path), remedy=fault.remedy))
    raise_all(problems)
    return replace(now, matters=dict(sorted(matters.items(), key=lambda item: item[1].path.name)))


def _mapping(name: str) -> Kind:
    def take(now: Installation, path: Path) -> Installation:
        mappings = {**now.mappings, name: read_mapping(path)}
        return replace(now, mappings=dict(sorted(mappings.items())))

    def drop(now: Installation) -> Installation:
        return replace(now, mappings={known: one for known, one in now.mappings.items() if known != name})

    return Kind(
        f"{DocumentKind.mapping}.{name}",
        Names(en=name, zh=name),
        FieldMapping,
        take,
        MAPPINGS / f"{name}.yaml",
        drop=drop,
        sort=DocumentKind.mapping,
    )
