"""What Alembic runs to migrate: always on a connection, and in the transaction, that the caller gives."""

from alembic import context

from threads.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
