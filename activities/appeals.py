"""Appeals against bans: whether the answer is late, and what it is."""

from uuid import UUID

from temporalio import activity

from activities.clock import WorkerClock
from activities.failures import RowMissing
from storage.appeals.repository import AppealRepository
from workflows.ports import AppealResult, Appeals, SettleAppealInput


class AppealActivities(Appeals):
    """No time in a message makes an answer late: the worker's clock does."""

    def __init__(self, appeals: AppealRepository, clock: WorkerClock) -> None:
        self._appeals = appeals
        self._clock = clock

    @activity.defn(name="appeals.settle")
    async def settle(self, given: SettleAppealInput) -> AppealResult:
        row = await self._appeals.settle(UUID(given.appeal_id), self._clock.now(given.at))
        if row is None:
            raise RowMissing(given.appeal_id)
        return AppealResult(
            str(row.preselection_id), str(row.ban_id), row.state, row.decide_by, is_late=row.late_at is not None
        )
