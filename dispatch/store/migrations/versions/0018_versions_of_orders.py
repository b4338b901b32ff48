"""Orders and hot spots have versions: two people cannot both act on the same state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring the tables to this version."""
    for table in ("orders", "hot_spots"):
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Take the tables back to the version before."""
    for table in ("orders", "hot_spots"):
        op.drop_column(table, "version")
