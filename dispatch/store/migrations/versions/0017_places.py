"""Places are found by both coordinates from the index alone: a band of latitude crosses the whole city."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.drop_index("ix_cases_place", "cases")
    op.create_index("ix_cases_place", "cases", ["matter", "lat", "lon"])
    op.drop_index("ix_events_near", "events")
    op.create_index("ix_events_near", "events", ["matter", "ended_at", "lat", "lon"])


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_index("ix_cases_place", "cases")
    op.create_index("ix_cases_place", "cases", ["matter", "lat"])
    op.drop_index("ix_events_near", "events")
    op.create_index("ix_events_near", "events", ["matter", "ended_at", "lat"])
