"""The application's role: it uses the tables, and does not own them."""

from collections.abc import Sequence

from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_24_application_role"
down_revision: str | None = "2026_11_23_records"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Roles belong to the whole server: another database's migration may be creating this one now. If the owner may not
# create roles, an administrator has to create it first. It has no password: a server that requires one accepts no
# connection until a password is set.
_MAKE_ROLE = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
            CREATE ROLE {APPLICATION_ROLE} LOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""
_WHAT_IT_MAY = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    op.execute(_MAKE_ROLE)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}")
    op.execute(f"GRANT {_WHAT_IT_MAY} ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {APPLICATION_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE}")
    # For tables of later migrations; a migration with stricter needs revokes rights.
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {_WHAT_IT_MAY} ON TABLES TO {APPLICATION_ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APPLICATION_ROLE}")


def downgrade() -> None:
    # The role stays: other databases of the server may use it.
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {APPLICATION_ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {APPLICATION_ROLE}")
