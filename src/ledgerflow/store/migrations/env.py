"""Alembic's door to the revisions: they run on the connection that is handed in, in the transaction that is open."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
