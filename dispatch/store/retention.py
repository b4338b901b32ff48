"""Pictures to be deleted, and the log of those that were (`dispatch.retention.RetentionRows`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, exists, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.case import Role
from dispatch.contract import CaseState
from dispatch.pictures import is_of_case, is_of_people
from dispatch.retention import Deletion, Ended, Grounds
from dispatch.store.schema import (
    Base,
    CaseRow,
    CheckRow,
    EventRow,
    HistoryRow,
    Json,
    Number,
    UtcDateTime,
)
from dispatch.store.turn import take_turn
from dispatch.views import Page

_PAGE = 500
_BEFORE_REPORT = timedelta(days=2)
"""A picture is in a case's rows within so long after it was taken, in any time zone; pictures are in folders by day."""


class DeletionRow(Base):
    """A line of the log of deleted pictures. Never changed."""

    __tablename__ = "deletions"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    grounds: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(unique=True)
    day: Mapped[str | None] = mapped_column(unique=True)
    keys: Mapped[list[str]] = mapped_column(Json)


class SqlRetention:
    """Pictures and their log on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ended(self, *, unfiled_before: datetime, filed_before: datetime, limit: int = 200) -> Sequence[Ended]:
        """Return cases that ended before these times and are not in the log, the oldest first.

        A case that was merged waits for the case that took its reports: the pictures are that one's now.
        """
        was_filed = exists().where(HistoryRow.case_id == CaseRow.case_id, HistoryRow.state == CaseState.filed.value)
        in_log = exists().where(DeletionRow.case_id == CaseRow.case_id)
        target_in_log = exists().where(DeletionRow.case_id == CaseRow.merged_into)
        query = (
            select(CaseRow.case_id, was_filed.label("was_filed"))
            .where(
                CaseRow.closed_at.is_not(None),
                ~in_log,
                or_(CaseRow.merged_into.is_(None), target_in_log),
                or_(
                    and_(was_filed, CaseRow.closed_at < filed_before),
                    and_(~was_filed, CaseRow.closed_at < unfiled_before),
                ),
            )
            .order_by(CaseRow.number)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(Ended(row.case_id, bool(row.was_filed)) for row in connection.execute(query))

    def pictures_of(self, case_id: str) -> frozenset[str]:
        """Return the keys of the pictures that cameras, or people for this case, have taken of a case."""
        reports = select(EventRow.report).where(EventRow.case_id == case_id, EventRow.camera_id.is_not(None))
        checks = select(CheckRow.evidence).where(CheckRow.case_id == case_id)
        history = select(HistoryRow.evidence).where(HistoryRow.case_id == case_id)
        by_camera = history.where(HistoryRow.role == Role.camera.value)
        with self._engine.connect() as connection:
            by_people = (key for key in _keys(connection, history) if is_of_case(key, case_id))
            return frozenset((*_keys(connection, reports, checks, by_camera), *by_people))

    def cited(self) -> frozenset[str]:
        """Return the keys of pictures that people cited in cases that are kept, but for those taken of the case."""
        kept = ~exists().where(DeletionRow.case_id == EventRow.case_id)
        reports = select(EventRow.report).where(EventRow.camera_id.is_(None), kept)
        by_people = HistoryRow.role.not_in([Role.camera.value, Role.machine.value])
        history = select(HistoryRow.evidence).where(
            by_people, HistoryRow.sequence > 1, ~exists().where(DeletionRow.case_id == HistoryRow.case_id)
        )
        with self._engine.connect() as connection:
            return frozenset(key for key in _keys(connection, reports, history) if not is_of_people(key))

    def reported_since(self, day: date) -> frozenset[str]:
        """Return the keys of pictures of a day that cases have, whether kept or in the log."""
        since = datetime.combine(day, time(), UTC) - _BEFORE_REPORT
        reports = select(EventRow.report).where(EventRow.received_at >= since)
        checks = select(CheckRow.evidence).where(CheckRow.asked_at >= since)
        history = select(HistoryRow.evidence).where(HistoryRow.at >= since)
        prefix = f"{day:%Y/%m/%d}/"
        with self._engine.connect() as connection:
            return frozenset(key for key in _keys(connection, reports, checks, history) if key.startswith(prefix))

    def is_swept(self, day: date) -> bool:
        """Whether the log has the pictures of a day that no case has."""
        with self._engine.connect() as connection:
            return connection.scalar(select(DeletionRow.number).where(DeletionRow.day == day.isoformat())) is not None

    def note(self, deletion: Deletion) -> None:
        """Add a line to the log; of a case that was not filed, what people wrote is taken out of their reports."""
        values = asdict(deletion) | {
            "day": deletion.day.isoformat() if deletion.day else None,
            "keys": list(deletion.keys),
            "grounds": deletion.grounds.value,
        }
        values.pop("number")
        with self._writing() as connection:
            connection.execute(insert(DeletionRow), values)
            if deletion.grounds is Grounds.unfiled:
                _forget_people(connection, deletion.case_id or "")

    def log(self, *, before: int | None = None, limit: int = 100) -> Page[Deletion]:
        """Return a page of the log, newest first."""
        query = select(DeletionRow).order_by(DeletionRow.number.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(DeletionRow.number < before)
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        items = tuple(
            Deletion(
                at=row.at,
                grounds=Grounds(row.grounds),
                case_id=row.case_id,
                day=date.fromisoformat(row.day) if row.day else None,
                keys=tuple(row.keys),
                number=row.number,
            )
            for row in found[:limit]
        )
        return Page(items, found[limit - 1].number if len(found) > limit else None)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            take_turn(connection)
            yield connection


def _keys(connection: Connection, *queries: Select[Any]) -> Iterator[str]:
    """Yield the picture keys of reports and of lists of pictures, in pieces, so that no table is held whole."""
    for query in queries:
        for (value,) in connection.execution_options(yield_per=_PAGE).execute(query):
            pictures: Iterable[Any] = value.get("evidence", ()) if isinstance(value, dict) else value
            yield from (picture["key"] for picture in pictures)


def _forget_people(connection: Connection, case_id: str) -> None:
    query = select(EventRow.number, EventRow.report).where(EventRow.case_id == case_id, EventRow.camera_id.is_(None))
    for row in connection.execute(query).all():
        report = {**row.report, "note": "", "reporter": "", "evidence": []}
        connection.execute(update(EventRow).where(EventRow.number == row.number).values(report=report))
