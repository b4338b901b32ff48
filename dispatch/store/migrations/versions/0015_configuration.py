"""Versions of configuration documents, and cameras that are left alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "configuration_versions",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", JSON, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("document", "number", name=op.f("pk_configuration_versions")),
    )
    op.create_table(
        "camera_pauses",
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_camera_pauses")),
    )


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_table("camera_pauses")
    op.drop_table("configuration_versions")
