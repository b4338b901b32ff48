"""Cases carry the clocks of their stages, who handles them and how, and what a person may take back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _columns() -> list[sa.Column[Any]]:
    """Return the new columns of cases. Cases of before have no clocks: their limits were not counted."""
    return [
        sa.Column("attention_at", TIME, nullable=True),
        *(sa.Column(name, sa.String(), nullable=False, server_default="") for name in _TEXTS),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("mode", "suspended_from", "merged_into")),
        *(sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in ("suspensions", "extensions")),
        sa.Column("severity", sa.Double(), nullable=True),
        sa.Column("wake_at", TIME, nullable=True),
        sa.Column("decision", JSON, nullable=True),
        sa.Column("watches", JSON, nullable=False, server_default="[]"),
    ]


_TEXTS = ("handler", "team", "level", "responder")


def upgrade() -> None:
    """Bring the tables to this version."""
    for column in _columns():
        op.add_column("cases", column)
    op.create_index(op.f("ix_cases_attention_at"), "cases", ["attention_at"], unique=False)
    op.add_column("history", sa.Column("stage", sa.String(), nullable=True))


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_column("history", "stage")
    op.drop_index(op.f("ix_cases_attention_at"), "cases")
    for column in reversed(_columns()):
        op.drop_column("cases", column.name)
