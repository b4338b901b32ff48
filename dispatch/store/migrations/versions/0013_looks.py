"""Looks that were asked of cameras out of turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "looks",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("look_id", "camera_id")),
        sa.Column("case_id", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("cause", "asked_by")),
        *(sa.Column(name, TIME, nullable=False) for name in ("asked_at", "due_at")),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request", JSON, nullable=False),
        sa.Column("answer", JSON, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_looks_case_id_cases")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_looks")),
        sa.UniqueConstraint("look_id", name=op.f("uq_looks_look_id")),
    )
    op.create_index(op.f("ix_looks_asked_at"), "looks", ["asked_at"], unique=False)
    op.create_index("ix_looks_camera", "looks", ["camera_id", "number"], unique=False)
    op.create_index("ix_looks_case", "looks", ["case_id", "number"], unique=False)
    op.create_index("ix_looks_state", "looks", ["state", "due_at"], unique=False)


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_table("looks")
