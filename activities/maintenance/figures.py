"""Counts acts and free numbers by hour and by day, for the operators' charts."""

from temporalio import activity

from activities.clock import WorkerClock
from storage.offices.offices import Offices
from storage.partial_failures import MOST_FAILED, PartialFailures
from storage.pool.snapshot import PoolRecords
from storage.rollups.writer import RollupWriter
from storage.waiting_room.measure import RoomMeasure
from workflows.maintenance.types import CountedFigures, FigureSteps, StepInput


class FigureActivities(FigureSteps):
    """The step of maintenance."""

    def __init__(
        self, writer: RollupWriter, pool: PoolRecords, offices: Offices, rooms: RoomMeasure, *, clock: WorkerClock
    ) -> None:
        self._writer = writer
        self._pool = pool
        self._offices = offices
        self._rooms = rooms
        self._clock = clock

    @activity.defn(name="upkeep.count_figures")
    async def count_figures(self, order: StepInput) -> CountedFigures:
        at = self._clock.now(order.at)
        parts = await self._writer.parts(at)
        for part in parts:
            await self._writer.count(part, at)
            activity.heartbeat()
        await self._rooms.count_ended(at)
        # Free numbers are read from all claims of a prefix, so they are counted once an hour.
        known = await self._writer.list_sampled_prefixes(at)
        prefixes, failures = 0, PartialFailures("figures", most=MOST_FAILED)
        for office in await self._offices.all():
            for prefix in set(office.prefixes) - known:
                with failures.part(prefix):
                    await self._writer.sample(office.code, prefix, await self._pool.free_by_pattern(prefix, at), at)
                    prefixes += 1
                activity.heartbeat()
        failures.finish()
        return CountedFigures(len(parts), prefixes)
