"""The log of pictures that were deleted when they had been kept long enough."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import AwareDatetime, ConfigDict, Field

from dispatch.accounts import AccountRole
from dispatch.api.access import Access, allow
from dispatch.api.problems import answers
from dispatch.api.schemas import Answer, ListOf
from dispatch.api.services import API, Cursor, Limit, ServicesDep, read_cursor, write_cursor
from dispatch.retention import Grounds

router = APIRouter(prefix=f"{API}/deletions", tags=["retention"])


class DeletionItem(Answer):
    """The pictures of one case, or those of one day that no case had."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    number: int
    at: AwareDatetime
    grounds: Grounds = Field(
        description="filed, unfiled: the case ended so long ago; unreported: no case ever had them"
    )
    case_id: str | None = None
    day: date | None = None
    keys: tuple[str, ...] = Field(description="their keys; their hashes stay with the case")


@router.get(
    "",
    dependencies=[allow(AccountRole.administrator, AccountRole.operations, access=Access.read)],
    responses=answers(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def list_deletions(services: ServicesDep, cursor: Cursor = None, limit: Limit = 100) -> ListOf[DeletionItem]:
    """List what was deleted, newest first."""
    page = services.desk.store.retention.log(before=read_cursor(cursor), limit=limit)
    items = tuple(DeletionItem.model_validate(line) for line in page.items)
    return ListOf[DeletionItem](items=items, next=write_cursor(page.next))
