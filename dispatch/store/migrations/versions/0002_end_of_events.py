"""Reports know when their case ended, so that finding like ones does not grow with the years."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("events", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE events SET ended_at = (SELECT closed_at FROM cases WHERE cases.case_id = events.case_id)")
    op.drop_index("ix_events_camera_matter", "events")
    op.drop_index("ix_events_matter_lat", "events")
    op.create_index("ix_events_of_camera", "events", ["camera_id", "matter", "ended_at"])
    op.create_index("ix_events_near", "events", ["matter", "ended_at", "lat"])


def downgrade() -> None:
    """Take the tables back to the version before."""
    op.drop_index("ix_events_near", "events")
    op.drop_index("ix_events_of_camera", "events")
    op.create_index("ix_events_matter_lat", "events", ["matter", "lat"])
    op.create_index("ix_events_camera_matter", "events", ["camera_id", "matter"])
    op.drop_column("events", "ended_at")
