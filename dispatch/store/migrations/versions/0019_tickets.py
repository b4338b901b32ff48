"""Sign-ins at the city's own sign-in: any process may finish them, and they can be ended there too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "tickets",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("ticket_hash", "browser_hash")),
        sa.Column("claims", JSON, nullable=False),
        sa.Column("id_token", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_until"), "tickets", ["until"], unique=False)
    op.add_column("sessions", sa.Column("id_token", sa.String(), nullable=True))


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_column("sessions", "id_token")
    op.drop_table("tickets")
