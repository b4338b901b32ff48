"""Pictures of the evidence store. Every view is written into the audit log before the picture is given."""

from __future__ import annotations

import re
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from dispatch.accounts.values import AuditLine, Forbidden
from dispatch.api.access import READ_OWN, CallerDep, outside
from dispatch.api.problems import answers
from dispatch.api.services import API, ServicesDep
from dispatch.case import Role
from dispatch.errors import NotFound
from dispatch.pictures import is_of_case
from dispatch.report import camera_of
from dispatch.views import CaseView

router = APIRouter(prefix=f"{API}/evidence", tags=["evidence"])

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*\.jpg")
_CASE = "the case it belongs to; needed from who is limited to a part of the city"
JPEG: dict[str, Any] = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/{key:path}",
    dependencies=[READ_OWN],
    response_class=Response,
    responses={
        200: {"description": "The picture; its ETag is the sha256 of its bytes", **JPEG},
        304: {"description": "The caller has it already"},
        **answers(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    },
)
def read_evidence(
    key: str,
    services: ServicesDep,
    caller: CallerDep,
    case: Annotated[str | None, Query(pattern=r"^[!-~]{1,200}$", description=_CASE)] = None,
    purpose: Annotated[str, Query(max_length=200, description="what you look at it for; kept in the audit log")] = "",
    if_none_match: Annotated[str | None, Header(max_length=2000, description="the ETag that you have")] = None,
) -> Response:
    """Read a picture by the `key` that an event or a case names. Who looked, and what for, is kept."""
    picture, digest = picture_of(services.evidence_root, key)
    if case is not None:
        view = services.desk.store.views.case(case)
        if not caller.scope.holds(view.case.department, view.case.grid):
            raise outside(caller, f"case {case}")
        if key not in _pictures_of(view):
            raise NotFound(f"case {case} has no such picture", "Take the key from the case, unchanged.")
    elif not caller.scope.is_everywhere:
        raise Forbidden(f"{caller.name} is limited to {caller.scope}", "Say to which case the picture belongs: ?case=")
    services.accounts.note(
        AuditLine(services.clock(), caller.name, caller.roles, "evidence.view", key, case, purpose.strip(), digest)
    )
    headers = {
        "ETag": f'"{digest}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if if_none_match is not None and (digest in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(picture, media_type="image/jpeg", headers=headers)


def _pictures_of(view: CaseView) -> frozenset[str]:
    """Return the keys of the pictures that cameras, or people for this case, took of a case.

    What people name in reports and feedback does not count: else who may write to one case could read any picture.
    """
    told = [(record.role, picture) for record in view.history for picture in record.evidence]
    looked = [one for role, one in told if role is Role.camera or is_of_case(one.key, view.case.case_id)]
    reported = [picture for event in view.events if camera_of(event.report) for picture in event.report.evidence]
    checked = [picture for check in view.checks for picture in check.evidence]
    return frozenset(picture.key for picture in (*reported, *checked, *looked))


def picture_of(root: Path, key: str) -> tuple[bytes, str]:
    """Return the picture of a key and its sha256.

    Raises:
        NotFound: there is none. A key that would lead out of the store, by name or by link, has none.
    """
    missing = NotFound("there is no such picture", "Take the key from an event or a case, unchanged.")
    if _KEY.fullmatch(key) is None or len(key) > 500:
        raise missing
    try:
        path = (root / key).resolve(strict=True)
    except OSError as error:
        raise missing from error
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise missing
    picture = path.read_bytes()
    return picture, sha256(picture).hexdigest()
