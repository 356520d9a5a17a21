"""Removes the log of the pool once its days are published: the published files are its archive.

The application may add to the log and not remove from it. It calls a function of the database's owner, which removes
only lines before days that are not published, and leaves what the export of every later day begins with.
"""

from datetime import datetime, timedelta

from storage.postgres.database import Database

LOG_KEPT = timedelta(days=30)
"""How long lines stay after their day: time to look at a day whose verdict is in doubt."""

_REMOVE = b"SELECT remove_published_log(%(before)s, %(most)s)"
# As many lines are removed well within the time of a statement.
_AT_ONCE = 5_000
_MOST_BATCHES = 1_000


class LogArchive:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove_published(self, at: datetime) -> int:
        """Remove lines of published days, and bitmaps that no line names; returns the number of lines.

        At most five million are removed: those of a busy country's two weeks. Raises `DependencyUnavailable`. May be
        repeated at any time.
        """
        removed = 0
        for _ in range(_MOST_BATCHES):
            [[some]] = await self._database.fetch_raw(_REMOVE, {"before": at - LOG_KEPT, "most": _AT_ONCE})
            removed += int(some)
            if some < _AT_ONCE:
                break
        return removed
