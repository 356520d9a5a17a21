"""Automatic SMS notifications. The row shows whether one is still true, and has its values."""

from datetime import datetime
from uuid import UUID

import structlog
from temporalio import activity

from activities.clock import WorkerClock
from activities.failures import RowMissing, SmsRefused
from domain.calendar import chinese_day, shanghai_day
from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.instants import whole_milliseconds
from domain.preselection.deadlines import Countdown, timers
from domain.preselection.record import from_record
from domain.preselection.values import Stage
from domain.sms import Purpose, Sms, SmsGateway, render, template_parameters
from storage.appeals.repository import AppealRepository, AppealStatus
from storage.bans.repository import Ban, BanRepository
from storage.offices.offices import Offices
from storage.preselections.rows import PreselectionRow, Preselections
from storage.sms.deliveries import Attempt, SmsDeliveries
from workflows.messages import RESENDING_WORKFLOW
from workflows.ports import Notifications, SmsInput
from workflows.retries import NOTIFICATION

log = structlog.get_logger("actions")

_APPEALS = {Purpose.APPEAL_LATE: "open", Purpose.APPEAL_GRANTED: "granted", Purpose.APPEAL_REFUSED: "refused"}
"""The state of an appeal of which each SMS is true."""

_KEPT = (Stage.COMPLETED, Stage.REGISTERED)
_REMINDERS = {Purpose.REMINDER: Countdown.REMINDER, Purpose.LAST_DAY: Countdown.LAST_DAY}


class NotificationActivities(Notifications):
    def __init__(
        self,
        preselections: Preselections,
        offices: Offices,
        bans: BanRepository,
        appeals: AppealRepository,
        *,
        deliveries: SmsDeliveries,
        gateway: SmsGateway,
        clock: WorkerClock,
    ) -> None:
        self._preselections = preselections
        self._offices = offices
        self._bans = bans
        self._appeals = appeals
        self._deliveries = deliveries
        self._gateway = gateway
        self._clock = clock

    @activity.defn(name="texts.send")
    async def send(self, given: SmsInput) -> None:
        row = await self._preselections.get(UUID(given.preselection_id))
        if row is None:
            raise RowMissing(given.preselection_id)
        ban, appeal = await self._ban_of(row, given), await self._appeal_of(row, given)
        is_true = _is_answered(appeal, given.purpose) if appeal else await self._is_true(given, row, ban)
        if not is_true or not row.phone:
            # An SMS that is no longer true is not sent, nor one to a person whose data was deleted.
            log.info("sms not sent", preselection_id=given.preselection_id, purpose=given.purpose, stage=row.stage)
            return
        facts = await self._facts(row, ban, appeal)
        text, parameters = render(given.purpose, **facts), template_parameters(given.purpose, **facts)
        attempt = self._attempt(given, await self._key_of(given, row), row.office_code)
        begun = await self._deliveries.begin(attempt)
        if begun is None:
            # The gateway has already accepted or refused it; only the result for Temporal was lost.
            return
        sms = Sms(row.phone, text, given.purpose, attempt.key, attempt.ordered_at, None, parameters, begun.is_repeat)
        await self._hand_over(sms, attempt)

    async def _hand_over(self, sms: Sms, attempt: Attempt) -> None:
        try:
            await self._gateway.send(sms)
        except DependencyUnavailable as down:
            if isinstance(down, CallDeclined) and down.is_final:
                await self._deliveries.refuse(attempt.key, str(down), attempt.at)
                raise SmsRefused(down.reason) from None
            await self._deliveries.fail(attempt.key, str(down))
            raise
        # If the process dies here, the attempt is repeated, and the gateway recognises its key.
        await self._deliveries.hand_over(attempt.key, attempt.at)

    async def _key_of(self, given: SmsInput, row: PreselectionRow) -> str:
        """Only an operator's order sends an SMS again whose delivery has failed."""
        key = sms_key(given, row)
        is_again = activity.info().workflow_type == RESENDING_WORKFLOW
        return await self._deliveries.key_of_resending(row.id, key) if is_again else key

    async def _ban_of(self, row: PreselectionRow, given: SmsInput) -> Ban | None:
        """The ban in the message, if it is this party's."""
        ban = await self._bans.get(UUID(given.entry_id)) if given.entry_id else None
        return ban if ban and ban.party_hash == row.party_hash else None

    async def _appeal_of(self, row: PreselectionRow, given: SmsInput) -> AppealStatus | None:
        """The appeal in the message, if it is about this preselection."""
        if given.purpose not in _APPEALS or not given.entry_id:
            return None
        appeal = await self._appeals.get(UUID(given.entry_id))
        return appeal if appeal and appeal.preselection_id == row.id else None

    async def _is_true(self, given: SmsInput, row: PreselectionRow, ban: Ban | None) -> bool:
        """Whether the rows say what the SMS says, whoever ordered it."""
        at = self._clock.now(given.at)
        if given.purpose == Purpose.BAN_ENDED:
            is_banned = await self._bans.find_ban_end(row.party_hash, at)
            return ban is not None and ban.released_at is not None and not is_banned
        return row.is_visible and _is_said_by(row, ban, given.purpose, at)

    def _attempt(self, given: SmsInput, key: str, office_code: str) -> Attempt:
        """The current attempt, by Temporal's clock."""
        info, longest = activity.info(), NOTIFICATION["schedule_to_close_timeout"]
        ordered_at = self._clock.recent(given.at, longest)
        return Attempt(
            key=key,
            preselection_id=UUID(given.preselection_id),
            purpose=given.purpose,
            ordered_at=ordered_at,
            give_up_at=ordered_at + longest,
            number=info.attempt,
            at=max(ordered_at, whole_milliseconds(info.started_time)),
            office_code=office_code,
        )

    async def _facts(self, row: PreselectionRow, ban: Ban | None, appeal: AppealStatus | None) -> dict[str, str]:
        office = await self._offices.get(row.office_code)
        return {
            "plate": row.plate or "",
            "last_day": chinese_day(row.visit_by) if row.visit_by else "",
            "office": f"{office.name}（{office.address}）" if office else "",
            "until": chinese_day(shanghai_day(ban.until)) if ban else "",
            "decide_by": chinese_day(shanghai_day(appeal.decide_by)) if appeal else "",
        }


def sms_key(given: SmsInput, row: PreselectionRow) -> str:
    """The key with which the SMS is sent once: one for each plate, each last day, each ban, and each appeal."""
    match given.purpose:
        case Purpose.BAN_ENDED | Purpose.APPEAL_LATE | Purpose.APPEAL_GRANTED | Purpose.APPEAL_REFUSED:
            return f"{given.entry_id}:{given.purpose}"
        case Purpose.RESERVED | Purpose.OVERDUE:
            return f"{row.id}:{given.purpose}:{row.plate}"
        case _:
            return f"{row.id}:{given.purpose}:{row.plate}:{row.visit_by}"


def _is_answered(appeal: AppealStatus, purpose: str) -> bool:
    """Whether the appeal is in the state that this SMS reports."""
    return appeal.state == _APPEALS[Purpose(purpose)] and (purpose != Purpose.APPEAL_LATE or appeal.late_at is not None)


def _is_said_by(row: PreselectionRow, ban: Ban | None, purpose: str, at: datetime) -> bool:
    """Whether the notification is true of the row at this instant."""
    state = from_record(row.state, row.rules).settle(at)
    match purpose:
        case Purpose.RESERVED:
            return state.stage in _KEPT
        case Purpose.DEADLINE_MOVED:
            return state.stage in _KEPT and state.reservation is not None and state.reservation.is_moved
        case Purpose.REMINDER | Purpose.LAST_DAY:
            begins = timers(state).get(_REMINDERS[Purpose(purpose)])
            return begins is not None and begins <= at
        case Purpose.REJECTED:
            return state.stage is Stage.CANCELLED
        case Purpose.OVERDUE:
            is_of_this_deadline = ban and row.deadline and ban.released_at is None and ban.until > row.deadline
            return state.stage is Stage.OVERDUE and bool(is_of_this_deadline)
        case _:
            return False
