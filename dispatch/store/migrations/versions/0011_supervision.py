"""Orders to departments and recurring hot spots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "orders",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("order_id", "department", "text", "made_by")),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("check_in_by", TIME, nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("place", "checked_in_by")),
        sa.Column("checked_in_at", TIME, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("overdue_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_orders_case_id_cases")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_orders")),
        sa.UniqueConstraint("order_id", name=op.f("uq_orders_order_id")),
    )
    op.create_index("ix_orders_open", "orders", ["checked_in_at", "overdue_at", "check_in_by"])
    op.create_table(
        "hot_spots",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("spot_id", "matter")),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("lon", "lat", "error_m")),
        sa.Column("case_ids", JSON, nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "note")),
        sa.Column("updated_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hot_spots")),
        sa.UniqueConstraint("spot_id", name=op.f("uq_hot_spots_spot_id")),
    )
    op.create_index("ix_hot_spots_place", "hot_spots", ["matter", "lat"])


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_table("hot_spots")
    op.drop_table("orders")
