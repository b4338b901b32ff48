"""The first running deadline of a case, so that overdue ones are found and counted."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("cases", sa.Column("due_at", TIME, nullable=True))
    op.create_index(op.f("ix_cases_due_at"), "cases", ["due_at"])
    cases = sa.table(
        "cases",
        sa.column("case_id", sa.String()),
        sa.column("is_open", sa.Boolean()),
        sa.column("watches", JSON),
        sa.column("due_at", TIME),
    )
    connection = op.get_bind()
    for case_id, watches in connection.execute(sa.select(cases.c.case_id, cases.c.watches).where(cases.c.is_open)):
        dues = [datetime.fromisoformat(watch["due_at"]) for watch in watches if watch.get("due_at")]
        if dues:
            connection.execute(sa.update(cases).where(cases.c.case_id == case_id).values(due_at=min(dues)))


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_index(op.f("ix_cases_due_at"), "cases")
    op.drop_column("cases", "due_at")
