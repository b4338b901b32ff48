"""The log of pictures that were deleted when they had been kept long enough."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "deletions",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grounds", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("day", sa.String(), nullable=True),
        sa.Column("keys", JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_deletions"),
        sa.UniqueConstraint("case_id", name="uq_deletions_case_id"),
        sa.UniqueConstraint("day", name="uq_deletions_day"),
    )


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_table("deletions")
