"""Whether the keys are those with which the database was written."""

from sqlalchemy import select

from storage.crypto.vault import Keys, Unreadable
from storage.postgres.database import Database
from storage.postgres.tables import preselection

_NEWEST = (
    select(preselection.c.phone)
    .where(preselection.c.purged_at.is_(None))
    .order_by(preselection.c.created_at.desc())
    .limit(1)
)


async def reads_newest_record(database: Database, keys: Keys) -> bool:
    """Whether the newest record's personal data can be read; true without records. Raises `DependencyUnavailable`."""
    newest = await database.row(_NEWEST)
    if newest is None:
        return True
    try:
        keys.vault.decrypt(preselection.c.phone, newest.phone)
    except Unreadable:
        return False
    return True
