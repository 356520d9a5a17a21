"""SMS: codes that the person waits for, and notices that follow by themselves."""

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from temporalio import activity

from activities.commits import Commits, before_of, deciding
from domain.durations import SHANGHAI
from domain.errors import NotFound, RateLimited, Unavailable
from domain.instants import whole_milliseconds
from domain.policy import Policy
from domain.sms import Purpose, render
from gateways.failures import GatewayDown
from gateways.sms import SmsGateway, TextMessage
from storage.crypto.personal_hashes import PersonalHashes
from storage.failures import PartDown
from storage.offices.offices import Offices
from storage.preselections.rows import PreselectionRow
from storage.sms.codes import CodeOwner, Codes, NewCode
from storage.sms.deliveries import Attempt, TextDeliveries
from storage.sms.quota import ServiceCodes
from workflows.ports import Decided, IdentityOrder, TextOrder, Texts

CODE_DIGITS = 6


def new_digits() -> str:
    """Six digits from the operating system's randomness."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def identity_code_owner(row: PreselectionRow) -> CodeOwner:
    """Whom an identity code is good for: this account, for this preselection."""
    return CodeOwner(Purpose.CONFIRM_IDENTITY, row.owner_hash, row.id)


class TextActivities(Texts):
    def __init__(
        self,
        commits: Commits,
        offices: Offices,
        codes: Codes,
        *,
        service_codes: ServiceCodes,
        deliveries: TextDeliveries,
        hashes: PersonalHashes,
        gateway: SmsGateway,
    ) -> None:
        self.commits = commits
        self._offices = offices
        self._codes = codes
        self._service_codes = service_codes
        self._deliveries = deliveries
        self._hashes = hashes
        self._gateway = gateway

    @activity.defn(name="texts.send_identity_code")
    @deciding
    async def send_identity_code(self, command: IdentityOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        after = before.identity_code_sent(order.at)
        row = await self._row(order.preselection_id)
        owner, digits, code_id = identity_code_owner(row), new_digits(), UUID(order.request_id)
        code_hash = self._hashes.code(owner.purpose, owner.subject_hash, owner.preselection_id, digits)
        phone_hash, holding = self._hashes.phone(row.phone), bool(before.holds(order.at))
        await self._codes.issue(NewCode(code_id, owner, phone_hash, code_hash, order.at, holding), before.policy)
        await self._count_for_service(code_id, order.at)
        await self._send_code(row.phone, digits, code_id, at=order.at, policy=before.policy)
        await self._codes.mark_sent(code_id, order.at)
        return await self.commits.commit(order, "send_identity_code", after)

    async def _count_for_service(self, code_id: UUID, at: datetime) -> None:
        """After the limits of the phone, so that nobody uses up everybody's codes with requests that are refused."""
        try:
            await self._service_codes.count(code_id, at)
        except (RateLimited, PartDown):
            await self._codes.mark_failed(code_id, at)
            raise

    async def _send_code(self, phone: str, digits: str, code_id: UUID, *, at: datetime, policy: Policy) -> None:
        minutes = str(int(policy.code_ttl.timedelta().total_seconds() // 60))
        text = render(Purpose.CONFIRM_IDENTITY, code=digits, minutes=minutes)
        # Whoever tries or asks again makes other digits, so each is another message.
        key = f"{code_id}:{secrets.token_hex(8)}"
        try:
            await self._gateway.send(TextMessage(phone, text, Purpose.CONFIRM_IDENTITY, key, at, digits))
        except GatewayDown as down:
            await self._codes.mark_failed(code_id, at)
            await self._service_codes.give_back(code_id)
            raise Unavailable({"sms": "down"}) from down

    @activity.defn(name="texts.send")
    async def send(self, order: TextOrder) -> None:
        row = await self._row(order.preselection_id)
        if not row.phone:
            # Whoever it is about had their data deleted: what they would be told, they no longer want to be told.
            return
        text = render(order.purpose, **await self._facts(row, order))
        attempt = _attempt(order)
        if not await self._deliveries.begin(attempt):
            # Handed over before; only the answer to Temporal was lost.
            return
        try:
            await self._gateway.send(TextMessage(row.phone, text, order.purpose, order.key, order.at))
        except GatewayDown as down:
            await self._deliveries.fail(order.key, str(down))
            raise
        # Whoever dies here leaves an attempt behind that is made again, and the gateway knows its key.
        await self._deliveries.hand_over(order.key, attempt.at)

    async def _facts(self, row: PreselectionRow, order: TextOrder) -> dict[str, str]:
        office = await self._offices.get(row.office_code)
        return {
            "plate": row.plate or "",
            "last_day": chinese_day(row.visit_by) if row.visit_by else "",
            "office": f"{office.name}（{office.address}）" if office else "",
            "until": chinese_day(order.until.astimezone(SHANGHAI).date()) if order.until else "",
        }

    async def _row(self, preselection_id: str) -> PreselectionRow:
        row = await self.commits.preselections.get(UUID(preselection_id))
        if row is None:
            raise NotFound
        return row


def _attempt(order: TextOrder) -> Attempt:
    """The attempt that is being made, by Temporal's clock."""
    info = activity.info()
    return Attempt(
        key=order.key,
        preselection_id=UUID(order.preselection_id),
        purpose=order.purpose,
        ordered_at=order.at,
        give_up_at=order.at + (info.schedule_to_close_timeout or timedelta(0)),
        number=info.attempt,
        at=max(order.at, whole_milliseconds(info.started_time)),
    )


def chinese_day(day: date) -> str:
    """A day as the applicant reads it."""
    return f"{day.year}年{day.month}月{day.day}日"
