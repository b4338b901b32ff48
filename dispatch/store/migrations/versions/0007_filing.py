"""Cases near a place, limits that a case was assigned, and the desk's own log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("cases", sa.Column("handling_limit", JSON, nullable=True))
    op.create_index("ix_cases_place", "cases", ["matter", "lat"])
    op.create_index("ix_cases_recurrence_of", "cases", ["recurrence_of"])
    op.create_table(
        "desk_log",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "subject", "value", "actor", "role")),
        sa.Column("at", TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_desk_log")),
    )
    op.create_index("ix_desk_log_subject", "desk_log", ["kind", "subject", "number"])


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_table("desk_log")
    op.drop_index("ix_cases_recurrence_of", "cases")
    op.drop_index("ix_cases_place", "cases")
    op.drop_column("cases", "handling_limit")
