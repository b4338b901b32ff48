"""Numbers of rows that never end: eight bytes on PostgreSQL. SQLite's have always been that wide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = (("cases", "number"), ("events", "number"), ("outbox", "seq"))


def upgrade() -> None:
    """Bring the tables to this version."""
    _change(sa.BigInteger(), "bigint")


def downgrade() -> None:
    """Take the tables back to the version before."""
    _change(sa.Integer(), "integer")


def _change(type_: sa.types.TypeEngine[int], name: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in COLUMNS:
        op.alter_column(table, column, type_=type_)
        op.execute(f"ALTER SEQUENCE {table}_{column}_seq AS {name}")
