"""Looks that were asked of cameras: their table, and what a unit of work and the API read of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, Row, Select, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.contract import LookAnswer, LookRequest
from dispatch.looks import Cause, Look, LookState
from dispatch.store.schema import Base, Json, Number, UtcDateTime

_MOST_OVERDUE = 200
"""Looks that are given up in one unit of work."""


class LookRow(Base):
    """A look that was asked of a camera, and its answer."""

    __tablename__ = "looks"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    look_id: Mapped[str] = mapped_column(unique=True)
    camera_id: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.case_id"))
    cause: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(Json)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (
        Index("ix_looks_camera", "camera_id", "number"),
        Index("ix_looks_case", "case_id", "number"),
        Index("ix_looks_state", "state", "due_at"),
    )


class LookRowsOnSql:
    """A share of `dispatch.store.transaction.SqlTransaction`."""

    @property
    def _connection(self) -> Connection:
        """The connection, with all that it must show written."""
        raise NotImplementedError

    def look(self, look_id: str) -> Look | None:
        """Return a look, None when there is none of that id."""
        row = self._connection.execute(select(LookRow).where(LookRow.look_id == look_id)).one_or_none()
        return None if row is None else to_look(row)

    def put_look(self, look: Look) -> None:
        """Keep a look, new or changed."""
        values = _values(look)
        changed = update(LookRow).where(LookRow.look_id == look.request.look_id).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(LookRow), values)

    def open_look(self, camera_id: str, case_id: str | None) -> Look | None:
        """Return the look of a camera for a case, or for none, whose answer is awaited."""
        query = select(LookRow).where(
            LookRow.camera_id == camera_id, LookRow.case_id == case_id, LookRow.state == LookState.asked.value
        )
        row = self._connection.execute(query.order_by(LookRow.number.desc()).limit(1)).one_or_none()
        return None if row is None else to_look(row)

    def cameras_asked_since(self, since: datetime) -> Sequence[str]:
        """Return the camera of every look that was asked for since a time."""
        return tuple(self._connection.scalars(select(LookRow.camera_id).where(LookRow.asked_at > since)))

    def overdue_looks(self, now: datetime) -> Sequence[Look]:
        """Return looks whose answer should have come, oldest first, up to some hundreds."""
        query = select(LookRow).where(LookRow.state == LookState.asked.value, LookRow.due_at <= now)
        found = self._connection.execute(query.order_by(LookRow.number).limit(_MOST_OVERDUE))
        return tuple(to_look(row) for row in found)


def looks_of(*, camera_id: str | None = None, case_id: str | None = None, look_id: str | None = None) -> Select[Any]:
    """Return the query of looks, newest first; every argument narrows."""
    query = select(LookRow).order_by(LookRow.number.desc())
    for column, value in ((LookRow.camera_id, camera_id), (LookRow.case_id, case_id), (LookRow.look_id, look_id)):
        if value is not None:
            query = query.where(column == value)
    return query


def forget_looks(connection: Connection, before: datetime) -> None:
    """Delete looks for no case that were asked for before a time."""
    connection.execute(delete(LookRow).where(LookRow.asked_at < before, LookRow.case_id.is_(None)))


def to_look(row: Row[Any]) -> Look:
    """Return a look from its row."""
    return Look(
        request=LookRequest.model_validate(row.request),
        cause=Cause(row.cause),
        asked_by=row.asked_by,
        state=LookState(row.state),
        answer=LookAnswer.model_validate(row.answer) if row.answer else None,
    )


def _values(look: Look) -> dict[str, Any]:
    request = look.request
    return {
        "look_id": request.look_id,
        "camera_id": request.camera_id,
        "case_id": request.case_id,
        "cause": look.cause.value,
        "asked_by": look.asked_by,
        "asked_at": request.asked_at,
        "due_at": look.due_at,
        "state": look.state.value,
        "request": request.model_dump(mode="json"),
        "answer": look.answer.model_dump(mode="json") if look.answer else None,
    }
