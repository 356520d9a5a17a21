"""身份验证: the second SMS code is sent and checked (R-16, R-17)."""

from datetime import datetime
from uuid import UUID

from temporalio import activity

from activities.decide.case import Case
from activities.decide.decide import DecisionRunner
from domain.dependencies import DependencyUnavailable
from domain.errors import RateLimited, Unavailable
from domain.policy import Policy
from domain.sms import Purpose, render
from gateways.sms import Sms, SmsGateway
from storage.crypto.keyed_hash import decode_candidates
from storage.crypto.personal_hashes import PersonalHashes
from storage.preselections.rows import PreselectionRow
from storage.sms.codes import CodeOwner, Codes, NewCode
from storage.sms.quota import ServiceCodes
from workflows.messages import Action, ConfirmIdentity, DecisionInput, DecisionResult
from workflows.ports import Identity
from workflows.validation import check_code_hash


def identity_code_owner(row: PreselectionRow) -> CodeOwner:
    """The subject of an identity code: this account, for this preselection."""
    return CodeOwner(Purpose.CONFIRM_IDENTITY, row.owner_hash, row.id)


class IdentityActivities(Identity):
    def __init__(
        self,
        runner: DecisionRunner,
        codes: Codes,
        *,
        service_codes: ServiceCodes,
        hashes: PersonalHashes,
        gateway: SmsGateway,
    ) -> None:
        self._runner = runner
        self._codes = codes
        self._service_codes = service_codes
        self._hashes = hashes
        self._gateway = gateway

    @activity.defn(name="people.prove_identity")
    async def confirm(self, given: DecisionInput, command: ConfirmIdentity) -> DecisionResult:
        return await self._runner.decide(given, command, self._confirm)

    async def _confirm(self, case: Case, command: ConfirmIdentity) -> DecisionResult:
        check_code_hash(command.code_hash)
        after = case.state.identity_proved(case.at)
        code_id = await self._codes.verify(
            identity_code_owner(case.row),
            # During a key rotation, the digits may be stored as any of several hashes.
            decode_candidates(command.code_hash),
            at=case.at,
            attempts=case.state.policy.code_attempts,
            request_id=case.request_id,
        )
        return await self._runner.commit(case, after, use_code=code_id)

    @activity.defn(name="texts.send_identity_code")
    async def send_code(self, given: DecisionInput, command: Action) -> DecisionResult:
        return await self._runner.decide(given, command, self._send_code)

    async def _send_code(self, case: Case, _: Action) -> DecisionResult:
        after = case.state.identity_code_sent(case.at)
        policy, code_id, row = case.state.policy, case.request_id, case.row
        # A retry sends the same digits under the same key, so that the gateway delivers one SMS.
        digits = self._hashes.digits(code_id)
        owner = identity_code_owner(row)
        code_hash = self._hashes.code(owner.purpose, owner.subject_hash, owner.preselection_id, digits)
        holding = bool(case.state.holds(case.at))
        new = NewCode(code_id, owner, self._hashes.phone(row.phone), code_hash, case.at, holding)
        await self._codes.issue(new, policy)
        await self._count_for_service(code_id, case.at)
        await self._send(row.phone, digits, code_id, at=case.at, policy=policy)
        await self._codes.mark_sent(code_id, case.at)
        return await self._runner.commit(case, after)

    async def _count_for_service(self, code_id: UUID, at: datetime) -> None:
        """After the limits of the phone, so that refused requests do not consume the global quota."""
        try:
            await self._service_codes.count(code_id, at)
        except (RateLimited, DependencyUnavailable):
            await self._codes.mark_failed(code_id, at)
            raise

    async def _send(self, phone: str, digits: str, code_id: UUID, *, at: datetime, policy: Policy) -> None:
        minutes = str(int(policy.code_ttl.timedelta().total_seconds() // 60))
        text = render(Purpose.CONFIRM_IDENTITY, code=digits, minutes=minutes)
        try:
            await self._gateway.send(Sms(phone, text, Purpose.CONFIRM_IDENTITY, f"code:{code_id}", at, digits))
        except DependencyUnavailable as down:
            await self._codes.mark_failed(code_id, at)
            await self._service_codes.give_back(code_id)
            raise Unavailable({"sms": "down"}) from down
