"""Alembic's entry point: runs the migrations on the connection that `open_store` has begun a transaction on."""

from alembic import context

from dispatch.store.schema import EVERY_TABLE

context.configure(connection=context.config.attributes["connection"], target_metadata=EVERY_TABLE, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
