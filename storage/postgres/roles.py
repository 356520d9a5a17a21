"""The roles in the database: the owner creates and changes its tables, the application only uses them.

The API, the worker and the commands connect as the application. It may read and write rows as its work needs, and can
neither change nor remove a row of the audit, nor switch off a constraint. Migrations run as the owner.
"""

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from storage.postgres.database import Database

APPLICATION_ROLE = "xuanhao_app"


class RoleMissing(Exception):
    """The application's role does not exist, and the owner of the database may not create it."""

    def __init__(self) -> None:
        super().__init__(
            f"the role {APPLICATION_ROLE} is missing and the owner may not create roles; "
            f"an administrator runs: CREATE ROLE {APPLICATION_ROLE} LOGIN"
        )


_EXISTS = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
# A superuser is a member of every role.
_OWNS_DATABASE = text("""
    SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()
""")


async def has_role(database: Database) -> bool:
    """Whether the application's role exists."""
    return bool((await database.rows(_EXISTS, {"role": APPLICATION_ROLE}))[0][0])


async def make_role(database: Database) -> None:
    """Create the application's role, without a password. Raises `RoleMissing`."""
    try:
        await database.rows(text(f"CREATE ROLE {APPLICATION_ROLE} LOGIN"))
    except ProgrammingError:
        raise RoleMissing from None


async def owns_database(database: Database) -> bool:
    """Whether this connection could change tables, and so the audit."""
    return bool((await database.rows(_OWNS_DATABASE))[0][0])
