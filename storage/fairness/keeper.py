"""What keeps draws verifiable besides the draws themselves: call `keep` every two seconds in every worker."""

from datetime import datetime, timedelta

from domain.durations import Duration
from domain.fair_draws import FairnessDay
from storage.fairness.days import FairnessDays
from storage.pool.index import PoolIndex
from storage.pool.log import PoolLog
from storage.pool.segments import SegmentRepository

_STATED_EVERY = timedelta(hours=1)


class FairnessKeeper:
    def __init__(
        self, days: FairnessDays, pool_log: PoolLog, index: PoolIndex, segments: SegmentRepository, *, length: Duration
    ) -> None:
        self._days = days
        self._log = pool_log
        self._index = index
        self._segments = segments
        self._length = length

    async def keep(self, at: datetime) -> None:
        """Commit to today and tomorrow, store the log's lines, and state the free numbers hourly and before each day.

        Raises `DependencyUnavailable`.
        """
        await self._days.commit_ahead(self._length, at)
        prefixes = list(await self._segments.revisions())
        for prefix, epoch in (await self._log.ship(prefixes)).items():
            await self._index.forget(prefix, epoch)
        today = FairnessDay.at(at, self._length)
        await self._log.state_free_numbers(at, older_than=max(today.begins, at - _STATED_EVERY))
