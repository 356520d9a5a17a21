"""Removes the log of the pool once its days are published: the published files are its archive.

The application may add to the log and not remove from it. It calls a function of the database's owner, which removes
only lines before days that are not published, and leaves what the export of every later day begins with.
"""

from datetime import datetime, timedelta

from storage.postgres.database import Database

LOG_KEPT = timedelta(days=30)
"""How long lines stay after their day: time to look at a day whose verdict is in doubt."""

_REMOVE = b"SELECT remove_published_log(%(before)s)"


class LogArchive:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove_published(self, at: datetime) -> int:
        """Remove lines of published days, and bitmaps that no line names; returns the number of lines.

        Raises `DependencyUnavailable`. May be repeated at any time.
        """
        return int((await self._database.fetch_raw(_REMOVE, {"before": at - LOG_KEPT}))[0][0])
