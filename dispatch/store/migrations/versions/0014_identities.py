"""People who sign in with the city's own accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("users", sa.Column("identity", sa.String(), nullable=True))
    op.create_index("ix_users_identity", "users", ["identity"], unique=True)


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_index("ix_users_identity", table_name="users")
    op.drop_column("users", "identity")
