"""JSON schemas of the documents that the API reads and writes, for its description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from detector.config import Camera
from dispatch.adapter import FieldMapping
from gridpatrol.config.matters import MatterFile
from gridpatrol.configuring.documents import KINDS

CAMERA = "CameraFile"


def document_schemas() -> dict[str, Any]:
    """Return the schemas by their names in the description, with those of their parts."""
    schemas = _schemas(CAMERA, "Camera", Camera)
    for kind in KINDS.values():
        name = "".join(part.capitalize() for part in kind.name.split("_"))
        schemas |= _schemas(f"{name}File", name, kind.model)
    schemas |= _schemas("MatterFile", "Matter", MatterFile)
    schemas |= _schemas("MappingFile", "Mapping", FieldMapping)
    return schemas


def _schemas(name: str, kind: str, model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's schema; its parts are named after the kind of document, as other models have parts like them."""
    schema = model.model_json_schema(ref_template=f"#/components/schemas/{kind}{{model}}")
    parts = schema.pop("$defs", {})
    return {name: schema, **{f"{kind}{part}": value for part, value in parts.items()}}
