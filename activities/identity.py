"""身份验证: the second SMS code is sent and checked (R-16, R-17)."""

from temporalio import activity

from activities.decide.case import Case
from activities.decide.decide import DecisionRunner
from domain.sms import Purpose
from storage.crypto.keyed_hash import decode_candidates
from storage.preselections.rows import PreselectionRow
from storage.sms.code_sender import CodeRequest, CodeSender
from storage.sms.codes import CodeOwner, Codes
from workflows.messages import Action, ConfirmIdentity, DecisionInput, DecisionResult
from workflows.ports import Identity
from workflows.validation import check_code_hash


def identity_code_owner(row: PreselectionRow) -> CodeOwner:
    """The subject of an identity code: this account, for this preselection."""
    return CodeOwner(Purpose.CONFIRM_IDENTITY, row.owner_hash, row.id)


class IdentityActivities(Identity):
    def __init__(self, runner: DecisionRunner, codes: Codes, sender: CodeSender) -> None:
        self._runner = runner
        self._codes = codes
        self._sender = sender

    @activity.defn(name="people.prove_identity")
    async def confirm(self, given: DecisionInput, command: ConfirmIdentity) -> DecisionResult:
        return await self._runner.decide(given, command, self._confirm)

    async def _confirm(self, case: Case, command: ConfirmIdentity) -> DecisionResult:
        check_code_hash(command.code_hash)
        after = case.state.confirm_identity(case.at)
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
        after = case.state.send_identity_code(case.at)
        holding = bool(case.state.holds(case.at))
        wanted = CodeRequest(case.request_id, identity_code_owner(case.row), case.row.phone, case.at, holding)
        await self._sender.send(wanted, case.state.policy)
        return await self._runner.commit(case, after)
