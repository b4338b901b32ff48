"""Versions of matters, and who admitted them when and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "matter_versions",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.PrimaryKeyConstraint("matter", "version", name=op.f("pk_matter_versions")),
    )
    op.create_table(
        "matter_decisions",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("effective_from", TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_matter_decisions")),
    )
    op.create_index("ix_matter_decisions_matter", "matter_decisions", ["matter", "number"])


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_table("matter_decisions")
    op.drop_table("matter_versions")
