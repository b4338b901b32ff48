"""Cases are found by the time of their report: the indicators count those of a period."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_index(op.f("ix_cases_opened_at"), "cases", ["opened_at"])


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_index(op.f("ix_cases_opened_at"), "cases")
