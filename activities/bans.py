"""The blacklist: bans start with a missed deadline and end automatically (R-41, R-48)."""

from datetime import datetime
from uuid import UUID, uuid5

import structlog
from temporalio import activity

from activities.clock import WorkerClock
from activities.failures import NoMissedDeadline, RowMissing
from domain.calendar import ban_end
from domain.masking import mask_name
from domain.preselection.values import Stage
from storage.bans.repository import BanRepository, NewBan
from storage.crypto.seals import MessageSeals
from storage.preselections.rows import PreselectionRow, Preselections
from workflows.messages import ReleaseBan
from workflows.ports import BanInput, BanResult, Bans, ReleaseInput, ReleaseResult

log = structlog.get_logger("actions")


class BanActivities(Bans):
    """No time in a message starts or ends a ban: the worker's clock does."""

    def __init__(
        self, bans: BanRepository, preselections: Preselections, seals: MessageSeals, clock: WorkerClock
    ) -> None:
        self._bans = bans
        self._preselections = preselections
        self._seals = seals
        self._clock = clock

    @activity.defn(name="people.bar")
    async def ban(self, given: BanInput) -> BanResult:
        row = await self._preselections.get(UUID(given.preselection_id))
        if row is None:
            raise RowMissing(given.preselection_id)
        began = self._missed_deadline(row, given.at)
        ban = await self._bans.ban(
            NewBan(
                # One ban per missed deadline, however often this is repeated.
                id=uuid5(row.id, began.isoformat()),
                party_hash=row.party_hash,
                holder=mask_name(row.party_kind, row.party_name),
                since=began,
                until=ban_end(began, row.rules),
                preselection_id=row.id,
            )
        )
        others = await self._preselections.unfinished_others(row.id)
        return BanResult(str(ban.id), row.office_code, [str(other.id) for other in others])

    @activity.defn(name="people.lift_ban")
    async def release(self, given: ReleaseInput) -> ReleaseResult:
        entry_id, command = UUID(given.entry_id), given.command
        at = self._clock.now(given.at)
        if command and self._is_an_operators(given.entry_id, command):
            await self._bans.release_early(entry_id, at, operator=command.operator, reason=command.reason)
        ban = await self._bans.release(entry_id, at)
        if ban is None:
            raise RowMissing(given.entry_id)
        return ReleaseResult(str(ban.preselection_id), None if ban.released_at else ban.until)

    def _missed_deadline(self, row: PreselectionRow, at: datetime) -> datetime:
        """The missed deadline of the row. Fails if it was not missed."""
        if row.stage != Stage.OVERDUE or row.deadline is None or row.deadline > self._clock.now(at):
            raise NoMissedDeadline
        return row.deadline

    def _is_an_operators(self, entry_id: str, command: ReleaseBan) -> bool:
        genuine = self._seals.is_genuine(entry_id, "release", command)
        if not genuine:
            log.warning("release without a seal ignored", entry_id=entry_id)
        return genuine
