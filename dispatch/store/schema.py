"""The tables. Migrations live in `dispatch/store/migrations`; a test compares both.

Times are aware UTC in the program; SQLite keeps them naive in UTC, PostgreSQL with their zone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; a naive time is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; times in the program are aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")
"""Of rows that never end. SQLite's integers are eight bytes wide under that name only."""


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CaseRow(Base):
    """A case as it stands. `number` orders cases by their arrival; `attention_at`: when its clocks next have a say;
    `due_at`: its first deadline that runs."""

    __tablename__ = "cases"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(unique=True)
    matter: Mapped[str]
    state: Mapped[str]
    is_open: Mapped[bool]
    version: Mapped[int]
    resolution: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ask_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    event_ids: Mapped[list[str]] = mapped_column(Json)
    camera_ids: Mapped[list[str]] = mapped_column(Json)
    lon: Mapped[float]
    lat: Mapped[float]
    error_m: Mapped[float]
    department: Mapped[str]
    recurrence_of: Mapped[str | None]
    round: Mapped[int]
    round_of_feedback: Mapped[int]
    attention_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    handler: Mapped[str]
    mode: Mapped[str | None]
    team: Mapped[str]
    level: Mapped[str]
    severity: Mapped[float | None]
    handling_limit: Mapped[dict[str, Any] | None] = mapped_column(Json)
    responder: Mapped[str]
    suspended_from: Mapped[str | None]
    suspensions: Mapped[int]
    extensions: Mapped[int]
    wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[dict[str, Any] | None] = mapped_column(Json)
    merged_into: Mapped[str | None]
    watches: Mapped[list[Any]] = mapped_column(Json)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        Index("ix_cases_state", "state", "number"),
        Index("ix_cases_matter", "matter", "number"),
        Index("ix_cases_place", "matter", "lat", "lon"),
        Index("ix_cases_recurrence_of", "recurrence_of"),
    )


class CaseGridRow(Base):
    """The cell of each layer that a case lies in; `rank` keeps the order in which the grid names the layers."""

    __tablename__ = "case_grid"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    ambiguous: Mapped[bool]

    __table_args__ = (Index("ix_case_grid_code", "code", "layer"),)


class EventRow(Base):
    """A report, and how it came to its case. `camera_id` null: a person's. `ended_at`: when its case ended."""

    __tablename__ = "events"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), index=True)
    relation: Mapped[str]
    matter: Mapped[str]
    camera_id: Mapped[str | None]
    lon: Mapped[float]
    lat: Mapped[float]
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    report: Mapped[dict[str, Any]] = mapped_column(Json)

    __table_args__ = (
        # Only open cases and those of the last days matter to dedup: both lookups must not grow with the years.
        Index("ix_events_of_camera", "camera_id", "matter", "ended_at"),
        Index("ix_events_near", "matter", "ended_at", "lat", "lon"),
    )


class HistoryRow(Base):
    """One line of a case's history. Never changed."""

    __tablename__ = "history"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str]
    state_from: Mapped[str | None]
    state: Mapped[str]
    actor: Mapped[str]
    role: Mapped[str]
    reason: Mapped[str]
    resolution: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[list[Any]] = mapped_column(Json)
    stage: Mapped[str | None]


class CheckRow(Base):
    """One verification request and its answer."""

    __tablename__ = "checks"

    request_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"))
    camera_id: Mapped[str]
    round: Mapped[int]
    request: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[str | None]
    reason: Mapped[str]
    looks: Mapped[int]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outdated: Mapped[bool]
    evidence: Mapped[list[Any]] = mapped_column(Json)

    __table_args__ = (Index("ix_checks_case", "case_id", "round"), Index("ix_checks_open", "decided_at", "due_at"))


class CameraRow(Base):
    """Whether a camera is watching, by its own last word."""

    __tablename__ = "cameras"

    camera_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    fault: Mapped[str | None]
    detail: Mapped[str]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatterVersionRow(Base):
    """What the catalogue says of a matter in one version. Never changed."""

    __tablename__ = "matter_versions"

    matter: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)


class MatterDecisionRow(Base):
    """Somebody's word on one version of a matter. Never changed."""

    __tablename__ = "matter_decisions"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    matter: Mapped[str]
    version: Mapped[int]
    state: Mapped[str]
    actor: Mapped[str]
    role: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str]

    __table_args__ = (Index("ix_matter_decisions_matter", "matter", "number"),)


class InboxRow(Base):
    """A message that was received, by its CloudEvents source and id."""

    __tablename__ = "inbox"

    source: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OutgoingRow(Base):
    """A message on its way out, and the feed of live views. `state` as in `dispatch.store.outbox`."""

    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    stream: Mapped[str]
    key: Mapped[str]
    message_id: Mapped[str]
    payload: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[int]
    entry_id: Mapped[str | None]

    __table_args__ = (Index("ix_outbox_state", "state", "seq"), {"sqlite_autoincrement": True})


class DeskLogRow(Base):
    """One line of the desk's own log: what was done that is no move of a case. Never changed."""

    __tablename__ = "desk_log"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    kind: Mapped[str]
    subject: Mapped[str]
    value: Mapped[str]
    actor: Mapped[str]
    role: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str]

    __table_args__ = (Index("ix_desk_log_subject", "kind", "subject", "number"),)


class OrderRow(Base):
    """An order to a department."""

    __tablename__ = "orders"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(unique=True)
    department: Mapped[str]
    text: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    check_in_by: Mapped[datetime] = mapped_column(UtcDateTime)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.case_id"))
    place: Mapped[str]
    checked_in_by: Mapped[str]
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str]
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int]

    __table_args__ = (Index("ix_orders_open", "checked_in_at", "overdue_at", "check_in_by"),)


class HotSpotRow(Base):
    """A place where the same matter was filed several times."""

    __tablename__ = "hot_spots"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    spot_id: Mapped[str] = mapped_column(unique=True)
    matter: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    error_m: Mapped[float]
    case_ids: Mapped[list[str]] = mapped_column(Json)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str]
    note: Mapped[str]
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int]

    __table_args__ = (Index("ix_hot_spots_place", "matter", "lat"),)


EVERY_TABLE = Base.metadata
"""All tables, for migrations and tests."""
