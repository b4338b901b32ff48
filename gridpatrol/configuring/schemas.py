"""JSON schemas of the documents that the API reads and writes, for its description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from detector.config import Camera

CAMERA = "CameraFile"


def document_schemas() -> dict[str, Any]:
    """Return the schemas by their names in the description, with those of their parts."""
    return _schemas(CAMERA, "Camera", Camera)


def _schemas(name: str, kind: str, model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's schema; its parts are named after the kind of document, as other models have parts like them."""
    schema = model.model_json_schema(ref_template=f"#/components/schemas/{kind}{{model}}")
    parts = schema.pop("$defs", {})
    return {name: schema, **{f"{kind}{part}": value for part, value in parts.items()}}
