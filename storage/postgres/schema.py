"""Whether the database has the migrations of this release, and takes writes."""

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.postgres.database import Database

_HAS_TABLE = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION = text("SELECT version_num FROM alembic_version")
_VERSION = text("SELECT CAST(current_setting('server_version_num') AS int)")

# It locks no row and needs no write; a read-only server refuses it as it refuses a write.
_WRITE = text("SELECT FROM preselection WHERE false FOR UPDATE")


@cache
def _revisions() -> tuple[str, ...]:
    """The migrations of this release, newest first."""
    scripts = ScriptDirectory(str(Path(__file__).with_name("migrations")))
    return tuple(script.revision for script in scripts.walk_revisions())


async def has_migrations(database: Database) -> bool:
    """Whether no migration of this release is missing; a newer release's schema is complete for this one too."""
    if not (await database.rows(_HAS_TABLE))[0][0]:
        return False
    found = await database.row(_REVISION)
    return found is not None and (found[0] == _revisions()[0] or found[0] not in _revisions())


async def is_set_up(database: Database) -> bool:
    """Whether the database has the migrations of this release.

    Raises `DependencyUnavailable` also where the server is read-only; the next call then finds its successor.
    """
    if not await has_migrations(database):
        return False
    await database.rows(_WRITE)
    return True


async def server_version(database: Database) -> int:
    """PostgreSQL's version as a number, such as 180004."""
    return int((await database.rows(_VERSION))[0][0])
