"""Sending an SMS code: the first one by the API (R-10), the second one by the worker (R-16)."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.dependencies import DependencyUnavailable
from domain.errors import RateLimited, Unavailable
from domain.policy import Policy
from domain.sms import Sms, SmsGateway, render, template_parameters
from storage.crypto.personal_hashes import PersonalHashes
from storage.sms.codes import CodeOwner, Codes, IssuedCode, NewCode
from storage.sms.quota import ServiceCodes

_SECONDS = 60


@dataclass(frozen=True)
class CodeRequest:
    """A code for `owner` on this phone. `id` is that of the request: a repeat sends the same digits once."""

    id: UUID
    owner: CodeOwner
    phone: str = field(repr=False)
    at: datetime
    while_holding: bool = False


class CodeSender:
    """Issues codes within the limits, and hands them to the gateway."""

    def __init__(self, codes: Codes, quota: ServiceCodes, hashes: PersonalHashes, gateway: SmsGateway) -> None:
        self._codes = codes
        self._quota = quota
        self._hashes = hashes
        self._gateway = gateway

    async def send(self, wanted: CodeRequest, policy: Policy) -> IssuedCode:
        """Raises `RateLimited`, and `Unavailable` (sms) with nothing counted.

        A retry has the same digits and the same key, so that the gateway delivers one SMS.
        """
        owner, digits = wanted.owner, self._hashes.digits(wanted.id)
        code_hash = self._hashes.code(owner.purpose, owner.subject_hash, owner.preselection_id, digits)
        phone_hash = self._hashes.phone(wanted.phone)
        new = NewCode(wanted.id, owner, phone_hash, code_hash, wanted.at, wanted.while_holding)
        issued = await self._codes.issue(new, policy)
        await self._count_for_service(wanted)
        await self._deliver(wanted, digits, issued)
        await self._codes.mark_sent(wanted.id, wanted.at)
        return issued

    async def _count_for_service(self, wanted: CodeRequest) -> None:
        """After the limits of the phone, so that refused requests do not consume the global quota."""
        try:
            await self._quota.count(wanted.id, wanted.at)
        except (RateLimited, DependencyUnavailable):
            await self._codes.mark_failed(wanted.id, wanted.at)
            raise

    async def _deliver(self, wanted: CodeRequest, digits: str, issued: IssuedCode) -> None:
        purpose = wanted.owner.purpose
        minutes = str(int((issued.expires_at - wanted.at).total_seconds()) // _SECONDS)
        facts = template_parameters(purpose, code=digits, minutes=minutes)
        text, key = render(purpose, **facts), f"code:{wanted.id}"
        try:
            await self._gateway.send(
                Sms(wanted.phone, text, purpose, key, wanted.at, digits, facts, is_repeat=issued.is_repeat)
            )
        except DependencyUnavailable as down:
            await self._codes.mark_failed(wanted.id, wanted.at)
            await self._quota.give_back(wanted.id)
            raise Unavailable({down.part: "down"}) from down
