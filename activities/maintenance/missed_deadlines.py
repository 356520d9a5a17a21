"""Missed deadlines whose workflow does nothing: another one may run under its id, and accept every signal.

The row and the worker's clock decide, as everywhere, so this needs no workflow.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog
from temporalio import activity

from activities.bans import BanActivities
from activities.clock import WorkerClock
from activities.decide.decide import DecisionRunner
from activities.failures import NoMissedDeadline
from domain.preselection.values import Stage
from storage.preselections.orphans import ExpectedVehicle
from workflows.messages import DecisionInput
from workflows.ports import BanInput, BanResult

log = structlog.get_logger("upkeep")


class MissedDeadlines:
    def __init__(self, runner: DecisionRunner, bans: BanActivities, clock: WorkerClock) -> None:
        self._runner = runner
        self._bans = bans
        self._clock = clock

    async def enforce(self, rows: Iterable[ExpectedVehicle], at: datetime) -> list[BanResult]:
        """Commit what has expired in these rows, and ban the parties that missed a deadline.

        Repeating it changes nothing.
        """
        results = [await self._enforce(str(row.id), self._clock.later(at)) for row in rows]
        return [result for result in results if result]

    async def _enforce(self, preselection_id: str, at: datetime) -> BanResult | None:
        activity.heartbeat()
        settled = await self._runner.settle(DecisionInput(preselection_id, "settle", at))
        if settled.stage != Stage.OVERDUE:
            return None
        try:
            result = await self._bans.ban(BanInput(preselection_id, at))
        except NoMissedDeadline:
            # The row was restored to an earlier state meanwhile.
            return None
        log.info("deadline enforced", preselection_id=preselection_id, entry_id=result.entry_id)
        return result
