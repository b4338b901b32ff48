"""Pictures of the evidence store. They never change, so they may be kept by whoever has read one."""

from __future__ import annotations

import re
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Response

from dispatch.api.access import READ
from dispatch.api.problems import answers
from dispatch.api.services import API, ServicesDep
from dispatch.errors import NotFound

router = APIRouter(prefix=f"{API}/evidence", tags=["evidence"])

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*\.jpg")
_JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/{key:path}",
    dependencies=[READ],
    response_class=Response,
    responses={
        200: {"description": "The picture; its ETag is the sha256 of its bytes", **_JPEG},
        304: {"description": "The caller has it already"},
        **answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    },
)
def read_evidence(
    key: str, services: ServicesDep, if_none_match: Annotated[str | None, Header(max_length=2000)] = None
) -> Response:
    """Read a picture by the `key` that an event or a case names."""
    picture = _find(services.evidence_root, key).read_bytes()
    etag = f'"{sha256(picture).hexdigest()}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    if if_none_match is not None and (etag in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(picture, media_type="image/jpeg", headers=headers)


def _find(root: Path, key: str) -> Path:
    """Return the file of a key. A key that would lead out of the store, by name or by link, has none."""
    missing = NotFound("there is no such picture", "Take the key from an event or a case, unchanged.")
    if _KEY.fullmatch(key) is None or len(key) > 500:
        raise missing
    try:
        path = (root / key).resolve(strict=True)
    except OSError as error:
        raise missing from error
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise missing
    return path
